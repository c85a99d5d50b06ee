import type { Entry } from '#core/events.ts';
import type { AccountId, InstrumentId, OrderId, VenueId } from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import type { Side } from '#core/model/side.ts';
import type { FillKey, ForeignFillSeen, ForeignOrderSeen } from '#core/orders/events.ts';
import type { FenceAnswered, FenceAsked, Mode } from './events.ts';
import { foldOne, type Fold } from './fold.ts';
import type { LateOrder } from './messages.ts';

/** One side of one contract of one account: where two could close the same. */
export interface ClosingSide {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  /** Null: nobody knows the product, so it is every one. */
  readonly product: Product | null;
  readonly side: Side;
}

/** An order of main's on a row that this desk closed or is closing. */
export interface DoubleClose extends ClosingSide {
  readonly exchangeOrderId: string;
  /** Units that it traded; 0 while it only rests. */
  readonly quantity: number;
}

interface MainsOrder extends ClosingSide {
  readonly exchangeOrderId: string;
  /** Units by trade. */
  readonly fills: Map<string, number>;
  resting: boolean;
  /** Units that were journalled of it; null: not yet. */
  named: number | null;
}

export interface Fence {
  readonly asked: FenceAsked;
  readonly answer: Pick<FenceAnswered, 'obeyed' | 'late' | 'text'> | null;
  /** The handback ended: main may go on. */
  readonly over: boolean;
}

/**
 * Main's own hands on the book while this desk has it: the fence that it was asked for, and every order of main's on a
 * row that we closed or are closing. A fold of the log: what counts is what stood in the journal when main's order
 * came into it, so a replay names the same ones.
 */
export class Fences {
  fence: Fence | null = null;
  #mode: Mode = 'SUSPECT';
  /** Committed and not sent: their row is not being closed yet. */
  readonly #planned = new Map<OrderId, ClosingSide & { readonly venue: VenueId }>();
  /** Sent and never answered: the exchange may name it to us as somebody's before it names it as ours. */
  readonly #unanswered = new Map<OrderId, VenueId>();
  /** Products that we closed or are closing, by account, contract and side. */
  readonly #touched = new Map<string, Set<Product>>();
  readonly #mains = new Map<string, MainsOrder>();

  readonly #fold: Fold = {
    'mode-changed': ({ from, to }) => {
      // A new emergency: nothing was closed in it yet.
      if (to === 'EMERGENCY' && from !== 'HANDBACK') this.#clear();
      this.#mode = to;
    },
    'order-planned': ({ orderId, terms, venue }) => {
      this.#planned.set(orderId, { ...terms, venue });
    },
    'order-withdrawn': ({ orderId }) => {
      this.#planned.delete(orderId);
    },
    'order-released': ({ orderId }) => {
      this.#touch(orderId);
    },
    'order-acknowledged': ({ orderId, exchangeOrderId }) => {
      this.#answered(orderId, exchangeOrderId);
    },
    'order-confirmed': ({ orderId, exchangeOrderId }) => {
      this.#answered(orderId, exchangeOrderId);
    },
    'order-rejected': ({ orderId }) => {
      this.#unanswered.delete(orderId);
    },
    'order-canceled': ({ orderId }) => {
      this.#unanswered.delete(orderId);
    },
    'order-expired': ({ orderId }) => {
      this.#unanswered.delete(orderId);
    },
    'order-filled': ({ key }) => {
      this.#isOurs(orderText(key.venue, key.exchangeOrderId));
    },
    'foreign-order-seen': (fact) => {
      if (fact.source !== 'file') this.#seen(fact);
    },
    'foreign-order-ended': ({ venue, exchangeOrderId }) => {
      const order = this.#mains.get(orderText(venue, exchangeOrderId));
      if (order !== undefined) order.resting = false;
    },
    'foreign-fill-seen': (fact) => {
      this.#filled(fact);
    },
    'foreign-fill-busted': ({ key }) => {
      this.#mains.get(orderText(key.venue, key.exchangeOrderId))?.fills.delete(tradeOf(key));
    },
    'double-close-seen': (fact) => {
      for (const order of this.#mains.values()) {
        const { exchangeOrderId, instrumentId } = order;
        if (exchangeOrderId === fact.exchangeOrderId && instrumentId === fact.instrumentId)
          order.named = fact.quantity;
      }
    },
    'day-rolled': () => {
      this.#planned.clear();
      this.#unanswered.clear();
      this.#touched.clear();
    },
    'fence-asked': (asked) => {
      this.fence = { asked, answer: null, over: false };
    },
    'fence-answered': ({ fence, obeyed, late, text }) => {
      if (this.fence?.asked.fence === fence) this.fence = { ...this.fence, answer: { obeyed, late, text } };
    },
    'certificate-signed': () => {
      if (this.fence !== null) this.fence = { ...this.fence, over: true };
    },
  };

  apply(entry: Entry): void {
    foldOne(this.#fold, entry);
  }

  /** What is to be journalled: orders of main's that are not named yet, or traded otherwise than was named. */
  due(): readonly DoubleClose[] {
    const due: DoubleClose[] = [];
    for (const order of this.#mains.values()) {
      const quantity = tradedBy(order);
      const isNews = order.named === null ? order.resting || quantity > 0 : order.named !== quantity;
      if (isNews) due.push(named(order, quantity));
    }
    return due;
  }

  /** Every one that was named in this emergency and traded, or may still trade. */
  doubleCloses(): readonly DoubleClose[] {
    return [...this.#mains.values()]
      .filter((order) => order.named !== null && (order.resting || tradedBy(order) > 0))
      .map((order) => named(order, tradedBy(order)));
  }

  /** Main's late orders as it named them to the fence; empty when it was not asked or has not answered. */
  late(): readonly LateOrder[] {
    return this.fence?.answer?.late ?? [];
  }

  #clear(): void {
    this.#planned.clear();
    this.#unanswered.clear();
    this.#touched.clear();
    this.#mains.clear();
    this.fence = null;
  }

  #touch(orderId: OrderId): void {
    const row = this.#planned.get(orderId);
    this.#planned.delete(orderId);
    if (row?.product === undefined || row.product === null) return;
    this.#unanswered.set(orderId, row.venue);
    const key = sideText(row);
    const products = this.#touched.get(key);
    if (products === undefined) this.#touched.set(key, new Set([row.product]));
    else products.add(row.product);
  }

  #answered(orderId: OrderId, exchangeOrderId: string): void {
    const venue = this.#unanswered.get(orderId);
    this.#unanswered.delete(orderId);
    if (venue !== undefined) this.#isOurs(orderText(venue, exchangeOrderId));
  }

  /** What seemed main's is an order of ours of which nobody had told us. */
  #isOurs(key: string): void {
    const order = this.#mains.get(key);
    if (order === undefined) return;
    order.resting = false;
    order.fills.clear();
    if (order.named === null) this.#mains.delete(key);
  }

  #seen(fact: ForeignOrderSeen): void {
    const order = this.#order(fact, fact);
    if (order !== null) order.resting = fact.openQuantity > 0;
  }

  #filled(fact: ForeignFillSeen): void {
    const order = this.#order(fact, fact.key);
    order?.fills.set(tradeOf(fact.key), fact.quantity);
  }

  /** Null where this desk is not at the row: then main trades what is its own. */
  #order(
    { account, instrumentId, product }: Pick<ClosingSide, 'account' | 'instrumentId' | 'product'>,
    { venue, exchangeOrderId, side }: Pick<FillKey, 'venue' | 'exchangeOrderId' | 'side'>,
  ): MainsOrder | null {
    const key = orderText(venue, exchangeOrderId);
    const known = this.#mains.get(key);
    if (known !== undefined) return known;
    if (this.#mode !== 'EMERGENCY' && this.#mode !== 'HANDBACK') return null;
    const row = { account, instrumentId, product, side };
    const products = this.#touched.get(sideText(row));
    if (products === undefined || (product !== null && !products.has(product))) return null;
    const order: MainsOrder = { ...row, exchangeOrderId, fills: new Map(), resting: false, named: null };
    this.#mains.set(key, order);
    return order;
  }
}

function named(order: MainsOrder, quantity: number): DoubleClose {
  const { account, instrumentId, product, side, exchangeOrderId } = order;
  return { account, instrumentId, product, side, exchangeOrderId, quantity };
}

function tradedBy({ fills }: MainsOrder): number {
  let quantity = 0;
  for (const units of fills.values()) quantity += units;
  return quantity;
}

function orderText(venue: VenueId, exchangeOrderId: string): string {
  return `${venue} ${exchangeOrderId}`;
}

function tradeOf({ tradingDate, tradeId }: FillKey): string {
  return `${tradingDate} ${tradeId}`;
}

function sideText({ account, instrumentId, side }: ClosingSide): string {
  return `${account} ${instrumentId} ${side}`;
}
