import { hashText, createPrng, type Prng } from '#drill/book/prng.ts';
import { sliceLimit, type Instrument } from '#core/model/instrument.ts';
import { roundToTick } from '#core/model/price.ts';
import type { Side } from '#core/model/side.ts';
import type { BookOrder, OrderBook } from './match.ts';

/** Prices on each side. */
const LEVELS = 4;
/** Step between two prices, at least a tick. */
const STEP = 0.000_2;
/** How far the price may wander from where it began. */
const WANDER = 0.002;

/** A waiting order this close to the price, and at most so many of them, is taken at the next refill. */
const LEAN = 0.003;
const LEAN_TICKS = 3;
const LEAN_ORDERS = 5;

export const MAKER = 'MAKER';

export function isMaker(orderId: string): boolean {
  return orderId.startsWith(MAKER);
}

/**
 * The venue's own liquidity in one contract: a few prices on each side of a slowly wandering reference, filled up
 * again on each `refill`. It lives in memory only; a restart quotes anew.
 */
export interface Maker {
  /** Orders to enter so that every price has its quantity again; stale prices are taken out of the book. */
  refill(book: OrderBook): readonly BookOrder[];
  /** Leaves only `quantity` at the best price of a side and takes the rest away, until the next refill. */
  thin(book: OrderBook, side: Side, quantity: number): void;
  referenceE4(): number;
}

export function createMaker(instrument: Instrument, seed: number): Maker {
  const prng = createPrng(hashText(`${seed}/maker/${instrument.instrumentId}`));
  const { tickE4 } = instrument;
  const stepE4 = Math.max(tickE4, roundToTick(instrument.filePriceE4 * STEP, tickE4, 'up'));
  let referenceE4 = instrument.filePriceE4;
  let next = 0;
  return {
    refill(book) {
      referenceE4 = wander(prng, instrument, referenceE4);
      const orders: BookOrder[] = [];
      for (const side of ['buy', 'sell'] as const) {
        const mine = book.resting(side).filter((entry) => isMaker(entry.id));
        const wanted = prices(instrument, referenceE4, stepE4, side);
        orders.push(
          ...lean(book, instrument, side, referenceE4).map((order) => ({
            ...order,
            id: `${MAKER}${(next += 1)}`,
          })),
        );
        for (const entry of mine) if (!wanted.includes(entry.priceE4)) book.remove(entry.id);
        for (const priceE4 of wanted) {
          const full = levelQuantity(prng, instrument);
          const have = mine.reduce(
            (sum, entry) => (entry.priceE4 === priceE4 ? sum + entry.remaining : sum),
            0,
          );
          const quantity = Math.floor((full - have) / instrument.lotSize) * instrument.lotSize;
          if (quantity <= 0) continue;
          next += 1;
          orders.push({
            id: `${MAKER}${next}`,
            side,
            quantity,
            limitE4: priceE4,
            immediate: false,
            selfKey: null,
            restE4: null,
          });
        }
      }
      return orders;
    },
    thin(book, side, quantity) {
      let keep = quantity;
      for (const entry of [...book.resting(side)].filter((one) => isMaker(one.id))) {
        if (keep === 0) book.remove(entry.id);
        else if (entry.remaining > keep) {
          book.reduce(entry.id, keep);
          keep = 0;
        } else keep -= entry.remaining;
      }
    },
    referenceE4: () => referenceE4,
  };
}

/** Takes client orders that wait on a side close to the price: where trade goes on, they do not wait for ever. */
function lean(
  book: OrderBook,
  instrument: Instrument,
  side: Side,
  referenceE4: number,
): Omit<BookOrder, 'id'>[] {
  const reachE4 = Math.max(LEAN_TICKS * instrument.tickE4, referenceE4 * LEAN);
  return book
    .resting(side)
    .filter((entry) => !isMaker(entry.id) && Math.abs(entry.priceE4 - referenceE4) <= reachE4)
    .slice(0, LEAN_ORDERS)
    .map((entry) => ({
      side: side === 'buy' ? 'sell' : 'buy',
      quantity: entry.remaining,
      limitE4: entry.priceE4,
      immediate: true,
      selfKey: null,
      restE4: null,
    }));
}

function wander(prng: Prng, instrument: Instrument, fromE4: number): number {
  const { tickE4, filePriceE4 } = instrument;
  const toE4 = fromE4 + (prng.int(3) - 1) * tickE4;
  const room = Math.max(tickE4, filePriceE4 * WANDER);
  return toE4 <= 0 || Math.abs(toE4 - filePriceE4) > room ? fromE4 : toE4;
}

/** Best first; inside the day's band, never at or below zero. */
function prices(instrument: Instrument, referenceE4: number, stepE4: number, side: Side): number[] {
  const sign = side === 'buy' ? -1 : 1;
  return Array.from({ length: LEVELS }, (_, index) => {
    const raw = referenceE4 + sign * (instrument.tickE4 + index * stepE4);
    return roundToTick(raw, instrument.tickE4, side === 'buy' ? 'down' : 'up');
  }).filter(
    (priceE4) =>
      priceE4 > 0 &&
      (instrument.lowerBandE4 === 0 || priceE4 >= instrument.lowerBandE4) &&
      (instrument.upperBandE4 === 0 || priceE4 <= instrument.upperBandE4),
  );
}

/** About a third to two thirds of the largest order at each price, so that a slice meets one or two of them. */
function levelQuantity(prng: Prng, instrument: Instrument): number {
  const lots = Math.max(
    1,
    Math.floor((sliceLimit(instrument) || instrument.lotSize * 50) / instrument.lotSize),
  );
  return Math.max(1, Math.floor((lots * (35 + prng.int(30))) / 100)) * instrument.lotSize;
}
