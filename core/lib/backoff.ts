/** How long to wait before the next try, in milliseconds. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * The wait before try number `attempt` (1 is the first repeat): doubles from `firstMs` up to `maxMs`. `chance`, from 0
 * to below 1 and handed in because core has none of its own, takes up to half of it off, so that desks which lost the
 * same venue do not all come back in the same moment.
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, chance: number): number {
  const doublings = Math.min(Math.max(attempt - 1, 0), 30);
  const full = Math.min(policy.firstMs * 2 ** doublings, policy.maxMs);
  return Math.round(full * (1 - chance / 2));
}
