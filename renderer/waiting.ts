import type { FactKind } from '#core/events.ts';
import type { SyncShown } from '#core/sync/contract.ts';
import { forMe, useApprovals } from './api/approvals.ts';
import { useQuery, type Seen } from './api/query.ts';
import { useSync } from './api/sync.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'plan-approved',
  'run-ended',
  'run-stopped',
  'row-left-over',
  'leftover-settled',
  'order-in-doubt',
  'order-confirmed',
  'order-filled',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-decided-by-persons',
  'fill-conflicted',
]);
const EVERY_MS = 3_000;

/** What waits for a person, counted for the tabs; null where it is not known at this moment. */
export interface Waiting {
  readonly runs: number | null;
  readonly inDoubt: number | null;
  readonly leftovers: number | null;
  /** Those that this person may give. */
  readonly approvals: number | null;
  /** Rows closed twice, differences that nobody decided, and a fact that main does not take. */
  readonly handback: number | null;
}

export function useWaiting(): Waiting {
  const doubt = useQuery('waiting in doubt', {
    ask: async (calls) => (await calls.orders.list({ which: 'in-doubt' })).length,
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const left = useQuery('waiting leftovers', {
    ask: async (calls) =>
      (await calls.squareOff.leftovers.list({})).filter((row) => row.settled === null).length,
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const runs = useQuery('waiting runs', {
    ask: async (calls) => (await calls.squareOff.runs({})).filter((run) => run.state !== 'ended').length,
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const asked = useApprovals();
  const sync = useSync();
  return {
    runs: known(runs),
    inDoubt: known(doubt),
    leftovers: known(left),
    handback: sync.state === 'ready' ? wrongIn(sync.value) : null,
    approvals: asked.state === 'ready' ? forMe(asked.value).length : null,
  };
}

function wrongIn({ doubleCloses, reconciled, handback }: SyncShown): number {
  return doubleCloses.length + (reconciled?.undecided ?? 0) + (handback.notTaken === null ? 0 : 1);
}

function known(seen: Seen<number>): number | null {
  return seen.state === 'ready' ? seen.value : null;
}
