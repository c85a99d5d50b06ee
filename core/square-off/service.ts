import { createHash } from 'node:crypto';
import type { Entry } from '#core/events.ts';
import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { PlanId, RunId } from '#core/model/ids.ts';
import type { AccountId, VenueId } from '#core/model/ids.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { OrdersPort } from '#core/orders/port.ts';
import type { InstrumentsPort, PositionsPort } from '#core/positions/port.ts';
import type { ExchangePort } from '#core/exchange/port.ts';
import { approve, shrink } from './approval.ts';
import { applyFact, boardKey, emptyState } from './domain.ts';
import type { BoardItem, Run } from './domain.ts';
import { mayNotResume } from './domain-restart.ts';
import type { LeftoverSettled, RowKey, SquareOffFact } from './events.ts';
import { makePlan } from './plan.ts';
import { rowKey } from './plan-input.ts';
import type { ExitRequest, Plan, PlanInput } from './plan-input.ts';
import type { Policy } from './policy.ts';
import type { SquareOffRefusal } from './refusal.ts';
import { createEngine } from './service-engine.ts';
import { inputOf } from './service-input.ts';
import { statusOf } from './status.ts';
import type { RunStatus } from './status.ts';

/** Dry runs kept for approval at the same time; the oldest goes first. */
const PLANS_MAX = 50;

export interface SquareOffDeps {
  readonly journal: Journal;
  readonly orders: OrdersPort;
  readonly positions: PositionsPort;
  readonly instruments: InstrumentsPort;
  readonly exchange: ExchangePort;
  readonly now: () => number;
  readonly every: (everyMs: number, tick: () => void) => () => void;
  readonly soon: (task: () => void) => void;
  readonly config: SquareOffConfig;
  /** Why this desk may not trade now (mode, fence), in a sentence; null when it may. */
  readonly mayTrade: () => string | null;
}

export interface SquareOffConfig {
  readonly policy: Policy;
  /** Messages a second that the login of a venue has subscribed; Infinity when the rate is off. */
  readonly ratePerSecond: (venue: VenueId) => number;
  readonly isProprietary: (account: AccountId) => boolean;
}

export interface DryRun {
  readonly planId: PlanId;
  readonly planHash: string;
  readonly expiresAtMs: number;
  readonly plan: Plan;
}

interface Kept extends DryRun {
  readonly request: ExitRequest;
}

type Answer<Value> = Result<Value, SquareOffRefusal>;

export type SquareOff = ReturnType<typeof createSquareOff>;

/** Exits: dry run, approval, runs that go on until every row is flat or on the leftovers board. */
export function createSquareOff(deps: SquareOffDeps) {
  const { journal, now, config } = deps;
  const { policy } = config;
  const state = emptyState();
  const plans = new Map<PlanId, Kept>();
  let fileAsOfMs: number | null = null;
  const around = { ...deps, policy, state, fileAsOfMs: () => fileAsOfMs };
  const engine = createEngine(around);

  const projection: Projection = {
    name: 'square-off',
    memory: (entry) => {
      applyFact(state, entry);
      if (entry.fact.kind === 'instruments-imported') fileAsOfMs = entry.atMs;
    },
  };

  const planInput = (request: ExitRequest): PlanInput =>
    inputOf({ ...around, ratePerSecond: config.ratePerSecond, isProprietary: config.isProprietary, runs: state.runs }, request, now());

  function dryRun(request: ExitRequest): DryRun {
    const input = planInput(request);
    deps.exchange.subscribe(contractsOf(input));
    const plan = makePlan(input);
    const planHash = createHash('sha256').update(plan.canonical).digest('hex');
    const planId = PlanId.parse(`P-${planHash.slice(0, 16)}`);
    const made = { planId, planHash, expiresAtMs: input.nowMs + policy.waits.approvalMs, plan };
    for (const [oldId, old] of plans) {
      if (plans.size >= PLANS_MAX || old.expiresAtMs < input.nowMs) plans.delete(oldId);
    }
    plans.set(planId, { ...made, request });
    return made;
  }

  /** Binds persons to the plan that they read; runs it at once. The book may have shrunk since, never grown. */
  function approvePlan(asked: { planId: PlanId; planHash: string; by: readonly string[] }): Answer<{ runId: RunId; shrunkRows: number }> {
    const kept = plans.get(asked.planId);
    const mayNot = deps.mayTrade();
    const refusal = approve(kept ?? null, asked, { nowMs: now(), policy, mayNotTrade: mayNot });
    if (refusal !== null) return refuse(refusal);
    const { plan, request, planId, planHash } = present(kept, 'the plan of an approval that may be');
    const input = planInput(request);
    const shrunk = shrink(plan, makePlan(input));
    const runId = RunId.parse(`R-${input.tradingDate}-${journal.desk}-${journal.epoch}-${journal.head().seq + 1}`);
    const by = [...new Set(asked.by)];
    const done = append([
      { kind: 'plan-approved', v: 1, planId, runId, planHash, tradingDate: input.tradingDate, by, ...shrunk.approved },
    ]);
    if (!done.ok) return done;
    plans.delete(planId);
    return ok({ runId, shrunkRows: shrunk.shrunkRows });
  }

  function append(facts: readonly SquareOffFact[]): Result<null, JournalRefusal> {
    const done = journal.append(facts);
    return done.ok ? ok(null) : done;
  }

  function runOf(runId: RunId): Answer<Run> {
    const run = state.runs.get(runId);
    return run === undefined ? refuse({ reason: 'unknown-run', text: `no run ${runId}` }) : ok(run);
  }

  function pause(asked: { runId: RunId; why: string }, by: string): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    if (run.value.state !== 'running') return refuse({ reason: 'not-running', text: `the run is ${run.value.state}` });
    return append([{ kind: 'run-paused', v: 1, runId: asked.runId, why: asked.why, by }]);
  }

  function resume(asked: { runId: RunId; why: string }, by: string): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    if (run.value.state !== 'paused') return refuse({ reason: 'not-paused', text: `the run is ${run.value.state}` });
    const why = mayNotResume(run.value, restartView(run.value));
    if (why !== null) return refuse({ reason: 'needs-new-dry-run', text: why });
    return append([{ kind: 'run-resumed', v: 1, runId: asked.runId, by, why: asked.why }]);
  }

  function stop(asked: { runId: RunId; why: string }, by: string): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    if (run.value.state === 'ended') return refuse({ reason: 'run-ended', text: 'the run has ended' });
    const { runId, why } = asked;
    const { flatRows, rows, tradingDate } = run.value;
    // Nothing works on a run of another day: it has no word to wait for.
    const over: SquareOffFact[] =
      tradingDate === istDate(now()) ? [] : [{ kind: 'run-ended', v: 1, runId, flatRows, leftoverRows: rows.size - flatRows }];
    return append([{ kind: 'run-stopped', v: 1, runId, by, why }, ...over]);
  }

  function releaseHedge(asked: RowKey & { runId: RunId; reason: string }, by: string): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    const row = run.value.rows.get(rowKey(asked));
    if (row === undefined) return refuse({ reason: 'unknown-row', text: 'the run has no such row' });
    const { runId, reason, account, instrumentId, product } = asked;
    const held = (state.board.get(boardKey(runId, asked)) ?? []).some((item) => item.reason === 'hedge-held' && item.settled === null);
    if (row.approved.leg !== 'long-option' || row.hedgeReleased || (row.status !== 'open' && !held)) {
      return refuse({ reason: 'no-held-hedge', text: 'nothing of this row is held for its short' });
    }
    return append([{ kind: 'hedge-released', v: 1, runId, account, instrumentId, product, by, reason }]);
  }

  function settle(asked: RowKey & { runId: RunId; how: LeftoverSettled['how']; note: string }, by: string): Answer<null> {
    const items = state.board.get(boardKey(asked.runId, asked));
    if (items === undefined) return refuse({ reason: 'unknown-leftover', text: 'no such row is on the board' });
    if (items.every((item) => item.settled !== null)) return refuse({ reason: 'already-settled', text: 'somebody took it on' });
    const { runId, account, instrumentId, product, how, note } = asked;
    return append([{ kind: 'leftover-settled', v: 1, runId, account, instrumentId, product, how, by, note }]);
  }

  function status(runId: RunId): Answer<RunStatus> {
    const run = runOf(runId);
    return run.ok ? ok(statusOf(around, engine, config.ratePerSecond, run.value, now())) : run;
  }

  function restartView(run: Run): Parameters<typeof mayNotResume>[1] {
    let blocked: string | null = null;
    for (const { approved, status: rowStatus } of run.rows.values()) {
      if (rowStatus === 'open') blocked ??= deps.orders.blocked(approved.account);
    }
    return { nowMs: now(), tradingDate: istDate(now()), resumeMs: policy.waits.resumeMs, mayNotTrade: deps.mayTrade(), blocked };
  }

  /** Runs found running at a start go on by themselves only as the restart rule says; else they wait for a person. */
  function restart(): void {
    for (const run of state.runs.values()) {
      if (run.state === 'running') {
        const why = mayNotResume(run, restartView(run));
        const { runId } = run;
        const by = `desk ${journal.desk}`;
        append([
          why === null
            ? { kind: 'run-resumed', v: 1, runId, by, why: 'restarted in the same session' }
            : { kind: 'run-paused', v: 1, runId, by, why: `${why}: make a new dry run` },
        ]);
      }
      if (run.tradingDate === istDate(now())) engine.take(run);
      else dropPlanned(run);
    }
  }

  /** Yesterday's planned orders reserve nothing of today. */
  function dropPlanned(run: Run): void {
    const planned = deps.orders.ofRun(run.runId).filter((order) => order.status === 'PLANNED');
    if (planned.length > 0) deps.orders.withdraw(planned.map((order) => order.orderId), 'its run is of another trading date');
  }

  /** Trading is not allowed any more (main is back, the mode changed): runs stand still until a person says so. */
  function followMode(entry: Entry): void {
    if (entry.fact.kind !== 'mode-changed') return;
    const why = deps.mayTrade();
    if (why === null) return;
    for (const run of state.runs.values()) {
      if (run.state === 'running') append([{ kind: 'run-paused', v: 1, runId: run.runId, why, by: entry.fact.by.join(', ') }]);
    }
  }

  return {
    projection,
    handlers: {
      dryRun: (request: Omit<ExitRequest, 'by'>, { by }: { by: string }): DryRun => dryRun({ ...request, by }),
      approve: (asked: { planId: PlanId; planHash: string; by: readonly string[] }, { by }: { by: string }) =>
        approvePlan({ ...asked, by: [by, ...asked.by] }),
      status: ({ runId }: { runId: RunId }) => status(runId),
      pause: (asked: { runId: RunId; why: string }, { by }: { by: string }) => pause(asked, by),
      resume: (asked: { runId: RunId; why: string }, { by }: { by: string }) => resume(asked, by),
      stop: (asked: { runId: RunId; why: string }, { by }: { by: string }) => stop(asked, by),
      releaseHedge: (asked: RowKey & { runId: RunId; reason: string }, { by }: { by: string }) => releaseHedge(asked, by),
      runs: () => [...state.runs.values()].map((run) => statusOf(around, engine, config.ratePerSecond, run, now())),
      leftovers: {
        list: (): readonly BoardItem[] => [...state.board.values()].flat(),
        settle: (asked: RowKey & { runId: RunId; how: LeftoverSettled['how']; note: string }, { by }: { by: string }) => settle(asked, by),
      },
    },
    /** After replay and reconciliation: runs go on, or wait for a person. Returns the way to stop. */
    start(): () => void {
      restart();
      const unfollow = journal.follow(journal.head().seq, (entry) => {
        engine.follow(entry);
        followMode(entry);
      });
      const halt = engine.start();
      return () => {
        halt();
        unfollow();
      };
    },
  };
}

function contractsOf(input: PlanInput) {
  const ids = new Set(input.rows.filter((row) => row.netLow !== 0 || row.netHigh !== 0).map((row) => row.instrumentId));
  return [...ids].flatMap((id) => input.instrument(id) ?? []);
}
