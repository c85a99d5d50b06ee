import type { Entry, Fact } from '#core/events.ts';
import type {
  Capabilities,
  ExchangeGateway,
  GatewayCommand,
  OrderEvent,
  OrderReport,
} from '#core/exchange/port.ts';
import type { TradingSessionStatus } from '#core/exchange/events.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { AccountId, DeskId, ExchangeOrderId, InstrumentId, VenueId, type OrderId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { instantOf } from '#core/model/market-clock.ts';
import type { Product } from '#core/model/product.ts';
import { closingSide, signOf, type Side } from '#core/model/side.ts';
import type { Evidence, FillKey, OrderFact, OrderTerms } from '#core/orders/events.ts';
import type { PlannedOrder, Release } from '#core/orders/port.ts';
import {
  createOrders,
  ORDERS_DEFAULTS,
  type OrdersConfig,
  type OrdersService,
} from '#core/orders/service.ts';
import type { RowKey } from '#core/square-off/events.ts';

/** The orders service over counterparts of a few lines each: a journal in memory, a venue that only records. */

export const VENUE = VenueId.parse('nse-fo');
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
  ...{
    instrumentId: NIFTY,
    exchange: 'NSE',
    segment: 'FO',
    kind: 'option',
    token: '4711',
    symbol: 'NIFTY26NOV25000CE',
  },
  ...{ underlying: 'NIFTY', name: '', series: '', isin: '', expiry: '2026-11-26', strikeE4: 250_000_000 },
  ...{ optionType: 'CE', lotSize: 5, multiplierNum: 1, multiplierDen: 1, orderUnit: 'units', tickE4: 500 },
  ...{ freezeQuantity: 1800, lowerBandE4: 10_000, upperBandE4: 5_000_000, filePriceE4: 1_000_000 },
  ...{ settlement: 'cash', lastTradingMinute: 0, tenderStart: '', closingAuction: false },
};

/** A journal in memory that keeps the order of things: commit, memory, followers. */
export class MemoryJournal implements Journal {
  readonly desk = DeskId.parse('DESK1');
  readonly epoch: number;
  readonly entries: Entry[] = [];
  readonly reader = { all: () => [], get: () => undefined };
  readonly #projections: Projection[] = [];
  readonly #followers = new Set<(entry: Entry) => void>();
  readonly #now: () => number;
  isWritable = true;

  constructor(now: () => number, epoch = 1) {
    this.#now = now;
    this.epoch = epoch;
  }
  register(projection: Projection): void {
    this.#projections.push(projection);
    for (const entry of this.entries) projection.memory(entry);
  }
  head() {
    return { seq: this.entries.length, hash: '' };
  }
  append(facts: readonly Fact[]) {
    if (!this.isWritable)
      return refuse({ reason: 'journal-not-writable', text: 'the disk is full' } as const);
    const added = facts.map((fact, index): Entry => {
      const copy = JSON.parse(JSON.stringify(fact)) as Fact;
      const seq = this.entries.length + index + 1;
      return { desk: this.desk, epoch: this.epoch, seq, atMs: this.#now(), fact: copy };
    });
    for (const entry of added) {
      this.entries.push(entry);
      for (const projection of this.#projections) projection.memory(entry);
    }
    for (const entry of added) for (const follower of this.#followers) follower(entry);
    return ok(added);
  }
  follow(_afterSeq: number, follower: (entry: Entry) => void) {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
  read(afterSeq: number, limit: number) {
    return this.entries.slice(afterSeq, afterSeq + limit);
  }
}

/** Net positions from baselines and every trade that the log tells of, each counted as told. */
export class NetPositions {
  readonly #baseline = new Map<string, { readonly row: RowKey; net: number }>();
  readonly #trades = new Map<
    string,
    { readonly row: RowKey | null; readonly contract: string; signed: number }
  >();
  readonly #terms = new Map<OrderId, OrderTerms>();

  hold(row: RowKey, net: number): void {
    this.#baseline.set(text(row), { row, net });
  }
  readonly projection: Projection = { name: 'positions', memory: ({ fact }) => this.#apply(fact) };

  net(row: RowKey): number {
    let net = this.#baseline.get(text(row))?.net ?? 0;
    for (const trade of this.#trades.values())
      if (trade.row !== null && text(trade.row) === text(row)) net += trade.signed;
    return net;
  }
  netOfContract(account: AccountId, instrumentId: InstrumentId): number {
    let net = 0;
    for (const { row, net: one } of this.#baseline.values()) {
      if (row.account === account && row.instrumentId === instrumentId) net += one;
    }
    for (const trade of this.#trades.values())
      if (trade.contract === `${account} ${instrumentId}`) net += trade.signed;
    return net;
  }
  /** A trade that nobody can attribute may have reduced this row: it lowers what may be closed. */
  closable(row: RowKey, side: Side): number {
    const net = this.net(row);
    let least = Math.abs(net);
    for (const trade of this.#trades.values()) {
      if (trade.row !== null || trade.contract !== `${row.account} ${row.instrumentId}`) continue;
      if (Math.sign(trade.signed) === -Math.sign(net)) least -= Math.abs(trade.signed);
    }
    return closingSide(net) === side ? Math.max(0, least) : 0;
  }
  closableOfContract(account: AccountId, instrumentId: InstrumentId, side: Side): number {
    const net = this.netOfContract(account, instrumentId);
    return closingSide(net) === side ? Math.abs(net) : 0;
  }

  #apply(fact: Fact): void {
    switch (fact.kind) {
      case 'order-planned':
        this.#terms.set(fact.orderId, fact.terms);
        return;
      case 'order-filled': {
        const terms = this.#terms.get(fact.orderId);
        if (terms !== undefined) this.#count(fact.key, terms, terms.product, fact.quantity);
        return;
      }
      case 'foreign-fill-seen':
        this.#count(fact.key, fact, fact.product, fact.quantity);
        return;
      case 'fill-busted':
      case 'foreign-fill-busted':
        this.#change(fact.key, 0);
        return;
      case 'fill-corrected':
        this.#change(fact.key, fact.quantity);
        return;
      default:
    }
  }
  #count(
    key: FillKey,
    place: { readonly account: AccountId; readonly instrumentId: InstrumentId },
    product: Product | null,
    quantity: number,
  ): void {
    const { account, instrumentId } = place;
    this.#trades.set(JSON.stringify(key), {
      row: product === null ? null : { account, instrumentId, product },
      contract: `${account} ${instrumentId}`,
      signed: signOf(key.side) * quantity,
    });
  }
  #change(key: FillKey, quantity: number): void {
    const trade = this.#trades.get(JSON.stringify(key));
    if (trade !== undefined) trade.signed = signOf(key.side) * quantity;
  }
}

function text(row: RowKey): string {
  return `${row.account} ${row.instrumentId} ${row.product}`;
}

/** A venue that takes bursts and keeps what was written, in order. */
export class RecordingGateway implements ExchangeGateway {
  readonly venue = VENUE;
  readonly capabilities: Capabilities = {
    ...{
      marketOrders: true,
      immediateOrCancel: true,
      replace: true,
      massCancel: false,
      cancelOthers: 'member',
    },
    ...{ listOthers: true, orderStatus: true, massStatus: false, dropCopy: true, marketData: true },
    tradingSession: true,
  };
  burstMax = 100;
  isReady = true;
  left = Infinity;
  abandoned = 0;
  readonly wire: GatewayCommand[] = [];
  onWrite: (commands: readonly GatewayCommand[]) => void = () => undefined;

  ready(): boolean {
    return this.isReady;
  }
  allowance(): number {
    return this.left;
  }
  stage(commands: readonly GatewayCommand[]) {
    if (!this.isReady) return refuse({ reason: 'link-down', text: 'the link is down' } as const);
    const facts: Fact[] = commands.map((command) => ({
      ...{ kind: 'message-sent', v: 1, venue: VENUE, session: 'orders', sequence: this.wire.length + 1 },
      raw: `11=${command.requestId}`,
    }));
    return ok({
      facts,
      tables: () => undefined,
      write: () => {
        this.wire.push(...commands);
        this.onWrite(commands);
      },
      abandon: () => {
        this.abandoned += 1;
      },
    });
  }
}

export interface TestDesk {
  readonly orders: OrdersService;
  readonly journal: MemoryJournal;
  readonly positions: NetPositions;
  readonly gateway: RecordingGateway;
  readonly points: string[];
  readonly clock: { nowMs: number };
  session: TradingSessionStatus;
  mode: null | 'main-is-up';
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
  const desk: { session: TradingSessionStatus; mode: null | 'main-is-up'; instrument: Instrument } = {
    session: 'open',
    mode: null,
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
  });
  journal.register(orders.projection);
  journal.register(positions.projection);
  orders.start();
  let told = journal.entries.length;
  return Object.assign(desk, {
    ...{ orders, journal, positions, gateway, points, clock },
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
    ...{ account: C1, instrumentId: NIFTY, product: 'MIS', side: 'sell', quantity, type: 'limit' },
    ...{ priceE4: 1_000_000, timeInForce: 'DAY', ...change },
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
    ...{ kind: 'order-report', venue: VENUE, via: 'order-session', report: word },
    requestId: order?.requests[0]?.requestId ?? null,
    exchangeOrderId: orderId === null ? null : exchangeId(orderId),
    ...{ account: C1, instrumentId: NIFTY, side: order?.terms.side ?? null, status: null },
    ...{
      orderQuantity: order?.terms.quantity ?? null,
      cumQuantity: null,
      leavesQuantity: null,
      priceE4: null,
    },
    ...{ trade: null, cancelCause: null, text: '', ...more },
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
