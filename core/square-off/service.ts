import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { RunId } from '#core/model/ids.ts';
import type { AccountId, VenueId } from '#core/model/ids.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { OrdersPort } from '#core/orders/port.ts';
import type { InstrumentsPort, PositionsPort } from '#core/positions/port.ts';
import type { ExchangePort } from '#core/exchange/port.ts';
import type { OutsideOf } from '#core/sync/port.ts';
import type { User } from '#core/users/port.ts';
import { applyFact, emptyState } from './domain.ts';
import type { BoardItem, Run, SquareOffState } from './domain.ts';
import type { SquareOffFact } from './events.ts';
import type { Policy } from './policy.ts';
import type { SquareOffRefusal } from './refusal.ts';
import { createRunCalls } from './service-calls.ts';
import { Engine } from './service-engine.ts';
import { createPlans, requestOf } from './service-plans.ts';
import type { Approving, DryRun, ExitAskedAtDoor, MayApprove } from './service-plans.ts';
import { standStill, restartRuns } from './service-restart.ts';
import type { Lifecycle } from './service-restart.ts';
import { statusOf } from './status.ts';
import type { RunStatus } from './status.ts';

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
  readonly outside: OutsideOf;
  readonly mayApprove: MayApprove;
}

interface Approvers {
  readonly persons: readonly string[];
  readonly actor: { readonly user: User | null };
}

interface Scoped {
  readonly scope: AccountScope;
}

export interface SquareOffConfig {
  readonly policy: Policy;
  /** Messages a second that the login of a venue has subscribed; Infinity when the rate is off. */
  readonly ratePerSecond: (venue: VenueId) => number;
  readonly isProprietary: (account: AccountId) => boolean;
}

type Answer<Value> = Result<Value, SquareOffRefusal>;

export type SquareOff = ReturnType<typeof createSquareOff>;

/** Exits: dry run, approval, runs that go on until every row is flat or on the leftovers board. */
export function createSquareOff(deps: SquareOffDeps) {
  const { journal, now } = deps;
  const { policy, ratePerSecond, isProprietary } = deps.config;
  const state = emptyState();
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

  function append(facts: readonly SquareOffFact[]): Result<null, JournalRefusal> {
    const done = journal.append(facts);
    return done.ok ? ok(null) : done;
  }

  const statusNow = (run: Run): RunStatus => statusOf(around, engine, ratePerSecond, run, now());

  function status(runId: RunId): Answer<RunStatus> {
    const run = calls.runOf(runId);
    return run.ok ? ok(statusNow(run.value)) : run;
  }

  const lifecycle: Lifecycle = { ...deps, state, policy, append };
  const calls = createRunCalls(lifecycle);
  const plans = createPlans({ ...around, append, runs: state.runs, ratePerSecond, isProprietary });

  return {
    projection,
    handlers: {
      dryRun: (asked: ExitAskedAtDoor, { by, scope }: Scoped & { readonly by: string }): DryRun =>
        plans.dryRun(requestOf(asked, by, scope)),
      approve: (asked: Omit<Approving, 'by' | 'user'>, { persons, actor }: Approvers) =>
        plans.approve({ ...asked, by: persons, user: actor.user }),
      status: ({ runId }: { runId: RunId }) => status(runId),
      pause: calls.pause,
      resume: calls.resume,
      stop: calls.stop,
      releaseHedge: calls.releaseHedge,
      runs: (_input: unknown, { scope }: Scoped): readonly RunStatus[] =>
        [...state.runs.values()].filter((run) => isWithin(run, scope)).map(statusNow),
      leftovers: {
        list: (_input: unknown, { scope }: Scoped): readonly BoardItem[] =>
          [...state.board.values()].flat().filter((item) => scope.has(item.account)),
        settle: calls.settle,
      },
    },
    port: portOf(state, plans, append),
    /** After replay and reconciliation: runs go on, or wait for a person. Returns the way to stop. */
    start(): () => void {
      restartRuns(lifecycle, (run) => {
        engine.take(run);
      });
      const unfollow = journal.follow(journal.head().seq, (entry) => {
        engine.follow(entry);
        standStill(lifecycle, entry);
      });
      const halt = engine.start();
      return () => {
        halt();
        unfollow();
      };
    },
  };
}

function accountsOf(run: Run): readonly AccountId[] {
  return [...run.rows.values()].map(({ approved }) => approved.account);
}

/** A run is one thing: who may not see all of it does not see it. */
function isWithin(run: Run, scope: AccountScope): boolean {
  return scope.all || accountsOf(run).every((account) => scope.has(account));
}

/** What the door asks: whose a run or a plan is, and what it would do. */
function portOf(
  state: SquareOffState,
  plans: ReturnType<typeof createPlans>,
  append: (facts: readonly SquareOffFact[]) => Result<null, JournalRefusal>,
) {
  return {
    accountsOfRun: (runId: string): readonly AccountId[] | null => {
      const run = state.runs.get(RunId.parse(runId));
      return run === undefined ? null : accountsOf(run);
    },
    accountsOfPlan: plans.accountsOf,
    /** Runs that are not ended. */
    liveRuns: (): readonly RunId[] =>
      [...state.runs.values()].filter((run) => run.state !== 'ended').map(({ runId }) => runId),
    /** The dry run that an approval names, for the second person; null when the input names none that is kept. */
    describe: plans.describe,
    /** A person who approved it may no longer: what runs in their name stands still (I10). */
    pauseRunsOf: (person: string, why: string): void => {
      for (const { runId, by, state: runState } of state.runs.values()) {
        if (runState !== 'running' || !by.includes(person)) continue;
        append([{ kind: 'run-paused', v: 1, runId, why, by: person }]);
      }
    },
  };
}
