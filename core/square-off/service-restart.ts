import type { Entry } from '#core/events.ts';
import type { Journal, JournalRefusal } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { OrdersPort } from '#core/orders/port.ts';
import { mayNotResume } from './domain-restart.ts';
import type { RestartView } from './domain-restart.ts';
import { isOrdersReset, type Run, type SquareOffState } from './domain.ts';
import type { SquareOffFact } from './events.ts';
import type { Policy } from './policy.ts';

/** What moves a run between running, paused and stopped. */
export interface Lifecycle {
  readonly journal: Pick<Journal, 'desk'>;
  readonly orders: Pick<OrdersPort, 'blocked' | 'ofRun' | 'withdraw'>;
  readonly now: () => number;
  readonly mayTrade: () => string | null;
  readonly state: SquareOffState;
  readonly policy: Policy;
  readonly append: (facts: readonly SquareOffFact[]) => Result<null, JournalRefusal>;
}

export function restartView(deps: Lifecycle, run: Run): RestartView {
  let blocked: string | null = null;
  for (const { approved, status } of run.rows.values()) {
    if (status === 'open') blocked ??= deps.orders.blocked(approved.account);
  }
  const nowMs = deps.now();
  const { resumeMs } = deps.policy.waits;
  return { nowMs, tradingDate: istDate(nowMs), resumeMs, mayNotTrade: deps.mayTrade(), blocked };
}

/** Runs found running at a start go on by themselves only as the restart rule says; else they wait for a person. */
export function restartRuns(deps: Lifecycle, take: (run: Run) => void): void {
  for (const run of deps.state.runs.values()) {
    if (run.state === 'running') {
      const why = mayNotResume(run, restartView(deps, run));
      const { runId } = run;
      const by = `desk ${deps.journal.desk}`;
      deps.append([
        why === null
          ? { kind: 'run-resumed', v: 1, runId, by, why: 'restarted in the same session' }
          : { kind: 'run-paused', v: 1, runId, by, why: `${why}: make a new dry run` },
      ]);
    }
    if (run.tradingDate === istDate(deps.now())) take(run);
    else dropPlanned(deps, run);
  }
}

/** Yesterday's planned orders reserve nothing of today. What a refusal leaves planned, the next start withdraws. */
function dropPlanned(deps: Lifecycle, run: Run): void {
  const planned = deps.orders.ofRun(run.runId).filter((order) => order.status === 'PLANNED');
  if (planned.length === 0) return;
  const orderIds = planned.map((order) => order.orderId);
  deps.orders.withdraw(orderIds, 'its run is of another trading date');
}

/**
 * Trading is not allowed any more (main is back, the mode changed), or a session of orders began anew: runs stand still
 * until a person says so.
 */
export function standStill(deps: Lifecycle, { fact }: Entry): void {
  if (isOrdersReset(fact)) {
    pauseAll(deps, 'the session of orders was reset: make a new dry run', fact.by);
  } else if (fact.kind === 'mode-changed') {
    const why = deps.mayTrade();
    if (why !== null) pauseAll(deps, why, fact.by.join(', '));
  }
}

function pauseAll(deps: Lifecycle, why: string, by: string): void {
  for (const { state, runId } of deps.state.runs.values()) {
    if (state === 'running') deps.append([{ kind: 'run-paused', v: 1, runId, why, by }]);
  }
}
