import { createHash } from 'node:crypto';
import type { Journal, JournalRefusal } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { PlanId, RunId } from '#core/model/ids.ts';
import type { AccountId, InstrumentId } from '#core/model/ids.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { approve, shrink } from './approval.ts';
import type { SquareOffFact } from './events.ts';
import { makePlan } from './plan.ts';
import type { User } from '#core/users/port.ts';
import type { Evidence } from '#core/orders/events.ts';
import type { ExitRequest, Plan, PlanInput, RequestedRow } from './plan-input.ts';
import type { SquareOffRefusal } from './refusal.ts';
import { inputOf } from './service-input.ts';
import type { InputDeps } from './service-input.ts';

/** Dry runs kept for approval at the same time; the oldest goes first. */
const PLANS_MAX = 50;

export interface DryRun {
  readonly planId: PlanId;
  readonly planHash: string;
  readonly expiresAtMs: number;
  readonly plan: Plan;
}

export interface Approving {
  readonly planId: PlanId;
  readonly planHash: string;
  /** Who asks, and who agreed. */
  readonly by: readonly string[];
  /** The asker as a person: it is their limit, and their id that the orders carry. */
  readonly user: User | null;
}

interface PlansDeps extends InputDeps {
  readonly journal: Pick<Journal, 'desk' | 'epoch' | 'head'>;
  readonly now: () => number;
  readonly mayTrade: () => string | null;
  readonly append: (facts: readonly SquareOffFact[]) => Result<null, JournalRefusal>;
  readonly mayApprove: MayApprove;
}

/** Why this person may not let so much go to these exchanges (limits, exchange ids); null when they may. */
export type MayApprove = (
  user: User | null,
  exit: { readonly notionalE4: bigint; readonly instrumentIds: readonly InstrumentId[] },
) => SquareOffRefusal | null;

type Approval = Result<{ readonly runId: RunId; readonly shrunkRows: number }, SquareOffRefusal>;

/** Dry runs, kept until they are approved or expire; an approval makes a run. */
export function createPlans(deps: PlansDeps) {
  const { journal, now, policy } = deps;
  const kept = new Map<PlanId, DryRun & { readonly request: ExitRequest }>();

  function dryRun(request: ExitRequest): DryRun {
    const input = inputOf(deps, request, now());
    deps.exchange.subscribe(contractsOf(input));
    const plan = makePlan(input);
    const planHash = createHash('sha256').update(plan.canonical).digest('hex');
    const planId = PlanId.parse(`P-${planHash.slice(0, 16)}`);
    const made = { planId, planHash, expiresAtMs: input.nowMs + policy.waits.approvalMs, plan };
    for (const [oldId, old] of kept) {
      if (kept.size >= PLANS_MAX || old.expiresAtMs < input.nowMs) kept.delete(oldId);
    }
    kept.set(planId, { ...made, request });
    return made;
  }

  /** Binds persons to the plan that they read and runs it at once. The book may have shrunk since, never grown. */
  function approvePlan(asked: Approving): Approval {
    const found = kept.get(asked.planId);
    const refusal =
      approve(found ?? null, asked, { nowMs: now(), policy, mayNotTrade: deps.mayTrade() }) ??
      mayNotApprove(deps.mayApprove, asked, found);
    if (refusal !== null) return refuse(refusal);
    const { plan, request, planId, planHash } = present(found, 'the plan of an approval that may be');
    const input = inputOf(deps, request, now());
    const { approved, shrunkRows } = shrink(plan, makePlan(input));
    const { tradingDate } = input;
    const runId = RunId.parse(`R-${tradingDate}-${journal.desk}-${journal.epoch}-${journal.head().seq + 1}`);
    const by = [...new Set(asked.by)];
    const done = deps.append([
      { kind: 'plan-approved', v: 1, planId, runId, planHash, tradingDate, by, ...approved },
    ]);
    if (!done.ok) return done;
    kept.delete(planId);
    return ok({ runId, shrunkRows });
  }

  return {
    dryRun,
    approve: approvePlan,
    describe: (asked: unknown): string | null => {
      const id = PlanId.safeParse(
        typeof asked === 'object' && asked !== null && 'planId' in asked ? asked.planId : null,
      );
      const made = id.success ? kept.get(id.data) : undefined;
      if (made === undefined) return null;
      const { rows, totals } = made.plan;
      const accounts = new Set(rows.map(({ account }) => account)).size;
      const lakhs = BigInt(totals.notionalE4) / (10_000n * 100_000n);
      return `exit of ${rows.length} rows of ${accounts} accounts, ${totals.orders} orders, Rs ${lakhs} lakh, ${totals.unproven} rows unproven; plan ${made.planHash.slice(0, 16)}`;
    },
    /** The accounts of a kept dry run; null when there is none of that name. */
    accountsOf: (planId: string): readonly AccountId[] | null => {
      const plan = kept.get(PlanId.parse(planId))?.plan;
      return plan === undefined ? null : [...plan.rows, ...plan.leftovers].map(({ account }) => account);
    },
  };
}

function mayNotApprove(
  mayApprove: MayApprove,
  { user }: Approving,
  found: DryRun | undefined,
): SquareOffRefusal | null {
  if (found === undefined) return null;
  const { rows, totals } = found.plan;
  const instrumentIds = [...new Set(rows.map((row) => row.instrumentId))];
  return mayApprove(user, { notionalE4: BigInt(totals.notionalE4), instrumentIds });
}

/** What is asked at the door: an exit whose evidence does not say who gave it, because the session does. */
export interface ExitAskedAtDoor {
  readonly scope:
    | { readonly kind: 'all' }
    | {
        readonly kind: 'rows';
        readonly rows: readonly (Omit<RequestedRow, 'evidence'> & {
          readonly evidence: EvidenceAtDoor | null;
        })[];
      };
  readonly evidence: EvidenceAtDoor | null;
  readonly instructions: readonly { readonly account: AccountId; readonly evidence: EvidenceAtDoor }[];
}

type EvidenceAtDoor = Omit<Evidence, 'by'>;

/** The same with the name of the person who asks it. */
export function requestOf(
  { scope, evidence, instructions }: ExitAskedAtDoor,
  by: string,
  within: AccountScope,
): ExitRequest {
  const signed = (given: EvidenceAtDoor | null): Evidence | null =>
    given === null ? null : { ...given, by };
  return {
    scope:
      scope.kind === 'all'
        ? scope
        : { kind: 'rows', rows: scope.rows.map((row) => ({ ...row, evidence: signed(row.evidence) })) },
    evidence: signed(evidence),
    instructions: instructions.map((one) => ({ account: one.account, evidence: { ...one.evidence, by } })),
    by,
    within,
  };
}

function contractsOf(input: PlanInput): readonly Instrument[] {
  const open = input.rows.filter((row) => row.netLow !== 0 || row.netHigh !== 0);
  const ids = new Set(open.map((row) => row.instrumentId));
  return [...ids].flatMap((id) => input.instrument(id) ?? []);
}
