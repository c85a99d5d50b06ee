import { Action, oc } from '#core/lib/procedure.ts';
import { z } from 'zod';

const Requirement = z.enum(['one', 'two', 'remote-signature', 'telephone-code']);
const ApprovalId = z.string().min(1).max(60);

export const ApprovalShown = z.object({
  approval: ApprovalId,
  action: Action,
  call: z.string(),
  /** SHA-256 of this asking: headquarters signs it or makes a code of it. No other asking has the same. */
  subject: z.string(),
  /** Eight digits of the subject, for the telephone. */
  challenge: z.string(),
  text: z.string(),
  by: z.string(),
  branch: z.string(),
  needs: Requirement,
  askedAtMs: z.number(),
  expiresAtMs: z.number(),
  given: z.array(z.object({ by: z.string(), how: z.string() })),
  state: z.enum(['waiting', 'given', 'refused', 'spent', 'expired']),
  /** The caller may give it. */
  mayGive: z.boolean(),
});
export type ApprovalShown = z.infer<typeof ApprovalShown>;

export const approvalsContract = {
  list: oc
    .meta({ permission: 'approvals.read', accounts: 'none' })
    .output(z.object({ approvals: z.array(ApprovalShown) })),
  /** The second person agrees, in a session of their own. */
  give: oc
    .meta({ permission: 'approvals.give', accounts: 'none' })
    .input(z.object({ approval: ApprovalId }))
    .output(ApprovalShown),
  /** The second person agrees at the asker's own screen, with both their factors. */
  giveHere: oc
    .meta({ permission: 'approvals.read', accounts: 'none' })
    .input(
      z.object({
        approval: ApprovalId,
        user: z.string().max(60),
        password: z.string().max(200),
        code: z.string().max(20),
      }),
    )
    .output(ApprovalShown),
  /** Headquarters' signature (Ed25519, base64url) over the subject. */
  giveSigned: oc
    .meta({ permission: 'approvals.read', accounts: 'none' })
    .input(
      z.object({
        approval: ApprovalId,
        name: z.string().trim().min(1).max(60),
        signature: z.string().max(200),
      }),
    )
    .output(ApprovalShown),
  /** The code that headquarters reads over the telephone, made of the subject. */
  giveCode: oc
    .meta({ permission: 'approvals.read', accounts: 'none' })
    .input(
      z.object({ approval: ApprovalId, name: z.string().trim().min(1).max(60), code: z.string().max(20) }),
    )
    .output(ApprovalShown),
  refuse: oc
    .meta({ permission: 'approvals.give', accounts: 'none' })
    .input(z.object({ approval: ApprovalId, why: z.string().trim().min(3).max(200) }))
    .output(ApprovalShown),
};
