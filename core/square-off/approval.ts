import type { ApprovedRow, Leftover, PlanApproved } from './events.ts';
import { rowKey } from './plan-input.ts';
import type { Plan, PlanRow } from './plan-input.ts';
import type { Policy } from './policy.ts';
import type { SquareOffRefusal } from './refusal.ts';

interface Asked {
  readonly planHash: string;
  readonly by: readonly string[];
}

/** Why a plan may not be approved now; null when it may. The plan is named by the hash of what was read. */
export function approve(
  kept: { readonly planHash: string; readonly expiresAtMs: number; readonly plan: Plan } | null,
  asked: Asked,
  view: { readonly nowMs: number; readonly policy: Policy; readonly mayNotTrade: string | null },
): SquareOffRefusal | null {
  if (kept === null) return { reason: 'unknown-plan', text: 'no such dry run, or it was approved already' };
  if (kept.planHash !== asked.planHash)
    return { reason: 'hash-differs', text: 'this is not the plan that was read' };
  if (view.nowMs > kept.expiresAtMs) return { reason: 'plan-expired', text: 'make a new dry run' };
  if (view.mayNotTrade !== null) return { reason: 'may-not-trade', text: view.mayNotTrade };
  const needed = Math.max(
    view.policy.personsRequired,
    view.policy.personsForUnproven * Number(hasReadBack(kept.plan)),
  );
  const persons = new Set(asked.by.map((person) => person.trim()).filter((person) => person !== '')).size;
  if (persons >= needed) return null;
  return { reason: 'second-person-needed', text: `${needed} persons must approve, not ${persons}` };
}

function hasReadBack(plan: Plan): boolean {
  return plan.rows.some((row) => row.unproven);
}

/**
 * The approved plan over the book of this moment: each row at most what was read, at worst at the price that was
 * read. What the book no longer allows goes to the board with today's reason.
 */
export function shrink(
  read: Plan,
  fresh: Plan,
): {
  readonly approved: Pick<PlanApproved, 'rows' | 'leftovers' | 'hedges' | 'cancelOrders' | 'cancelForeign'>;
  readonly shrunkRows: number;
} {
  const now = new Map(fresh.rows.map((row) => [rowKey(row), row]));
  const rows: ApprovedRow[] = [];
  const longLots = new Map<string, number>();
  let shrunkRows = 0;
  for (const row of read.rows) {
    const allowed = now.get(rowKey(row));
    const quantity = allowed === undefined ? 0 : smaller(row.quantity, allowed.quantity);
    if (quantity !== row.quantity) shrunkRows += 1;
    if (quantity === 0) continue;
    rows.push(approvedRow(row, quantity));
    if (row.leg === 'long-option') {
      const lots = Math.abs(quantity) / (Math.abs(row.quantity) / row.lots);
      longLots.set(row.group, (longLots.get(row.group) ?? 0) + lots);
    }
  }
  const wanted = new Set([...read.rows, ...read.leftovers].map(rowKey));
  const leftovers: readonly Leftover[] = fresh.leftovers.filter((leftover) => wanted.has(rowKey(leftover)));
  const hedges = fresh.hedges.map((hedge) => ({ ...hedge, longLots: longLots.get(hedge.group) ?? 0 }));
  const { orders: cancelOrders, foreign: cancelForeign } = fresh.cancels;
  return { approved: { rows, leftovers, hedges, cancelOrders, cancelForeign }, shrunkRows };
}

/** The nearer to nothing of two signed quantities; nothing when their signs differ. */
function smaller(one: number, other: number): number {
  if (Math.sign(one) !== Math.sign(other)) return 0;
  return Math.abs(one) < Math.abs(other) ? one : other;
}

function approvedRow(row: PlanRow, quantity: number): ApprovedRow {
  const { account, instrumentId, product, worstPriceE4, evidence, leg, group, deadlineMs } = row;
  const { sliceQuantity, proprietary, limitE4 } = row;
  return {
    account,
    instrumentId,
    product,
    quantity,
    worstPriceE4,
    evidence,
    leg,
    group,
    deadlineMs,
    sliceQuantity,
    proprietary,
    limitE4,
  };
}
