import type { Entry, Fact } from '#core/events.ts';
import { isSurelyAfter } from '#core/model/as-of.ts';
import type { Exchange, Segment } from '#core/model/instrument.ts';

interface Traded {
  readonly exchange: Exchange;
  readonly segment: Segment;
}

type PositionFile = Extract<Fact, { kind: 'positions-imported' }>;

/**
 * Segments of which trades were missed for good: the drop copy's sequence was lost, or what it said could not be
 * kept. A position file has them in it when it says by a cut which trades of the segment it holds, and is of later
 * than the loss; the next day begins anew.
 */
export interface Holes {
  remember(entry: Pick<Entry, 'atMs' | 'fact'>): void;
  /** Why trades of these segments were missed; null when none were. */
  why(traded: readonly Traded[]): string | null;
}

interface Hole extends Traded {
  readonly why: string;
  readonly atMs: number;
}

export function createHoles(): Holes {
  const holes = new Map<string, Hole>();
  return {
    remember({ atMs, fact }) {
      if (fact.kind === 'coverage-changed' && fact.lasting === true) {
        const { exchange, segment, why } = fact;
        holes.set(keyOf(fact), { exchange, segment, why, atMs });
      } else if (fact.kind === 'positions-imported') {
        for (const [key, hole] of holes) if (isMendedBy(hole, fact)) holes.delete(key);
      } else if (fact.kind === 'day-rolled') {
        holes.clear();
      }
    },
    why(traded) {
      for (const one of traded) {
        const hole = holes.get(keyOf(one));
        if (hole !== undefined) return hole.why;
      }
      return null;
    },
  };
}

/** The start of day has no trade of today in it; and two cuts for one segment contradict each other. */
function isMendedBy({ exchange, segment, atMs }: Hole, file: PositionFile): boolean {
  const own = file.cuts.filter(
    (cut) => cut.kind !== 'none-of-today' && cut.exchange === exchange && cut.segment === segment,
  );
  return own.length === 1 && isSurelyAfter(file, atMs);
}

function keyOf({ exchange, segment }: Traded): string {
  return `${exchange}-${segment}`;
}
