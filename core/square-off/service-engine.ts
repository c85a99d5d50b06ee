/**
 * The engine of runs: follows the journal and ticks, looks only at rows that something happened to, and does
 * its work in small batches so that the desk stays awake. It decides nothing: `decideRow` does.
 */
import type { Entry, Fact } from '#core/events.ts';
import type { Journal } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import type { ExchangeOrderId, OrderId, RunId, VenueId } from '#core/model/ids.ts';
import type { PlannedOrder } from '#core/orders/port.ts';
import { decideRow } from './domain-row.ts';
import { newMemory } from './domain-row-view.ts';
import type { Part, RowAction } from './domain-row-view.ts';
import type { Run, SquareOffState } from './domain.ts';
import type { LiveRow } from './live.ts';
import { LiveRows } from './live.ts';
import { contractKey, isOver } from './plan-quantity.ts';
import { createReleases } from './service-release.ts';
import { createPlacing } from './service-placing.ts';
import type { Placing } from './service-placing.ts';
import { sideOf, viewRow } from './view.ts';
import type { Surroundings } from './view.ts';

/** Rows looked at, and facts written, in one turn of the main thread. */
const ROWS_PER_TURN = 200;
/** A turn ends when it took this long, rows left or not. */
const TURN_MS = 6;
export const TICK_MS = 100;

export interface EngineDeps extends Surroundings {
  readonly journal: Journal;
  readonly state: SquareOffState;
  readonly now: () => number;
  readonly soon: (task: () => void) => void;
  readonly every: (everyMs: number, tick: () => void) => () => void;
}

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(deps: EngineDeps) {
  const rows = new LiveRows();
  const known = new Set<RunId>();
  const awaited = new Set<ExchangeOrderId>();
  const ends = new Set<Run>();
  const releases = createReleases(deps, rows);
  const placing = createPlacing(deps, rows);
  let turnAsked = false;
  let running = false;

  function askTurn(): void {
    if (turnAsked || !running) return;
    turnAsked = true;
    deps.soon(turn);
  }

  function turn(): void {
    turnAsked = false;
    if (!running) return;
    const worked = look() || false;
    const sent = releases.send();
    endRuns();
    if (worked || sent) askTurn();
  }

  /** Looks at rows that something happened to. True when rows are left. */
  function look(): boolean {
    const startMs = deps.now();
    const facts: Fact[] = [];
    const plans: Placing[] = [];
    const withdrawals: OrderId[] = [];
    const ended: LiveRow[] = [];
    for (let count = 0; count < ROWS_PER_TURN; count += 1) {
      const live = rows.next();
      if (live === undefined) break;
      lookAt(live, { facts, plans, withdrawals, ended });
      if (count % 16 === 15 && deps.now() - startMs > TURN_MS) break;
    }
    if (withdrawals.length > 0) placing.withdraw(withdrawals);
    if (plans.length > 0) placing.plan(plans);
    if (facts.length > 0 && !deps.journal.append(facts).ok) {
      for (const live of ended) rows.wake(live, deps.now() + TICK_MS);
    }
    return rows.waiting > 0;
  }

  interface Work {
    readonly facts: Fact[];
    readonly plans: Placing[];
    readonly withdrawals: OrderId[];
    readonly ended: LiveRow[];
  }

  function lookAt(live: LiveRow, work: Work): void {
    const nowMs = deps.now();
    const view = viewRow(deps, rows, live, nowMs, awaited);
    if (view === null) return live.row.status === 'open' ? carryOut(live, lostContract(deps, live), work) : undefined;
    const decision = decideRow(view, live.memory);
    for (const action of decision.actions) carryOut(live, action, work);
    if (decision.wakeMs !== null) rows.wake(live, decision.wakeMs);
  }

  function carryOut(live: LiveRow, action: RowAction, work: Work): void {
    switch (action.kind) {
      case 'plan':
        action.quantities.forEach((quantity, index) => {
          work.plans.push({ live, order: plannedOrder(live, quantity, live.orderIds.length + index + 1) });
        });
        return;
      case 'release':
        return releases.queue(live, action.orderIds);
      case 'cancel':
        return releases.cancel(action.orderIds, `run ${live.run.runId}`, action.why);
      case 'withdraw':
        work.withdrawals.push(...action.orderIds);
        return;
      case 'left-over':
        work.facts.push(...leftOver(live, action.parts));
        work.ended.push(live);
        ends.add(live.run);
        return;
      case 'flat': {
        const { account, instrumentId, product } = live.row.approved;
        const { runId } = live.run;
        const { closedElsewhere } = action;
        work.facts.push({ kind: 'row-flat', v: 1, runId, account, instrumentId, product, closedElsewhere });
        work.ended.push(live);
        ends.add(live.run);
      }
    }
  }

  function endRuns(): void {
    for (const run of ends) {
      if (run.openRows > 0) continue;
      const { runId, flatRows } = run;
      const leftoverRows = run.rows.size - flatRows;
      // A refused append leaves the run among `ends`, and the next turn tries again.
      if (run.state === 'ended' || deps.journal.append([{ kind: 'run-ended', v: 1, runId, flatRows, leftoverRows }]).ok) {
        ends.delete(run);
      }
    }
  }

  /** Takes a run on: after its approval, or when the desk starts again. */
  function take(run: Run): void {
    if (known.has(run.runId)) return;
    known.add(run.runId);
    const cancels = stepOne(run);
    rows.add(run, cancels.byContract);
    rows.recall(deps.orders.ofRun(run.runId));
    if (run.openRows === 0) ends.add(run);
    if (run.state === 'running') sendCancels(run, cancels);
    askTurn();
  }

  function sendCancels(run: Run, cancels: ReturnType<typeof stepOne>): void {
    releases.cancel(cancels.own, `run ${run.runId}`, 'step one of an exit');
    releases.cancelForeign(cancels.foreign, run.by.join(', '));
    if (cancels.planned.length > 0) placing.withdraw(cancels.planned);
  }

  /** Resting orders that the approval said to cancel and that are not over yet. */
  function stepOne(run: Run) {
    const byContract = new Map<string, { own: OrderId[]; foreign: ExchangeOrderId[] }>();
    const own: OrderId[] = [];
    const planned: OrderId[] = [];
    const foreign: ExchangeOrderId[] = [];
    const at = (key: string) => {
      const found = byContract.get(key) ?? { own: [], foreign: [] };
      byContract.set(key, found);
      return found;
    };
    for (const orderId of run.cancelOrders) {
      const order = deps.orders.order(orderId);
      if (order === null || isOver(order.status)) continue;
      (order.status === 'PLANNED' ? planned : own).push(orderId);
      at(contractKey(order.terms)).own.push(orderId);
    }
    const asked = new Set(run.cancelForeign);
    for (const order of asked.size === 0 ? [] : deps.orders.foreignOrders()) {
      if (!asked.has(order.exchangeOrderId) || order.cancel === 'refused') continue;
      awaited.add(order.exchangeOrderId);
      if (order.cancel === 'none') foreign.push(order.exchangeOrderId);
      at(contractKey(order)).foreign.push(order.exchangeOrderId);
    }
    return { own, planned, foreign, byContract };
  }

  function follow({ fact }: Entry): void {
    switch (fact.kind) {
      case 'plan-approved':
        return take(present(deps.state.runs.get(fact.runId), 'the run of an approval'));
      case 'run-resumed':
      case 'run-stopped': {
        const run = present(deps.state.runs.get(fact.runId), 'the run of a fact');
        if (run.state === 'running') sendCancels(run, stepOne(run));
        return rows.markRun(fact.runId);
      }
      case 'hedge-released': {
        const live = rows.get(fact.runId, fact);
        if (live !== undefined) reopen(live);
        return;
      }
      case 'row-flat':
      case 'row-left-over': {
        const live = rows.get(fact.runId, fact);
        if (live !== undefined) rows.markGroup(live);
        return;
      }
      case 'order-planned':
        if (fact.runId !== null) rows.attach(fact.runId, fact.terms, fact.orderId);
        return;
      case 'foreign-order-ended':
      case 'foreign-cancel-refused':
        awaited.delete(fact.exchangeOrderId);
        return;
      case 'foreign-fill-seen':
      case 'foreign-order-seen':
        return rows.markContract(fact.account, fact.instrumentId);
      case 'link-up':
      case 'link-down':
      case 'venue-recovered':
      case 'session-reset':
      case 'trading-session-changed':
      case 'instruments-imported':
      case 'day-rolled':
        return rows.markAll();
      default:
        return followOrder(fact);
    }
  }

  function followOrder(fact: Fact): void {
    if (!('orderId' in fact)) return;
    const live = rows.ofOrder(fact.orderId);
    if (live === undefined) return;
    rows.mark(live);
    if (MOVES_HEDGE.has(fact.kind)) rows.markGroup(live);
  }

  /** A held long goes on: what it learned before does not hold it again. */
  function reopen(live: LiveRow): void {
    const before = live.memory;
    live.memory = newMemory(live.row);
    for (const orderId of before.seen) live.memory.seen.add(orderId);
    rows.mark(live);
  }

  return {
    take,
    rows,
    /** Messages that wait for the rate, over all venues. */
    backlog: (venue: VenueId): number => releases.backlog(venue),
    follow(entry: Entry): void {
      follow(entry);
      if (rows.waiting > 0) askTurn();
    },
    start(): () => void {
      running = true;
      const stop = deps.every(TICK_MS, () => {
        rows.ring(deps.now());
        askTurn();
      });
      askTurn();
      return () => {
        running = false;
        stop();
      };
    },
  };
}

/** Fills and their reversals move what longs may go; a cancelled long gives its room to the next. */
const MOVES_HEDGE: ReadonlySet<Fact['kind']> = new Set<Fact['kind']>([
  'order-filled',
  'fill-busted',
  'fill-corrected',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-withdrawn',
]);

/** The contract of an approved row is in no file any more: nothing can be sent for it. */
function lostContract(deps: EngineDeps, live: LiveRow): RowAction {
  const { approved, left } = live.row;
  const filled = deps.orders.ofRow(approved).reduce((sum, order) => sum + (order.runId === live.run.runId ? order.filledQuantity : 0), 0);
  const quantity = Math.max(0, Math.abs(approved.quantity) - left - filled);
  const text = 'the contract is in no file of the day';
  return { kind: 'left-over', parts: [{ quantity, reason: 'unknown-instrument', text }] };
}

function plannedOrder(live: LiveRow, quantity: number, slice: number): PlannedOrder {
  const { account, instrumentId, product, evidence } = live.row.approved;
  return {
    terms: {
      account,
      instrumentId,
      product,
      side: sideOf(live),
      quantity,
      type: 'limit',
      priceE4: null,
      timeInForce: 'DAY',
    },
    evidence,
    runId: live.run.runId,
    slice,
  };
}

function leftOver(live: LiveRow, parts: readonly Part[]): readonly Fact[] {
  const { account, instrumentId, product, quantity } = live.row.approved;
  return parts.map((part, index) => ({
    kind: 'row-left-over' as const,
    v: 1 as const,
    runId: live.run.runId,
    account,
    instrumentId,
    product,
    quantity: Math.sign(quantity) * part.quantity,
    reason: part.reason,
    text: part.text,
    final: index === parts.length - 1,
  }));
}
