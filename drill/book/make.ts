import { AccountId, ExchangeOrderId } from '#core/model/ids.ts';
import { sliceLimit, type Instrument } from '#core/model/instrument.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { roundToTick } from '#core/model/price.ts';
import type { Product } from '#core/model/product.ts';
import { opposite, type Side } from '#core/model/side.ts';
import type { Book, BookAccount, BookPosition, DayTrade, MainOrder } from './book.ts';
import { makeInstruments } from './instruments.ts';
import { createPrng, type Prng } from './prng.ts';

export interface BookOptions {
  readonly seed: number;
  readonly accounts: number;
  /** Rows in all. */
  readonly positions: number;
  /** `YYYY-MM-DD`. */
  readonly tradingDate: string;
  /** Rows of which a part is less than a lot: such a part can not be sold. Default 0. */
  readonly oddLots?: number;
  /** Rows of product CNC, which no exit of everything may take. Default 0. */
  readonly delivery?: number;
  /** Orders of main's that rest at the exchange. Default: one for each 25 rows. */
  readonly mainOrders?: number;
}

/** 14:50 IST: main dies. */
const AS_OF_MINUTE = 14 * 60 + 50;
const OPEN_MINUTE = 9 * 60 + 15;
export const FIRST_EXCHANGE_ORDER = 1_100_000_000_000_001;
export const FIRST_TRADE = 40_000_001;
/** A main's order rests this far from the price: no exit meets it by chance. */
const MAIN_ORDER_DISTANCE = 0.015;

interface Draft {
  readonly account: AccountId;
  readonly instrument: Instrument;
  readonly product: Product;
  readonly quantity: number;
}

/**
 * Seeded clients with what they hold. The same options give the same book on every machine. One client has at most
 * one row in one contract; short options stand beside a long one of the same client (hedged spreads); some
 * rows are larger than the freeze quantity.
 */
export function makeBook(options: BookOptions): Book {
  const prng = createPrng(options.seed);
  const instruments = makeInstruments(options.tradingDate);
  const accounts = makeAccounts(prng.fork('accounts'), options.accounts);
  const drafts = makeRows(prng.fork('rows'), options, accounts, instruments);
  const asOfMs = instantOf(options.tradingDate, AS_OF_MINUTE);
  const { positions, dayTrades } = withHistory(prng.fork('history'), drafts, options.tradingDate);
  const wanted = options.mainOrders ?? Math.floor(options.positions / 25);
  const mainOrders = makeMainOrders(prng.fork('main'), drafts, wanted, dayTrades.length, asOfMs);
  const lastTrade = FIRST_TRADE + dayTrades.length - 1;
  const segments = new Map(instruments.map((one) => [`${one.exchange}:${one.segment}`, one]));
  return {
    seed: options.seed,
    tradingDate: options.tradingDate,
    asOfMs,
    instruments,
    accounts,
    positions,
    dayTrades,
    mainOrders,
    cuts: [...segments.values()].map(({ exchange, segment }) => ({
      exchange,
      segment,
      tradeNumber: lastTrade,
    })),
    shortfall: [...new Set(positions.filter((row) => row.product === 'NRML').map((row) => row.account))],
  };
}

const NAMES = [
  'Asha',
  'Bharat',
  'Chitra',
  'Devika',
  'Esha',
  'Farhan',
  'Gopal',
  'Hema',
  'Imran',
  'Jaya',
  'Kiran',
  'Leela',
];
const FAMILIES = [
  'Rao',
  'Shah',
  'Iyer',
  'Khan',
  'Das',
  'Mehta',
  'Nair',
  'Patil',
  'Reddy',
  'Sen',
  'Joshi',
  'Gill',
];
const BRANCHES = ['MUM01', 'PUN02', 'AHM03', 'CHN04'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function makeAccounts(prng: Prng, count: number): BookAccount[] {
  return Array.from({ length: Math.max(1, count) }, (_, index) => {
    const isPro = index > 0 && index % 40 === 0;
    const number = String(index + 1).padStart(5, '0');
    const letters = Array.from({ length: 3 }, () => prng.pick([...LETTERS])).join('');
    const holder = isPro ? 'C' : 'P';
    return {
      account: AccountId.parse(`${isPro ? 'P' : 'C'}${number}`),
      name: isPro ? 'Own account' : `${prng.pick(NAMES)} ${prng.pick(FAMILIES)}`,
      type: isPro ? 'PRO' : 'CLI',
      // The digits of a PAN carry the running number, so that no two accounts share one by chance.
      pan: `${letters}${holder}${LETTERS[Math.floor(index / 10_000) % 26] ?? 'A'}${String(index % 10_000).padStart(4, '0')}K`,
      participant: '',
      branch: prng.pick(BRANCHES),
      mobile: `98${String(prng.int(100_000_000)).padStart(8, '0')}`,
      segments: ['NSE:CM', 'NSE:FO', 'NSE:CD', 'MCX:COM'],
    };
  });
}

type Kind = 'share' | 'spread' | 'index-future' | 'stock-future' | 'currency' | 'commodity';
/** What a row is, in the shares of a retail broker's intraday book. */
const MIX: readonly Kind[] = [
  ...Array.from({ length: 35 }, () => 'share' as const),
  ...Array.from({ length: 20 }, () => 'spread' as const),
  ...Array.from({ length: 12 }, () => 'index-future' as const),
  ...Array.from({ length: 15 }, () => 'stock-future' as const),
  ...Array.from({ length: 8 }, () => 'currency' as const),
  ...Array.from({ length: 10 }, () => 'commodity' as const),
];

function makeRows(
  prng: Prng,
  options: BookOptions,
  accounts: readonly BookAccount[],
  instruments: readonly Instrument[],
) {
  const pools = poolsOf(instruments);
  const rows: Draft[] = [];
  const used = new Set<string>();
  const add = (account: AccountId, instrument: Instrument, product: Product, quantity: number): boolean => {
    const key = `${account}/${instrument.instrumentId}`;
    if (used.has(key) || rows.length >= options.positions) return false;
    used.add(key);
    rows.push({ account, instrument, product, quantity });
    return true;
  };
  let attempts = 0;
  while (rows.length < options.positions) {
    attempts += 1;
    if (attempts > options.positions * 50 + 1_000)
      throw new RangeError('too few accounts for so many positions');
    const account = prng.pick(accounts).account;
    const kind = prng.pick(MIX);
    const product: Product = kind !== 'share' && prng.chance(0.2) ? 'NRML' : 'MIS';
    if (kind === 'spread') addSpread(prng, pools, rows.length, options.positions, add, account, product);
    else {
      const instrument = prng.pick(pools[kind]);
      add(account, instrument, product, quantityOf(prng, instrument) * (prng.chance(0.6) ? 1 : -1));
    }
  }
  return withExceptions(rows, options);
}

type Pools = Readonly<Record<Exclude<Kind, 'spread'>, readonly Instrument[]>> & {
  readonly options: readonly Instrument[];
};

function poolsOf(instruments: readonly Instrument[]): Pools {
  const of = (test: (instrument: Instrument) => boolean): Instrument[] => instruments.filter(test);
  const isIndex = (instrument: Instrument): boolean => instrument.underlying.includes('NIFTY');
  return {
    share: of((one) => one.segment === 'CM'),
    options: of((one) => one.kind === 'option'),
    'index-future': of((one) => one.segment === 'FO' && one.kind === 'future' && isIndex(one)),
    'stock-future': of((one) => one.segment === 'FO' && one.kind === 'future' && !isIndex(one)),
    currency: of((one) => one.segment === 'CD'),
    commodity: of((one) => one.segment === 'COM'),
  };
}

/** A short option and the long one, further out, that hedges it; the last row of a book may be a long option alone. */
function addSpread(
  prng: Prng,
  pools: Pools,
  have: number,
  want: number,
  add: (account: AccountId, instrument: Instrument, product: Product, quantity: number) => boolean,
  account: AccountId,
  product: Product,
): void {
  const short = prng.pick(pools.options);
  const hedges = pools.options.filter(
    (one) =>
      one.underlying === short.underlying &&
      one.expiry === short.expiry &&
      one.optionType === short.optionType,
  );
  const long = prng.pick(hedges.filter((one) => one !== short));
  const quantity = quantityOf(prng, short);
  if (have + 2 > want) add(account, long, product, quantity);
  else if (add(account, long, product, quantity)) add(account, short, product, -quantity);
}

/** Whole lots; one row in twelve is larger than one order may be. */
function quantityOf(prng: Prng, instrument: Instrument): number {
  if (prng.chance(1 / 12)) {
    const slice = sliceLimit(instrument);
    const rest =
      prng.between(1, Math.max(1, Math.floor(slice / instrument.lotSize) - 1)) * instrument.lotSize;
    return slice * prng.between(1, 3) + rest;
  }
  return instrument.segment === 'CM' ? prng.between(1, 400) : prng.between(1, 8) * instrument.lotSize;
}

function withExceptions(rows: readonly Draft[], options: BookOptions): Draft[] {
  let odd = options.oddLots ?? 0;
  let delivery = options.delivery ?? 0;
  return rows.map((row) => {
    if (odd > 0 && row.instrument.lotSize > 5 && row.instrument.orderUnit === 'units') {
      odd -= 1;
      return { ...row, quantity: row.quantity + Math.sign(row.quantity) * 5 };
    }
    if (delivery > 0 && row.instrument.segment === 'CM' && row.quantity > 0) {
      delivery -= 1;
      return { ...row, product: 'CNC' };
    }
    return row;
  });
}

/** MIS came to be by trades of today; NRML and CNC were carried, some of them added to today. */
function withHistory(prng: Prng, rows: readonly Draft[], tradingDate: string) {
  const positions: BookPosition[] = [];
  const dayTrades: DayTrade[] = [];
  for (const { account, instrument, product, quantity } of rows) {
    const unit = instrument.lotSize;
    const addedToday = product === 'MIS' ? quantity : prng.chance(0.2) ? Math.sign(quantity) * unit : 0;
    const carriedQuantity = quantity - addedToday;
    const priceE4 = roundToTick(
      instrument.filePriceE4 * (1 + (prng.int(81) - 40) / 10_000),
      instrument.tickE4,
      'up',
    );
    if (addedToday !== 0) {
      dayTrades.push({
        tradeNumber: FIRST_TRADE + dayTrades.length,
        exchangeOrderId: ExchangeOrderId.parse(String(FIRST_EXCHANGE_ORDER + dayTrades.length)),
        account,
        instrumentId: instrument.instrumentId,
        product,
        side: addedToday > 0 ? 'buy' : 'sell',
        quantity: Math.abs(addedToday),
        priceE4,
        atMs: instantOf(tradingDate, OPEN_MINUTE) + dayTrades.length * 13 + prng.int(13),
      });
    }
    positions.push({
      account,
      instrumentId: instrument.instrumentId,
      product,
      quantity,
      carriedQuantity,
      averagePriceE4: priceE4,
      exit: product !== 'CNC',
    });
  }
  return { positions, dayTrades };
}

/** Half of them on the closing side (they pin their quantity), half on the other; away from the price. */
function makeMainOrders(
  prng: Prng,
  rows: readonly Draft[],
  wanted: number,
  used: number,
  atMs: number,
): MainOrder[] {
  const orders: MainOrder[] = [];
  for (const [index, row] of rows.entries()) {
    if (orders.length >= wanted) break;
    if (index % Math.max(1, Math.floor(rows.length / Math.max(1, wanted))) !== 0) continue;
    const { instrument } = row;
    const closing: Side = row.quantity > 0 ? 'sell' : 'buy';
    const side = orders.length % 2 === 0 ? closing : opposite(closing);
    const away = side === 'buy' ? 1 - MAIN_ORDER_DISTANCE : 1 + MAIN_ORDER_DISTANCE;
    const lots = Math.floor(Math.abs(row.quantity) / instrument.lotSize);
    const quantity = Math.min(Math.max(1, Math.floor(lots / 2)) * instrument.lotSize, sliceLimit(instrument));
    if (quantity > Math.abs(row.quantity)) continue;
    orders.push({
      exchangeOrderId: ExchangeOrderId.parse(String(FIRST_EXCHANGE_ORDER + used + orders.length)),
      account: row.account,
      instrumentId: instrument.instrumentId,
      product: row.product,
      side,
      quantity,
      priceE4: Math.max(
        instrument.tickE4,
        roundToTick(instrument.filePriceE4 * away, instrument.tickE4, side === 'buy' ? 'down' : 'up'),
      ),
      atMs: atMs - 600_000 + prng.int(600_000),
    });
  }
  return orders;
}
