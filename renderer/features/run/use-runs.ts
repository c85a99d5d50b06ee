import type { FactKind } from '#core/events.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { RunShown } from '#renderer/api/shapes.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'plan-approved',
  'run-paused',
  'run-resumed',
  'run-stopped',
  'run-ended',
  'row-flat',
  'row-left-over',
  'order-filled',
  'order-in-doubt',
]);
const EVERY_MS = 1_000;

/** Every run of the desk, newest first. */
export function useRuns() {
  return useQuery('runs', {
    ask: async (calls) =>
      (await calls.squareOff.runs({})).toSorted((one, other) => other.approvedAtMs - one.approvedAtMs),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
}

/** The run that a dealer means without naming it: the newest that is not over. */
export function liveRun(runs: readonly RunShown[]): RunShown | null {
  return runs.find((run) => run.state !== 'ended') ?? null;
}
