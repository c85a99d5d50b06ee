/**
 * A desk without a file or a socket: the real orders and square-off services over a journal in memory, a plain
 * position book and a scripted venue. Time moves only when a test says so.
 */
import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import type { Entry, Fact } from '#core/events.ts';
import type { ExchangeGateway, ExchangePort, Quote } from '#core/exchange/port.ts';
import type { TradingSessionStatus } from '#core/exchange/events.ts';
import { present } from '#core/lib/assert.ts';
import { ok } from '#core/lib/result.ts';
import type { InstrumentId, RunId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import { createOrders, ORDERS_DEFAULTS } from '#core/orders/service.ts';
import type { OrdersService } from '#core/orders/service.ts';
import type { InstrumentsPort, PositionRow } from '#core/positions/port.ts';
import type { ExitRequest } from '#core/square-off/plan-input.ts';
import { DEFAULT_POLICY } from '#core/square-off/policy.ts';
import type { Policy } from '#core/square-off/policy.ts';
import { createSquareOff } from '#core/square-off/service.ts';
import type { SquareOff } from '#core/square-off/service.ts';
import { ALL, CAPABILITIES, NOW, VENUE } from './book.ts';
import { createMemory } from './memory.ts';
import { createBook } from './nets.ts';
import { fillAll, Venue } from './venue.ts';
import type { Behaviour } from './venue.ts';

export interface DeskOptions {
  readonly behaviour?: Behaviour;
  readonly policy?: Partial<Policy>;
  readonly ratePerSecond?: number;
}

/** `earlier` entries of another desk are replayed: a restart. */
export function createDesk(
  instruments: readonly Instrument[],
  positions: readonly PositionRow[],
  options: DeskOptions = {},
  earlier: readonly Entry[] = [],
  startMs = NOW,
): TestDesk {
  return new TestDesk(instruments, positions, options, earlier, startMs);
}

export class TestDesk {
  readonly orders: OrdersService;
  readonly squareOff: SquareOff;
  readonly venue: Venue;
  readonly quotes = new Map<InstrumentId, Quote>();
  readonly entries: readonly Entry[];
  readonly world = { ready: true, session: 'open' as TradingSessionStatus, mayNot: null as string | null };
  private readonly memory: ReturnType<typeof createMemory>;
  private readonly tasks: (() => void)[] = [];
  private readonly ticks = new Set<() => void>();
  private readonly sentAt: number[] = [];
  private readonly ratePerSecond: number;
  private nowMs: number;

  constructor(
    instruments: readonly Instrument[],
    positions: readonly PositionRow[],
    options: DeskOptions,
    earlier: readonly Entry[],
    startMs: number,
  ) {
    this.nowMs = startMs;
    this.ratePerSecond = options.ratePerSecond ?? Infinity;
    this.memory = createMemory(() => this.nowMs);
    this.entries = this.memory.entries;
    const { journal } = this.memory;
    const common = { journal, instruments: instrumentsPort(instruments), exchange: this.exchange() };
    const book = createBook(positions, (orderId) => present(this.orders.order(orderId), 'a known order'));
    const now = (): number => this.nowMs;
    const soon = (task: () => void): void => void this.tasks.push(task);
    this.orders = createOrders({
      ...common,
      positions: book.port,
      host: { now, reached: nothing, soon, log: { info: nothing, warn: nothing, error: nothing } },
      config: ORDERS_DEFAULTS,
      mayTrade: () => null,
      outside: () => null,
    });
    this.squareOff = createSquareOff({
      ...common,
      orders: this.orders,
      positions: book.port,
      now,
      soon,
      every: (_everyMs, tick) => {
        this.ticks.add(tick);
        return () => this.ticks.delete(tick);
      },
      config: {
        policy: { ...DEFAULT_POLICY, ...options.policy },
        ratePerSecond: () => this.ratePerSecond,
        isProprietary: (account) => account === 'PRO',
      },
      mayTrade: () => this.world.mayNot,
      outside: () => null,
      mayApprove: () => null,
    });
    this.venue = new Venue(
      options.behaviour ?? fillAll,
      (report) => {
        const facts = this.orders.beginBatch().interpret(report);
        if (facts.length > 0) journal.append(facts);
      },
      now,
    );
    this.memory.register(this.orders.projection, book.projection, this.squareOff.projection);
    this.memory.replay(earlier);
    this.orders.start();
    if (earlier.length === 0) journal.append([IMPORTED]);
    this.squareOff.start();
  }

  get sent(): Venue['sent'] {
    return this.venue.sent;
  }

  now(): number {
    return this.nowMs;
  }

  facts(kind: Fact['kind']): Fact[] {
    return this.entries.map((entry) => entry.fact).filter((fact) => fact.kind === kind);
  }

  append(...facts: Fact[]): void {
    this.memory.journal.append(facts);
  }

  /** Does all that waits to be done and answers all that is on the wire, without time passing. */
  settle(): void {
    for (let round = 0; round < 1_000_000; round += 1) {
      const task = this.tasks.shift();
      if (task !== undefined) task();
      else if (!this.venue.answerOne()) return;
    }
    throw new Error('the desk does not come to rest');
  }

  /** Lets time pass in ticks of 100 ms. */
  pass(ms: number): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += 100;
      for (const tick of this.ticks) tick();
      this.orders.tick();
      this.settle();
    }
  }

  /** Dry run and approval of a request in one go. */
  exit(request: ExitRequest = ALL): RunId {
    const made = this.squareOff.handlers.dryRun(request, { by: 'asha', scope: EVERY_ACCOUNT });
    const { planId, planHash } = made;
    const done = this.squareOff.handlers.approve(
      { planId, planHash },
      { persons: ['asha'], actor: { user: null } },
    );
    if (!done.ok) throw new Error(done.refusal.reason);
    this.settle();
    return done.value.runId;
  }

  /** Leftovers as `account product quantity reason`. */
  board(): string[] {
    const items = this.squareOff.handlers.leftovers.list(undefined, { scope: EVERY_ACCOUNT });
    return items.map((one) => `${one.account} ${one.product} ${one.quantity} ${one.reason}`);
  }

  state(runId: RunId): string {
    const status = this.squareOff.handlers.status({ runId });
    if (!status.ok) throw new Error('unknown run');
    const { state, flatRows, leftoverRows, openRows } = status.value;
    return `${state}: ${flatRows} flat, ${leftoverRows} left, ${openRows} open`;
  }

  private exchange(): ExchangePort {
    const gateway: ExchangeGateway = {
      venue: VENUE,
      capabilities: CAPABILITIES,
      burstMax: 50,
      ready: () => this.world.ready,
      allowance: () => this.ratePerSecond - this.sentAt.filter((at) => this.nowMs - at < 1000).length,
      stage: (commands) =>
        ok({
          facts: [],
          tables: nothing,
          abandon: nothing,
          write: () => {
            this.venue.wire.push(...commands);
            if (this.ratePerSecond < Infinity) for (const _ of commands) this.sentAt.push(this.nowMs);
          },
        }),
    };
    return {
      gateways: new Map([[VENUE, gateway]]),
      gatewayOf: () => gateway,
      links: () => [],
      quote: (id) => this.quotes.get(id) ?? null,
      subscribe: nothing,
      tradingSession: () => this.world.session,
    };
  }
}

const nothing = (): undefined => undefined;

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

function instrumentsPort(instruments: readonly Instrument[]): InstrumentsPort {
  const byId = new Map(instruments.map((one) => [one.instrumentId, one]));
  return {
    get: (id) => byId.get(id) ?? null,
    byToken: () => null,
    changedSince: () => false,
    all: () => instruments,
    count: () => instruments.length,
  };
}
