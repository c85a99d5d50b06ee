/**
 * The engine of runs: follows the journal and ticks, looks only at rows that something happened to, and does
 * its work in small batches so that the desk stays awake. It decides nothing: `decideRow` does.
 */
import type { Entry, Fact } from '#core/events.ts';
import { present } from '#core/lib/assert.ts';
import type { ExchangeOrderId, OrderId, RunId, VenueId } from '#core/model/ids.ts';
import { decideRow } from './domain-row.ts';
import { newMemory } from './domain-row-view.ts';
import type { RowAction } from './domain-row-view.ts';
import type { Run } from './domain.ts';
import type { LiveRow } from './live.ts';
import { LiveRows } from './live.ts';
import { stepOne } from './service-cancels.ts';
import type { StepOneWork } from './service-cancels.ts';
import { flat, leftOver, lostContract, plannedOrder } from './row-facts.ts';
import { createFollower } from './service-follow.ts';
import { Releases } from './service-release.ts';
import { createPlacing } from './service-placing.ts';
import type { Placing } from './service-placing.ts';
import { viewRow } from './view.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Rows looked at, and facts written, in one turn of the main thread. */
const ROWS_PER_TURN = 200;
/** A turn ends when it took this long, rows left or not. */
const TURN_MS = 6;
const TICK_MS = 100;

interface Work {
  readonly facts: Fact[];
  readonly plans: Placing[];
  readonly withdrawals: OrderId[];
  readonly ended: LiveRow[];
}

export class Engine {
  /** The rows of today's runs, by every name under which a fact may concern them. */
  readonly rows = new LiveRows();
  private readonly deps: EngineDeps;
  private readonly known = new Set<RunId>();
  private readonly awaited = new Set<ExchangeOrderId>();
  private readonly ends = new Set<Run>();
  private readonly releases: Releases;
  private readonly placing: ReturnType<typeof createPlacing>;
  private readonly toRows: (entry: Entry) => void;
  private turnAsked = false;
  private running = false;

  constructor(deps: EngineDeps) {
    this.deps = deps;
    this.releases = new Releases(deps, this.rows);
    this.placing = createPlacing(deps, this.rows);
    this.toRows = createFollower({
      rows: this.rows,
      awaited: this.awaited,
      approved: (runId) => {
        this.take(this.runOf(runId));
      },
      goesOn: (runId) => {
        this.goOn(this.runOf(runId));
      },
      reopen: (live) => {
        this.reopen(live);
      },
    });
  }

  /** Orders of a venue that wait for its rate. */
  backlog(venue: VenueId): number {
    return this.releases.backlog(venue);
  }

  /** Takes a run on: after its approval, or when the desk starts again. */
  take(run: Run): void {
    if (this.known.has(run.runId)) return;
    this.known.add(run.runId);
    const cancels = stepOne(this.deps, run, this.awaited);
    this.rows.add(run, cancels.byContract);
    this.rows.recall(this.deps.orders.ofRun(run.runId));
    if (run.openRows === 0) this.ends.add(run);
    if (run.state === 'running') this.sendCancels(run, cancels);
    this.askTurn();
  }

  follow(entry: Entry): void {
    this.toRows(entry);
    if (this.rows.waiting > 0) this.askTurn();
  }

  start(): () => void {
    this.running = true;
    const stop = this.deps.every(TICK_MS, () => {
      this.rows.ring(this.deps.now());
      this.askTurn();
    });
    this.askTurn();
    return () => {
      this.running = false;
      stop();
    };
  }

  private askTurn(): void {
    if (this.turnAsked || !this.running) return;
    this.turnAsked = true;
    this.deps.soon(() => {
      this.turn();
    });
  }

  private turn(): void {
    this.turnAsked = false;
    if (!this.running) return;
    const rowsLeft = this.look();
    const more = this.releases.send();
    this.endRuns();
    if (rowsLeft || more) this.askTurn();
  }

  /** Looks at rows that something happened to. True when rows are left. */
  private look(): boolean {
    const { deps, rows } = this;
    const startMs = deps.now();
    const work: Work = { facts: [], plans: [], withdrawals: [], ended: [] };
    for (let count = 0; count < ROWS_PER_TURN; count += 1) {
      const live = rows.next();
      if (live === undefined) break;
      this.lookAt(live, work);
      if (count % 16 === 15 && deps.now() - startMs > TURN_MS) break;
    }
    if (work.withdrawals.length > 0) this.placing.withdraw(work.withdrawals);
    if (work.plans.length > 0) this.placing.plan(work.plans);
    if (work.facts.length > 0 && !deps.journal.append(work.facts).ok) {
      for (const live of work.ended) rows.wake(live, deps.now() + TICK_MS);
    }
    return rows.waiting > 0;
  }

  private lookAt(live: LiveRow, work: Work): void {
    const view = viewRow(this.deps, this.rows, live, this.deps.now(), this.awaited);
    if (view === null) {
      if (live.row.status === 'open') this.carryOut(live, lostContract(this.deps, live), work);
      return;
    }
    const decision = decideRow(view, live.memory);
    for (const action of decision.actions) this.carryOut(live, action, work);
    if (decision.wakeMs !== null) this.rows.wake(live, decision.wakeMs);
  }

  private carryOut(live: LiveRow, action: RowAction, work: Work): void {
    switch (action.kind) {
      case 'plan':
        action.quantities.forEach((quantity, index) => {
          work.plans.push({ live, order: plannedOrder(live, quantity, live.orderIds.length + index + 1) });
        });
        return;
      case 'release':
        return this.releases.queue(live, action.orderIds);
      case 'cancel':
        return this.releases.cancel(action.orderIds, `run ${live.run.runId}`, action.why);
      case 'withdraw':
        work.withdrawals.push(...action.orderIds);
        return;
      case 'left-over':
        work.facts.push(...leftOver(live, action.parts));
        break;
      case 'flat':
        work.facts.push(flat(live, action.closedElsewhere));
        break;
    }
    work.ended.push(live);
    this.ends.add(live.run);
  }

  private endRuns(): void {
    for (const run of this.ends) {
      if (run.openRows > 0) continue;
      const { runId, flatRows } = run;
      const leftoverRows = run.rows.size - flatRows;
      // A refused append leaves the run among `ends`, and the next turn tries again.
      const over = run.state === 'ended';
      if (over || this.deps.journal.append([{ kind: 'run-ended', v: 1, runId, flatRows, leftoverRows }]).ok) {
        this.ends.delete(run);
      }
    }
  }

  private sendCancels(run: Run, cancels: StepOneWork): void {
    this.releases.cancel(cancels.own, `run ${run.runId}`, 'step one of an exit');
    this.releases.cancelForeign(cancels.foreign, run.by.join(', '));
    if (cancels.planned.length > 0) this.placing.withdraw(cancels.planned);
  }

  private goOn(run: Run): void {
    if (run.state === 'running') this.sendCancels(run, stepOne(this.deps, run, this.awaited));
    this.rows.markRun(run.runId);
  }

  /** A held long goes on: what it learned before does not hold it again. */
  private reopen(live: LiveRow): void {
    const before = live.memory;
    live.memory = newMemory(live.row);
    for (const orderId of before.seen) live.memory.seen.add(orderId);
    this.rows.mark(live);
  }

  private runOf(runId: RunId): Run {
    return present(this.deps.state.runs.get(runId), 'the run of a fact');
  }
}
