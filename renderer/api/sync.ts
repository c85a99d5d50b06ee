import type { FactKind } from '#core/events.ts';
import type { ModeShown, SyncShown } from '#core/sync/contract.ts';
import { useQuery, type Seen } from './query.ts';

const MODE_CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>(['mode-changed', 'main-heard']);
const MODE_EVERY_MS = 2_000;

/** Where the desk stands towards main, what an emergency covers, and since when main is out. */
export function useMode(): Seen<ModeShown> {
  return useQuery('mode', {
    ask: (calls) => calls.mode.get(),
    changedBy: MODE_CHANGED_BY,
    everyMs: MODE_EVERY_MS,
  });
}

/** Facts after which following or handing back stands elsewhere. */
export const SYNC_CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'mode-changed',
  'main-heard',
  'book-followed',
  'book-broken',
  'fence-asked',
  'fence-answered',
  'double-close-seen',
  'facts-not-taken',
  'main-has-less',
  'main-has-more',
  'reconciled',
  'difference-decided',
  'order-handed-over',
  'certificate-signed',
  'handback-file-written',
  'handback-file-acknowledged',
]);
/** Acknowledgements of main are no facts: the progress is asked for. */
const SYNC_EVERY_MS = 1_000;

export function useSync(): Seen<SyncShown> {
  return useQuery('sync', {
    ask: (calls) => calls.sync.status(),
    changedBy: SYNC_CHANGED_BY,
    everyMs: SYNC_EVERY_MS,
  });
}
