import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instrument } from '#core/model/instrument.ts';
import { istTimestamp } from '#core/model/market-clock.ts';
import { formatE4 } from '#core/model/price.ts';
import { DEALER, type Book, type BookPosition, type DayTrade } from './book.ts';

export interface BookFiles {
  readonly book: string;
  readonly instruments: string;
  readonly accounts: string;
  readonly positions: string;
  readonly pendingOrders: string;
  readonly shortfall: string;
}

/**
 * Writes the book as the files that a broker would hand to a desk, and book.json for the venue and the judge.
 * The CSV files begin with `# name: value` lines: as_of, trading_date, and one `cut` per exchange segment (the
 * last trade number that the quantities contain). Quantities are units of the contract.
 */
export function writeBook(book: Book, folder: string): BookFiles {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const instruments = new Map(book.instruments.map((one) => [one.instrumentId, one]));
  return {
    book: write('book.json', JSON.stringify(book)),
    instruments: write(
      'instruments.jsonl',
      book.instruments.map((one) => `${JSON.stringify(one)}\n`).join(''),
    ),
    accounts: write('accounts.csv', accountsCsv(book)),
    positions: write('positions.csv', positionsCsv(book, instruments)),
    pendingOrders: write('pending-orders.csv', pendingCsv(book, instruments)),
    shortfall: write('shortfall.csv', shortfallCsv(book)),
  };
}

type Instruments = ReadonlyMap<string, Instrument>;

function header(book: Book, withCuts: boolean): string {
  const cuts = withCuts
    ? book.cuts.map((cut) => `# cut: ${cut.exchange}:${cut.segment} last-trade ${cut.tradeNumber}\n`)
    : [];
  return `# source: main\n# as_of: ${istTimestamp(book.asOfMs)}\n# trading_date: ${book.tradingDate}\n${cuts.join('')}`;
}

function csv(
  head: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return `${head}${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`;
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function accountsCsv(book: Book): string {
  const columns = [
    'account',
    'name',
    'type',
    'pan',
    'participant',
    'branch',
    'mobile',
    'segments',
    'status',
    'dealers',
  ];
  return csv(
    header(book, false),
    columns,
    book.accounts.map((one) => [
      one.account,
      one.name,
      one.type,
      one.pan,
      one.participant,
      one.branch,
      one.mobile,
      [...new Set(one.segments.map((traded) => traded.slice(traded.indexOf(':') + 1)))].join(' '),
      'active',
      DEALER,
    ]),
  );
}

function positionsCsv(book: Book, instruments: Instruments): string {
  const columns = [
    'account',
    'exchange',
    'symbol',
    'product',
    'quantity',
    'unit',
    'average_price',
    'carried_quantity',
    'carried_price',
    'day_buy_quantity',
    'day_buy_price',
    'day_sell_quantity',
    'day_sell_price',
  ];
  const trades = new Map(book.dayTrades.map((trade) => [`${trade.account}/${trade.instrumentId}`, trade]));
  const rows = book.positions.map((row) => {
    const instrument = instruments.get(row.instrumentId);
    const trade = trades.get(`${row.account}/${row.instrumentId}`);
    const price = formatE4(row.averagePriceE4);
    return [
      row.account,
      instrument?.exchange ?? '',
      instrument?.symbol ?? '',
      row.product,
      row.quantity,
      'units',
      price,
      row.carriedQuantity,
      price,
      ...sideOfDay(row, trade, 'buy'),
      ...sideOfDay(row, trade, 'sell'),
    ];
  });
  return csv(header(book, true), columns, rows);
}

function sideOfDay(row: BookPosition, trade: DayTrade | undefined, side: 'buy' | 'sell'): [number, string] {
  if (trade?.side !== side || trade.product !== row.product) return [0, '0'];
  return [trade.quantity, formatE4(trade.priceE4)];
}

function pendingCsv(book: Book, instruments: Instruments): string {
  const columns = [
    'exchange_order_id',
    'account',
    'exchange',
    'symbol',
    'product',
    'side',
    'quantity',
    'open_quantity',
    'unit',
    'price',
  ];
  const rows = book.mainOrders.map((order) => {
    const instrument = instruments.get(order.instrumentId);
    return [
      order.exchangeOrderId,
      order.account,
      instrument?.exchange ?? '',
      instrument?.symbol ?? '',
      order.product,
      order.side,
      order.quantity,
      order.quantity,
      'units',
      formatE4(order.priceE4),
    ];
  });
  return csv(header(book, false), columns, rows);
}

function shortfallCsv(book: Book): string {
  const rows = book.shortfall.map((account, index) => [account, `RMS-${book.tradingDate}-${index + 1}`]);
  return csv(header(book, false), ['account', 'reference'], rows);
}
