/**
 * One contract's order book: price-time priority, commands in, events out, nothing else. Prices are
 * ten-thousandths of a rupee, quantities units. Self-trade prevention cancels the resting order when both sides
 * carry the same key (NSE: one PAN), as NSE does by default.
 */
import { assert } from '#core/lib/assert.ts';
import type { Side } from '#core/model/side.ts';

export interface BookOrder {
  readonly id: string;
  readonly side: Side;
  readonly quantity: number;
  /** Null takes any price; what is left of it rests at its last price, at `restE4` if it had none. */
  readonly limitE4: number | null;
  readonly immediate: boolean;
  /** Orders with the same key never trade with each other; null trades with everybody. */
  readonly selfKey: string | null;
  /** Where an order without a limit rests when it met nobody; null cancels what is left of such an order. */
  readonly restE4: number | null;
}

export type MatchEvent =
  | {
      readonly kind: 'traded';
      readonly restingId: string;
      readonly incomingId: string;
      readonly quantity: number;
      readonly priceE4: number;
    }
  | { readonly kind: 'rested'; readonly id: string; readonly quantity: number; readonly priceE4: number }
  | {
      readonly kind: 'canceled';
      readonly id: string;
      readonly quantity: number;
      readonly cause: CancelReason;
    };

export type CancelReason = 'ioc' | 'no-price' | 'self-trade';

export interface Resting {
  readonly id: string;
  readonly side: Side;
  readonly priceE4: number;
  readonly selfKey: string | null;
  remaining: number;
}

export interface Level {
  readonly priceE4: number;
  readonly quantity: number;
}

export interface OrderBook {
  /** Matches, then rests or cancels what is left. `collect` only rests: an auction collects orders. */
  enter(order: BookOrder, collect?: boolean): MatchEvent[];
  /** Takes the order out; the quantity that it had left, or null when it does not rest here. */
  remove(id: string): number | null;
  /** Less quantity at the same price keeps its place in the queue. */
  reduce(id: string, remaining: number): void;
  /** Ends an auction: one price at which most is traded; the rest stays. */
  uncross(referenceE4: number): MatchEvent[];
  resting(side: Side): readonly Resting[];
  best(side: Side): Level | null;
}

export function createOrderBook(): OrderBook {
  const sides: Record<Side, Resting[]> = { buy: [], sell: [] };

  return {
    enter(order, collect = false) {
      assert(order.quantity > 0, 'an order has a quantity');
      const events: MatchEvent[] = [];
      const left = collect ? order.quantity : sweep(sides, order, events);
      if (left === 0) return events;
      const priceE4 = order.limitE4 ?? restPrice(order, events);
      if (order.immediate || priceE4 === null) {
        const cause = order.immediate ? 'ioc' : 'no-price';
        return [...events, { kind: 'canceled', id: order.id, quantity: left, cause }];
      }
      insert(sides[order.side], {
        id: order.id,
        side: order.side,
        priceE4,
        selfKey: order.selfKey,
        remaining: left,
      });
      return [...events, { kind: 'rested', id: order.id, quantity: left, priceE4 }];
    },
    remove(id) {
      const found = locate(sides, id);
      if (found === null) return null;
      const [entry] = found.queue.splice(found.at, 1);
      return entry?.remaining ?? null;
    },
    reduce(id, remaining) {
      const found = locate(sides, id);
      const entry = found?.queue[found.at];
      assert(entry !== undefined && remaining > 0 && remaining <= entry.remaining, 'a reduction leaves less');
      entry.remaining = remaining;
    },
    uncross: (referenceE4) => uncross(sides, referenceE4),
    resting: (side) => sides[side],
    best(side) {
      const first = sides[side][0];
      if (first === undefined) return null;
      const level = sides[side].filter((entry) => entry.priceE4 === first.priceE4);
      return { priceE4: first.priceE4, quantity: level.reduce((sum, entry) => sum + entry.remaining, 0) };
    },
  };
}

type Sides = Readonly<Record<Side, Resting[]>>;

/** The rest of an order without a limit stays at the last price that it traded at. */
function restPrice(order: BookOrder, events: readonly MatchEvent[]): number | null {
  if (order.restE4 === null) return null;
  const last = events.findLast((event) => event.kind === 'traded');
  return last?.priceE4 ?? order.restE4;
}

/** Behind everything at the same or a better price. */
function insert(queue: Resting[], entry: Resting): void {
  const at = queue.findIndex((other) => isBetter(entry.side, entry.priceE4, other.priceE4));
  if (at < 0) queue.push(entry);
  else queue.splice(at, 0, entry);
}

function locate(sides: Sides, id: string): { queue: Resting[]; at: number } | null {
  for (const queue of [sides.buy, sides.sell]) {
    const at = queue.findIndex((entry) => entry.id === id);
    if (at >= 0) return { queue, at };
  }
  return null;
}

/** Trades with the other side, best first, as far as the limit reaches; what is left of the order. */
function sweep(sides: Sides, order: BookOrder, events: MatchEvent[]): number {
  const queue = sides[order.side === 'buy' ? 'sell' : 'buy'];
  let left = order.quantity;
  let first = queue[0];
  while (left > 0 && first !== undefined && crosses(order.side, order.limitE4, first.priceE4)) {
    if (order.selfKey !== null && first.selfKey === order.selfKey) {
      queue.shift();
      events.push({ kind: 'canceled', id: first.id, quantity: first.remaining, cause: 'self-trade' });
    } else {
      const quantity = Math.min(left, first.remaining);
      const { priceE4 } = first;
      events.push({ kind: 'traded', restingId: first.id, incomingId: order.id, quantity, priceE4 });
      left -= quantity;
      first.remaining -= quantity;
      if (first.remaining === 0) queue.shift();
    }
    first = queue[0];
  }
  return left;
}

function isBetter(side: Side, oneE4: number, otherE4: number): boolean {
  return side === 'buy' ? oneE4 > otherE4 : oneE4 < otherE4;
}

function crosses(side: Side, limitE4: number | null, priceE4: number): boolean {
  return limitE4 === null || (side === 'buy' ? limitE4 >= priceE4 : limitE4 <= priceE4);
}

/** The price of the largest volume; among equal ones the nearest to the reference. */
function auctionPrice(sides: Record<Side, Resting[]>, referenceE4: number): number | null {
  let best: { priceE4: number; volume: number } | null = null;
  for (const { priceE4 } of [...sides.buy, ...sides.sell]) {
    const volume = Math.min(volumeAt(sides.buy, 'buy', priceE4), volumeAt(sides.sell, 'sell', priceE4));
    const nearer = best !== null && Math.abs(priceE4 - referenceE4) < Math.abs(best.priceE4 - referenceE4);
    if (volume > 0 && (best === null || volume > best.volume || (volume === best.volume && nearer))) {
      best = { priceE4, volume };
    }
  }
  return best?.priceE4 ?? null;
}

function volumeAt(queue: readonly Resting[], side: Side, priceE4: number): number {
  return queue.reduce(
    (sum, entry) => (crosses(side, entry.priceE4, priceE4) ? sum + entry.remaining : sum),
    0,
  );
}

function uncross(sides: Record<Side, Resting[]>, referenceE4: number): MatchEvent[] {
  const events: MatchEvent[] = [];
  const priceE4 = auctionPrice(sides, referenceE4);
  if (priceE4 === null) return events;
  let buy = sides.buy[0];
  let sell = sides.sell[0];
  while (buy !== undefined && sell !== undefined && buy.priceE4 >= priceE4 && sell.priceE4 <= priceE4) {
    if (buy.selfKey !== null && buy.selfKey === sell.selfKey) {
      sides.buy.shift();
      events.push({ kind: 'canceled', id: buy.id, quantity: buy.remaining, cause: 'self-trade' });
    } else {
      const quantity = Math.min(buy.remaining, sell.remaining);
      events.push({ kind: 'traded', restingId: sell.id, incomingId: buy.id, quantity, priceE4 });
      for (const [entry, queue] of [
        [buy, sides.buy],
        [sell, sides.sell],
      ] as const) {
        entry.remaining -= quantity;
        if (entry.remaining === 0) queue.shift();
      }
    }
    buy = sides.buy[0];
    sell = sides.sell[0];
  }
  return events;
}
