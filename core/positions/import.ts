import { Cells, findColumns } from '#core/lib/table.ts';
import type { BadRow, Columns, FileRefusal, Table, TableRow } from '#core/lib/table.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { AccountId } from '#core/model/ids.ts';
import { PRODUCT_WORDS, readAccount, readContract, readUnit } from '#core/model/file-words.ts';
import type { FindContract } from '#core/model/file-words.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { BaselineRow, Restriction } from './baseline.ts';
import { costE4 } from './import-value.ts';

/** The documented columns of a position file: docs/imports.md. */
const NEEDED = ['account', 'exchange', 'symbol', 'product', 'quantity', 'average_price'] as const;
const DAY = ['day_buy_quantity', 'day_buy_price', 'day_sell_quantity', 'day_sell_price'] as const;
const OPTIONAL = ['unit', 'carried_quantity', 'carried_price', ...DAY, 'restriction'] as const;
type Name = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

const RESTRICTION_WORDS = {
  NONE: 'none',
  '': 'none',
  T1: 't1',
  PLEDGED: 'pledged',
  'TRADE-TO-TRADE': 'trade-to-trade',
  HOLDING: 'holding',
} as const satisfies Record<string, Restriction>;

/** Series that settle trade by trade, so that a sale nets with nothing. */
const TRADE_TO_TRADE = new Set(['BE', 'BZ', 'T', 'Z']);
const UNITS_MAX = 1_000_000_000_000;

export interface PositionReader {
  readonly rows: readonly TableRow[];
  /** The row of the baseline, or what is wrong with it. */
  read(row: TableRow): { readonly row: BaselineRow } | { readonly bad: BadRow };
}

/**
 * Reads positions row by row. Every quantity states its unit, by the column `unit` or the note `# unit:`; lots are
 * turned into units by the contract. A row of a contract that this desk does not know is refused by name: its lot
 * and multiplier are unknown.
 */
export function positionReader(
  source: string,
  table: Table,
  columnMap: Readonly<Record<string, string>>,
  find: FindContract,
): Result<PositionReader, FileRefusal> {
  const wanted = { needed: NEEDED, optional: OPTIONAL };
  const columns = findColumns<Name>(source, table.header, wanted, columnMap);
  if (!columns.ok) return columns;
  const fileUnit = table.notes.find(([name]) => name === 'unit')?.[1] ?? '';
  const seen = new Set<string>();
  return ok({
    rows: table.rows,
    read: (row) => readRow(columns.value, row, { fileUnit, find, seen }),
  });
}

interface Beside {
  readonly fileUnit: string;
  readonly find: FindContract;
  readonly seen: Set<string>;
}

function readRow(columns: Columns<Name>, tableRow: TableRow, beside: Beside) {
  const cells = new Cells<Name>(columns, tableRow);
  const account = readAccount(cells);
  const product = cells.oneOf('product', PRODUCT_WORDS);
  const instrument = readContract(cells, beside.find);
  const unit = readUnit(cells, beside.fileUnit);
  const restriction = cells.oneOf('restriction', RESTRICTION_WORDS);
  if (cells.bad !== null || instrument === null || product === null || restriction === null)
    return badOf(cells);
  const amounts = readAmounts(cells, instrument, unit === 'lots' ? instrument.lotSize : 1);
  const key = `${account}/${instrument.instrumentId}/${product}`;
  if (beside.seen.has(key)) cells.fail('account', `${key} is in the file twice`);
  beside.seen.add(key);
  if (cells.bad !== null) return badOf(cells);
  const row: BaselineRow = {
    account: AccountId.parse(account),
    instrumentId: instrument.instrumentId,
    product,
    ...amounts,
    restriction:
      restriction === 'none' && TRADE_TO_TRADE.has(instrument.series) ? 'trade-to-trade' : restriction,
  };
  return { row };
}

function badOf(cells: Cells<Name>): { readonly bad: BadRow } {
  return { bad: cells.bad ?? { line: 0, column: '', reason: 'not readable' } };
}

function readAmounts(cells: Cells<Name>, instrument: Instrument, unitSize: number) {
  const quantity = units(cells, 'quantity', -UNITS_MAX, unitSize);
  const bought = day(cells, instrument, 'buy', unitSize);
  const sold = day(cells, instrument, 'sell', unitSize);
  const carriedStated = cells.has('carried_quantity');
  const carriedQuantity = carriedStated
    ? units(cells, 'carried_quantity', -UNITS_MAX, unitSize)
    : quantity - bought.quantity + sold.quantity;
  if (quantity !== carriedQuantity + bought.quantity - sold.quantity) {
    const sum = `carried ${carriedQuantity} + bought ${bought.quantity} - sold ${sold.quantity}`;
    cells.fail('quantity', `${quantity} units are not ${sum}`);
  }
  const carriedPrice = cells.has('carried_price') ? 'carried_price' : 'average_price';
  return {
    quantity,
    carriedQuantity,
    carriedStated,
    carriedValueE4: value(cells, instrument, carriedPrice, carriedQuantity),
    dayBuyQuantity: bought.quantity,
    dayBuyValueE4: bought.valueE4,
    daySellQuantity: sold.quantity,
    daySellValueE4: sold.valueE4,
  };
}

function day(cells: Cells<Name>, instrument: Instrument, side: 'buy' | 'sell', unitSize: number) {
  const [quantityName, priceName] = [`day_${side}_quantity`, `day_${side}_price`] as const;
  if (!cells.has(quantityName)) return { quantity: 0, valueE4: 0 };
  const quantity = units(cells, quantityName, 0, unitSize);
  return { quantity, valueE4: quantity === 0 ? 0 : value(cells, instrument, priceName, quantity) };
}

function units(cells: Cells<Name>, column: Name, min: number, unitSize: number): number {
  const count = cells.integer(column, min, UNITS_MAX) * unitSize;
  if (Math.abs(count) <= UNITS_MAX) return count;
  cells.fail(column, `${count} units are more than ${UNITS_MAX}`);
  return 0;
}

function value(cells: Cells<Name>, instrument: Instrument, column: Name, quantity: number): number {
  const cost = costE4(instrument, cells.text(column), quantity);
  if (cost === null) cells.fail(column, `${JSON.stringify(cells.text(column).slice(0, 40))} is no price`);
  return cost ?? 0;
}
