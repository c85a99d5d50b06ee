import type { Entry } from '#core/events.ts';
import type { OrderEvent, OrderReport } from '#core/exchange/port.ts';
import type { TradingSessionStatus } from '#core/exchange/events.ts';
import { AccountId, ExchangeOrderId, InstrumentId, type OrderId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { instantOf } from '#core/model/market-clock.ts';
import type { Evidence, OrderFact, OrderTerms } from '#core/orders/events.ts';
import type { PlannedOrder, Release } from '#core/orders/port.ts';
import type { OrdersConfig } from '#core/orders/service-deps.ts';
import { createOrders, ORDERS_DEFAULTS, type OrdersService } from '#core/orders/service.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { Outside } from '#core/sync/port.ts';
import { MemoryJournal, NetPositions, RecordingGateway, VENUE } from './orders-counterparts.ts';

/** The orders service over counterparts of a few lines each: a journal in memory, a venue that only records. */

export const NIFTY = InstrumentId.parse('NSE:NIFTY26NOV25000CE');
export const C1 = AccountId.parse('C1');
export const TODAY = '2026-11-23';
export const ROW: RowKey = { account: C1, instrumentId: NIFTY, product: 'MIS' };
export const EVIDENCE: Evidence = {
  authority: 'mis-cut-off',
  reference: 'policy 4.2',
  channel: 'policy',
  instructedAtMs: 0,
  by: 'dealer-1',
};

export const INSTRUMENT: Instrument = {
  instrumentId: NIFTY,
  exchange: 'NSE',
  segment: 'FO',
  kind: 'option',
  token: '4711',
  symbol: 'NIFTY26NOV25000CE',
  underlying: 'NIFTY',
  name: '',
  series: '',
  isin: '',
  expiry: '2026-11-26',
  strikeE4: 25e7,
  optionType: 'CE',
  lotSize: 5,
  multiplierNum: 1,
  multiplierDen: 1,
  orderUnit: 'units',
  tickE4: 500,
  freezeQuantity: 1800,
  lowerBandE4: 1e4,
  upperBandE4: 5e6,
  filePriceE4: 1e6,
  settlement: 'cash',
  lastTradingMinute: 0,
  tenderStart: '',
  closingAuction: false,
};

export interface TestDesk {
  readonly orders: OrdersService;
  readonly journal: MemoryJournal;
  readonly positions: NetPositions;
  readonly gateway: RecordingGateway;
  readonly points: string[];
  readonly clock: { nowMs: number };
  session: TradingSessionStatus;
  mode: null | 'main-is-up';
  outside: Outside | null;
  instrument: Instrument;
  /** Runs what was left for after the current task. */
  settle(): void;
  /** Interprets, commits and returns the facts of one event, as the exchange service does. */
  hear(...events: readonly OrderEvent[]): readonly OrderFact[];
  /** Kinds of the facts that the log has got since the last call. */
  news(): readonly string[];
}

/** A desk at 14:50 IST, in an emergency, with its venue connected. */
export function testDesk(
  given: { readonly entries?: readonly Entry[]; readonly config?: Partial<OrdersConfig> } = {},
): TestDesk {
  const clock = { nowMs: instantOf(TODAY, 14 * 60 + 50) };
  const journal = new MemoryJournal(() => clock.nowMs);
  journal.entries.push(...(given.entries ?? []));
  const positions = new NetPositions();
  const gateway = new RecordingGateway();
  const points: string[] = [];
  const later: (() => void)[] = [];
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const desk: Pick<TestDesk, 'session' | 'mode' | 'outside' | 'instrument'> = {
    session: 'open',
    mode: null,
    outside: null,
    instrument: INSTRUMENT,
  };
  const orders = createOrders({
    journal,
    positions,
    instruments: { get: (id) => (id === NIFTY ? desk.instrument : null) },
    exchange: {
      gateways: new Map([[VENUE, gateway]]),
      gatewayOf: () => gateway,
      tradingSession: () => desk.session,
    },
    host: {
      now: () => clock.nowMs,
      reached: (point) => void points.push(point),
      soon: (task) => void later.push(task),
      log: silent,
    },
    config: { ...ORDERS_DEFAULTS, ...given.config },
    mayTrade: () => desk.mode,
    outside: () => desk.outside,
  });
  journal.register(orders.projection);
  journal.register(positions.projection);
  orders.start();
  let told = journal.entries.length;
  return Object.assign(desk, {
    orders,
    journal,
    positions,
    gateway,
    points,
    clock,
    settle: () => {
      for (let task = later.shift(); task !== undefined; task = later.shift()) task();
    },
    hear: (...events: readonly OrderEvent[]) => {
      const batch = orders.beginBatch();
      const facts = events.flatMap((event) => batch.interpret(event));
      journal.append(facts);
      return facts;
    },
    news: () => {
      const kinds = journal.entries.slice(told).map((entry) => entry.fact.kind);
      told = journal.entries.length;
      return kinds;
    },
  });
}

export function planned(quantity: number, change: Partial<OrderTerms> = {}): PlannedOrder {
  const terms: OrderTerms = {
    account: C1,
    instrumentId: NIFTY,
    product: 'MIS',
    side: 'sell',
    quantity,
    type: 'limit',
    priceE4: 1e6,
    timeInForce: 'DAY',
    ...change,
  };
  return { terms, evidence: EVIDENCE, runId: null, slice: 1 };
}

export function limit(orderId: OrderId, priceE4 = 1_000_000): Release {
  return { orderId, type: 'limit', priceE4, timeInForce: 'DAY', reference: null };
}

/** Value of a result that must be one. */
export function done<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly refusal: { readonly reason: string; readonly text: string } },
): Value {
  if (!result.ok) throw new Error(`${result.refusal.reason}: ${result.refusal.text}`);
  return result.value;
}

/** An exchange's report about an order, by our newest request of it, with what the test adds. */
export function report(
  desk: TestDesk,
  orderId: OrderId | null,
  word: OrderReport['report'],
  more: Partial<OrderReport> = {},
): OrderReport {
  const order = orderId === null ? null : desk.orders.order(orderId);
  return {
    kind: 'order-report',
    venue: VENUE,
    via: 'order-session',
    report: word,
    requestId: order?.requests[0]?.requestId ?? null,
    exchangeOrderId: orderId === null ? null : exchangeId(orderId),
    account: C1,
    instrumentId: NIFTY,
    side: order?.terms.side ?? null,
    status: null,
    orderQuantity: order?.terms.quantity ?? null,
    cumQuantity: null,
    leavesQuantity: null,
    priceE4: null,
    trade: null,
    cancelCause: null,
    text: '',
    ...more,
  };
}

export function exchangeId(orderId: OrderId): ExchangeOrderId {
  return ExchangeOrderId.parse(`X${orderId.slice(-6)}`);
}

/** A fill report: what was traded now, and what is filled in all. */
export function fillOf(
  desk: TestDesk,
  orderId: OrderId,
  tradeId: string,
  quantity: number,
  cumQuantity: number,
  more: Partial<OrderReport> = {},
): OrderReport {
  return report(desk, orderId, 'fill', { trade: tradeOf(tradeId, quantity), cumQuantity, ...more });
}

export function tradeOf(
  tradeId: string,
  quantity: number,
  priceE4 = 1_000_000,
  refersTo: string | null = null,
) {
  return { tradeId, refersTo, quantity, priceE4, tradedAtMs: 1, tradingDate: TODAY };
}

/** Plans, releases and has one order acknowledged. */
export function working(desk: TestDesk, quantity: number, change: Partial<OrderTerms> = {}): OrderId {
  const orderId = released(desk, quantity, change);
  desk.hear(report(desk, orderId, 'new', { cumQuantity: 0, leavesQuantity: quantity }));
  return orderId;
}

/** Plans and releases one order; no answer yet. */
export function released(desk: TestDesk, quantity: number, change: Partial<OrderTerms> = {}): OrderId {
  const [orderId] = done(desk.orders.plan([planned(quantity, change)], []));
  if (orderId === undefined) throw new Error('one order was planned');
  if (!done(desk.orders.release([limit(orderId)])).sent.includes(orderId)) throw new Error('it was not sent');
  return orderId;
}
