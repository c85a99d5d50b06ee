import type { Entry, Fact } from '#core/events.ts';
import type { OrderEvent, OrderReport } from '#core/exchange/port.ts';
import type { JournalRefusal, Projection } from '#core/journal/port.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import type { AccountId, InstrumentId, OrderId } from '#core/model/ids.ts';
import { valueE4 } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { ApplyContext } from './apply-fill.ts';
import { applyFact, isOrderFact } from './apply.ts';
import { Blocking } from './blocking.ts';
import { decidePlan, isOvercommitted, type Deciding } from './domain.ts';
import { decideByPersons, type PersonsDecision } from './domain-request.ts';
import type { DayRolled, OrderFact, OrderUnresolvedYesterday, OrderWithdrawn } from './events.ts';
import { FUTURES_MARGIN_BASIS_POINTS } from './funds.ts';
import { createNumbering, type Numbering } from './numbering.ts';
import { Overlay } from './overlay.ts';
import type { OrderRefusal, OrdersPort } from './port.ts';
import { interpret, isPlaced } from './report.ts';
import { createCalls } from './service-calls.ts';
import { createCommands, type PlaceOrder } from './service-commands.ts';
import type { OrdersConfig, OrdersDeps } from './service-deps.ts';
import { createWatch } from './service-watch.ts';
import { OrdersState } from './state.ts';
import { project } from './store.ts';

export const ORDERS_DEFAULTS: OrdersConfig = {
  answerTimeoutMs: 5000,
  marginBasisPoints: FUTURES_MARGIN_BASIS_POINTS,
  personsForDoubt: 2,
};

/** Facts of several messages that will be committed together, each decided on after the ones before it. */
export interface ReportBatch {
  interpret(event: OrderEvent): readonly OrderFact[];
  isPlaced(report: OrderReport): boolean;
}

export interface OrdersService extends OrdersPort {
  readonly projection: Projection;
  /** Memory changes only when what it gave is committed; a batch that is not is simply forgotten. */
  beginBatch(): ReportBatch;
  /** A single exit of a dealer: planned and sent in one transaction. */
  place(order: PlaceOrder): Result<{ readonly orderId: OrderId }, OrderRefusal>;
  /** What became of an order in doubt, or of a trade with two contents, by the word of persons. */
  decideDoubt(orderId: OrderId, decision: PersonsDecision): Result<null, OrderRefusal>;
  /** The day moves on: DAY orders end, what is unanswered or owed becomes yesterday's and blocks its account. */
  rollDay(to: string): Result<null, JournalRefusal>;
  /** Trading date of the orders in memory; empty when there was none yet. */
  tradingDate(): string;
  /** After replay: follows the journal. Returns the way to stop. */
  start(): () => void;
  /** Once a second or so: late answers, questions about doubts, excess that could not be cancelled yet. */
  tick(): void;
  readonly handlers: ReturnType<typeof createCalls>;
}

/** The orders service: the state is a projection of the log; what it decides, it journals, then sends. */
export function createOrders(deps: OrdersDeps): OrdersService {
  const state = new OrdersState();
  const numbering = createNumbering(deps.journal.desk, deps.journal.epoch);
  const deciding = (): Deciding => ({ ...deps, state, numbering, today: istDate(deps.host.now()) });
  const blocking = new Blocking(state, deps.positions);
  const port: OrdersPort & Pick<OrdersService, 'place'> = {
    ...createQueries(deps, state, blocking),
    ...createCommands({ ...deps, state, numbering, deciding }),
    plan: (orders, alongside) => {
      const decided = decidePlan(deciding(), orders);
      if (!decided.ok) {
        numbering.settle();
        return decided;
      }
      const committed = deps.journal.append([...alongside, ...decided.value]);
      numbering.settle();
      return committed.ok ? ok(decided.value.map((fact) => fact.orderId)) : committed;
    },
  };
  const watch = createWatch({
    ...deps,
    state,
    numbering,
    port,
    answerTimeoutMs: deps.config.answerTimeoutMs,
  });
  const service = {
    ...port,
    projection: createProjection(deps, state, numbering, blocking),
    beginBatch: () => beginBatch(deps, state),
    decideDoubt: (orderId: OrderId, decision: PersonsDecision) => decideDoubt(deps, state, orderId, decision),
    rollDay: (to: string) => rollDay(deps, state, to),
    tradingDate: () => state.tradingDate,
    start: () => watch.start(),
    tick: () => {
      watch.tick();
    },
  };
  return { ...service, handlers: createCalls(service) };
}

function createQueries(deps: OrdersDeps, state: OrdersState, blocking: Blocking) {
  return {
    order: (orderId: OrderId) => state.order(orderId) ?? null,
    orders: () => ordersOfToday(state),
    ofRun: state.ofRun.bind(state),
    ofRow: state.ofRow.bind(state),
    foreignOrders: () => [...state.foreignOrders()].filter((order) => !order.ended && order.openQuantity > 0),
    reserved: state.reserved.bind(state),
    overcommitted: (row: RowKey) => isOvercommitted(state, deps.positions, row),
    blocked: (account: AccountId) => blocking.blocked(account),
    isInDoubt: (instrumentId: InstrumentId, account: AccountId) => state.isInDoubt(account, instrumentId),
  };
}

/** Today's orders and those of before that are still a question. */
function* ordersOfToday(state: OrdersState) {
  for (const order of state.orders()) {
    if (order.tradingDate >= state.tradingDate || order.status === 'UNRESOLVED_YESTERDAY') yield order;
  }
}

function contextOf(deps: Pick<OrdersDeps, 'instruments'>, atMs: number): ApplyContext {
  return {
    atMs,
    valueOf: (instrumentId, priceE4, quantity) => {
      const instrument = deps.instruments.get(instrumentId);
      return instrument === null ? priceE4 * quantity : valueE4(instrument, priceE4, quantity);
    },
  };
}

function createProjection(
  deps: OrdersDeps,
  state: OrdersState,
  numbering: Numbering,
  blocking: Blocking,
): Projection {
  return {
    name: 'orders',
    tables: project,
    memory: ({ fact, atMs }: Entry) => {
      if (isOrderFact(fact)) {
        learnNumbers(numbering, fact);
        applyFact(state, fact, contextOf(deps, atMs));
        if (fact.kind === 'day-rolled') state.roll(fact.from, fact.to);
      }
      blocking.note(fact);
    },
  };
}

function learnNumbers(numbering: Numbering, fact: OrderFact): void {
  switch (fact.kind) {
    case 'order-planned':
      numbering.seenOrder(fact.orderId);
      return;
    case 'order-released':
    case 'cancel-requested':
    case 'replace-requested':
    case 'foreign-cancel-requested':
      numbering.seenRequest(fact.requestId);
      return;
    case 'day-rolled':
    case 'fill-busted':
    case 'fill-conflicted':
    case 'fill-corrected':
    case 'foreign-cancel-refused':
    case 'foreign-fill-busted':
    case 'foreign-fill-seen':
    case 'foreign-order-ended':
    case 'foreign-order-seen':
    case 'order-acknowledged':
    case 'order-canceled':
    case 'order-confirmed':
    case 'order-decided-by-persons':
    case 'order-done-for-day':
    case 'order-expired':
    case 'order-filled':
    case 'order-in-doubt':
    case 'order-not-delivered':
    case 'order-rejected':
    case 'order-replaced':
    case 'order-unresolved-yesterday':
    case 'order-withdrawn':
    case 'request-refused':
      return;
  }
}

function beginBatch(deps: OrdersDeps, state: OrdersState): ReportBatch {
  const overlay = new Overlay(state);
  return {
    interpret(event) {
      const facts = interpret(overlay, event);
      for (const fact of facts) applyFact(overlay, fact, contextOf(deps, deps.host.now()));
      return facts;
    },
    isPlaced: (report) => isPlaced(overlay, report),
  };
}

function decideDoubt(
  deps: OrdersDeps,
  state: OrdersState,
  orderId: OrderId,
  decision: PersonsDecision,
): Result<null, OrderRefusal> {
  const order = state.order(orderId);
  if (order === undefined)
    return refuse({ reason: 'unknown-order', text: `${orderId} is no order of this desk` });
  const hasConflict = state.troublesOf(order.terms.account)?.get(orderId) === 'fill-conflict';
  const decided = decideByPersons(order, decision, { persons: deps.config.personsForDoubt, hasConflict });
  if (!decided.ok) return decided;
  const committed = deps.journal.append([decided.value]);
  return committed.ok ? ok(null) : committed;
}

/** The facts name each order that stays a question, and each that never went, beside the roll itself. */
function rollDay(deps: OrdersDeps, state: OrdersState, to: string): Result<null, JournalRefusal> {
  const from = state.tradingDate;
  if (from !== '' && from >= to) return ok(null);
  const rolled: DayRolled = { kind: 'day-rolled', v: 1, from: from === '' ? to : from, to };
  const before: OrderWithdrawn[] = [];
  const after: OrderUnresolvedYesterday[] = [];
  const overlay = new Overlay(state);
  applyFact(overlay, rolled, contextOf(deps, deps.host.now()));
  for (const orderId of state.unsettled()) {
    const was = state.order(orderId);
    const is = overlay.order(orderId);
    if (was === undefined || is === undefined) continue;
    if (was.status === 'PLANNED') {
      before.push({ kind: 'order-withdrawn', v: 1, orderId, reason: 'the trading day ended' });
    } else if (
      was.status !== 'UNRESOLVED_YESTERDAY' &&
      (is.status === 'UNRESOLVED_YESTERDAY' || is.reserved > 0)
    ) {
      const { tradingDate } = is;
      after.push({ kind: 'order-unresolved-yesterday', v: 1, orderId, tradingDate });
    }
  }
  const facts: Fact[] = [...before, rolled, ...after];
  const committed = deps.journal.append(facts);
  return committed.ok ? ok(null) : committed;
}
