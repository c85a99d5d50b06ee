import type { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import type { AccountId, InstrumentId } from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import type { Side } from '#core/model/side.ts';
import type { RowKey } from '#core/square-off/events.ts';

/**
 * Net units of one row as the sources have it that disagree. `book`: its file (main's book) with the trades after
 * the file's cut. `exchange`: what was carried from the start of day with every trade of the day that it told.
 */
export interface Opinions {
  readonly book: number;
  readonly exchange: number;
}

/** One row of the net position grid, as far as it is journalled; live P&L is computed beside it from quotes. */
export interface PositionRow extends RowKey {
  /**
   * Net units over every possible overlap of baseline and trades, and over both opinions where the sources disagree;
   * equal when the baseline has a cut and nobody disagrees.
   */
  readonly netLow: number;
  readonly netHigh: number;
  /** Null where they agree, where there is only one, or where nobody can say which row of the contract it is. */
  readonly opinions: Opinions | null;
  /** From the start of day, no trade of today in it. */
  readonly carriedQuantity: number;
  readonly carriedValueE4: number;
  readonly boughtQuantity: number;
  readonly boughtValueE4: number;
  readonly soldQuantity: number;
  readonly soldValueE4: number;
  readonly realisedE4: number;
  /** Total cost of what is open, signed like the net. */
  readonly openCostE4: number;
  /** Smallest magnitude of net over every overlap and opinion; 0 when the sign is in doubt. */
  readonly closable: number;
  readonly closingSide: Side | null;
  readonly proof: 'proven' | 'unproven';
  /** Why it is unproven or red; empty when all is well. */
  readonly warnings: readonly PositionWarning[];
  readonly source: string;
  readonly asOfMs: number;
  /** From the baseline file: why this may not be closed by exit-all (T1, pledged, BE series...); empty when it may. */
  readonly restriction: 'none' | 't1' | 'pledged' | 'trade-to-trade' | 'holding';
}

export type PositionWarning =
  | 'no-cut'
  | 'sign-in-doubt'
  | 'drop-copy-down'
  | 'no-drop-copy'
  | 'unattributed-fill'
  | 'fill-conflict'
  | 'sources-disagree'
  | 'overcommitted'
  | 'contract-changed'
  | 'unknown-instrument'
  | 'stale';

export interface PositionsPort {
  row(key: RowKey): PositionRow | null;
  rows(): Iterable<PositionRow>;
  rowsOf(account: AccountId): readonly PositionRow[];
  /** Units that exits of this row may use in all, on the given side: 0 on the side that would open or increase. */
  closable(key: RowKey, side: Side): number;
  /** The same over all products of the account in the contract. */
  closableOfContract(account: AccountId, instrumentId: InstrumentId, side: Side): number;
  products(account: AccountId, instrumentId: InstrumentId): readonly Product[];
  /** Drop copy has every trade of today there up to now; null: it said nothing of today yet. */
  covered(exchange: Exchange, segment: Segment): boolean | null;
  /** On the RMS margin shortfall list. */
  shortfall(account: AccountId): { readonly reference: string } | null;
}

export interface InstrumentsPort {
  get(instrumentId: InstrumentId): Instrument | null;
  byToken(exchange: string, segment: string, token: string): Instrument | null;
  /** True when a later file changed token, lot, strike or ISIN of the contract since `tradingDate`. */
  changedSince(instrumentId: InstrumentId, tradingDate: string): boolean;
  all(): Iterable<Instrument>;
  count(): number;
}
