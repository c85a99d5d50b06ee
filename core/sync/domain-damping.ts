/**
 * From what a line shows of main, beat by beat, to what the desk takes for true. A line that flaps makes few facts, and
 * what it flaps to is `lost`: a desk in SUSPECT imposes nothing, a desk in STANDBY that should not be there loses the
 * minutes of the outage.
 */
export interface DampingPolicy {
  /** Beats missed one after the other, and time since the first of them, before main is lost: both. */
  readonly misses: number;
  readonly lostAfterMs: number;
  /** Without a missed beat for so long, main is up. */
  readonly upAfterMs: number;
  /** Times that main may come up within an hour. It goes down at most once more. */
  readonly upsAnHour: number;
}

export const DAMPING: DampingPolicy = { misses: 3, lostAfterMs: 4_000, upAfterMs: 10_000, upsAnHour: 6 };

const HOUR_MS = 3_600_000;

export interface Damping {
  /** What the desk takes for true; changes only by a fact. */
  readonly said: 'up' | 'lost';
  /** When main came up, within the last hour and latest first to last; by facts, too. */
  readonly upsAtMs: readonly number[];
  readonly misses: number;
  /** The first of the misses in a row; null when the last beat came. */
  readonly missedSinceMs: number | null;
  readonly beatsSinceMs: number | null;
  /** The bound was reached and told; until a place in the hour is free. */
  readonly atBound: boolean;
}

export const NOTHING_HEARD: Damping = {
  said: 'lost',
  upsAtMs: [],
  misses: 0,
  missedSinceMs: null,
  beatsSinceMs: null,
  atBound: false,
};

/** What an observation leads to: a change that is to become a fact, the bound, or nothing. */
export type Verdict = 'up' | 'lost' | 'bound' | null;

/** One observation: a beat came, or one was missed (also when there is no line at all). */
export function observe(
  damping: Damping,
  saw: 'up' | 'lost',
  nowMs: number,
  policy: DampingPolicy,
): { readonly damping: Damping; readonly verdict: Verdict } {
  return saw === 'lost' ? missed(damping, nowMs, policy) : beaten(damping, nowMs, policy);
}

/** After the fact: `said` and the count of the hour follow the log alone, so that a restart counts on. */
export function afterHeard(
  { upsAtMs }: Damping,
  state: 'up' | 'lost',
  atMs: number,
  { upsAnHour }: DampingPolicy,
): Damping {
  const ups = state === 'up' ? [...upsAtMs, atMs].slice(-upsAnHour) : upsAtMs;
  return { ...NOTHING_HEARD, said: state, upsAtMs: ups };
}

function missed(damping: Damping, nowMs: number, policy: DampingPolicy) {
  const since = earlier(damping.missedSinceMs, nowMs);
  const misses = damping.misses + 1;
  const next = { ...damping, misses, missedSinceMs: since, beatsSinceMs: null };
  const lost = damping.said === 'up' && misses >= policy.misses && nowMs - since >= policy.lostAfterMs;
  return { damping: next, verdict: lost ? ('lost' as const) : null };
}

function beaten(damping: Damping, nowMs: number, policy: DampingPolicy) {
  const since = earlier(damping.beatsSinceMs, nowMs);
  const next = { ...damping, misses: 0, missedSinceMs: null, beatsSinceMs: since };
  if (damping.said === 'up' || nowMs - since < policy.upAfterMs) return { damping: next, verdict: null };
  const inHour = damping.upsAtMs.filter((atMs) => nowMs - atMs < HOUR_MS).length;
  if (inHour < policy.upsAnHour) return { damping: next, verdict: 'up' as const };
  return { damping: { ...next, atBound: true }, verdict: damping.atBound ? null : ('bound' as const) };
}

/** A clock that was set back never makes a time negative. */
function earlier(sinceMs: number | null, nowMs: number): number {
  return sinceMs === null ? nowMs : Math.min(sinceMs, nowMs);
}
