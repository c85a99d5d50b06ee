import type { ApprovalShown } from '#core/approvals/contract.ts';
import type { FactKind } from '#core/events.ts';
import { useQuery, type Seen } from './query.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'approval-asked',
  'approval-given',
  'approval-refused',
  'approval-spent',
]);
const EVERY_MS = 2_000;

/** Every asking that this person may see, the newest first. */
export function useApprovals(): Seen<readonly ApprovalShown[]> {
  return useQuery('approvals', {
    ask: async (calls) =>
      (await calls.approvals.list()).approvals.toSorted((one, other) => other.askedAtMs - one.askedAtMs),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
}

/** Those that wait and that this person may give. */
export function forMe(approvals: readonly ApprovalShown[]): readonly ApprovalShown[] {
  return approvals.filter(({ state, mayGive }) => state === 'waiting' && mayGive);
}
