import { assert, present } from '#core/lib/assert.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { Side } from '#core/model/side.ts';
import { createMaker, isMaker, MAKER, type Maker } from './maker.ts';
import { createOrderBook, type MatchEvent, type OrderBook } from './match.ts';
import type { CancelText, LedgerRecord, SegmentStatus } from './record.ts';
import type { Counters, Trade, VenueEvent, VenueOrder } from './venue-types.ts';

/** What the market was when the venue stopped. */
export interface MarketState {
  readonly orders: readonly VenueOrder[];
  readonly trades: readonly Trade[];
  readonly counters: Counters;
  readonly segments: ReadonlyMap<string, SegmentStatus>;
}

export interface MarketOptions {
  readonly instruments: readonly Instrument[];
  readonly panOf: (account: string) => string | null;
  readonly seed: number;
  readonly now: () => number;
}

/** Orders, books and trades of every contract. Each act gives the events that it caused, in order. */
export class Market {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly orders = new Map<string, VenueOrder>();
  readonly trades = new Map<string, Trade>();
  readonly counters: Counters;
  readonly now: () => number;
  /** Changed since the last `takeChanges`. */
  #changedOrders = new Set<string>();
  #changedTrades = new Set<string>();
  #books = new Map<string, OrderBook>();
  #makers = new Map<string, Maker>();
  #lastE4 = new Map<string, number>();
  #segments: Map<string, SegmentStatus>;
  #options: MarketOptions;

  constructor(options: MarketOptions, state: MarketState) {
    this.#options = options;
    this.now = options.now;
    this.instruments = new Map(options.instruments.map((one) => [one.instrumentId, one]));
    this.counters = { ...state.counters };
    this.#segments = new Map(state.segments);
    for (const order of state.orders) this.orders.set(order.exchangeOrderId, order);
    for (const trade of state.trades) {
      this.trades.set(trade.tradeNumber, trade);
      this.#lastE4.set(trade.instrumentId, trade.priceE4);
    }
    const working = state.orders.filter((order) => order.state === 'working');
    for (const order of [...working].sort((one, other) => one.priority - other.priority))
      this.#restAgain(order);
  }

  instrument(instrumentId: string): Instrument {
    return present(this.instruments.get(instrumentId), `contract ${instrumentId}`);
  }

  status(instrument: Instrument): SegmentStatus {
    return this.#segments.get(segmentKey(instrument)) ?? 'open';
  }

  segments(): ReadonlyMap<string, SegmentStatus> {
    return this.#segments;
  }

  setStatus(exchange: string, segment: string, status: SegmentStatus): VenueEvent {
    this.#segments.set(`${exchange}:${segment}`, status);
    return this.event({ kind: 'segment', atMs: this.now(), exchange, segment, status });
  }

  /** The last trade, else where the venue's own quotes stand. */
  referenceE4(instrument: Instrument): number {
    return this.#lastE4.get(instrument.instrumentId) ?? this.#maker(instrument).referenceE4();
  }

  lastE4(instrumentId: string): number {
    return this.#lastE4.get(instrumentId) ?? 0;
  }

  book(instrument: Instrument): OrderBook {
    const known = this.#books.get(instrument.instrumentId);
    if (known !== undefined) return known;
    const book = createOrderBook();
    this.#books.set(instrument.instrumentId, book);
    return book;
  }

  event(record: LedgerRecord, order: VenueOrder | null = null): VenueEvent {
    return { record, order, requester: null, requestId: null, originalId: null };
  }

  put(order: VenueOrder): VenueOrder {
    this.orders.set(order.exchangeOrderId, order);
    this.#changedOrders.add(order.exchangeOrderId);
    return order;
  }

  putTrade(trade: Trade): void {
    this.trades.set(trade.tradeNumber, trade);
    this.#changedTrades.add(trade.tradeNumber);
  }

  takeChanges(): { readonly orders: VenueOrder[]; readonly trades: Trade[] } {
    const orders = [...this.#changedOrders].map((id) => present(this.orders.get(id), `order ${id}`));
    const trades = [...this.#changedTrades].map((id) => present(this.trades.get(id), `trade ${id}`));
    this.#changedOrders = new Set();
    this.#changedTrades = new Set();
    return { orders, trades };
  }

  /** Puts an accepted order into its book. */
  match(order: VenueOrder): VenueEvent[] {
    const instrument = this.instrument(order.instrumentId);
    const status = this.status(instrument);
    const events = this.book(instrument).enter(
      {
        id: order.exchangeOrderId,
        side: order.side,
        quantity: order.quantity - order.cumQuantity,
        limitE4: order.priceE4,
        immediate: order.timeInForce === 'IOC',
        selfKey: this.#options.panOf(order.account),
        restE4: order.type === 'market' ? this.referenceE4(instrument) : null,
      },
      status !== 'open',
    );
    return this.apply(instrument, events);
  }

  /** Fills the venue's own quotes up; client orders that they meet are traded. */
  refill(instrument: Instrument): VenueEvent[] {
    if (this.status(instrument) !== 'open') return [];
    const book = this.book(instrument);
    return this.#maker(instrument)
      .refill(book)
      .flatMap((order) => this.apply(instrument, book.enter(order)));
  }

  thin(instrument: Instrument, side: Side, quantity: number): void {
    this.#maker(instrument).thin(this.book(instrument), side, quantity);
  }

  uncross(instrument: Instrument): VenueEvent[] {
    return this.apply(instrument, this.book(instrument).uncross(this.referenceE4(instrument)));
  }

  /** Takes a working order out of its book, cancelled. */
  cancel(order: VenueOrder, cause: CancelText, text: string): VenueEvent {
    this.book(this.instrument(order.instrumentId)).remove(order.exchangeOrderId);
    return this.#canceled(order.exchangeOrderId, cause, text);
  }

  apply(instrument: Instrument, events: readonly MatchEvent[]): VenueEvent[] {
    return events.flatMap((event) => {
      switch (event.kind) {
        case 'traded':
          return this.#traded(instrument, event);
        case 'rested':
          return isMaker(event.id) ? [] : this.#rested(event.id, event.priceE4);
        case 'canceled':
          return isMaker(event.id) ? [] : [this.#canceled(event.id, event.cause, CANCEL_TEXT[event.cause])];
      }
    });
  }

  /** One fill of one order, under a trade number. */
  fill(exchangeOrderId: string, trade: Trade): VenueEvent {
    const order = present(this.orders.get(exchangeOrderId), `order ${exchangeOrderId}`);
    const cumQuantity = order.cumQuantity + trade.quantity;
    assert(cumQuantity <= order.quantity, 'an order is never filled past its quantity');
    const filled = this.put({
      ...order,
      cumQuantity,
      turnoverE4: order.turnoverE4 + trade.priceE4 * trade.quantity,
      state: cumQuantity === order.quantity ? 'filled' : order.state,
    });
    const { tradeNumber, quantity, priceE4, atMs } = trade;
    const tradingDate = this.tradingDateOf(atMs);
    return this.event(
      { kind: 'filled', atMs, exchangeOrderId, tradeNumber, quantity, priceE4, tradingDate },
      filled,
    );
  }

  tradingDateOf(atMs: number): string {
    return istDate(atMs);
  }

  newTrade(
    instrumentId: string,
    quantity: number,
    priceE4: number,
    buyOrder: string,
    sellOrder: string,
  ): Trade {
    const tradeNumber = String(this.counters.nextTrade);
    this.counters.nextTrade += 1;
    const trade: Trade = {
      tradeNumber,
      instrumentId,
      quantity,
      priceE4,
      buyOrder,
      sellOrder,
      atMs: this.now(),
      state: 'done',
    };
    this.putTrade(trade);
    this.#lastE4.set(instrumentId, priceE4);
    return trade;
  }

  #traded(instrument: Instrument, event: Extract<MatchEvent, { kind: 'traded' }>): VenueEvent[] {
    const restingSide = isMaker(event.restingId)
      ? null
      : present(this.orders.get(event.restingId), 'order').side;
    const incomingSide = isMaker(event.incomingId)
      ? null
      : present(this.orders.get(event.incomingId), 'order').side;
    if (restingSide === null && incomingSide === null) return [];
    const incomingBuys = (incomingSide ?? (restingSide === 'buy' ? 'sell' : 'buy')) === 'buy';
    const [buyer, seller] = incomingBuys
      ? [event.incomingId, event.restingId]
      : [event.restingId, event.incomingId];
    const trade = this.newTrade(instrument.instrumentId, event.quantity, event.priceE4, buyer, seller);
    return [event.restingId, event.incomingId].filter((id) => !isMaker(id)).map((id) => this.fill(id, trade));
  }

  #rested(exchangeOrderId: string, priceE4: number): VenueEvent[] {
    const order = present(this.orders.get(exchangeOrderId), `order ${exchangeOrderId}`);
    // The rest of a market order stays as a limit order at the last price.
    if (order.priceE4 === null) this.put({ ...order, priceE4 });
    return [];
  }

  #canceled(exchangeOrderId: string, cause: CancelText, text: string): VenueEvent {
    const order = present(this.orders.get(exchangeOrderId), `order ${exchangeOrderId}`);
    const openQuantity = order.quantity - order.cumQuantity;
    const canceled = this.put({ ...order, state: 'canceled', text });
    const atMs = this.now();
    return this.event({ kind: 'canceled', atMs, exchangeOrderId, openQuantity, cause, text }, canceled);
  }

  #restAgain(order: VenueOrder): void {
    const instrument = this.instrument(order.instrumentId);
    const entry = {
      id: order.exchangeOrderId,
      side: order.side,
      quantity: order.quantity - order.cumQuantity,
      limitE4: order.priceE4,
      immediate: false,
      selfKey: this.#options.panOf(order.account),
      restE4: this.referenceE4(instrument),
    };
    this.book(instrument).enter(entry, true);
  }

  #maker(instrument: Instrument): Maker {
    const known = this.#makers.get(instrument.instrumentId);
    if (known !== undefined) return known;
    const maker = createMaker(instrument, this.#options.seed);
    this.#makers.set(instrument.instrumentId, maker);
    return maker;
  }
}

const CANCEL_TEXT = {
  ioc: 'IOC not filled',
  'no-price': 'no price for the rest of a market order',
  'self-trade': '17071 self trade prevention',
} as const;

export function segmentKey(of: { readonly exchange: string; readonly segment: string }): string {
  return `${of.exchange}:${of.segment}`;
}

/** The other side of a trade that has no order of a client. */
export const HOUSE = MAKER;
