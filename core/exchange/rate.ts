import { assert } from '#core/lib/assert.ts';

const WINDOW_MS = 1000;

/**
 * What a box subscription allows: so many messages in any sliding second, of every kind (NSE counts logins,
 * cancels and queries too; above it the box is disconnected, error 17106).
 */
export interface RateBucket {
  /** Messages that may be sent now. */
  allowance(nowMs: number): number;
  /** Counts messages that were sent now. */
  take(nowMs: number, messages: number): void;
}

export function createRateBucket(perSecond: number | null): RateBucket {
  if (perSecond === null) return { allowance: () => Number.POSITIVE_INFINITY, take: () => undefined };
  // A ring of the last `perSecond` send times: the oldest one decides when the next may go.
  const sent = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return {
    allowance(nowMs) {
      let free = 0;
      while (free < perSecond && nowMs - (sent[(next + free) % perSecond] ?? 0) >= WINDOW_MS) free += 1;
      return free;
    },
    take(nowMs, messages) {
      assert(messages >= 0 && Number.isInteger(messages), 'messages are counted in whole numbers');
      for (let count = 0; count < messages; count += 1) {
        sent[next] = nowMs;
        next = (next + 1) % perSecond;
      }
    },
  };
}
