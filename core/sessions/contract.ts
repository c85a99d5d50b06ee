import { oc } from '#core/lib/procedure.ts';
import { Role } from '#core/users/port.ts';
import { z } from 'zod';

/** Who is at the other end of a wire. */
export const WhoIsSignedIn = z.object({
  by: z.string(),
  name: z.string(),
  role: z.union([Role, z.enum(['key', 'desk'])]),
  branch: z.string(),
  /** Public id of the session; empty for an API key. */
  session: z.string(),
  openedAtMs: z.number(),
  expiresAtMs: z.number(),
  locked: z.boolean(),
  /** Idle for so long, the session locks itself. */
  idleLockMs: z.number(),
});
export type WhoIsSignedIn = z.infer<typeof WhoIsSignedIn>;

export const SessionShown = z.object({
  id: z.string(),
  user: z.string(),
  wire: z.enum(['http', 'ws', 'port', 'process']),
  address: z.string(),
  carriedAs: z.enum(['session', 'token']),
  openedAtMs: z.number(),
  lastActiveAtMs: z.number(),
  expiresAtMs: z.number(),
  locked: z.boolean(),
  /** The one that asks. */
  own: z.boolean(),
});
export type SessionShown = z.infer<typeof SessionShown>;

export const sessionsContract = {
  who: oc.meta({ permission: 'sessions.read-own', accounts: 'none', whenLocked: true }).output(WhoIsSignedIn),
  /** The person touched keyboard or mouse; a screen says so at most every half minute. */
  touch: oc.meta({ permission: 'sessions.own', accounts: 'none' }).output(z.null()),
  /** Covers the screen; the second factor opens it again (`auth.unlock`). */
  lock: oc.meta({ permission: 'sessions.own', accounts: 'none', whenLocked: true }).output(z.null()),
  /** Ends the session that asks. */
  end: oc
    .meta({ permission: 'sessions.own', accounts: 'none', whenLocked: true })
    .output(z.object({ ended: z.boolean() })),
  /** Live sessions: an admin sees all, others their own. */
  list: oc
    .meta({ permission: 'sessions.read-own', accounts: 'none' })
    .output(z.object({ sessions: z.array(SessionShown) })),
  /** Ends one session by its public id: one's own, or any for an admin. */
  revoke: oc
    .meta({ permission: 'sessions.own', accounts: 'none' })
    .input(z.object({ session: z.string().min(1).max(60) }))
    .output(z.object({ ended: z.int() })),
  /** Ends all sessions of a person: one's own, or anybody's for an admin. */
  revokeAll: oc
    .meta({ permission: 'sessions.own', accounts: 'none' })
    .input(z.object({ user: z.string().min(1).max(60) }))
    .output(z.object({ ended: z.int() })),
};
