import type { Instrument } from '#core/model/instrument.ts';
import { sliceLimit } from '#core/model/instrument.ts';
import type { Policy } from './policy.ts';

/** Turns that one client takes in a contract that many want to leave, at most. */
const FAIR_TURNS_MAX = 8;
/** Orders planned for one row at a time; the rest follows as these end. */
const SLICES_MAX = 200;

/** Units of one order at most: floor(freeze / lot) x lot; 0 when the freeze is unknown and no default is set. */
export function orderLimit(instrument: Instrument, policy: Policy): number {
  const limit = sliceLimit(instrument);
  return limit > 0 ? limit : policy.defaultFreezeLots * instrument.lotSize;
}

/** Whole lots of a quantity, and the odd units that no order can close. */
export function wholeLots(
  quantity: number,
  lotSize: number,
): { readonly whole: number; readonly odd: number } {
  const odd = quantity % lotSize;
  return { whole: quantity - odd, odd };
}

/** Orders of at most `limit` units each; the sum is `whole`, save past `SLICES_MAX`. */
export function slicesOf(whole: number, limit: number): readonly number[] {
  const slices: number[] = [];
  for (let left = whole; left > 0 && slices.length < SLICES_MAX;) {
    const slice = Math.min(left, limit);
    slices.push(slice);
    left -= slice;
  }
  return slices;
}

/**
 * Small equal slices when several clients want more of a contract than the book shows, so that none of them
 * eats it alone. `visible` is the quantity on the other side of the book, 0 when unknown.
 */
export function fairSlice(
  demand: { readonly clients: number; readonly quantity: number; readonly largest: number },
  visible: number,
  instrument: Instrument,
  limit: number,
): number {
  if (demand.clients < 2 || visible <= 0 || demand.quantity <= visible) return limit;
  const { lotSize } = instrument;
  const equal = Math.floor(visible / demand.clients / lotSize) * lotSize;
  const fewest = Math.ceil(demand.largest / FAIR_TURNS_MAX / lotSize) * lotSize;
  return Math.min(limit, Math.max(lotSize, equal, fewest));
}
