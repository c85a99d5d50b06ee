import type { Quote } from '#core/exchange/port.ts';
import { assetClassOf, type Instrument } from '#core/model/instrument.ts';
import type { AssetClass, ClassProfit, PositionFilter, PositionShown, ProfitSummary } from './contract.ts';
import { netOf, unrealisedE4 } from './money.ts';
import type { PositionRow } from './port.ts';

/** What stands beside a journalled row at the moment of asking. */
export interface Beside {
  readonly instrument: Instrument | null;
  readonly quote: Quote | null;
  readonly shortfall: string | null;
  /** Units that orders pin on the closing side. */
  readonly reserved: number;
  readonly nowMs: number;
}

const CLASSES: readonly AssetClass[] = ['equity', 'fno', 'currency', 'commodity'];

/** A row of the grid: the journalled row with its contract, its price and what it would make at that price. */
export function shown(row: PositionRow, beside: Beside): PositionShown {
  const { instrument } = beside;
  const price = priceOf(beside);
  return {
    ...row,
    warnings: [...row.warnings],
    contract:
      instrument === null
        ? null
        : {
            exchange: instrument.exchange,
            segment: instrument.segment,
            assetClass: assetClassOf(instrument),
            symbol: instrument.symbol,
            underlying: instrument.underlying,
            expiry: instrument.expiry,
            lotSize: instrument.lotSize,
          },
    net: netOf(row),
    dayQuantity: row.boughtQuantity - row.soldQuantity,
    unrealisedE4: unrealisedOf(row, instrument, price?.priceE4 ?? null),
    price,
    shortfall: beside.shortfall,
    reserved: beside.reserved,
  };
}

/** True when the filter asks for the row. A row that may be open is open. */
export function matches(row: PositionRow, instrument: Instrument | null, filter: PositionFilter): boolean {
  if (filter.account !== undefined && row.account !== filter.account) return false;
  if (filter.product !== undefined && row.product !== filter.product) return false;
  if (filter.proof !== undefined && row.proof !== filter.proof) return false;
  if (filter.exchange !== undefined && !row.instrumentId.startsWith(`${filter.exchange}:`)) return false;
  if (filter.openOnly === true && !isOpen(row)) return false;
  const assetClass = instrument === null ? null : assetClassOf(instrument);
  return filter.assetClass === undefined || assetClass === filter.assetClass;
}

/** Profit per class. Totals of a whole book do not fit a number, so they are BigInt. */
export function summarise(rows: Iterable<readonly [PositionRow, Beside]>): ProfitSummary {
  const sums = new Map(CLASSES.map((assetClass) => [assetClass, emptySum(assetClass)]));
  let unknownRows = 0;
  for (const [row, beside] of rows) {
    const sum = beside.instrument === null ? undefined : sums.get(assetClassOf(beside.instrument));
    if (sum === undefined) unknownRows += 1;
    else count(sum, row, beside);
  }
  const classes = [...sums.values()];
  return {
    classes,
    realisedE4: classes.reduce((total, sum) => total + sum.realisedE4, 0n),
    unrealisedE4: classes.reduce((total, sum) => total + sum.unrealisedE4, 0n),
    unknownRows,
  };
}

function count(sum: ClassProfit, row: PositionRow, beside: Beside): void {
  const unrealised = unrealisedOf(row, beside.instrument, priceOf(beside)?.priceE4 ?? null);
  sum.rows += 1;
  if (isOpen(row)) sum.openRows += 1;
  if (row.proof === 'unproven') sum.unprovenRows += 1;
  if (unrealised === null) sum.unpricedRows += 1;
  sum.realisedE4 += BigInt(row.realisedE4);
  sum.unrealisedE4 += BigInt(unrealised ?? 0);
}

function emptySum(assetClass: AssetClass): ClassProfit {
  return {
    assetClass,
    rows: 0,
    openRows: 0,
    unprovenRows: 0,
    unpricedRows: 0,
    realisedE4: 0n,
    unrealisedE4: 0n,
  };
}

function isOpen(row: PositionRow): boolean {
  return row.netLow !== 0 || row.netHigh !== 0;
}

/** A flat position makes nothing at any price. */
function unrealisedOf(
  row: PositionRow,
  instrument: Instrument | null,
  priceE4: number | null,
): number | null {
  if (netOf(row) === 0) return 0;
  return instrument === null || priceE4 === null ? null : unrealisedE4(row, instrument, priceE4);
}

function priceOf({ instrument, quote, nowMs }: Beside): PositionShown['price'] {
  if (quote !== null && quote.lastE4 > 0) {
    return { priceE4: quote.lastE4, source: 'live', ageMs: Math.max(0, nowMs - quote.atMs) };
  }
  if (instrument === null || instrument.filePriceE4 === 0) return null;
  return { priceE4: instrument.filePriceE4, source: 'file', ageMs: null };
}
