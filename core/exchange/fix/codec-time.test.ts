import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUtc, parseUtc } from './codec-time.ts';

describe('times', () => {
  it.each([
    ['19700101-00:00:00.000', 0],
    ['20240229-23:59:59.999', 1_709_251_199_999],
    ['20261122-09:15:00.000', 1_795_338_900_000],
    ['21000228-12:00:00.000', 4_107_499_200_000],
  ])('%s', (text, atMs) => {
    expect(formatUtc(atMs)).toBe(text);
    expect(parseUtc(text)).toBe(atMs);
  });

  it.each([
    ['20261122-09:15:00', 1_795_338_900_000],
    ['20261122-09:15:00.123456', 1_795_338_900_123],
    ['20261122-09:15:00.12', undefined],
    ['20261122', undefined],
    ['20260229-09:15:00', undefined],
    ['20261322-09:15:00', undefined],
    ['20261122-24:15:00', undefined],
    ['20261122 09:15:00', undefined],
    ['2026112x-09:15:00', undefined],
    ['', undefined],
  ])('reads %s', (text, expected) => {
    expect(parseUtc(text)).toBe(expected);
  });

  it('are read back as written, and sort as they follow', () => {
    const atMs = fc.integer({ min: 0, max: 7_258_118_400_000 });
    fc.assert(
      fc.property(atMs, atMs, (first, second) => {
        expect(parseUtc(formatUtc(first))).toBe(first);
        expect(formatUtc(first) < formatUtc(second)).toBe(first < second);
      }),
    );
  });
});
