import type { VenueId } from '#core/model/ids.ts';
import type { ApprovedRow } from './events.ts';
import type { Leg } from './plan-risk.ts';
import { legRank } from './plan-risk.ts';

/** From the last order on the wire to its fill, for the prediction only. */
const SETTLE_MS = 1000;

/** The place of one order in the queue. */
export interface Turn {
  readonly proprietary: boolean;
  readonly deadlineMs: number;
  readonly leg: Leg;
  /** 0 for a client's first order in the contract: every client has its first turn before anyone's second. */
  readonly turn: number;
  readonly index: number;
}

/** Clients before the broker's own book, nearest deadline first, risk before its hedge, one turn after the other. */
export function compareTurns(one: Turn, other: Turn): number {
  if (one.proprietary !== other.proprietary) return one.proprietary ? 1 : -1;
  return (
    one.deadlineMs - other.deadlineMs ||
    legRank(one.leg) - legRank(other.leg) ||
    one.turn - other.turn ||
    one.index - other.index
  );
}

/** The order of a plan's rows: urgency first, then names, so that the same book gives the same plan. */
export function compareRows(one: ApprovedRow, other: ApprovedRow): number {
  if (one.proprietary !== other.proprietary) return one.proprietary ? 1 : -1;
  return (
    one.deadlineMs - other.deadlineMs ||
    legRank(one.leg) - legRank(other.leg) ||
    compareText(one.account, other.account) ||
    compareText(one.instrumentId, other.instrumentId) ||
    compareText(one.product, other.product)
  );
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export interface Paced {
  readonly venue: VenueId;
  readonly slices: readonly number[];
  readonly row: ApprovedRow;
}

/**
 * When the last order of each row is filled if every order trades at once: messages of its venue before it,
 * cancels included, over the subscribed rate. Same order as `rows`.
 */
export function expectedTimes(
  rows: readonly Paced[],
  cancels: ReadonlyMap<VenueId, number>,
  ratePerSecond: (venue: VenueId) => number,
  nowMs: number,
): readonly number[] {
  const turns: (Turn & { readonly venue: VenueId })[] = [];
  rows.forEach(({ row, slices, venue }, index) => {
    for (let turn = 0; turn < slices.length; turn += 1) {
      const { proprietary, deadlineMs, leg } = row;
      turns.push({ proprietary, deadlineMs, leg, turn, index, venue });
    }
  });
  turns.sort(compareTurns);
  const sent = new Map(cancels);
  const times = rows.map(() => nowMs + SETTLE_MS);
  for (const { venue, index } of turns) {
    const count = (sent.get(venue) ?? 0) + 1;
    sent.set(venue, count);
    times[index] = nowMs + SETTLE_MS + Math.ceil((count / ratePerSecond(venue)) * 1000);
  }
  return times;
}
