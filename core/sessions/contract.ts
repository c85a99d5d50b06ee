import { oc } from '#core/lib/procedure.ts';
import { z } from 'zod';

/** Who is at the other end of a wire. */
export const WhoIsSignedIn = z.object({
  by: z.string(),
  openedAtMs: z.number(),
  expiresAtMs: z.number(),
});
export type WhoIsSignedIn = z.infer<typeof WhoIsSignedIn>;

/**
 * Sessions, until the identity service: one operator, let in by a one-time token that the start prints.
 * Opening a session is not a call (no call works without one): it belongs to each wire, `POST /session` on HTTP.
 */
export const sessionsContract = {
  who: oc.meta({ permission: 'sessions.read-own' }).output(WhoIsSignedIn),
  /** A further one-time token, for a second screen or the command line. Works once. */
  issueToken: oc
    .meta({ permission: 'sessions.issue' })
    .output(z.object({ token: z.string(), expiresAtMs: z.number() })),
  /** Ends the session that asks. */
  end: oc.meta({ permission: 'sessions.read-own' }).output(z.object({ ended: z.boolean() })),
};
