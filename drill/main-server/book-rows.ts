import type { Instrument } from '#core/model/instrument.ts';
import { formatE4 } from '#core/model/price.ts';
import type { BookPart } from '#core/sync/messages.ts';
import { DEALER, type Book, type BookCut, type BookPosition, type DayTrade } from '#drill/book/book.ts';

/** A row of a part of main's book as it travels: every column a text. */
export type BookRow = Readonly<Record<string, string>>;
export type BookRows = Readonly<Record<BookPart, readonly BookRow[]>>;

/** Money that a made-up client has with the broker, rupees. */
const CASH = '250000.00';

/** The parts of a seeded book, in the columns of docs/main-protocol.md. */
export function rowsOfBook(book: Book): BookRows {
  const instruments = new Map(book.instruments.map((one) => [one.instrumentId, one]));
  return {
    users: [userRow(DEALER, 'Asha Kulkarni', 'dealer'), userRow('ravi', 'Ravi Menon', 'admin')],
    accounts: book.accounts.map((one) => ({
      account: one.account,
      name: one.name,
      type: one.type,
      pan: one.pan,
      participant: one.participant,
      branch: one.branch,
      mobile: one.mobile,
      segments: [...new Set(one.segments.map((traded) => traded.slice(traded.indexOf(':') + 1)))].join(' '),
      status: 'active',
      dealers: DEALER,
    })),
    instruments: book.instruments.map(instrumentRow),
    funds: book.accounts.map(({ account }) => ({ account, cash: CASH, collateral: '0.00', used: '0.00' })),
    positions: positionRows(book, instruments),
    pending: book.mainOrders.map((order) => ({
      exchange_order_id: order.exchangeOrderId,
      account: order.account,
      ...contractOf(instruments, order.instrumentId),
      product: order.product,
      side: order.side,
      quantity: String(order.quantity),
      open_quantity: String(order.quantity),
      unit: 'units',
      price: formatE4(order.priceE4),
    })),
  };
}

/** As the file of positions says it: `NSE:FO last-trade 40000096`. */
export function cutText({ exchange, segment, tradeNumber }: BookCut): string {
  return `${exchange}:${segment} last-trade ${tradeNumber}`;
}

/** The book as it was before its last trades of the day: what a main has that came back from an old copy. */
export function bookBefore(book: Book, trades: number): Book {
  const kept = book.dayTrades.slice(0, Math.max(0, book.dayTrades.length - trades));
  const undone = book.dayTrades.slice(kept.length);
  const first = undone[0];
  if (first === undefined) return book;
  const rowOf = (of: Pick<DayTrade, 'account' | 'instrumentId' | 'product'>): string =>
    `${of.account}/${of.instrumentId}/${of.product}`;
  const byRow = Map.groupBy(undone, rowOf);
  const signed = ({ side, quantity }: DayTrade): number => (side === 'buy' ? quantity : -quantity);
  return {
    ...book,
    asOfMs: first.atMs,
    dayTrades: kept,
    positions: book.positions.map((row) => {
      const gone = byRow.get(rowOf(row)) ?? [];
      return { ...row, quantity: row.quantity - gone.reduce((sum, trade) => sum + signed(trade), 0) };
    }),
    cuts: book.cuts.map((cut) => ({ ...cut, tradeNumber: first.tradeNumber - 1 })),
  };
}

function userRow(user: string, name: string, role: string): BookRow {
  return { user, name, email: '', mobile: '', role, branch: 'MUM01', accounts: '', status: 'active' };
}

/** A contract as core/model/instrument.ts has it, each field as its text. */
function instrumentRow(instrument: Instrument): BookRow {
  return Object.fromEntries(Object.entries(instrument).map(([name, value]) => [name, String(value)]));
}

type Instruments = ReadonlyMap<string, Instrument>;

function contractOf(instruments: Instruments, instrumentId: string): BookRow {
  const instrument = instruments.get(instrumentId);
  return { exchange: instrument?.exchange ?? '', symbol: instrument?.symbol ?? '' };
}

function positionRows(book: Book, instruments: Instruments): readonly BookRow[] {
  const trades = new Map(
    book.dayTrades.map((trade) => [`${trade.account}/${trade.instrumentId}/${trade.product}`, trade]),
  );
  return book.positions.map((row) => {
    const trade = trades.get(`${row.account}/${row.instrumentId}/${row.product}`);
    const price = formatE4(row.averagePriceE4);
    return {
      account: row.account,
      ...contractOf(instruments, row.instrumentId),
      product: row.product,
      quantity: String(row.quantity),
      unit: 'units',
      average_price: price,
      carried_quantity: String(row.carriedQuantity),
      carried_price: price,
      ...sideOfDay(row, trade, 'buy'),
      ...sideOfDay(row, trade, 'sell'),
    };
  });
}

function sideOfDay(row: BookPosition, trade: DayTrade | undefined, side: 'buy' | 'sell'): BookRow {
  const traded = trade?.side === side && trade.product === row.product ? trade : null;
  return {
    [`day_${side}_quantity`]: String(traded?.quantity ?? 0),
    [`day_${side}_price`]: formatE4(traded?.priceE4 ?? 0),
  };
}
