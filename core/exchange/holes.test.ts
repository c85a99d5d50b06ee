import { describe, expect, it } from 'vitest';
import type { Fact } from '#core/events.ts';
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
const book: Fact = {
  kind: 'positions-imported',
  v: 1,
  source: 'eod',
  sha256: 'x',
  rows: 1,
  refused: 0,
  asOfMs: 1,
  tradingDate: '2026-11-23',
  cuts: [],
  by: 'dealer',
};

describe('trades that were missed for good', () => {
  it.each<[string, readonly Fact[], string | null]>([
    ['nothing missed', [], null],
    ['a line that was down says everything again', [down], null],
    ['lost numbers stay lost', [lost, down], 'numbers lost'],
    ['a newer book has them', [lost, book], null],
    ['an older book has not', [book, lost], 'numbers lost'],
    ['the next day begins anew', [lost, day], null],
  ])('%s', (_name, facts, expected) => {
    const holes = createHoles();
    for (const fact of facts) holes.remember(fact);
    expect(holes.why([FO])).toBe(expected);
    expect(holes.why([{ exchange: 'NSE', segment: 'CM' }])).toBeNull();
  });
});
