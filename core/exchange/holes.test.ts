import { describe, expect, it } from 'vitest';
import type { Fact } from '#core/events.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { createHoles } from './holes.ts';

const FO = { exchange: 'NSE', segment: 'FO' } as const;
const lost: Fact = {
  kind: 'coverage-changed',
  v: 1,
  ...FO,
  covered: false,
  lasting: true,
  why: 'numbers lost',
};
const down: Fact = { kind: 'coverage-changed', v: 1, ...FO, covered: false, why: 'line' };
const day: Fact = { kind: 'day-rolled', v: 1, from: '2026-11-23', to: '2026-11-24' };
const CUT = { kind: 'last-trade', ...FO, tradeNumber: 100 } as const;
const LOST_MS = instantOf('2026-11-23', 14 * 60);
const book = (more: Partial<Extract<Fact, { kind: 'positions-imported' }>>): Fact => ({
  kind: 'positions-imported',
  v: 1,
  source: 'eod',
  sha256: 'x',
  rows: 1,
  refused: 0,
  asOfMs: LOST_MS + 120_001,
  tradingDate: '2026-11-23',
  cuts: [CUT],
  by: 'dealer',
  ...more,
});

describe('trades that were missed for good', () => {
  it.each<[string, readonly Fact[], string | null]>([
    ['nothing missed', [], null],
    ['a line that was down says everything again', [down], null],
    ['lost numbers stay lost', [lost, down], 'numbers lost'],
    ['a later book has them, with a cut of the segment', [lost, book({})], null],
    ['a book that came before has not', [book({}), lost], 'numbers lost'],
    ['nor has one of before that comes in later', [lost, book({ asOfMs: LOST_MS - 1 })], 'numbers lost'],
    [
      'nor one that two clocks may have of before',
      [lost, book({ asOfMs: LOST_MS + 120_000 })],
      'numbers lost',
    ],
    ['nor one of a day before', [lost, book({ tradingDate: '2026-11-20' })], 'numbers lost'],
    ['nor one without a cut', [lost, book({ cuts: [] })], 'numbers lost'],
    ['nor one of the start of day', [lost, book({ cuts: [{ kind: 'none-of-today' }] })], 'numbers lost'],
    ['nor one of another market', [lost, book({ cuts: [{ ...CUT, segment: 'CM' }] })], 'numbers lost'],
    ['nor one whose cuts contradict each other', [lost, book({ cuts: [CUT, CUT] })], 'numbers lost'],
    ['nor when more was lost after it', [lost, book({}), lost], 'numbers lost'],
    ['the next day begins anew', [lost, day], null],
  ])('%s', (_name, facts, expected) => {
    const holes = createHoles();
    for (const fact of facts) holes.remember({ atMs: LOST_MS, fact });
    expect(holes.why([FO])).toBe(expected);
    expect(holes.why([{ exchange: 'NSE', segment: 'CM' }])).toBeNull();
  });
});
