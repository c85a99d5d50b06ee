import { describe, expect, it } from 'vitest';
import { createRateBucket } from './rate.ts';

describe('a sliding second over all messages', () => {
  it('allows so many in any second, wherever the second starts', () => {
    const bucket = createRateBucket(10);
    const transcript: [atMs: number, allowed: number, sent: number][] = [];
    for (const [atMs, wanted] of [
      [0, 6],
      [500, 6],
      [999, 6],
      [1000, 6],
      [1499, 6],
      [1500, 20],
      [9000, 20],
    ] as const) {
      const allowed = bucket.allowance(atMs);
      const sent = Math.min(allowed, wanted);
      bucket.take(atMs, sent);
      transcript.push([atMs, allowed, sent]);
    }
    expect(transcript).toEqual([
      [0, 10, 6],
      [500, 4, 4],
      [999, 0, 0],
      [1000, 6, 6],
      [1499, 0, 0],
      [1500, 4, 4],
      [9000, 10, 10],
    ]);
  });

  it('never refuses when the rate is off', () => {
    const bucket = createRateBucket(null);
    bucket.take(0, 1_000_000);
    expect(bucket.allowance(0)).toBe(Number.POSITIVE_INFINITY);
  });
});
