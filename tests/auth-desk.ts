import { randomBytes } from 'node:crypto';
import { generateSync } from 'otplib';
import type { Actor, HandlerContext } from '#core/door.ts';
import type { Fact } from '#core/events.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { DeskId } from '#core/model/ids.ts';
import type { OpenedSession, Origin, Session, SessionsPort } from '#core/sessions/port.ts';
import type { User } from '#core/users/port.ts';
import { createAuth } from '#core/auth/service.ts';
import { createUsers } from '#core/users/service.ts';

export const BROWSER: Origin = { wire: 'http', address: '10.0.0.7' };
export const PASSWORD = 'monsoon kettle ferry 41';
const SEALING_KEY = new Uint8Array(32).fill(9);

export interface Clock {
  nowMs: number;
}

/** Sessions as authentication meets them: they open, lock and end; nothing expires by itself. */
function sessionsOf(clock: Clock): SessionsPort & { readonly carried: Map<string, Session> } {
  const carried = new Map<string, Session>();
  let count = 0;
  const found = (id: string): [string, Session] | undefined =>
    [...carried].find(([, session]) => session.id === id);
  const lockedAt = (id: string, lockedAtMs: number | null): Result<null, never> => {
    const there = found(id);
    if (there !== undefined) carried.set(there[0], { ...there[1], lockedAtMs });
    return ok(null);
  };
  const end = (id: string): Result<null, never> => {
    const there = found(id);
    if (there !== undefined) carried.delete(there[0]);
    return ok(null);
  };
  return {
    carried,
    open(user, origin, as) {
      count += 1;
      const id = `s${count}`;
      const at = { openedAtMs: clock.nowMs, expiresAtMs: clock.nowMs + 12 * 3_600_000 };
      const lastActiveAtMs = clock.nowMs;
      const session = { id, user, origin, ...at, lastActiveAtMs, lockedAtMs: null, carriedAs: as };
      const secret = `secret of ${id}`;
      carried.set(secret, session);
      const tokens = {
        accessToken: secret,
        accessExpiresAtMs: at.expiresAtMs,
        refreshToken: `refresh ${id}`,
        refreshExpiresAtMs: at.expiresAtMs,
      };
      const opened: OpenedSession =
        as === 'session' ? { session, secret, tokens: null } : { session, secret: null, tokens };
      return Promise.resolve(ok(opened));
    },
    find(credential) {
      const secret = credential.kind === 'session' ? credential.secret : credential.token;
      const session = carried.get(secret);
      const answer =
        session === undefined ? refuse({ reason: 'no-session', text: 'none' } as const) : ok(session);
      return Promise.resolve(answer);
    },
    refresh: () => Promise.resolve(refuse({ reason: 'token-invalid', text: 'none' })),
    touch: () => undefined,
    lock: (id) => lockedAt(id, clock.nowMs),
    unlock: (id) => lockedAt(id, null),
    end: (id) => end(id),
    endAllOf(user) {
      const own = [...carried.values()].filter((session) => session.user === user);
      for (const { id } of own) end(id);
      return own.length;
    },
    live: () => [...carried.values()],
  };
}

/** Whoever opened the envelope, as the composer names them. */
const BREAK_GLASS: User = {
  user: 'break-glass',
  name: 'sealed credential',
  email: '',
  mobile: '',
  role: 'admin',
  branch: '',
  accounts: [],
  limits: { orderNotionalE4: null, exitNotionalE4: null },
  exchangeUsers: [],
  status: 'active',
  source: { kind: 'desk' },
};

/** A desk of people without an exchange: real journal, real users, real authentication. */
export function openAuthDesk(folder: string, clock: Clock = { nowMs: 1_795_000_010_000 }) {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const opened = openJournal({ ...scratchOptions(folder), host: { now: () => clock.nowMs, log } });
  if (!opened.ok) throw new Error(opened.refusal.text);
  const journal: JournalFile = opened.value;
  const sessions = sessionsOf(clock);
  const users = createUsers({
    journal,
    now: () => clock.nowMs,
    provePassword: (...proof) => auth.port.provePassword(...proof),
    setPassword: (...chosen) => auth.setPassword(...chosen),
    endSessions: (user, why, by) => sessions.endAllOf(user, why, by),
    pauseRunsOf: () => undefined,
    headquartersKey: null,
    deskGroup: '',
    desk: 'D1',
  });
  const auth = createAuth({
    journal,
    host: { now: () => clock.nowMs, randomBytes, log },
    desk: DeskId.parse('D1'),
    sessions,
    users: users.port,
    asked: users.asked,
    firstAdmin: users.firstAdmin,
    firstRun: users.firstRun,
    sealingKey: SEALING_KEY,
    allCalls: new Set(['positions.list', 'trades.place', 'auth.reset', 'users.list']),
    tradingCalls: new Set(['trades.place']),
  });
  const replayed = journal.replay([users.projection, auth.projection]);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  auth.start();
  return { clock, journal, sessions, users, auth, folder };
}

export type AuthDesk = ReturnType<typeof openAuthDesk>;

/** The value, or the refusal as an error that a test shows. */
export function done<Value>(
  result: Result<Value, { readonly reason: string; readonly text: string }>,
): Value {
  if (!result.ok) throw new Error(`${result.refusal.reason}: ${result.refusal.text}`);
  return result.value;
}

/** Why it was refused; `done` when it was not. */
export function why(result: Result<unknown, { readonly reason: string }>): string {
  return result.ok ? 'done' : result.refusal.reason;
}

/** A wire before anybody is signed in; `secret` is what it carries then. */
export function wireAt(origin: Origin = BROWSER) {
  const wire = {
    origin,
    secret: null as string | null,
    carry: (secret: string | null) => void (wire.secret = secret),
  };
  return wire;
}

/** The context of a call of the person whom a wire carries. */
export function personAt(desk: AuthDesk, { secret, origin }: ReturnType<typeof wireAt>): HandlerContext {
  const session = desk.sessions.carried.get(secret ?? '');
  if (session === undefined) throw new Error('this wire carries no session');
  const user = session.user === BREAK_GLASS.user ? BREAK_GLASS : desk.users.port.active(session.user);
  const by = session.user;
  const actor: Actor = { by, role: user?.role ?? 'nobody', user, session, key: null };
  const scope = { all: true, has: () => true };
  return { by, actor, persons: [by], scope, origin, carry: () => undefined };
}

/** What an authenticator shows at the desk's time; each is asked for a step later than the one before. */
export function nextCode(desk: AuthDesk, secret: string): string {
  desk.clock.nowMs += 30_000;
  return codeNow(desk, secret);
}

export function codeNow(desk: AuthDesk, secret: string): string {
  return generateSync({ secret, epoch: Math.floor(desk.clock.nowMs / 1_000) });
}

/** Password and enrolment of a person who is let in already: their authenticator's secret and their recovery codes. */
export async function enrolled(desk: AuthDesk, ticket: string, wire = wireAt()) {
  const { secret } = done(desk.auth.handlers.enrol({ ticket }, wire));
  const code = nextCode(desk, secret);
  const opened = done(await desk.auth.handlers.confirmEnrolment({ ticket, code, as: 'session' }, wire));
  return { secret, recoveryCodes: opened.recoveryCodes, wire };
}

/** The first admin `ravi`, signed in and enrolled. */
export async function withAdmin(desk: AuthDesk, wire = wireAt()) {
  const setupCode = desk.auth.setupCode() ?? '';
  const person = { setupCode, user: 'ravi', name: 'Ravi Menon', password: PASSWORD };
  const { ticket } = done(await desk.auth.handlers.firstRun(person, wire));
  return enrolled(desk, ticket, wire);
}

/** `asha`, let in by the first admin: has a password and no second factor yet. */
export async function withDealer(desk: AuthDesk, user = 'asha'): Promise<void> {
  const person = { user, name: 'Asha Kulkarni', email: '', mobile: '', branch: 'PUNE', password: PASSWORD };
  done(await desk.auth.handlers.register(person, wireAt()));
  const limits = { orderNotionalE4: null, exitNotionalE4: null };
  const rights = { user, role: 'dealer', branch: 'PUNE', accounts: [], limits, exchangeUsers: [] } as const;
  const context = { by: 'ravi', persons: ['ravi'] };
  done(desk.users.handlers.approve({ ...rights, accounts: [], exchangeUsers: [] }, context));
}

/** Facts of one kind, oldest first. */
export function factsOf<Kind extends Fact['kind']>(
  desk: AuthDesk,
  kind: Kind,
): Extract<Fact, { kind: Kind }>[] {
  const entries = desk.journal.read(0, 5_000);
  return entries.flatMap(({ fact }) => (fact.kind === kind ? [fact as Extract<Fact, { kind: Kind }>] : []));
}
