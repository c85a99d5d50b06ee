import { parseInstant } from '#core/model/market-clock.ts';
import { instrumentId } from '#core/model/instrument.ts';
import type { Exchange, Instrument, Segment, Settlement } from '#core/model/instrument.ts';
import type { BadRow, Cells } from '#core/lib/table.ts';
import { unitsOf } from './units.ts';

/** A row of a contract file: a contract, a row that is none by its nature (an index), or what is wrong with it. */
export type ParsedRow =
  | { readonly row: Instrument; readonly line: number }
  | { readonly skipped: string }
  | { readonly bad: BadRow };

/** What every contract file says in its own words. */
export interface StatedContract {
  readonly exchange: Exchange;
  readonly segment: Segment;
  readonly kind: Instrument['kind'];
  readonly token: string;
  readonly symbol: string;
  readonly underlying: string;
  readonly name: string;
  readonly series: string;
  readonly isin: string;
  readonly expiry: string;
  readonly strikeE4: number;
  readonly optionType: Instrument['optionType'];
  /** As the file counts it. */
  readonly lot: number;
  readonly tickE4: number;
  readonly filePriceE4: number;
  readonly freezeQuantity?: number;
  readonly lowerBandE4?: number;
  readonly upperBandE4?: number;
}

/** Currency contracts end at 12:30 on their last day (domain.md 9.4). */
const CURRENCY_LAST_MINUTE = 12 * 60 + 30;
const INDICES = new Set([
  'NIFTY',
  'BANKNIFTY',
  'FINNIFTY',
  'MIDCPNIFTY',
  'NIFTYNXT50',
  'SENSEX',
  'BANKEX',
  'SENSEX50',
]);
const SETTLED_IN_CASH = new Set(['CRUDEOIL', 'CRUDEOILM', 'NATURALGAS', 'NATGASMINI']);

/** The contract, or why its units are not known. */
function contractOf(stated: StatedContract): Instrument | string {
  const { exchange, segment, kind, underlying, lot, ...rest } = stated;
  const units = unitsOf(segment, underlying, lot);
  if (typeof units === 'string') return units;
  const { freezeQuantity = 0, lowerBandE4 = 0, upperBandE4 = 0 } = stated;
  return {
    instrumentId: instrumentId(exchange, stated.symbol),
    exchange,
    segment,
    kind,
    underlying,
    token: rest.token,
    symbol: rest.symbol,
    name: rest.name.slice(0, 120),
    series: rest.series,
    isin: rest.isin,
    expiry: rest.expiry,
    strikeE4: rest.strikeE4,
    optionType: rest.optionType,
    ...units,
    tickE4: rest.tickE4,
    freezeQuantity,
    lowerBandE4,
    upperBandE4,
    filePriceE4: rest.filePriceE4,
    settlement: settlementOf(segment, kind, underlying),
    lastTradingMinute: segment === 'CD' ? CURRENCY_LAST_MINUTE : 0,
    tenderStart: '',
    closingAuction: false,
  };
}

function settlementOf(segment: Segment, kind: Instrument['kind'], underlying: string): Settlement {
  switch (segment) {
    case 'CM':
      return 'delivery';
    case 'FO':
      return INDICES.has(underlying) ? 'cash' : 'physical';
    case 'CD':
      return 'cash';
    case 'COM':
      if (kind === 'option') return 'devolves';
      return SETTLED_IN_CASH.has(underlying) ? 'cash' : 'delivery';
  }
}

/** The finished row, or what the cells or the units had against it. */
export function finish<Name extends string>(
  cells: Cells<Name>,
  line: number,
  lotColumn: Name,
  stated: StatedContract | null,
): ParsedRow {
  if (cells.bad === null && stated !== null) {
    const contract = contractOf(stated);
    if (typeof contract !== 'string') return { row: contract, line };
    cells.fail(lotColumn, contract);
  }
  return { bad: cells.bad ?? { line, column: '', reason: 'not readable' } };
}

/** `2026-11-24`, `24NOV2026` or `24-Nov-2026` as `YYYY-MM-DD`; null when it is no day. */
export function dayOf(text: string): string | null {
  const iso = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : named(text);
  return iso !== null && parseInstant(iso) !== null ? iso : null;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function named(text: string): string | null {
  const [, day = '', name = '', year = ''] = /^(\d{1,2})-?([A-Za-z]{3})-?(\d{4})$/.exec(text) ?? [];
  const month = MONTHS.indexOf(name.toUpperCase()) + 1;
  if (month === 0) return null;
  return `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
}
