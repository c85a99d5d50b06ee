import type { ApiKeyMade } from './events.ts';
import type { ApiKey, AuthRefusal } from './port.ts';

export const LIVE_KEYS_MAX = 50;
/** Keys that are listed after their end; older ones are in the journal only. */
const DEAD_KEYS_SHOWN = 200;
export const KEY_CALLS_A_SECOND = 20;
export const KEY_BURST = 40;

/** Identity itself is for persons: no key may sign in, make keys, end sessions or agree to anything. */
const PERSONS_ONLY = ['auth.', 'users.', 'sessions.', 'approvals.'];

export interface KnownKey extends ApiKey {
  readonly madeAtMs: number;
  readonly revoked: boolean;
}

/** Every key in the order of making; follows from facts alone. */
export type Keys = Map<string, KnownKey>;

export function rememberKeyMade(keys: Keys, fact: ApiKeyMade, atMs: number): void {
  const { id, name, user, calls, expiresAtMs, algoId } = fact;
  keys.set(id, { id, name, user, calls, expiresAtMs, algoId, madeAtMs: atMs, revoked: false });
  const dead = [...keys.values()].filter((key) => !isLive(key, atMs));
  for (const { id: oldest } of dead.slice(0, Math.max(0, dead.length - DEAD_KEYS_SHOWN))) keys.delete(oldest);
}

export function rememberKeyRevoked(keys: Keys, id: string): void {
  const key = keys.get(id);
  if (key !== undefined) keys.set(id, { ...key, revoked: true });
}

export function isLive({ revoked, expiresAtMs }: KnownKey, nowMs: number): boolean {
  return !revoked && nowMs < expiresAtMs;
}

export function liveCount(keys: Keys, nowMs: number): number {
  let live = 0;
  for (const key of keys.values()) if (isLive(key, nowMs)) live += 1;
  return live;
}

/** Why a key may not have these calls; null when it may. */
export function callsRefusal(
  { calls, algoId }: Pick<ApiKey, 'calls' | 'algoId'>,
  known: { readonly allCalls: ReadonlySet<string>; readonly tradingCalls: ReadonlySet<string> },
): AuthRefusal | null {
  const unknown = calls.find((call) => !known.allCalls.has(call));
  if (unknown !== undefined) return { reason: 'unknown-call', text: `${unknown} is no call of this desk.` };
  const persons = calls.find((call) => PERSONS_ONLY.some((prefix) => call.startsWith(prefix)));
  if (persons !== undefined)
    return { reason: 'unknown-call', text: `${persons} is for persons: no key may make it.` };
  const trades = algoId === null ? calls.find((call) => known.tradingCalls.has(call)) : undefined;
  if (trades === undefined) return null;
  return {
    reason: 'key-may-not-trade',
    text: `${trades} trades: a key may make it only under a registered algo id.`,
  };
}

/** Calls that a key has left, as milliseconds of its rate: a call costs 1000 / rate of them. */
export interface Bucket {
  readonly leftMs: number;
  readonly atMs: number;
}
const CALL_COSTS_MS = 1_000 / KEY_CALLS_A_SECOND;
const FULL_MS = KEY_BURST * CALL_COSTS_MS;

/** The bucket after one more call; null when the call comes too fast. A clock that was set back adds nothing. */
export function takeCall(bucket: Bucket | undefined, nowMs: number): Bucket | null {
  const gained = bucket === undefined ? FULL_MS : bucket.leftMs + Math.max(0, nowMs - bucket.atMs);
  const leftMs = Math.min(FULL_MS, gained) - CALL_COSTS_MS;
  return leftMs < 0 ? null : { leftMs, atMs: nowMs };
}
