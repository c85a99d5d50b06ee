import { segmentOf, type Book, type RowState } from './book.ts';
import {
  addSpans,
  spanOf,
  standingOf,
  type Span,
  type Standing,
  type Trade,
  type Yardstick,
} from './overlap.ts';
import { cutFor, type SegmentKey } from './snapshot.ts';

/**
 * A row without a file row was flat at the start of the day if a whole start-of-day file has its segment;
 * else nobody can say which of its trades count.
 */
export function yardstickOf(book: Book, state: RowState, segment: SegmentKey | null): Yardstick {
  if (state.baseline !== null) {
    const { row, snapshot } = state.baseline;
    return { seq: snapshot.seq, day: snapshot.day, cut: cutFor(snapshot, segment, row) };
  }
  const startOfDay = segment === null ? null : (segmentOf(book, segment)?.startOfDay ?? null);
  if (startOfDay === null) return { seq: 0, day: null, cut: null };
  return { seq: startOfDay.seq, day: startOfDay.day, cut: { kind: 'none-of-today' } };
}

/** Net units of the row by its file and the trades that the file has not got, without those of no product. */
export function netSpan(state: RowState, yardstick: Yardstick): Span {
  const held = state.baseline?.row.quantity ?? 0;
  let span: Span = { low: held, high: held };
  for (const trade of state.trades.values()) {
    span = addSpans(span, spanOf(trade, standingOf(trade, yardstick)));
  }
  return span;
}

/** Where a trade without a product stands that may be of any of these rows, whose files may differ. */
export function standingIn(
  book: Book,
  rows: readonly RowState[],
  trade: Trade,
  segment: SegmentKey | null,
): Standing {
  const standings = new Set(rows.map((row) => standingOf(trade, yardstickOf(book, row, segment))));
  const [only] = standings;
  return standings.size === 1 && only !== undefined ? only : 'maybe';
}

/** Token, lot, strike or ISIN are others than when the file was made: its quantity is of another contract. */
export function contractChanged(book: Book, state: RowState): boolean {
  const since = state.baseline?.snapshot.tradingDate;
  return since !== undefined && book.instruments.changedSince(state.key.instrumentId, since);
}

/** Two reports of one trade of the row disagree, and nothing has settled it yet. */
export function hasConflict(state: RowState): boolean {
  return [...state.trades.values()].some((trade) => trade.claims.length > 0);
}
