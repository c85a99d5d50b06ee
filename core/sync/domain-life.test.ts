import { describe, expect, it } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import { DROP_COPY_LAG_MS, Life, SIGN_LASTS_MS } from './domain-life.ts';

const LOST_MS = 1_000_000;
const SEEN_MS = LOST_MS + 20_000;

const order = (over: Record<string, unknown> = {}): Fact =>
  ({
    kind: 'foreign-order-seen',
    v: 1,
    venue: 'nse-fo',
    exchangeOrderId: '4711',
    account: 'C1',
    instrumentId: 'NSE:NIFTY26NOVFUT',
    product: 'MIS',
    side: 'buy',
    quantity: 65,
    openQuantity: 65,
    source: 'drop-copy',
    ...over,
  }) as unknown as Fact;
const covered = {
  kind: 'coverage-changed',
  v: 1,
  exchange: 'NSE',
  segment: 'FO',
  covered: true,
} as unknown as Fact;
const started = { kind: 'desk-started' } as unknown as Fact;

/** How many signs there are, some time after the facts came one after the other. */
function signs(facts: readonly Fact[], at: { seenMs?: number; nowMs?: number } = {}): number {
  const { seenMs = SEEN_MS } = at;
  const { nowMs = seenMs + 1_000 } = at;
  const life = new Life({ isHome: (account) => account === 'C1', segmentOf: () => 'NSE:FO' });
  for (const fact of facts) life.apply({ epoch: 1, seq: 1, atMs: seenMs, fact } as Entry);
  return life.signs(nowMs, LOST_MS).length;
}

describe("main's life on drop copy", () => {
  it.each<[string, readonly Fact[], number]>([
    ['an order that nobody had seen', [covered, order()], 1],
    ['another word about it', [covered, order(), order({ openQuantity: 0 })], 1],
    ['one of the file of pending orders', [covered, order({ source: 'file' }), order()], 0],
    ['the history of the day, before the segment is covered', [order(), covered], 0],
    ['the same after a restart', [covered, started, order()], 0],
    ['an account that is at home at another desk, which closes it', [covered, order({ account: 'C2' })], 0],
  ])('%s', (_what, facts, wanted) => {
    expect(signs(facts)).toBe(wanted);
  });

  it('is of now: not of before main fell silent, nor of long ago', () => {
    const facts = [covered, order()];
    expect([
      signs(facts, { seenMs: LOST_MS + DROP_COPY_LAG_MS, nowMs: LOST_MS + DROP_COPY_LAG_MS + 1 }),
      signs(facts, { nowMs: SEEN_MS + SIGN_LASTS_MS - 1 }),
      signs(facts, { nowMs: SEEN_MS + SIGN_LASTS_MS }),
    ]).toEqual([0, 1, 0]);
  });
});
