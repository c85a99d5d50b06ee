import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

describe('backoffMs', () => {
  const policy = { firstMs: 500, maxMs: 5_000 };
  it.each([
    [1, 0, 500],
    [2, 0, 1_000],
    [4, 0, 4_000],
    [5, 0, 5_000],
    [5_000, 0, 5_000],
    [0, 0, 500],
    [1, 0.5, 375],
  ])('attempt %i with chance %d waits %i ms', (attempt, chance, expected) => {
    expect(backoffMs(policy, attempt, chance)).toBe(expected);
  });
});
