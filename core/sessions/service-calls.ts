import type { Actor } from '#core/door.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { SessionShown, WhoIsSignedIn } from './contract.ts';
import type { SessionRefusal, SessionsPort } from './port.ts';

interface Caller {
  readonly by: string;
  readonly actor: Pick<Actor, 'by' | 'role' | 'user' | 'session' | 'key'>;
}
interface OnWire extends Caller {
  readonly carry: (secret: string | null, lifeMs: number) => void;
}

type Count = Result<{ readonly ended: number }, SessionRefusal>;

/** What people ask about sessions. Whether a call is allowed at all, the door has decided. */
export function handlersOf(port: SessionsPort, idleLockMs: number) {
  return {
    who: (_input: unknown, caller: Caller) => who(caller, idleLockMs),
    touch: (_input: unknown, { actor }: Caller): null => {
      if (actor.session !== null) port.touch(actor.session.id);
      return null;
    },
    lock: (_input: unknown, { actor }: Caller): Result<null, SessionRefusal> =>
      actor.session === null ? noSession() : port.lock(actor.session.id, 'asked'),
    end: (_input: unknown, { actor, by, carry }: OnWire): Result<{ ended: boolean }, SessionRefusal> => {
      // The wire lets go of it in any case: who signs out must not find the screen open.
      carry(null, 0);
      if (actor.session === null) return ok({ ended: false });
      const done = port.end(actor.session.id, 'signed-out', by);
      return done.ok ? ok({ ended: true }) : done;
    },
    list: (_input: unknown, caller: Caller) => ({ sessions: listed(port, caller) }),
    revoke: ({ session }: { readonly session: string }, caller: OnWire): Count => {
      const found = port.live().find(({ id }) => id === session);
      if (found === undefined || !mayEnd(caller, found.user)) return unknownSession();
      const done = port.end(session, 'revoked', caller.by);
      if (!done.ok) return done;
      if (caller.actor.session?.id === session) caller.carry(null, 0);
      return ok({ ended: 1 });
    },
    revokeAll: ({ user }: { readonly user: string }, caller: OnWire): Count => {
      if (!mayEnd(caller, user)) return unknownSession();
      const count = port.endAllOf(user, 'revoked', caller.by);
      const still = port.live().filter((one) => one.user === user);
      if (still.length > 0) {
        const text = `${still.length} sessions of ${user} go on: the journal can not be written.`;
        return refuse({ reason: 'journal-not-writable', text });
      }
      if (caller.actor.session?.user === user) caller.carry(null, 0);
      return ok({ ended: count });
    },
  };
}

function who({ actor }: Caller, idleLockMs: number): Result<WhoIsSignedIn, SessionRefusal> {
  const { by, role, user, session, key } = actor;
  if (role === 'nobody') return noSession();
  return ok({
    by,
    name: key?.name ?? user?.name ?? by,
    role,
    branch: user?.branch ?? '',
    session: session?.id ?? '',
    openedAtMs: session?.openedAtMs ?? 0,
    expiresAtMs: session?.expiresAtMs ?? key?.expiresAtMs ?? 0,
    locked: (session?.lockedAtMs ?? null) !== null,
    idleLockMs,
  });
}

function listed(port: SessionsPort, { by, actor }: Caller): SessionShown[] {
  const whose = ownerOf({ by, actor });
  return port
    .live()
    .filter((one) => actor.role === 'admin' || one.user === whose)
    .map(({ id, user, origin, carriedAs, openedAtMs, lastActiveAtMs, expiresAtMs, lockedAtMs }) => ({
      id,
      user,
      wire: origin.wire,
      address: origin.address,
      carriedAs,
      openedAtMs,
      lastActiveAtMs,
      expiresAtMs,
      locked: lockedAtMs !== null,
      own: id === actor.session?.id,
    }));
}

/** Others' sessions are an admin's to end; to anybody else they do not exist. */
function mayEnd(caller: Caller, user: string): boolean {
  return caller.actor.role === 'admin' || ownerOf(caller) === user;
}

function ownerOf({ by, actor }: Caller): string {
  return actor.session?.user ?? actor.user?.user ?? by;
}

function noSession() {
  return refuse<SessionRefusal>({ reason: 'no-session', text: 'Sign in first: there is no live session.' });
}

function unknownSession() {
  return refuse<SessionRefusal>({
    reason: 'unknown-session',
    text: 'There is no such live session of yours.',
  });
}
