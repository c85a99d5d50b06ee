import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { Cells, findColumns } from '#core/lib/table.ts';
import type { Columns, FileRefusal, Table, TableRow } from '#core/lib/table.ts';
import type { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import { parseE4 } from '#core/model/price.ts';
import { dayOf, finish } from './parse-contract.ts';
import type { ParsedRow } from './parse-contract.ts';

/** Kite's instruments dump: https://kite.trade/docs/connect/v3/market-quotes/ */
const NEEDED = [
  'instrument_token',
  'exchange_token',
  'tradingsymbol',
  'name',
  'last_price',
  'expiry',
  'strike',
  'tick_size',
  'lot_size',
  'instrument_type',
  'segment',
  'exchange',
] as const;
type Name = (typeof NEEDED)[number];

/** Where a contract trades, by the vendor's word. */
export const MARKETS = {
  NSE: ['NSE', 'CM'],
  BSE: ['BSE', 'CM'],
  NFO: ['NSE', 'FO'],
  BFO: ['BSE', 'FO'],
  CDS: ['NSE', 'CD'],
  BCD: ['BSE', 'CD'],
  MCX: ['MCX', 'COM'],
  NCO: ['NSE', 'COM'],
  NCDEX: ['NCDEX', 'COM'],
} as const satisfies Record<string, readonly [Exchange, Segment]>;

const KINDS = {
  EQ: ['equity', ''],
  FUT: ['future', ''],
  CE: ['option', 'CE'],
  PE: ['option', 'PE'],
} as const satisfies Record<string, readonly [Instrument['kind'], Instrument['optionType']]>;

export type RowReader = (row: TableRow) => ParsedRow;

/** Strike and tick are in rupees; MCX and currency orders count in lots and their lot is written as 1. */
export function kiteReader(source: string, table: Table): Result<RowReader, FileRefusal> {
  const columns = findColumns<Name>(source, table.header, { needed: NEEDED, optional: [] });
  if (!columns.ok) return columns;
  return ok((row) => readRow(columns.value, row));
}

function readRow(columns: Columns<Name>, row: TableRow): ParsedRow {
  const cells = new Cells<Name>(columns, row);
  const segment = cells.text('segment');
  if (segment === 'INDICES') return { skipped: 'index' };
  if (cells.text('exchange') === 'NSEIX') return { skipped: 'GIFT City' };
  const market = cells.oneOf('exchange', MARKETS);
  const kind = cells.oneOf('instrument_type', KINDS);
  const symbol = cells.word('tradingsymbol', 50);
  const isEquity = kind?.[0] === 'equity';
  const stated = {
    token: cells.word('exchange_token', 20),
    symbol,
    underlying: isEquity ? symbol : cells.word('name', 40),
    name: cells.text('name'),
    series: isEquity ? seriesOf(symbol) : '',
    isin: '',
    expiry: isEquity ? '' : readDay(cells, 'expiry'),
    strikeE4: kind?.[0] === 'option' ? cells.priceE4('strike', 1) : 0,
    optionType: kind?.[1] ?? '',
    lot: cells.integer('lot_size', 1, 10_000_000),
    tickE4: cells.priceE4('tick_size', 1),
    filePriceE4: Math.max(parseE4(cells.text('last_price')) ?? 0, 0),
  };
  const place =
    market === null || kind === null ? null : { exchange: market[0], segment: market[1], kind: kind[0] };
  return finish(cells, row.line, 'lot_size', place === null ? null : { ...stated, ...place });
}

/** `XYZ-BE` is of series BE; a symbol without one is of the normal series. */
export function seriesOf(symbol: string): string {
  return /-([A-Z0-9]{1,2})$/.exec(symbol)?.[1] ?? 'EQ';
}

/** A day that must be there. */
export function readDay<Column extends string>(cells: Cells<Column>, column: Column): string {
  const day = dayOf(cells.text(column));
  if (day === null) cells.fail(column, `${JSON.stringify(cells.text(column).slice(0, 40))} is no day`);
  return day ?? '';
}
