import type { Fact } from '#core/events.ts';
import type { Exchange, Segment } from '#core/model/instrument.ts';

/**
 * Segments of which trades were missed for good: the drop copy's sequence was lost, or what it said could not be
 * kept. A position file that came later has them in it, as far as its cut says so; the next day begins anew.
 */
export interface Holes {
  remember(fact: Fact): void;
  /** Why trades of these segments were missed; null when none were. */
  why(traded: readonly { readonly exchange: Exchange; readonly segment: Segment }[]): string | null;
}

export function createHoles(): Holes {
  const holes = new Map<string, string>();
  return {
    remember(fact) {
      if (fact.kind === 'coverage-changed' && fact.lasting === true) {
        holes.set(`${fact.exchange}-${fact.segment}`, fact.why);
      } else if (fact.kind === 'positions-imported' || fact.kind === 'day-rolled') {
        holes.clear();
      }
    },
    why(traded) {
      for (const { exchange, segment } of traded) {
        const why = holes.get(`${exchange}-${segment}`);
        if (why !== undefined) return why;
      }
      return null;
    },
  };
}
