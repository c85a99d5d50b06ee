import type { Side } from '#core/model/side.ts';
import { opposite } from '#core/model/side.ts';
import type { ForeignOrder, Order, OrderStatus } from '#core/orders/port.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { LeftoverReason, RowKey } from './events.ts';
import type { Conversion, PlanInput } from './plan-input.ts';

/** The book of one account in one contract: what may be closed in all, and who else is after it. */
export interface ContractBook {
  readonly rows: readonly PositionRow[];
  /** The side that closes the exchange's net, and how much it may use over every overlap; null when none may. */
  readonly side: Side | null;
  readonly closable: number;
  /** What the rows planned so far have taken of `closable`. */
  taken: number;
  readonly own: Order[];
  readonly foreign: ForeignOrder[];
}

/** How much of a row goes, and why the rest does not. Quantities are positive units. */
export interface RowQuantity {
  readonly close: number;
  readonly afterCancel: number;
  readonly elsewhere: number;
  readonly rest: readonly {
    readonly quantity: number;
    readonly reason: LeftoverReason;
    readonly text: string;
  }[];
}

const OVER: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'WITHDRAWN',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'DONE_FOR_DAY',
]);

export const contractKey = (row: Pick<RowKey, 'account' | 'instrumentId'>): string =>
  `${row.account}|${row.instrumentId}`;

/** Nothing more comes from the exchange about this order, as far as we know. */
export function isOver(status: OrderStatus): boolean {
  return OVER.has(status);
}

export function isInDoubt(order: Order): boolean {
  return order.status === 'IN_DOUBT' || order.status === 'UNRESOLVED_YESTERDAY';
}

/** Groups rows and orders by account and contract. */
export function contractBooks(input: PlanInput): Map<string, ContractBook> {
  const grouped = new Map<string, PositionRow[]>();
  for (const row of input.rows) {
    const key = contractKey(row);
    const rows = grouped.get(key);
    if (rows === undefined) grouped.set(key, [row]);
    else rows.push(row);
  }
  const books = new Map<string, ContractBook>();
  for (const [key, rows] of grouped) books.set(key, { rows, ...netOf(rows), taken: 0, own: [], foreign: [] });
  for (const order of input.orders) {
    if (order.reserved > 0 || !isOver(order.status)) books.get(contractKey(order.terms))?.own.push(order);
  }
  for (const order of input.foreignOrders) books.get(contractKey(order))?.foreign.push(order);
  return books;
}

function netOf(rows: readonly PositionRow[]): { side: Side | null; closable: number } {
  let low = 0;
  let high = 0;
  for (const row of rows) {
    low += row.netLow;
    high += row.netHigh;
  }
  if (low > 0) return { side: 'sell', closable: low };
  if (high < 0) return { side: 'buy', closable: -high };
  return { side: null, closable: 0 };
}

/** Orders that step one cancels: main's where the venue lets us, ours unless a live run is using them. */
export function cancellable(input: PlanInput, book: ContractBook): { own: Order[]; foreign: ForeignOrder[] } {
  return {
    own: book.own.filter((order) => !isInDoubt(order) && !isOver(order.status) && !ofLiveRun(input, order)),
    foreign: book.foreign.filter((order) => mayCancel(input, order)),
  };
}

/**
 * The quantity of one row that may go, smallest first: what was asked, the exchange's net over all products,
 * the certain part of the position, and what nobody else has pinned.
 */
export function rowQuantity(
  input: PlanInput,
  row: PositionRow,
  book: ContractBook,
  asked: number,
): RowQuantity {
  const rest: { quantity: number; reason: LeftoverReason; text: string }[] = [];
  const side = row.closingSide;
  const keep = (quantity: number, reason: LeftoverReason, text: string): void => {
    if (quantity > 0) rest.push({ quantity, reason, text });
  };
  const share = book.side === side ? Math.max(0, book.closable - book.taken) : 0;
  const certain = Math.min(asked, row.closable);
  keep(asked - certain, 'unproven', whySmaller(row));
  const close = Math.min(certain, share);
  keep(
    certain - close,
    'offset-by-product',
    'the client holds the opposite in another product: convert in the book first',
  );
  book.taken += close;
  const pins = pinsOf(input, row, book, side);
  const free = Math.max(0, row.closable - pins.main - pins.doubt - pins.elsewhere);
  const going = Math.min(close, free);
  let pinned = close - going;
  const doubted = Math.min(pinned, pins.doubt);
  keep(doubted, 'in-doubt', 'an order for this quantity has no answer yet');
  pinned -= doubted;
  const mains = Math.min(pinned, pins.main);
  keep(mains, 'main-order-pinned', "main's resting order can not be cancelled and pins this quantity");
  return { close: going, afterCancel: Math.min(going, pins.afterCancel), elsewhere: pinned - mains, rest };
}

function whySmaller({ opinions }: PositionRow): string {
  if (opinions === null) return 'the snapshot has no cut: only the smallest possible position is closed';
  return `the book says ${opinions.book}, the exchange's own trades make it ${opinions.exchange}: only the smaller is closed`;
}

interface Pins {
  main: number;
  doubt: number;
  elsewhere: number;
  afterCancel: number;
}

function pinsOf(input: PlanInput, row: PositionRow, book: ContractBook, side: Side | null): Pins {
  const pins: Pins = { main: 0, doubt: 0, elsewhere: 0, afterCancel: 0 };
  for (const order of book.foreign) {
    if (order.side !== side || (order.product !== null && order.product !== row.product)) continue;
    if (mayCancel(input, order)) pins.afterCancel += order.openQuantity;
    else pins.main += order.openQuantity;
  }
  for (const order of book.own) {
    if (order.terms.side !== side || order.terms.product !== row.product) continue;
    if (isInDoubt(order)) pins.doubt += order.reserved;
    else if (ofLiveRun(input, order)) pins.elsewhere += order.reserved;
    else if (isOver(order.status)) pins.doubt += order.reserved;
    else pins.afterCancel += order.reserved;
  }
  return pins;
}

function mayCancel(input: PlanInput, order: ForeignOrder): boolean {
  if (order.cancel === 'refused') return false;
  const instrument = input.instrument(order.instrumentId);
  const venue = instrument === null ? null : input.venue(instrument);
  return venue !== null && venue.capabilities.cancelOthers !== 'none';
}

function ofLiveRun(input: PlanInput, order: Order): boolean {
  return order.runId !== null && input.liveRuns.has(order.runId);
}

/** What main is asked to convert in its books: each product against the opposite one, smaller quantity. */
export function conversionsOf(book: ContractBook): readonly Conversion[] {
  const longs = book.rows.filter((row) => row.netLow > 0).map((row) => ({ row, left: row.netLow }));
  const shorts = book.rows.filter((row) => row.netHigh < 0).map((row) => ({ row, left: -row.netHigh }));
  const [minor, major] = book.side === opposite('buy') ? [shorts, longs] : [longs, shorts];
  const conversions: Conversion[] = [];
  for (const from of minor) {
    for (const to of major) {
      const quantity = Math.min(from.left, to.left);
      if (quantity === 0) continue;
      from.left -= quantity;
      to.left -= quantity;
      const { account, instrumentId } = from.row;
      conversions.push({ account, instrumentId, from: from.row.product, to: to.row.product, quantity });
    }
  }
  return conversions;
}
