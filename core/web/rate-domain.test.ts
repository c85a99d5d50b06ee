import { describe, expect, it } from 'vitest';
import { createRate, plainAddress, rateKey } from './rate-domain.ts';

describe('a rate', () => {
  it('lets a key do its count at once, then one at a time, and says how long to wait', () => {
    const rate = createRate(3, 3_000);
    const take = (nowMs: number) => rate.take('a', nowMs);
    expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 1_000]);
    expect([take(999), take(1_000), take(1_000)]).toEqual([1, 0, 1_000]);
    // What was turned away counts for nothing; after a rest all of it is there again.
    expect([take(9_000), take(9_000), take(9_000), take(9_000)]).toEqual([0, 0, 0, 1_000]);
  });

  it('counts each key for itself, and forgets the idle ones before the busy one when there are many', () => {
    const rate = createRate(2, 2_000);
    for (let n = 0; n < 3; n += 1) rate.take('busy', 5_000);
    for (let n = 0; n < 4_200; n += 1) expect(rate.take(`other-${n}`, n < 4_000 ? 0 : 5_000)).toBe(0);
    expect(rate.take('busy', 5_000)).toBeGreaterThan(0);
  });
});

it.each([
  ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['::ffff:10.1.2.3', '10.1.2.3', '10.1.2.3'],
  [undefined, '', ''],
  ['fd00:1:2:3:4:5:6:7', 'fd00:1:2:3:4:5:6:7', 'fd00:1:2:3'],
  ['fd00:1:2:3::9', 'fd00:1:2:3::9', 'fd00:1:2:3'],
  ['fd00::9', 'fd00::9', 'fd00:0:0:0'],
  ['fe80::1%eth0', 'fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '::1', '0:0:0:0'],
])('the address %s is %s and counts as %s', (from, plain, key) => {
  expect([plainAddress(from), rateKey(plainAddress(from))]).toEqual([plain, key]);
});
