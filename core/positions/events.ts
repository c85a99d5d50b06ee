import type { Exchange, Segment } from '#core/model/instrument.ts';

/**
 * Which of today's trades a baseline already contains, per exchange segment.
 * `none-of-today`: the start of day. `last-trade`: every trade of the segment up to that number.
 * `trades`: exactly these trade numbers. Without a cut the overlap is unknown and the row is an interval.
 */
export type Cut =
  | { readonly kind: 'none-of-today' }
  | {
      readonly kind: 'last-trade';
      readonly exchange: Exchange;
      readonly segment: Segment;
      readonly tradeNumber: number;
    }
  | {
      readonly kind: 'trades';
      readonly exchange: Exchange;
      readonly segment: Segment;
      readonly tradeNumbers: readonly string[];
    };

/** Net positions came in from a file or from main. The rows lie beside the log, under the hash. */
export interface PositionsImported {
  readonly kind: 'positions-imported';
  readonly v: 1;
  readonly source: string;
  /** SHA-256 of the imported bytes; the key of the rows. */
  readonly sha256: string;
  readonly rows: number;
  readonly refused: number;
  readonly asOfMs: number;
  readonly tradingDate: string;
  readonly cuts: readonly Cut[];
  readonly by: string;
}

/** Margin shortfall list of RMS: authority for rows of an exit-all. */
export interface ShortfallListImported {
  readonly kind: 'shortfall-list-imported';
  readonly v: 1;
  readonly source: string;
  readonly sha256: string;
  readonly rows: number;
  readonly asOfMs: number;
  readonly by: string;
}

/** Drop copy (or the exchange's download) covers the venue's whole day up to now, or no longer does. */
export interface CoverageChanged {
  readonly kind: 'coverage-changed';
  readonly v: 1;
  readonly exchange: Exchange;
  readonly segment: Segment;
  readonly covered: boolean;
  /** What was missed will not come again: only a later position file with a cut of the segment, or the next day, mends it. */
  readonly lasting?: boolean;
  readonly why: string;
}

export type PositionFact = PositionsImported | ShortfallListImported | CoverageChanged;
