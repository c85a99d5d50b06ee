import type { FillKey } from '#core/orders/events.ts';
import type { Product } from '#core/model/product.ts';
import type { CutTest } from './snapshot.ts';

/**
 * Which of today's trades are already in a position file, and what net positions that leaves possible.
 *
 * 1. A trade of another day is decided by its day; one of an order released after the file came in is not in it.
 * 2. Else the cut decides; where there is none, or the trade number is no number, both are possible.
 * 3. What a trade adds to the file's net is what it truly is less what the file holds of it. Busts, corrections
 *    and conflicting reports widen one or the other; the order of facts decides, never a clock.
 */

/** What a report said of a trade, and the journal's seq of that report. */
export interface TradeContent {
  readonly quantity: number;
  readonly priceE4: number;
  readonly seq: number;
}

/** One trade, ours or not. Replaced as a whole by each fact about it. */
export interface Trade {
  readonly key: FillKey;
  readonly sign: 1 | -1;
  /** Digits of the trading date. */
  readonly day: string;
  /** Null: not known to which product it belongs. */
  readonly product: Product | null;
  /** Seq of our order's release; null for a trade that is not ours. */
  readonly releasedSeq: number | null;
  /** What it was believed to be, oldest first, the last one stands; empty when only its bust is known. */
  readonly contents: readonly TradeContent[];
  /** What another report claims under the same key, until a bust or a correction settles it. */
  readonly claims: readonly TradeContent[];
  readonly bustedSeq: number | null;
}

/** `listed`: the file names it; `in`: it is before the cut; `maybe`: nobody can say. */
export type Standing = 'out' | 'in' | 'listed' | 'maybe';

/** What a trade is held against. `seq` 0 and no day stand for "no file at all". */
export interface Yardstick {
  readonly seq: number;
  readonly day: string | null;
  readonly cut: CutTest | null;
}

export function standingOf(trade: Trade, baseline: Yardstick): Standing {
  if (baseline.day !== null && trade.day > baseline.day) return 'out';
  if (trade.releasedSeq !== null && trade.releasedSeq > baseline.seq) return 'out';
  if (baseline.day !== null && trade.day < baseline.day) return 'in';
  const { cut } = baseline;
  if (cut === null) return 'maybe';
  switch (cut.kind) {
    case 'none-of-today':
      return 'out';
    case 'last-trade':
      if (!/^\d+$/.test(trade.key.tradeId)) return 'maybe';
      return BigInt(trade.key.tradeId) <= cut.tradeNumber ? 'in' : 'out';
    case 'trades':
      return cut.tradeNumbers.has(trade.key.tradeId) ? 'listed' : 'out';
  }
}

/** All net positions from `low` to `high` units; the ends themselves can be true. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export const NOTHING: Span = { low: 0, high: 0 };

export function addSpans(one: Span, other: Span): Span {
  return { low: one.low + other.low, high: one.high + other.high };
}

/** Units from one to the nearest end of the other, signed; 0 where both can be true of one net. */
export function gapBetween(one: Span, other: Span): number {
  if (other.low > one.high) return other.low - one.high;
  return other.high < one.low ? other.high - one.low : 0;
}

/** The span and everything up to so many units beside it. */
export function stretched(span: Span, units: number): Span {
  return { low: span.low + Math.min(0, units), high: span.high + Math.max(0, units) };
}

/** A span that may also not be there at all. */
export function orNothing(span: Span): Span {
  return { low: Math.min(0, span.low), high: Math.max(0, span.high) };
}

/** What the trade may add to the net units of a file in which it has this standing. */
export function spanOf(trade: Trade, standing: Standing): Span {
  const truth = trueQuantities(trade);
  const held = heldQuantities(trade, standing);
  const least = Math.min(...truth) - Math.max(...held);
  const most = Math.max(...truth) - Math.min(...held);
  return trade.sign === 1 ? { low: least, high: most } : { low: 0 - most, high: 0 - least };
}

/** Units that may be closed whatever is true: the smallest magnitude, 0 when the sign is in doubt. */
export function closableOf(span: Span): number {
  if (span.low > 0) return span.low;
  return span.high < 0 ? -span.high : 0;
}

/** The content that stands; null when annulled or never told. */
export function presentContent(trade: Trade): TradeContent | null {
  return trade.bustedSeq === null ? (trade.contents.at(-1) ?? null) : null;
}

/** Two reports under one key: either may be true, or both (a number used twice). */
function trueQuantities(trade: Trade): readonly number[] {
  const present = presentContent(trade);
  if (present === null) return [0];
  const claimed = trade.claims.map((claim) => claim.quantity);
  const all = claimed.reduce((sum, quantity) => sum + quantity, present.quantity);
  return [present.quantity, ...claimed, all];
}

function heldQuantities(trade: Trade, standing: Standing): readonly number[] {
  if (standing === 'out') return [0];
  const told = [...trade.contents, ...trade.claims].map((content) => content.quantity);
  const both = trade.claims.length === 0 ? [] : trueQuantities(trade);
  const gone = standing === 'maybe' || told.length === 0 || (standing === 'in' && trade.bustedSeq !== null);
  return gone ? [...told, ...both, 0] : [...told, ...both];
}
