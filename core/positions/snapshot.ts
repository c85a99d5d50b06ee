import { dayOf, isSurelyAfter } from '#core/model/as-of.ts';
import type { InstrumentId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { BaselineRow } from './baseline.ts';
import type { Cut, PositionsImported } from './events.ts';

/** `NSE:FO`: where a cut and a drop copy apply. */
export type SegmentKey = string;

export function segmentKey(of: Pick<Instrument, 'exchange' | 'segment'>): SegmentKey {
  return `${of.exchange}:${of.segment}`;
}

/** A cut as it is asked: is this trade number in the file? */
export type CutTest =
  | { readonly kind: 'none-of-today' }
  | { readonly kind: 'last-trade'; readonly tradeNumber: bigint }
  | { readonly kind: 'trades'; readonly tradeNumbers: ReadonlySet<string> };

/** One imported position file, shared by its rows. */
export interface Snapshot {
  /** Where its fact stands in the journal: what was released later can not be in it. */
  readonly seq: number;
  readonly source: string;
  readonly asOfMs: number;
  /** Digits only, so that `2026-11-23` and `20261123` compare. */
  readonly day: string;
  readonly tradingDate: string;
  /** Every row of the file came in. */
  readonly whole: boolean;
  readonly startOfDay: boolean;
  readonly cuts: ReadonlyMap<SegmentKey, CutTest | 'contradictory'>;
  readonly instrumentIds: ReadonlySet<InstrumentId>;
}

export function snapshotOf(seq: number, fact: PositionsImported, rows: readonly BaselineRow[]): Snapshot {
  const cuts = new Map<SegmentKey, CutTest | 'contradictory'>();
  for (const cut of fact.cuts) {
    if (cut.kind === 'none-of-today') continue;
    const key = segmentKey(cut);
    cuts.set(key, cuts.has(key) ? 'contradictory' : testOf(cut));
  }
  return {
    seq,
    source: fact.source,
    asOfMs: fact.asOfMs,
    day: dayOf(fact.tradingDate),
    tradingDate: fact.tradingDate,
    whole: fact.refused === 0,
    startOfDay: fact.cuts.some((cut) => cut.kind === 'none-of-today'),
    cuts,
    instrumentIds: new Set(rows.map((row) => row.instrumentId)),
  };
}

/**
 * The cut that counts for a row of this file: its segment's own, else the start of day. A row that has trades of
 * today in it contradicts "start of day"; two cuts for one segment contradict each other: both are no cut.
 */
export function cutFor(
  snapshot: Snapshot,
  segment: SegmentKey | null,
  row: BaselineRow | null,
): CutTest | null {
  const own = segment === null ? undefined : snapshot.cuts.get(segment);
  if (own === 'contradictory') return null;
  if (own !== undefined) return own;
  if (!snapshot.startOfDay) return null;
  const tradedToday = row !== null && (row.dayBuyQuantity !== 0 || row.daySellQuantity !== 0);
  return tradedToday ? null : { kind: 'none-of-today' };
}

/** True when `one` tells of a later moment than `other`. A file that comes in later may be the older one. */
export function isLater(one: Snapshot, other: Snapshot): boolean {
  return one.day === other.day ? one.asOfMs > other.asOfMs : one.day > other.day;
}

/** True when the file has in it what drop copy missed of the segment up to that moment: by its own cut, and later. */
export function hasMissed(snapshot: Snapshot, segment: SegmentKey, missedMs: number): boolean {
  const cut = snapshot.cuts.get(segment);
  return cut !== undefined && cut !== 'contradictory' && isSurelyAfter(snapshot, missedMs);
}

function testOf(cut: Exclude<Cut, { kind: 'none-of-today' }>): CutTest {
  return cut.kind === 'last-trade'
    ? { kind: 'last-trade', tradeNumber: BigInt(cut.tradeNumber) }
    : { kind: 'trades', tradeNumbers: new Set(cut.tradeNumbers) };
}
