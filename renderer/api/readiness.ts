import type { FactKind } from '#core/events.ts';
import type { Readiness } from '#core/desk/contract.ts';
import { useQuery, type Seen } from './query.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'book-broken',
  'book-followed',
  'coverage-changed',
  'instruments-imported',
  'link-down',
  'link-up',
  'main-heard',
  'mode-changed',
  'positions-imported',
  'readiness-checked',
  'session-stopped',
]);
/** A book grows stale, and the time for it comes, without a fact. */
const EVERY_MS = 3_000;

/** Whether this desk could take over, and whether it has to be able to now. */
export function useReadiness(): Seen<Readiness> {
  return useQuery('readiness', {
    ask: (calls) => calls.desk.readiness(),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
}
