import { createHash } from 'node:crypto';
import type { Fact } from '#core/events.ts';
import type { Host } from '#core/host.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { apply, change, decideOpen, DESK, ended, isExpired, isIdle, locked, overdue } from './domain.ts';
import type { Sessions, SessionsConfig } from './domain.ts';
import type { OpenedSession, Origin, Session, SessionRefusal, SessionsPort, Tokens } from './port.ts';
import { handlersOf } from './service-calls.ts';
import { createTokens } from './service-tokens.ts';
import { forgetEnded, insertSecret, rotate, secretOf, USED_KEPT_MAX, usedCount } from './store.ts';

export interface SessionsDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  /** Without `every`, somebody else calls `tick`. */
  readonly host: Pick<Host, 'now' | 'randomBytes'> & Partial<Pick<Host, 'every'>>;
  readonly desk: string;
  /** Seed of the Ed25519 key that signs access tokens. */
  readonly tokenKey: Uint8Array;
  readonly config: SessionsConfig;
}

/** How late an idle screen or an expired session may be noticed; each call notices its own at once. */
const TICK_EVERY_MS = 5_000;
const SECRET_BYTES = 32;
const ID_BYTES = 12;
/** 32 bytes in base64url: what is of another form is nobody's secret. */
const SECRET_FORM = /^[A-Za-z0-9_-]{43}$/;

interface Book {
  readonly deps: SessionsDeps;
  readonly sessions: Sessions;
  readonly tokens: ReturnType<typeof createTokens>;
  /** Sessions of screens' secrets by hash, as far as they were asked for: a call does not wait for the file. */
  readonly known: Map<string, string>;
  /** Sessions whose used refresh tokens reached the bound and were said to. */
  readonly bounded: Set<string>;
}

/**
 * Who is signed in. Sessions come from facts; what carries them is kept by its SHA-256 in a table, so that a cookie
 * or a refresh token outlives a restart and no file tells one.
 *
 * After a restart a screen's idle time counts from the newest fact of its session, never from the start of the
 * program: touches are not facts, and a restart must not keep an abandoned screen open.
 */
export function createSessions(deps: SessionsDeps) {
  const book: Book = {
    deps,
    sessions: new Map(),
    tokens: createTokens(deps),
    known: new Map(),
    bounded: new Set(),
  };
  const projection: Projection = {
    name: 'sessions',
    tables: forgetEnded,
    memory: (entry) => {
      apply(book.sessions, entry);
      if (entry.fact.kind === 'session-ended' || entry.fact.kind === 'epoch-opened') forget(book);
    },
  };
  const port = portOf(book);
  const tick = (): void => {
    const nowMs = deps.host.now();
    for (const { id, lastActiveAtMs } of book.sessions.values())
      // A clock set back would keep screens open for as long as it went back.
      if (lastActiveAtMs > nowMs) change(book.sessions, id, { lastActiveAtMs: nowMs });
    const facts = overdue(book.sessions.values(), nowMs, deps.config.idleLockMs);
    if (facts.length > 0) deps.journal.append(facts);
  };
  return {
    port,
    projection,
    handlers: handlersOf(port, deps.config.idleLockMs),
    tick,
    /** After replay. Ends and locks what time did meanwhile, then looks every few seconds; returns the way to stop. */
    start: (): (() => void) => {
      tick();
      return deps.host.every?.(TICK_EVERY_MS, tick) ?? (() => undefined);
    },
  };
}

function forget({ sessions, known, bounded }: Book): void {
  for (const [hash, id] of known) if (!sessions.has(id)) known.delete(hash);
  for (const id of bounded) if (!sessions.has(id)) bounded.delete(id);
}

function portOf(book: Book): SessionsPort {
  const { deps, sessions } = book;
  const append = (facts: readonly Fact[]): Result<null, SessionRefusal> => {
    const written = deps.journal.append(facts);
    return written.ok ? ok(null) : written;
  };
  return {
    open: (user, origin, as) => open(book, user, origin, as),
    async find(credential) {
      if (credential.kind === 'session') {
        const id = carriedBy(book, credential.secret);
        const found = id === null ? refuse(NO_SESSION) : current(book, id);
        return found.ok && found.value.carriedAs !== 'session' ? refuse(NO_SESSION) : found;
      }
      const read = await book.tokens.read(credential.token);
      if (!read.ok) return read;
      const found = current(book, read.value.session);
      if (!found.ok) return found;
      if (found.value.carriedAs !== 'token' || found.value.user !== read.value.user)
        return refuse(NOT_A_TOKEN);
      change(sessions, found.value.id, { lastActiveAtMs: deps.host.now() });
      return found;
    },
    refresh: (refreshToken, origin) => refresh(book, refreshToken, origin),
    touch(id) {
      const found = current(book, id);
      if (found.ok && found.value.lockedAtMs === null)
        change(sessions, id, { lastActiveAtMs: deps.host.now() });
    },
    lock(id, why) {
      const found = current(book, id);
      if (!found.ok) return found;
      return found.value.lockedAtMs === null ? append([locked(found.value, why)]) : ok(null);
    },
    unlock(id) {
      const found = current(book, id);
      if (!found.ok) return found;
      if (found.value.lockedAtMs === null) return ok(null);
      return append([{ kind: 'session-unlocked', v: 1, session: id, user: found.value.user }]);
    },
    end(id, why, by) {
      const session = sessions.get(id);
      return session === undefined ? refuse(UNKNOWN) : append([ended(session, why, by)]);
    },
    endAllOf(user, why, by) {
      const own = [...sessions.values()].filter((one) => one.user === user);
      return append(own.map((one) => ended(one, why, by))).ok ? own.length : 0;
    },
    live: () => [...sessions.values()].filter((one) => !isExpired(one, deps.host.now())),
  };
}

/**
 * The session as it is now. One that nobody touched for too long is locked before anything else, and counts as locked
 * also when the journal can not take the fact.
 */
function current({ deps, sessions }: Book, id: string): Result<Session, SessionRefusal> {
  const session = sessions.get(id);
  if (session === undefined) return refuse(ENDED);
  const nowMs = deps.host.now();
  if (isExpired(session, nowMs)) return refuse(EXPIRED);
  if (!isIdle(session, nowMs, deps.config.idleLockMs)) return ok(session);
  deps.journal.append([locked(session, 'idle')]);
  const after = sessions.get(id) ?? session;
  return ok(after.lockedAtMs === null ? { ...after, lockedAtMs: nowMs } : after);
}

function carriedBy({ deps, sessions, known }: Book, secret: string): string | null {
  if (!SECRET_FORM.test(secret)) return null;
  const hash = hashOf(secret);
  const id = known.get(hash) ?? secretOf(deps.journal.reader, hash, 'session')?.session ?? null;
  if (id !== null && sessions.has(id)) known.set(hash, id);
  return id;
}

/** Everything up to the commit runs in one turn, so that nobody is disabled between the check and the session. */
async function open(
  book: Book,
  user: string,
  origin: Origin,
  as: Session['carriedAs'],
): Promise<Result<OpenedSession, SessionRefusal>> {
  const { deps, sessions } = book;
  const nowMs = deps.host.now();
  const id = chance(deps, ID_BYTES);
  const decided = decideOpen(sessions.values(), { id, user, origin, as }, nowMs, deps.config);
  if (!decided.ok) return decided;
  const secret = chance(deps, SECRET_BYTES);
  const hash = hashOf(secret);
  const written = deps.journal.append(decided.value, (tx) =>
    insertSecret(tx, id, as === 'session' ? 'session' : 'refresh', hash, nowMs),
  );
  if (!written.ok) return written;
  const session = sessions.get(id);
  if (session === undefined) return refuse(ENDED);
  if (as === 'token') return ok({ session, secret: null, tokens: await tokensOf(book, session, secret) });
  book.known.set(hash, id);
  return ok({ session, secret, tokens: null });
}

/**
 * A refresh token works once. Of two at the same moment the first one wins, and the second comes with a token that is
 * used by then: it ends the session, as any reuse does. There is no time of grace in which a thief's use would pass
 * for the owner's second try; a client refreshes in one place.
 */
async function refresh(
  book: Book,
  refreshToken: string,
  origin: Origin,
): Promise<Result<Tokens, SessionRefusal>> {
  const { deps, sessions } = book;
  const hash = hashOf(refreshToken);
  const row = SECRET_FORM.test(refreshToken) ? secretOf(deps.journal.reader, hash, 'refresh') : null;
  const session = row === null ? undefined : sessions.get(row.session);
  if (row === null || session === undefined) return refuse(NOT_A_REFRESH);
  if (row.usedAtMs !== null) {
    deps.journal.append([ended(session, 'refresh-reused', DESK), reuse(session, origin)]);
    return refuse(REUSED);
  }
  const nowMs = deps.host.now();
  if (isExpired(session, nowMs)) return refuse(EXPIRED);
  const next = chance(deps, SECRET_BYTES);
  const written = deps.journal.append(boundFacts(book, session.id), (tx) =>
    rotate(tx, session.id, hash, hashOf(next), nowMs),
  );
  if (!written.ok) return written;
  change(sessions, session.id, { lastActiveAtMs: nowMs });
  return ok(await tokensOf(book, session, next));
}

async function tokensOf({ tokens }: Book, session: Session, refreshToken: string): Promise<Tokens> {
  const { token, expiresAtMs } = await tokens.sign(session);
  return {
    accessToken: token,
    accessExpiresAtMs: expiresAtMs,
    refreshToken,
    refreshExpiresAtMs: session.expiresAtMs,
  };
}

function reuse({ user }: Session, { wire, address }: Origin): Fact {
  const reason = REUSED.reason;
  return { kind: 'call-refused', v: 1, call: 'auth.refresh', by: user, wire, address, reason, more: 0 };
}

/** Said once per session: from then on the reuse of its oldest refresh tokens is refused, but ends nothing. */
function boundFacts({ deps, bounded }: Book, session: string): readonly Fact[] {
  if (bounded.has(session) || usedCount(deps.journal.reader, session) < USED_KEPT_MAX) return [];
  bounded.add(session);
  const outcome = `session ${session}: its oldest used refresh token is forgotten with each new one`;
  return [{ kind: 'bound-reached', v: 1, bound: 'used-refresh-tokens', limit: USED_KEPT_MAX, outcome }];
}

function chance(deps: SessionsDeps, bytes: number): string {
  return Buffer.from(deps.host.randomBytes(bytes)).toString('base64url');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const NO_SESSION: SessionRefusal = { reason: 'no-session', text: 'Sign in first: there is no live session.' };
const ENDED: SessionRefusal = { reason: 'session-ended', text: 'The session was ended; sign in again.' };
const EXPIRED: SessionRefusal = { reason: 'session-expired', text: 'The session is too old; sign in again.' };
const UNKNOWN: SessionRefusal = { reason: 'unknown-session', text: 'There is no such live session.' };
const NOT_A_TOKEN: SessionRefusal = {
  reason: 'token-invalid',
  text: 'This is no access token of this desk.',
};
const NOT_A_REFRESH: SessionRefusal = {
  reason: 'token-invalid',
  text: 'This refresh token is unknown, or its session has ended.',
};
const REUSED: SessionRefusal = {
  reason: 'refresh-reused',
  text: 'This refresh token was used before: its session is ended. Sign in again.',
};
