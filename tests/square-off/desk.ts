/**
 * A desk without a file or a socket: the real orders and square-off services over a journal in memory, a plain
 * position book and a scripted venue. Time moves only when a test says so.
 */
import type { Entry, Fact } from '#core/events.ts';
import type {
  ExchangeGateway,
  ExchangePort,
  GatewayCommand,
  OrderReport,
  Quote,
} from '#core/exchange/port.ts';
import type { TradingSessionStatus } from '#core/exchange/events.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok } from '#core/lib/result.ts';
import { DeskId, ExchangeOrderId } from '#core/model/ids.ts';
import type { AccountId, InstrumentId, OrderId, RunId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import { closingSide, signOf } from '#core/model/side.ts';
import { createOrders, ORDERS_DEFAULTS } from '#core/orders/service.ts';
import type { Order } from '#core/orders/port.ts';
import type { PositionRow, PositionsPort } from '#core/positions/port.ts';
import type { ExitRequest } from '#core/square-off/plan-input.ts';
import { rowKey } from '#core/square-off/plan-input.ts';
import { contractKey } from '#core/square-off/plan-quantity.ts';
import type { Policy } from '#core/square-off/policy.ts';
import { DEFAULT_POLICY } from '#core/square-off/policy.ts';
import { createSquareOff } from '#core/square-off/service.ts';
import { ALL, CAPABILITIES, NOW, VENUE } from './book.ts';

/** What the venue does with a new order. `fill` fills it, `rest` acknowledges it, `silence` never answers. */
export type Behaviour = (
  order: NewAtVenue,
) => { fill: number; rest: boolean } | { reject: string } | 'silence';

export interface NewAtVenue {
  readonly requestId: Extract<GatewayCommand, { kind: 'new' }>['requestId'];
  readonly orderId: OrderId;
  readonly instrument: Instrument;
  readonly account: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly priceE4: number | null;
  readonly timeInForce: string;
}

interface Resting extends NewAtVenue {
  readonly exchangeOrderId: ExchangeOrderId;
  filled: number;
}

export interface DeskOptions {
  readonly behaviour?: Behaviour;
  readonly policy?: Partial<Policy>;
  readonly ratePerSecond?: number;
}

export type TestDesk = ReturnType<typeof createDesk>;

export const fillAll: Behaviour = (order) => ({ fill: order.quantity, rest: false });
export const restAll: Behaviour = () => ({ fill: 0, rest: true });

/** `entries` of an earlier desk are replayed: a restart. */
export function createDesk(
  instruments: readonly Instrument[],
  positions: readonly PositionRow[],
  options: DeskOptions = {},
  earlier: readonly Entry[] = [],
  startMs = NOW,
) {
  let nowMs = startMs;
  const tasks: (() => void)[] = [];
  const ticks = new Set<() => void>();
  const quotes = new Map<InstrumentId, Quote>();
  const soon = (task: () => void): void => void tasks.push(task);
  const world = {
    ready: true,
    session: 'open' as TradingSessionStatus,
    behaviour: options.behaviour ?? fillAll,
    mayNot: null as string | null,
  };
  const memory = createMemory(() => nowMs);
  const byId = new Map(instruments.map((one) => [one.instrumentId, one]));
  const instrumentsPort = {
    get: (id: InstrumentId) => byId.get(id) ?? null,
    byToken: () => null,
    changedSince: () => false,
    all: () => instruments,
    count: () => instruments.length,
  };
  const sent: NewAtVenue[] = [];
  const wire: GatewayCommand[] = [];
  const sentAt: number[] = [];
  const gateway: ExchangeGateway = {
    venue: VENUE,
    capabilities: CAPABILITIES,
    burstMax: 50,
    ready: () => world.ready,
    allowance: () => {
      if (options.ratePerSecond === undefined) return Infinity;
      return options.ratePerSecond - sentAt.filter((at) => nowMs - at < 1000).length;
    },
    stage: (commands) =>
      ok({
        facts: [],
        tables: () => undefined,
        abandon: () => undefined,
        write: () => {
          for (const command of commands) {
            wire.push(command);
            sentAt.push(nowMs);
          }
        },
      }),
  };
  const exchange: ExchangePort = {
    gateways: new Map([[VENUE, gateway]]),
    gatewayOf: () => gateway,
    links: () => [],
    quote: (id) => quotes.get(id) ?? null,
    subscribe: () => undefined,
    tradingSession: () => world.session,
  };
  const book = createBook(positions, (orderId) => present(orders.order(orderId), 'a known order'));
  const orders = createOrders({
    journal: memory.journal,
    positions: book.port,
    instruments: instrumentsPort,
    exchange,
    host: {
      now: () => nowMs,
      reached: () => undefined,
      soon,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    config: ORDERS_DEFAULTS,
    mayTrade: () => null,
  });
  const squareOff = createSquareOff({
    journal: memory.journal,
    orders,
    positions: book.port,
    instruments: instrumentsPort,
    exchange,
    now: () => nowMs,
    soon,
    every: (_everyMs, tick) => {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    config: {
      policy: { ...DEFAULT_POLICY, ...options.policy },
      ratePerSecond: () => options.ratePerSecond ?? Infinity,
      isProprietary: (account) => account === 'PRO',
    },
    mayTrade: () => world.mayNot,
  });
  memory.register(orders.projection, book.projection, squareOff.projection);
  memory.replay(earlier);
  const venue = createVenue(
    wire,
    sent,
    world,
    (report) => {
      const facts = orders.beginBatch().interpret(report);
      if (facts.length > 0) memory.journal.append(facts);
    },
    () => nowMs,
  );
  orders.start();
  if (earlier.length === 0) memory.journal.append([IMPORTED]);
  squareOff.start();

  function settle(): void {
    for (let round = 0; round < 100_000; round += 1) {
      const task = tasks.shift();
      if (task !== undefined) task();
      else if (!venue.answerOne()) return;
    }
    throw new Error('the desk does not come to rest');
  }

  return {
    world,
    quotes,
    sent,
    orders,
    squareOff,
    venue,
    entries: memory.entries,
    facts: (kind: Fact['kind']) =>
      memory.entries.map((entry) => entry.fact).filter((fact) => fact.kind === kind),
    append: (...facts: Fact[]) => void memory.journal.append(facts),
    now: () => nowMs,
    settle,
    /** Lets time pass in ticks of 100 ms. */
    pass(ms: number): void {
      for (const untilMs = nowMs + ms; nowMs < untilMs;) {
        nowMs += 100;
        for (const tick of ticks) tick();
        orders.tick();
        settle();
      }
    },
    /** Dry run and approval of a request in one go. */
    exit(request: ExitRequest = ALL): RunId {
      const made = squareOff.handlers.dryRun(request, { by: 'asha' });
      const done = squareOff.handlers.approve(
        { planId: made.planId, planHash: made.planHash, by: [] },
        { by: 'asha' },
      );
      if (!done.ok) throw new Error(done.refusal.reason);
      settle();
      return done.value.runId;
    },
    /** Leftovers as `account symbol-less quantity reason`. */
    board: (): string[] =>
      squareOff.handlers.leftovers
        .list()
        .map((one) => `${one.account} ${one.product} ${one.quantity} ${one.reason}`),
    state(runId: RunId): string {
      const status = squareOff.handlers.status({ runId });
      if (!status.ok) throw new Error('unknown run');
      const { state, flatRows, leftoverRows, openRows } = status.value;
      return `${state}: ${flatRows} flat, ${leftoverRows} left, ${openRows} open`;
    },
  };
}

const IMPORTED: Fact = {
  kind: 'instruments-imported',
  v: 1,
  source: 'test',
  format: 'lifeboat',
  sha256: '0',
  rows: 1,
  refused: 0,
  tradingDate: istDate(NOW),
  by: 'asha',
};

function createMemory(now: () => number) {
  const desk = DeskId.parse('T1');
  const entries: Entry[] = [];
  const projections: Projection[] = [];
  const followers = new Set<(entry: Entry) => void>();
  const queue: Entry[] = [];
  let delivering = false;
  const journal: Journal = {
    desk,
    epoch: 1,
    head: () => ({ seq: entries.length, hash: '' }),
    append(facts) {
      const added = facts.map((fact, index) => ({
        desk,
        epoch: 1,
        seq: entries.length + index + 1,
        atMs: now(),
        fact,
      }));
      entries.push(...added);
      for (const entry of added) for (const projection of projections) projection.memory(entry);
      queue.push(...added);
      if (delivering) return ok(added);
      delivering = true;
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift())
        for (const follower of followers) follower(entry);
      delivering = false;
      return ok(added);
    },
    follow(_afterSeq, follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    read: () => [],
    reader: { all: () => [], get: () => undefined },
  };
  return {
    journal,
    entries,
    register: (...some: Projection[]) => void projections.push(...some),
    replay(earlier: readonly Entry[]): void {
      for (const entry of earlier) {
        entries.push(entry);
        for (const projection of projections) projection.memory(entry);
      }
    },
  };
}

/** Nets that move with every fill, ours and foreign, each certain. */
function createBook(positions: readonly PositionRow[], orderOf: (orderId: OrderId) => Order) {
  const rows = new Map(positions.map((row) => [rowKey(row), row]));
  const fills = new Map<string, { key: string; units: number }>();
  const contracts = new Map<string, string[]>();
  for (const [key, row] of rows)
    contracts.set(contractKey(row), [...(contracts.get(contractKey(row)) ?? []), key]);
  const ofContract = (account: AccountId, instrumentId: InstrumentId): PositionRow[] =>
    (contracts.get(contractKey({ account, instrumentId })) ?? []).flatMap((key) => rows.get(key) ?? []);
  const move = (key: string, units: number): void => {
    const row = rows.get(key);
    if (row === undefined) return;
    const net = row.netLow + units;
    rows.set(key, {
      ...row,
      netLow: net,
      netHigh: net,
      closable: Math.abs(net),
      closingSide: closingSide(net),
    });
  };
  const projection: Projection = {
    name: 'positions',
    memory: ({ fact }) => {
      if (fact.kind === 'order-filled') {
        const { terms } = orderOf(fact.orderId);
        const units = signOf(terms.side) * fact.quantity;
        fills.set(JSON.stringify(fact.key), { key: rowKey(terms), units });
        move(rowKey(terms), units);
      }
      if (fact.kind === 'fill-busted') {
        const fill = present(fills.get(JSON.stringify(fact.key)), 'the fill of a bust');
        move(fill.key, -fill.units);
      }
      if (fact.kind === 'foreign-fill-seen' && fact.product !== null) {
        move(rowKey({ ...fact, product: fact.product }), signOf(fact.key.side) * fact.quantity);
      }
    },
  };
  const port: PositionsPort = {
    row: (key) => rows.get(rowKey(key)) ?? null,
    rows: () => rows.values(),
    rowsOf: (account) => [...rows.values()].filter((row) => row.account === account),
    closable: (key, side) => {
      const row = rows.get(rowKey(key));
      return row?.closingSide === side ? row.closable : 0;
    },
    closableOfContract: (account, instrumentId, side) => {
      const net = ofContract(account, instrumentId).reduce((sum, row) => sum + row.netLow, 0);
      return closingSide(net) === side ? Math.abs(net) : 0;
    },
    products: (account, instrumentId) => ofContract(account, instrumentId).map((row) => row.product),
    shortfall: () => null,
  };
  return { port, projection };
}

/** Answers what is on the wire, one message at a time, by the behaviour of the moment. */
function createVenue(
  wire: GatewayCommand[],
  sent: NewAtVenue[],
  world: { behaviour: Behaviour },
  report: (event: OrderReport) => void,
  now: () => number,
) {
  const resting = new Map<OrderId, Resting>();
  let number = 0;
  const say = (
    order: Resting,
    kind: OrderReport['report'],
    requestId: OrderReport['requestId'],
    over: Partial<OrderReport> = {},
  ): void =>
    report({
      kind: 'order-report',
      venue: VENUE,
      via: 'order-session',
      report: kind,
      requestId,
      exchangeOrderId: order.exchangeOrderId,
      account: null,
      instrumentId: order.instrument.instrumentId,
      side: order.side,
      status: null,
      orderQuantity: order.quantity,
      cumQuantity: order.filled,
      leavesQuantity: order.quantity - order.filled,
      priceE4: order.priceE4,
      trade: null,
      cancelCause: null,
      text: '',
      ...over,
    });
  function fill(order: Resting, quantity: number): void {
    order.filled += quantity;
    number += 1;
    const trade = {
      tradeId: `T${number}`,
      refersTo: null,
      quantity,
      priceE4: order.priceE4 ?? 1,
      tradedAtMs: now(),
      tradingDate: istDate(now()),
    };
    say(order, 'fill', order.requestId, {
      trade,
      status: order.filled === order.quantity ? 'filled' : 'partially-filled',
    });
    if (order.filled === order.quantity) resting.delete(order.orderId);
  }
  function accept(command: NewAtVenue): void {
    sent.push(command);
    const verdict = world.behaviour(command);
    if (verdict === 'silence') return;
    number += 1;
    const order: Resting = { ...command, exchangeOrderId: ExchangeOrderId.parse(`X${number}`), filled: 0 };
    if ('reject' in verdict)
      return say(order, 'rejected', order.requestId, {
        text: verdict.reject,
        leavesQuantity: 0,
        status: 'rejected',
      });
    resting.set(order.orderId, order);
    say(order, 'new', order.requestId, { status: 'new' });
    if (verdict.fill > 0) fill(order, verdict.fill);
    if (!verdict.rest && order.filled < order.quantity) cancel(order, order.requestId, 'ioc');
  }
  function cancel(
    order: Resting,
    requestId: OrderReport['requestId'],
    cause: OrderReport['cancelCause'],
  ): void {
    resting.delete(order.orderId);
    say(order, 'canceled', requestId, { cancelCause: cause, leavesQuantity: 0, status: 'canceled' });
  }
  return {
    resting,
    fill,
    answerOne(): boolean {
      const command = wire.shift();
      if (command === undefined) return false;
      if (command.kind === 'new') accept(command);
      if (command.kind === 'cancel' && command.order.orderId !== null) {
        const order = resting.get(command.order.orderId);
        if (order !== undefined) cancel(order, command.requestId, 'requested');
      }
      return true;
    },
  };
}
