import { oc } from '#core/lib/procedure.ts';
import { UserId } from '#core/users/port.ts';
import { z } from 'zod';

/** Characters of a password: a long one is a sentence; a longer one is an attack on the hash. */
const PASSWORD_MAX = 200;
const Password = z.string().min(1).max(PASSWORD_MAX);
const Code = z.string().trim().min(1).max(40);
/** Names one sign-in between its steps; five minutes. */
const Ticket = z.string().min(1).max(100);

/** What comes next in a sign-in. */
export const Step = z.object({
  step: z.enum(['second-factor', 'enrol', 'new-password']),
  ticket: Ticket,
  expiresAtMs: z.number(),
});
export type Step = z.infer<typeof Step>;

/** A session is open. On a screen's wire (cookie, socket, port) the wire carries it and `tokens` is null. */
export const Opened = z.object({
  by: z.string(),
  session: z.string(),
  expiresAtMs: z.number(),
  tokens: z
    .object({
      accessToken: z.string(),
      accessExpiresAtMs: z.number(),
      refreshToken: z.string(),
      refreshExpiresAtMs: z.number(),
    })
    .nullable(),
  /** Shown once, after an enrolment; else empty. */
  recoveryCodes: z.array(z.string()),
});
export type Opened = z.infer<typeof Opened>;

/** `session`: this wire carries it. `tokens`: a JWT for ten minutes and a refresh token, for an API client. */
const As = z.enum(['session', 'tokens']).default('session');

const open = oc.meta({ permission: 'public', accounts: 'none' });

const KeyShown = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  calls: z.array(z.string()),
  madeAtMs: z.number(),
  expiresAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
  algoId: z.string().nullable(),
  state: z.enum(['live', 'expired', 'revoked']),
});

export const authContract = {
  /** What the sign-in screen has to know, and a stranger may. */
  state: open.output(
    z.object({ desk: z.string(), firstRun: z.boolean(), passwordMin: z.int(), breakGlass: z.boolean() }),
  ),
  /** Makes the first admin, once, with the code that start prints. Goes on with `enrol`. */
  firstRun: open
    .input(
      z.object({
        setupCode: Code,
        user: UserId,
        name: z.string().trim().min(1).max(120),
        password: Password,
      }),
    )
    .output(Step),
  /** Asks for an account; an admin approves it. Says the same whether the name is taken or not. */
  register: open
    .input(
      z.object({
        user: UserId,
        name: z.string().trim().min(1).max(120),
        email: z.union([z.email().max(200), z.literal('')]).default(''),
        mobile: z
          .string()
          .regex(/^(\+?\d{8,15})?$/)
          .default(''),
        branch: z.string().trim().max(40).default(''),
        password: Password,
      }),
    )
    .output(z.object({ asked: z.literal(true) })),
  signIn: open.input(z.object({ user: z.string().trim().max(60), password: Password })).output(Step),
  /** TOTP (RFC 6238, 30 s, six digits, one step of drift, each code once). */
  secondFactor: open.input(z.object({ ticket: Ticket, code: Code, as: As })).output(Opened),
  /** One of ten recovery codes in place of the TOTP. */
  recover: open.input(z.object({ ticket: Ticket, recoveryCode: Code, as: As })).output(Opened),
  /** A fresh TOTP secret, not in force before it is confirmed. */
  enrol: open
    .input(z.object({ ticket: Ticket }))
    .output(z.object({ secret: z.string(), uri: z.string(), expiresAtMs: z.number() })),
  confirmEnrolment: open.input(z.object({ ticket: Ticket, code: Code, as: As })).output(Opened),
  /** After an admin's reset, before anything else. Goes on with the second factor or its enrolment. */
  newPassword: open.input(z.object({ ticket: Ticket, password: Password })).output(Step),
  /** New tokens for a refresh token, which is dead afterwards; its reuse ends the session. */
  refresh: open
    .input(z.object({ refreshToken: z.string().min(1).max(200) }))
    .output(Opened.shape.tokens.unwrap()),
  /** The sealed credential: one use, an alarm to every admin, a session of one hour with an admin's rights. */
  breakGlass: open
    .input(
      z.object({
        credential: z.string().trim().max(200),
        name: z.string().trim().min(3).max(120),
        why: z.string().trim().min(5).max(500),
      }),
    )
    .output(Opened),
  /** Opens a locked screen by the second factor. */
  unlock: oc
    .meta({ permission: 'auth.own', accounts: 'none', whenLocked: true })
    .input(z.object({ code: Code }))
    .output(z.object({ unlocked: z.literal(true) })),
  /** Ends all other sessions of the person. */
  changePassword: oc
    .meta({ permission: 'auth.own', accounts: 'none' })
    .input(z.object({ current: Password, next: Password, code: Code }))
    .output(z.object({ changed: z.literal(true) })),
  /** Ten new recovery codes; the old ones are dead. */
  newRecoveryCodes: oc
    .meta({ permission: 'auth.own', accounts: 'none' })
    .input(z.object({ password: Password, code: Code }))
    .output(z.object({ recoveryCodes: z.array(z.string()) })),
  /** A one-time password for a person, shown once; also takes away the second factor when asked. Ends their sessions. */
  reset: oc
    .meta({ permission: 'auth.reset', accounts: 'none', action: 'users' })
    .input(z.object({ user: UserId, secondFactor: z.boolean(), why: z.string().trim().min(5).max(500) }))
    .output(z.object({ oneTimePassword: z.string() })),
  lockouts: oc.meta({ permission: 'auth.reset', accounts: 'none' }).output(
    z.object({
      lockouts: z.array(
        z.object({
          what: z.enum(['user', 'origin']),
          who: z.string(),
          failures: z.int(),
          untilMs: z.number(),
        }),
      ),
    }),
  ),
  release: oc
    .meta({ permission: 'auth.reset', accounts: 'none' })
    .input(z.object({ what: z.enum(['user', 'origin']), who: z.string().max(100) }))
    .output(z.object({ released: z.boolean() })),
  /** A new sealed credential, shown once, to be printed and put in an envelope; the one before is dead. */
  sealBreakGlass: oc
    .meta({ permission: 'auth.break-glass', accounts: 'none', action: 'break-glass' })
    .output(z.object({ id: z.string(), credential: z.string() })),
  keys: {
    /** The key is shown once and stored hashed. */
    make: oc
      .meta({ permission: 'auth.keys', accounts: 'none' })
      .input(
        z.object({
          name: z.string().trim().min(1).max(60),
          /** Calls by their path. */
          calls: z.array(z.string().max(80)).min(1).max(100),
          days: z.int().min(1).max(366),
          algoId: z.string().trim().min(1).max(40).nullable().default(null),
        }),
      )
      .output(z.object({ id: z.string(), key: z.string(), expiresAtMs: z.number() })),
    /** An admin sees all, others their own. */
    list: oc
      .meta({ permission: 'auth.keys', accounts: 'none' })
      .output(z.object({ keys: z.array(KeyShown) })),
    revoke: oc
      .meta({ permission: 'auth.keys', accounts: 'none' })
      .input(z.object({ id: z.string().min(1).max(60) }))
      .output(z.object({ revoked: z.boolean() })),
  },
};
