import { createHash } from 'node:crypto';
import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { PlanId, RunId } from '#core/model/ids.ts';
import type { AccountId, VenueId } from '#core/model/ids.ts';
import type { OrdersPort } from '#core/orders/port.ts';
import type { InstrumentsPort, PositionsPort } from '#core/positions/port.ts';
import type { ExchangePort } from '#core/exchange/port.ts';
import { approve, shrink } from './approval.ts';
import { createRunCalls } from './service-calls.ts';
import { followMode, restartRuns } from './service-restart.ts';
import type { Lifecycle } from './service-restart.ts';
import { applyFact, emptyState } from './domain.ts';
import type { BoardItem, Run } from './domain.ts';
import type { SquareOffFact } from './events.ts';
import { makePlan } from './plan.ts';
import type { ExitRequest, Plan, PlanInput } from './plan-input.ts';
import type { Policy } from './policy.ts';
import type { SquareOffRefusal } from './refusal.ts';
import { Engine } from './service-engine.ts';
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
  const engine = new Engine(around);

  const projection: Projection = {
    name: 'square-off',
    memory: (entry) => {
      applyFact(state, entry);
      if (entry.fact.kind === 'instruments-imported') fileAsOfMs = entry.atMs;
    },
  };

  const planInput = (request: ExitRequest): PlanInput =>
    inputOf(
      {
        ...around,
        ratePerSecond: config.ratePerSecond,
        isProprietary: config.isProprietary,
        runs: state.runs,
      },
      request,
      now(),
    );

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
  function approvePlan(asked: {
    planId: PlanId;
    planHash: string;
    by: readonly string[];
  }): Answer<{ runId: RunId; shrunkRows: number }> {
    const kept = plans.get(asked.planId);
    const mayNot = deps.mayTrade();
    const refusal = approve(kept ?? null, asked, { nowMs: now(), policy, mayNotTrade: mayNot });
    if (refusal !== null) return refuse(refusal);
    const { plan, request, planId, planHash } = present(kept, 'the plan of an approval that may be');
    const input = planInput(request);
    const shrunk = shrink(plan, makePlan(input));
    const runId = RunId.parse(
      `R-${input.tradingDate}-${journal.desk}-${journal.epoch}-${journal.head().seq + 1}`,
    );
    const by = [...new Set(asked.by)];
    const done = append([
      {
        kind: 'plan-approved',
        v: 1,
        planId,
        runId,
        planHash,
        tradingDate: input.tradingDate,
        by,
        ...shrunk.approved,
      },
    ]);
    if (!done.ok) return done;
    plans.delete(planId);
    return ok({ runId, shrunkRows: shrunk.shrunkRows });
  }

  function append(facts: readonly SquareOffFact[]): Result<null, JournalRefusal> {
    const done = journal.append(facts);
    return done.ok ? ok(null) : done;
  }

  const statusNow = (run: Run): RunStatus => statusOf(around, engine, config.ratePerSecond, run, now());

  function status(runId: RunId): Answer<RunStatus> {
    const run = calls.runOf(runId);
    return run.ok ? ok(statusNow(run.value)) : run;
  }

  const lifecycle: Lifecycle = { ...deps, state, policy, append };
  const calls = createRunCalls(lifecycle);

  return {
    projection,
    handlers: {
      dryRun: (request: Omit<ExitRequest, 'by'>, { by }: { by: string }): DryRun =>
        dryRun({ ...request, by }),
      approve: (asked: { planId: PlanId; planHash: string; by: readonly string[] }, { by }: { by: string }) =>
        approvePlan({ ...asked, by: [by, ...asked.by] }),
      status: ({ runId }: { runId: RunId }) => status(runId),
      pause: calls.pause,
      resume: calls.resume,
      stop: calls.stop,
      releaseHedge: calls.releaseHedge,
      runs: (): readonly RunStatus[] => [...state.runs.values()].map(statusNow),
      leftovers: {
        list: (): readonly BoardItem[] => [...state.board.values()].flat(),
        settle: calls.settle,
      },
    },
    /** After replay and reconciliation: runs go on, or wait for a person. Returns the way to stop. */
    start(): () => void {
      restartRuns(lifecycle, (run) => {
        engine.take(run);
      });
      const unfollow = journal.follow(journal.head().seq, (entry) => {
        engine.follow(entry);
        followMode(lifecycle, entry);
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
  const ids = new Set(
    input.rows.filter((row) => row.netLow !== 0 || row.netHigh !== 0).map((row) => row.instrumentId),
  );
  return [...ids].flatMap((id) => input.instrument(id) ?? []);
}
