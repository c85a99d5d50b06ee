import type { LockedOut, SignInRefused } from './events.ts';

/** One rule a row: free wrong tries, the first wait, and the longest; each further wrong try doubles the wait. */
export const LOCKOUT_RULES = {
  user: { free: 5, firstMs: 30_000, mostMs: 15 * 60_000 },
  origin: { free: 20, firstMs: 30_000, mostMs: 15 * 60_000 },
} as const;
/** The last active admin waits no longer than this, whoever tried in their name and from where. */
export const LAST_ADMIN_MOST_MS = 60_000;
/** An hour without a wrong try: they are forgotten. */
const FORGET_MS = 3_600_000;
/** Facts of refused sign-ins per origin and minute; the origin waits for the next minute when they are used up. */
export const REFUSALS_A_MINUTE = 10;
const MINUTE_MS = 60_000;
/** Persons and origins that are remembered; the one that was quiet longest is forgotten first. */
export const LOCKOUT_ENTRIES_MAX = 4_096;

/** The reason of a refusal for an earlier lockout: it is journalled, but is no wrong try. */
const WHILE_LOCKED = 'locked-out';
/** Wrong tries of a thing that is nobody's own: they count for the origin alone. */
const NOBODYS: ReadonlySet<string> = new Set(['wrong-setup-code', 'no-break-glass']);

export interface LockoutRow {
  readonly failures: number;
  readonly lastMs: number;
  /** Locked from here until before there. A clock that was set back before the start does not lock. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Follows from facts alone (`rememberLockout`), so that a restart forgives nothing. */
export interface LockoutState {
  readonly user: Map<string, LockoutRow>;
  readonly origin: Map<string, LockoutRow>;
  /** Facts of refusals of each origin in its latest minute. */
  readonly minutes: Map<string, { readonly minute: number; readonly facts: number }>;
}

export function noLockouts(): LockoutState {
  return { user: new Map(), origin: new Map(), minutes: new Map() };
}

/** Who tries, and from where. `user` is as facts name them; null when the try is in nobody's name. */
export interface Try {
  readonly user: string | null;
  readonly origin: string;
  /** They are the only active admin. */
  readonly lastAdmin: boolean;
}

/** Milliseconds of the lock that this many wrong tries in a row bring. Never falls as `failures` rises. */
export function lockMs(what: keyof typeof LOCKOUT_RULES, failures: number, lastAdmin: boolean): number {
  const { free, firstMs, mostMs } = LOCKOUT_RULES[what];
  if (failures < free) return 0;
  // Doubling stops long before it leaves the safe integers.
  const grown = Math.min(mostMs, firstMs * 2 ** Math.min(failures - free, 20));
  return lastAdmin ? Math.min(grown, LAST_ADMIN_MOST_MS) : grown;
}

/** Milliseconds until this try may be made; 0 when it may be made now. */
export function waitMs(state: LockoutState, { user, origin, lastAdmin }: Try, nowMs: number): number {
  const byUser = user === null ? 0 : rowWaitMs(state.user.get(user), lastAdmin, nowMs);
  const byOrigin = rowWaitMs(state.origin.get(origin), lastAdmin, nowMs);
  return Math.max(
    byUser,
    byOrigin,
    factsLeft(state, origin, nowMs) > 0 ? 0 : MINUTE_MS - (nowMs % MINUTE_MS),
  );
}

function rowWaitMs(row: LockoutRow | undefined, lastAdmin: boolean, nowMs: number): number {
  if (row === undefined || nowMs < row.fromMs) return 0;
  const untilMs = lastAdmin ? Math.min(row.untilMs, row.fromMs + LAST_ADMIN_MOST_MS) : row.untilMs;
  return Math.max(0, untilMs - nowMs);
}

/** Refusals of this origin that may still become facts in this minute. */
export function factsLeft(state: LockoutState, origin: string, nowMs: number): number {
  const used = state.minutes.get(origin);
  return used === undefined || used.minute !== minuteOf(nowMs)
    ? REFUSALS_A_MINUTE
    : Math.max(0, REFUSALS_A_MINUTE - used.facts);
}

/** A wrong try as facts: the refusal, and the locks that it brings. */
export function wrongTry(
  state: LockoutState,
  tried: Try,
  reason: string,
  more: number,
  nowMs: number,
): readonly (SignInRefused | LockedOut)[] {
  const { user, origin, lastAdmin } = tried;
  const refused: SignInRefused = {
    kind: 'sign-in-refused',
    v: 1,
    user: user ?? 'nobody',
    address: origin,
    reason,
    more,
  };
  const locks = [
    ...(user === null ? [] : [lockOf(state, 'user', user, lastAdmin, nowMs)]),
    lockOf(state, 'origin', origin, false, nowMs),
  ];
  return [refused, ...locks.filter((lock) => lock !== null)];
}

/** A try while locked as a fact: it does not count, so that nobody can keep a person out by trying on. */
export function lockedTry({ user, origin }: Try, more: number): SignInRefused {
  const who = user ?? 'nobody';
  return { kind: 'sign-in-refused', v: 1, user: who, address: origin, reason: WHILE_LOCKED, more };
}

function lockOf(
  state: LockoutState,
  what: 'user' | 'origin',
  who: string,
  lastAdmin: boolean,
  nowMs: number,
): LockedOut | null {
  const failures = failuresAfter(state[what].get(who), nowMs);
  const forMs = lockMs(what, failures, lastAdmin);
  if (forMs === 0) return null;
  return { kind: 'locked-out', v: 1, what, who, failures, untilMs: nowMs + forMs };
}

function failuresAfter(row: LockoutRow | undefined, atMs: number): number {
  return row === undefined || atMs - row.lastMs > FORGET_MS ? 1 : row.failures + 1;
}

/** Takes a refusal into memory, live and at replay. */
export function rememberRefusal(state: LockoutState, fact: SignInRefused, atMs: number): void {
  const minute = minuteOf(atMs);
  const used = state.minutes.get(fact.address);
  put(state.minutes, fact.address, { minute, facts: used?.minute === minute ? used.facts + 1 : 1 });
  if (fact.reason === WHILE_LOCKED) return;
  if (!NOBODYS.has(fact.reason)) countFailure(state.user, fact.user, atMs);
  countFailure(state.origin, fact.address, atMs);
}

function countFailure(rows: Map<string, LockoutRow>, who: string, atMs: number): void {
  const row = rows.get(who);
  const locked = { fromMs: row?.fromMs ?? 0, untilMs: row?.untilMs ?? 0 };
  put(rows, who, { failures: failuresAfter(row, atMs), lastMs: atMs, ...locked });
}

export function rememberLock(state: LockoutState, fact: LockedOut, atMs: number): void {
  const { failures, untilMs } = fact;
  put(state[fact.what], fact.who, { failures, lastMs: atMs, fromMs: atMs, untilMs });
}

/**
 * Both factors were right: the person's own wrong tries are forgiven, at the origin too. Those in the names of others
 * stay, so that nobody clears the way for guessing by signing in themself.
 */
export function rememberSignedIn(state: LockoutState, user: string, origin: string): void {
  const own = state.user.get(user)?.failures ?? 0;
  state.user.delete(user);
  const row = state.origin.get(origin);
  if (row !== undefined) state.origin.set(origin, { ...row, failures: Math.max(0, row.failures - own) });
}

export function rememberReleased(state: LockoutState, what: 'user' | 'origin', who: string): void {
  state[what].delete(who);
}

/** Locks that stand now, as an admin sees them. */
export function lockouts(state: LockoutState, nowMs: number, most: number) {
  const found = (['user', 'origin'] as const).flatMap((what) =>
    [...state[what]]
      .filter(([, row]) => rowWaitMs(row, false, nowMs) > 0)
      .map(([who, { failures, untilMs }]) => ({ what, who, failures, untilMs })),
  );
  return found.toSorted((a, b) => b.untilMs - a.untilMs).slice(0, most);
}

/** "wait 4 min 12 s". */
export function waitText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `wait ${seconds} s` : `wait ${minutes} min ${seconds % 60} s`;
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** Newest last; the first goes when there is no room. */
function put<Row>(rows: Map<string, Row>, who: string, row: Row): void {
  rows.delete(who);
  rows.set(who, row);
  for (const oldest of rows.keys()) {
    if (rows.size <= LOCKOUT_ENTRIES_MAX) return;
    rows.delete(oldest);
  }
}
