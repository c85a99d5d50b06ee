import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LAST_ADMIN_MOST_MS,
  LOCKOUT_ENTRIES_MAX,
  LOCKOUT_RULES,
  REFUSALS_A_MINUTE,
  factsLeft,
  lockMs,
  lockedTry,
  lockouts,
  noLockouts,
  rememberLock,
  rememberRefusal,
  rememberReleased,
  rememberSignedIn,
  waitMs,
  waitText,
  wrongTry,
} from './domain-lockout.ts';
import type { LockoutState, Try } from './domain-lockout.ts';

const NOW = 1_795_000_020_000;
const MINUTE = 60_000;
const ASHA: Try = { user: 'asha', origin: '10.0.0.7', lastAdmin: false };

/** As the journal does: what was decided is remembered. */
function wrong(state: LockoutState, tried: Try, nowMs: number, reason = 'wrong-password'): void {
  for (const fact of wrongTry(state, tried, reason, 0, nowMs)) {
    if (fact.kind === 'locked-out') rememberLock(state, fact, nowMs);
    else rememberRefusal(state, fact, nowMs);
  }
}

describe('lockout of a person', () => {
  it.each([
    [1, 0],
    [4, 0],
    [5, 30],
    [6, 60],
    [7, 120],
    [8, 240],
    [9, 480],
    [10, 900],
    [11, 900],
    [5_000, 900],
  ])('%d wrong tries in a row wait %d s', (failures, seconds) => {
    expect(lockMs('user', failures, false)).toBe(seconds * 1_000);
  });

  it('grows from try to try and never shrinks (property)', () => {
    const rule = fc.constantFrom('user' as const, 'origin' as const);
    fc.assert(
      fc.property(rule, fc.nat(10_000), fc.nat(10_000), fc.boolean(), (what, a, b, lastAdmin) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(lockMs(what, less, lastAdmin)).toBeLessThanOrEqual(lockMs(what, more, lastAdmin));
        expect(lockMs(what, more, lastAdmin)).toBeLessThanOrEqual(LOCKOUT_RULES[what].mostMs);
        expect(lockMs(what, more, true)).toBeLessThanOrEqual(LAST_ADMIN_MOST_MS);
      }),
    );
  });

  it('is never made shorter by one more wrong try, whenever it comes (property)', () => {
    const gaps = fc.array(fc.nat(70 * MINUTE), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(gaps, fc.boolean(), (times, lastAdmin) => {
        const state = noLockouts();
        const elsewhere = { ...ASHA, origin: 'elsewhere', lastAdmin };
        let nowMs = NOW;
        for (const [n, gap] of times.entries()) {
          nowMs += gap;
          const before = waitMs(state, elsewhere, nowMs);
          wrong(state, { ...ASHA, origin: `o${n}`, lastAdmin }, nowMs);
          expect(waitMs(state, elsewhere, nowMs)).toBeGreaterThanOrEqual(before);
        }
        const most = lastAdmin ? LAST_ADMIN_MOST_MS : LOCKOUT_RULES.user.mostMs;
        expect(waitMs(state, elsewhere, nowMs)).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('holds from anywhere, ends by itself and forgives nothing at its end', () => {
    const state = noLockouts();
    for (let n = 0; n < 5; n += 1) wrong(state, { ...ASHA, origin: `10.0.0.${n}` }, NOW);
    const elsewhere = { ...ASHA, origin: '10.9.9.9' };
    expect(waitMs(state, elsewhere, NOW + 1_000)).toBe(29_000);
    expect(waitMs(state, { ...elsewhere, user: 'ravi' }, NOW)).toBe(0);
    expect(waitMs(state, elsewhere, NOW + 30_000)).toBe(0);
    wrong(state, elsewhere, NOW + 30_000);
    expect(waitMs(state, elsewhere, NOW + 30_000)).toBe(60_000);
    expect(lockouts(state, NOW + 30_000, 10)).toEqual([
      { what: 'user', who: 'asha', failures: 6, untilMs: NOW + 90_000 },
    ]);
  });

  it('is forgotten after an hour without a wrong try', () => {
    const state = noLockouts();
    for (let n = 0; n < 4; n += 1) wrong(state, ASHA, NOW);
    wrong(state, ASHA, NOW + 3_600_001);
    expect(waitMs(state, ASHA, NOW + 3_600_001)).toBe(0);
    expect(state.user.get('asha')?.failures).toBe(1);
  });

  it('is no longer than a minute for the last admin, also when they became it afterwards', () => {
    const state = noLockouts();
    for (let n = 0; n < 12; n += 1) wrong(state, { ...ASHA, origin: `10.0.1.${n}` }, NOW);
    const elsewhere = { ...ASHA, origin: '10.9.9.9' };
    expect(waitMs(state, elsewhere, NOW)).toBe(15 * MINUTE);
    expect(waitMs(state, { ...elsewhere, lastAdmin: true }, NOW)).toBe(LAST_ADMIN_MOST_MS);
    const origin = noLockouts();
    for (let n = 0; n < 30; n += 1) wrong(origin, { ...ASHA, user: `u${n}` }, NOW);
    expect(waitMs(origin, { ...ASHA, user: 'ravi' }, NOW)).toBe(15 * MINUTE);
    expect(waitMs(origin, { ...ASHA, user: 'ravi', lastAdmin: true }, NOW)).toBe(LAST_ADMIN_MOST_MS);
  });

  it('does not hold a person when the clock was set back', () => {
    const state = noLockouts();
    for (let n = 0; n < 10; n += 1) wrong(state, { ...ASHA, origin: `10.0.1.${n}` }, NOW);
    expect(waitMs(state, { ...ASHA, origin: 'x' }, NOW - 86_400_000)).toBe(0);
  });

  it('ends when both factors were right, and forgives that person only', () => {
    const state = noLockouts();
    for (let n = 0; n < 3; n += 1) wrong(state, ASHA, NOW + n * MINUTE);
    for (let n = 0; n < 4; n += 1) wrong(state, { ...ASHA, user: 'ravi' }, NOW + n * MINUTE);
    rememberSignedIn(state, 'asha', ASHA.origin);
    expect(state.user.has('asha')).toBe(false);
    expect(state.user.get('ravi')?.failures).toBe(4);
    expect(state.origin.get(ASHA.origin)?.failures).toBe(4);
  });

  it('ends when it is released', () => {
    const state = noLockouts();
    for (let n = 0; n < 5; n += 1) wrong(state, { ...ASHA, origin: `10.0.0.${n}` }, NOW);
    rememberReleased(state, 'user', 'asha');
    expect(waitMs(state, { ...ASHA, origin: 'x' }, NOW)).toBe(0);
  });
});

describe('lockout of an origin', () => {
  it('waits from the twentieth wrong try on, in whosever name', () => {
    const state = noLockouts();
    // Nine a minute: the bound of facts stays out of it.
    const at = (n: number): number => NOW + Math.floor(n / 9) * MINUTE;
    for (let n = 0; n < 19; n += 1) wrong(state, { ...ASHA, user: `u${n}` }, at(n));
    expect(waitMs(state, { ...ASHA, user: 'ravi' }, at(19))).toBe(0);
    wrong(state, { ...ASHA, user: 'u19' }, at(19));
    expect(waitMs(state, { ...ASHA, user: 'ravi' }, at(19))).toBe(30_000);
    expect(waitMs(state, { ...ASHA, user: 'ravi', origin: '10.0.0.8' }, at(19))).toBe(0);
  });

  it.each(['wrong-setup-code', 'no-break-glass'])('counts %s, which is in nobody’s name', (reason) => {
    const state = noLockouts();
    wrong(state, { ...ASHA, user: null }, NOW, reason);
    expect(state.origin.get(ASHA.origin)?.failures).toBe(1);
    expect(state.user.size).toBe(0);
  });

  it('writes down ten refusals a minute and lets the eleventh try wait for the next minute', () => {
    const state = noLockouts();
    for (let n = 0; n < REFUSALS_A_MINUTE; n += 1) {
      expect(waitMs(state, { ...ASHA, user: `u${n}` }, NOW)).toBe(0);
      wrong(state, { ...ASHA, user: `u${n}` }, NOW);
    }
    expect(factsLeft(state, ASHA.origin, NOW)).toBe(0);
    const wait = waitMs(state, { ...ASHA, user: 'ravi' }, NOW);
    expect(wait).toBeGreaterThan(0);
    expect(waitMs(state, { ...ASHA, user: 'ravi' }, NOW + wait)).toBe(0);
    expect(waitMs(state, { ...ASHA, user: 'ravi', origin: '10.0.0.8' }, NOW)).toBe(0);
  });

  it('does not count a try while locked', () => {
    const state = noLockouts();
    for (let n = 0; n < 5; n += 1) wrong(state, ASHA, NOW);
    const before = waitMs(state, ASHA, NOW);
    rememberRefusal(state, lockedTry(ASHA, 0), NOW);
    expect(waitMs(state, ASHA, NOW)).toBe(before);
    expect(state.origin.get(ASHA.origin)?.failures).toBe(5);
  });
});

describe('what lockout remembers', () => {
  it('is bounded: whoever was quiet longest is forgotten', () => {
    const state = noLockouts();
    for (let n = 0; n < LOCKOUT_ENTRIES_MAX + 10; n += 1) {
      wrong(state, { user: `u${n}`, origin: `o${n}`, lastAdmin: false }, NOW);
    }
    expect(state.user.size).toBe(LOCKOUT_ENTRIES_MAX);
    expect(state.origin.size).toBe(LOCKOUT_ENTRIES_MAX);
    expect(state.minutes.size).toBe(LOCKOUT_ENTRIES_MAX);
    expect(state.user.has('u9')).toBe(false);
    expect(state.user.has('u10')).toBe(true);
  });

  it.each([
    [1, 'wait 1 s'],
    [59_001, 'wait 1 min 0 s'],
    [252_000, 'wait 4 min 12 s'],
  ])('says %d ms as "%s"', (ms, text) => {
    expect(waitText(ms)).toBe(text);
  });
});
