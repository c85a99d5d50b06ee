import { AccountId, ExchangeOrderId } from '#core/model/ids.ts';
import { sliceLimit } from '#core/model/instrument.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { roundToTick } from '#core/model/price.ts';
import { opposite, type Side } from '#core/model/side.ts';
import { makeRows, type Draft } from './rows.ts';
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
const MAIN_ORDER_TICKS = 6;

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
    const letters = Array.from({ length: 3 }, () => LETTERS.charAt(prng.int(LETTERS.length))).join('');
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
    const distanceE4 = Math.max(
      instrument.filePriceE4 * MAIN_ORDER_DISTANCE,
      MAIN_ORDER_TICKS * instrument.tickE4,
    );
    const away = instrument.filePriceE4 + (side === 'buy' ? -distanceE4 : distanceE4);
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
        roundToTick(away, instrument.tickE4, side === 'buy' ? 'down' : 'up'),
      ),
      atMs: atMs - 600_000 + prng.int(600_000),
    });
  }
  return orders;
}
