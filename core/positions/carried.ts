import type { BaselineRow } from './baseline.ts';
import { isLater, type Snapshot } from './snapshot.ts';

/**
 * What a row held at the start of a day, before any trade of that day, as a file says it: the one thing that the
 * exchange can not tell, and from which its trades make a net of their own.
 */
export interface Carried {
  /** Net exchange units, signed. */
  readonly quantity: number;
  /** The file that says so; its day is the day at whose start this was held. */
  readonly snapshot: Snapshot;
  /** The file is of the start of day; else it is of later and states the quantity beside the day's trades. */
  readonly isOfStart: boolean;
}

/** Null where the file only leaves it to be guessed: a quantity put in its place would agree with itself. */
export function carriedIn(row: BaselineRow, snapshot: Snapshot): Carried | null {
  // A cut of a segment beside "none of today" takes its place, and trades of today in the row contradict it.
  const hasOwnCut = snapshot.cuts.size > 0;
  const tradedToday = row.dayBuyQuantity !== 0 || row.daySellQuantity !== 0;
  if (snapshot.startOfDay && !hasOwnCut && !tradedToday) {
    return { quantity: row.quantity, snapshot, isOfStart: true };
  }
  return row.carriedStated ? { quantity: row.carriedQuantity, snapshot, isOfStart: false } : null;
}

/**
 * Of two words about a start of day: the later day; of one day that of the start, for it was said before there was
 * a trade to get wrong; else the later word. A later file that says nothing of it (a row that main dropped) leaves
 * standing what was said, for what was held at the start does not change.
 */
export function betterCarried(known: Carried | null, told: Carried | null): Carried | null {
  if (known === null || told === null) return known ?? told;
  if (known.snapshot.day !== told.snapshot.day) {
    return known.snapshot.day > told.snapshot.day ? known : told;
  }
  if (known.isOfStart !== told.isOfStart) return known.isOfStart ? known : told;
  return isLater(known.snapshot, told.snapshot) ? known : told;
}
