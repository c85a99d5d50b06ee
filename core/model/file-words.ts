import type { Cells } from '#core/lib/table.ts';
import { Exchange, instrumentId } from './instrument.ts';
import type { Instrument } from './instrument.ts';
import { Product } from './product.ts';

/**
 * What brokers' files of positions and orders have in common: words for products and units, and how a row names
 * its contract (docs/imports.md).
 */
export const PRODUCT_WORDS = {
  MIS: Product.enum.MIS,
  INTRADAY: Product.enum.MIS,
  NRML: Product.enum.NRML,
  NORMAL: Product.enum.NRML,
  CARRYFORWARD: Product.enum.NRML,
  CNC: Product.enum.CNC,
  DELIVERY: Product.enum.CNC,
} as const;

const UNIT_WORDS = { UNITS: 'units', LOTS: 'lots' } as const;

/** Finds a contract by exchange and trading symbol; null when no file of this desk has it. */
export type FindContract = (exchange: string, symbol: string) => Instrument | null;

/**
 * The contract of a row. One that this desk does not know is refused by name: without its lot and multiplier a
 * quantity means nothing.
 */
export function readContract<Name extends string>(
  cells: Cells<Name | 'exchange' | 'symbol'>,
  find: FindContract,
): Instrument | null {
  const exchange = cells.oneOf('exchange', Exchange.enum);
  const symbol = cells.word('symbol', 50);
  if (exchange === null || cells.bad !== null) return null;
  const found = find(exchange, symbol);
  if (found === null) {
    const name = instrumentId(exchange, symbol);
    cells.fail('symbol', `${name} is in no contract file of this desk: its lot and multiplier are unknown`);
  }
  return found;
}

/** What a quantity of the row counts: the column `unit` says so, else the note `# unit:` of the file. */
export function readUnit<Name extends string>(
  cells: Cells<Name | 'unit'>,
  fileUnit: string,
): 'units' | 'lots' {
  if (cells.has('unit')) return cells.oneOf('unit', UNIT_WORDS) ?? 'units';
  const unit = fileUnit.toUpperCase();
  if (unit === 'UNITS' || unit === 'LOTS') return UNIT_WORDS[unit];
  cells.fail('unit', 'neither the column "unit" nor a note "# unit: units|lots" says what quantities count');
  return 'units';
}

/** The account of a row: no blanks, at most 20 characters. */
export function readAccount<Name extends string>(cells: Cells<Name | 'account'>): string {
  const account = cells.word('account', 20);
  if (account.includes(' ')) cells.fail('account', 'blanks within the account');
  return account;
}
