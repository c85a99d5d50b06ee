import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { Cells, findColumns } from '#core/lib/table.ts';
import type { BadRow, Columns, FileRefusal, Table, TableRow } from '#core/lib/table.ts';
import { PRODUCT_WORDS, readAccount, readContract, readUnit } from '#core/model/file-words.ts';
import type { FindContract } from '#core/model/file-words.ts';
import { AccountId, ExchangeOrderId } from '#core/model/ids.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { Side } from '#core/model/side.ts';
import type { ForeignOrderSeen } from './events.ts';

/** The documented columns of a file of pending orders: docs/imports.md. */
const NEEDED = [
  'exchange_order_id',
  'account',
  'exchange',
  'symbol',
  'side',
  'quantity',
  'open_quantity',
] as const;
const OPTIONAL = ['product', 'unit'] as const;
type Name = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

const SIDE_WORDS = { BUY: Side.enum.buy, B: Side.enum.buy, SELL: Side.enum.sell, S: Side.enum.sell } as const;
const UNITS_MAX = 1_000_000_000_000;

export interface PendingDeps {
  readonly find: FindContract;
  /** The connection that trades the contract; null when this desk has none. */
  readonly venueOf: (instrument: Instrument) => VenueId | null;
}

/** Reads main's resting orders row by row; an order of a market that this desk has no connection to is refused by name. */
export function pendingReader(
  source: string,
  table: Table,
  columnMap: Readonly<Record<string, string>>,
  deps: PendingDeps,
): Result<(row: TableRow) => { readonly order: ForeignOrderSeen } | { readonly bad: BadRow }, FileRefusal> {
  const wanted = { needed: NEEDED, optional: OPTIONAL };
  const columns = findColumns<Name>(source, table.header, wanted, columnMap);
  if (!columns.ok) return columns;
  const fileUnit = table.notes.find(([name]) => name === 'unit')?.[1] ?? '';
  const seen = new Set<string>();
  return ok((row) => readRow(columns.value, row, deps, fileUnit, seen));
}

function readRow(
  columns: Columns<Name>,
  row: TableRow,
  deps: PendingDeps,
  fileUnit: string,
  seen: Set<string>,
): { readonly order: ForeignOrderSeen } | { readonly bad: BadRow } {
  const cells = new Cells<Name>(columns, row);
  const exchangeOrderId = readOrderId(cells);
  const account = readAccount(cells);
  const side = cells.oneOf('side', SIDE_WORDS);
  const product = cells.has('product') ? cells.oneOf('product', PRODUCT_WORDS) : null;
  const instrument = readContract(cells, deps.find);
  const unitSize = readUnit(cells, fileUnit) === 'lots' ? (instrument?.lotSize ?? 1) : 1;
  const quantity = cells.integer('quantity', 1, UNITS_MAX / unitSize) * unitSize;
  const openQuantity = cells.integer('open_quantity', 0, UNITS_MAX / unitSize) * unitSize;
  if (openQuantity > quantity) cells.fail('open_quantity', 'more is open than was ordered');
  const venue = instrument === null ? null : deps.venueOf(instrument);
  if (instrument !== null && venue === null) {
    cells.fail('exchange', `this desk has no connection that trades ${instrument.instrumentId}`);
  }
  const key = `${venue ?? ''}/${exchangeOrderId}`;
  if (seen.has(key)) cells.fail('exchange_order_id', `${exchangeOrderId} is in the file twice`);
  seen.add(key);
  if (cells.bad !== null || instrument === null || venue === null || side === null) {
    return { bad: cells.bad ?? { line: row.line, column: '', reason: 'not readable' } };
  }
  const order: ForeignOrderSeen = {
    kind: 'foreign-order-seen',
    v: 1,
    venue,
    exchangeOrderId: ExchangeOrderId.parse(exchangeOrderId),
    account: AccountId.parse(account),
    instrumentId: instrument.instrumentId,
    product,
    side,
    quantity,
    openQuantity,
    source: 'file',
  };
  return { order };
}

function readOrderId(cells: Cells<Name>): string {
  const text = cells.word('exchange_order_id', 40);
  if (text.includes(' ')) cells.fail('exchange_order_id', 'blanks within the number');
  return text;
}
