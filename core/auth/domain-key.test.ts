import { describe, expect, it } from 'vitest';
import type { Bucket } from './domain-key.ts';
import { KEY_BURST, KEY_CALLS_A_SECOND, callsRefusal, rememberKeyMade, takeCall } from './domain-key.ts';
import type { Keys } from './domain-key.ts';

const KNOWN = {
  allCalls: new Set(['positions.list', 'trades.place', 'auth.reset', 'approvals.give']),
  tradingCalls: new Set(['trades.place']),
};

/** Calls that go through of `tries` at one moment. */
function through(bucket: Bucket | undefined, tries: number, nowMs: number): [number, Bucket | undefined] {
  let left = bucket;
  let count = 0;
  for (let n = 0; n < tries; n += 1) {
    const next = takeCall(left, nowMs);
    if (next === null) continue;
    left = next;
    count += 1;
  }
  return [count, left];
}

describe('the rate of a key', () => {
  it('is forty at once and then twenty a second', () => {
    const [first, empty] = through(undefined, 100, 0);
    expect(first).toBe(KEY_BURST);
    expect(through(empty, 100, 1_000)[0]).toBe(KEY_CALLS_A_SECOND);
    expect(through(empty, 100, 49)[0]).toBe(0);
    expect(through(empty, 100, 3_600_000)[0]).toBe(KEY_BURST);
  });

  it('gains nothing from a clock that was set back', () => {
    const [, empty] = through(undefined, 100, 10_000);
    expect(through(empty, 100, 5_000)[0]).toBe(0);
  });
});

describe('the calls of a key', () => {
  it.each([
    ['reading', ['positions.list'], null, null],
    ['trading under an algo id', ['trades.place'], 'ALGO-7', null],
    ['trading under none', ['positions.list', 'trades.place'], null, 'key-may-not-trade'],
    ['what is no call', ['positions.drop'], null, 'unknown-call'],
    ['identity', ['auth.reset'], 'ALGO-7', 'unknown-call'],
    ['agreeing in a person’s place', ['approvals.give'], 'ALGO-7', 'unknown-call'],
  ])('%s: %j under %s is %s', (_what, calls, algoId, reason) => {
    expect(callsRefusal({ calls, algoId }, KNOWN)?.reason ?? null).toBe(reason);
  });

  it('are remembered for two hundred dead keys, and for every live one', () => {
    const keys: Keys = new Map();
    const made = (id: string, expiresAtMs: number): void => {
      const about = { name: id, user: 'asha', calls: [], algoId: null, by: 'asha' };
      rememberKeyMade(keys, { kind: 'api-key-made', v: 1, id, expiresAtMs, ...about }, 1_000);
    };
    made('live', 2_000);
    for (let n = 0; n < 300; n += 1) made(`dead ${n}`, 500);
    expect(keys.size).toBe(201);
    expect(keys.has('live')).toBe(true);
    expect(keys.has('dead 99')).toBe(false);
    expect(keys.has('dead 100')).toBe(true);
  });
});
