/**
 * The engine of runs: follows the journal and ticks, looks only at rows that something happened to, and does
 * its work in small batches so that the desk stays awake. It decides nothing: `decideRow` does.
 */
import type { Entry, Fact } from '#core/events.ts';
import type { Journal } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import type { ExchangeOrderId, OrderId, RunId, VenueId } from '#core/model/ids.ts';
import { decideRow } from './domain-row.ts';
import { newMemory } from './domain-row-view.ts';
import type { RowAction } from './domain-row-view.ts';
import type { Run, SquareOffState } from './domain.ts';
import type { LiveRow } from './live.ts';
import { LiveRows } from './live.ts';
import { stepOne } from './service-cancels.ts';
import type { StepOneWork } from './service-cancels.ts';
import { leftOver, lostContract, plannedOrder } from './row-facts.ts';
import { createFollower } from './service-follow.ts';
import { createReleases } from './service-release.ts';
import { createPlacing } from './service-placing.ts';
import type { Placing } from './service-placing.ts';
import { viewRow } from './view.ts';
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
    if (view === null)
      return live.row.status === 'open' ? carryOut(live, lostContract(deps, live), work) : undefined;
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
      if (
        run.state === 'ended' ||
        deps.journal.append([{ kind: 'run-ended', v: 1, runId, flatRows, leftoverRows }]).ok
      ) {
        ends.delete(run);
      }
    }
  }

  /** Takes a run on: after its approval, or when the desk starts again. */
  function take(run: Run): void {
    if (known.has(run.runId)) return;
    known.add(run.runId);
    const cancels = stepOne(deps, run, awaited);
    rows.add(run, cancels.byContract);
    rows.recall(deps.orders.ofRun(run.runId));
    if (run.openRows === 0) ends.add(run);
    if (run.state === 'running') sendCancels(run, cancels);
    askTurn();
  }

  function sendCancels(run: Run, cancels: StepOneWork): void {
    releases.cancel(cancels.own, `run ${run.runId}`, 'step one of an exit');
    releases.cancelForeign(cancels.foreign, run.by.join(', '));
    if (cancels.planned.length > 0) placing.withdraw(cancels.planned);
  }

  const follow = createFollower({
    rows,
    awaited,
    approved: (runId) => {
      take(runOf(runId));
    },
    goesOn: (runId) => {
      const run = runOf(runId);
      if (run.state === 'running') sendCancels(run, stepOne(deps, run, awaited));
      rows.markRun(runId);
    },
    reopen,
  });

  function runOf(runId: RunId): Run {
    return present(deps.state.runs.get(runId), 'the run of a fact');
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
