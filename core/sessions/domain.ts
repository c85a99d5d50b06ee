import type { Entry } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import type { SessionEnded, SessionLocked, SessionOpened } from './events.ts';
import type { Origin, Session, SessionEndWhy, SessionRefusal } from './port.ts';

/** Live sessions of the whole desk. */
export const SESSIONS_MAX = 64;
/** An opened envelope is for one hour. */
export const BREAK_GLASS_LIFE_MS = 60 * MINUTE_MS;
const BREAK_GLASS_USER = 'break-glass';
/** Who ends sessions that nobody ended. */
export const DESK = 'desk';

export interface SessionsConfig {
  readonly idleLockMs: number;
  readonly sessionLifeMs: number;
  readonly sessionsPerUser: number;
}

/** Live sessions by id, oldest first. `lastActiveAtMs` is also moved by touches, which are no facts. */
export type Sessions = Map<string, Session>;

/** Changes what is remembered by one fact. A new epoch begins with no session: a copy may have lost a revocation. */
export function apply(sessions: Sessions, { fact, atMs }: Entry): void {
  if (fact.kind === 'session-opened') {
    const { session: id, user, wire, address, carriedAs, expiresAtMs } = fact;
    const origin = { wire, address };
    const times = { openedAtMs: atMs, expiresAtMs, lastActiveAtMs: atMs, lockedAtMs: null };
    sessions.set(id, { id, user, origin, carriedAs, ...times });
  } else if (fact.kind === 'session-locked') {
    change(sessions, fact.session, { lockedAtMs: atMs });
  } else if (fact.kind === 'session-unlocked') {
    change(sessions, fact.session, { lockedAtMs: null, lastActiveAtMs: atMs });
  } else if (fact.kind === 'session-ended') {
    sessions.delete(fact.session);
  } else if (fact.kind === 'epoch-opened') {
    sessions.clear();
  }
}

export function change(
  sessions: Sessions,
  id: string,
  to: Partial<Pick<Session, 'lockedAtMs' | 'lastActiveAtMs'>>,
): void {
  const session = sessions.get(id);
  if (session !== undefined) sessions.set(id, { ...session, ...to });
}

export function isExpired({ expiresAtMs }: Session, nowMs: number): boolean {
  return nowMs >= expiresAtMs;
}

/** A screen that nobody touched for too long. Who carries tokens has no screen to cover. */
export function isIdle(session: Session, nowMs: number, idleLockMs: number): boolean {
  const { carriedAs, lockedAtMs, lastActiveAtMs } = session;
  return carriedAs === 'session' && lockedAtMs === null && nowMs - lastActiveAtMs > idleLockMs;
}

export function ended({ id, user }: Session, why: SessionEndWhy, by: string): SessionEnded {
  return { kind: 'session-ended', v: 1, session: id, user, why, by };
}

export function locked({ id, user }: Session, why: SessionLocked['why']): SessionLocked {
  return { kind: 'session-locked', v: 1, session: id, user, why };
}

/** What time alone did: sessions past their end, screens nobody touched. */
export function overdue(
  sessions: Iterable<Session>,
  nowMs: number,
  idleLockMs: number,
): readonly (SessionEnded | SessionLocked)[] {
  const facts: (SessionEnded | SessionLocked)[] = [];
  for (const session of sessions) {
    if (isExpired(session, nowMs)) facts.push(ended(session, 'expired', DESK));
    else if (isIdle(session, nowMs, idleLockMs)) facts.push(locked(session, 'idle'));
  }
  return facts;
}

interface Opening {
  readonly id: string;
  readonly user: string;
  readonly origin: Origin;
  readonly as: Session['carriedAs'];
}

/** The facts of a new session: what must end for it first (the person's oldest), then itself. */
export function decideOpen(
  sessions: Iterable<Session>,
  { id, user, origin, as }: Opening,
  nowMs: number,
  config: SessionsConfig,
): Result<readonly (SessionEnded | SessionOpened)[], SessionRefusal> {
  const all = [...sessions];
  const live = all.filter((one) => !isExpired(one, nowMs));
  const own = live.filter((one) => one.user === user);
  const tooOld = own.slice(0, Math.max(0, own.length - config.sessionsPerUser + 1));
  if (live.length - tooOld.length >= SESSIONS_MAX) {
    const text = `${SESSIONS_MAX} sessions are open at this desk; an admin can end some.`;
    return refuse({ reason: 'too-many-sessions', text });
  }
  const lifeMs =
    user === BREAK_GLASS_USER ? Math.min(BREAK_GLASS_LIFE_MS, config.sessionLifeMs) : config.sessionLifeMs;
  return ok([
    ...all.filter((one) => isExpired(one, nowMs)).map((one) => ended(one, 'expired', DESK)),
    ...tooOld.map((one) => ended(one, 'newer-session', user)),
    {
      kind: 'session-opened',
      v: 1,
      session: id,
      user,
      wire: origin.wire,
      address: origin.address,
      carriedAs: as,
      expiresAtMs: nowMs + lifeMs,
    },
  ]);
}
