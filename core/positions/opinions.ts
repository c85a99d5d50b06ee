import { contractChanged, hasConflict, netSpan, standingIn, yardstickOf } from './book-net.ts';
import type { Book, ContractState, RowState } from './book.ts';
import { addSpans, gapBetween, NOTHING, orNothing, spanOf, type Span } from './overlap.ts';
import type { Opinions } from './port.ts';
import type { SegmentKey } from './snapshot.ts';

/**
 * Whether the exchange bears out what the book says of a row.
 *
 * The first opinion is the row as it always stands: its file and the trades after the file's cut. The second is
 * what was held at the start of the day and every trade that the exchange told since, whether the file has it or
 * not. Trades after the cut are in both; what the two can differ by lies before it, where nothing else looks.
 *
 * 1. There is a second opinion only where nothing can be missing from it: drop copy has the whole day, a file of
 *    this day really gave what was carried, and no report of the row's trades is in conflict.
 * 2. An opinion may be an interval (no cut, a bust in a file). Two that can both be true do not differ.
 * 3. The exchange knows no products. A trade without one is of the contract for certain and of each of its rows
 *    perhaps; and where all rows of a contract together agree, their split is the broker's own affair. Where they do
 *    not, and only such a trade tells it, it counts against each of them and is nobody's opinion of one.
 */
export function disagreementOf(
  book: Book,
  state: RowState,
  contract: ContractState,
  segment: SegmentKey | null,
): Disagreement | null {
  const own = bothOf(book, [state], contract, segment);
  if (own === null) return null;
  const { book: first, exchange: second } = own;
  const gap = gapOf(own);
  const mayBeOfAnother = second.low !== second.high;
  if (gap === 0 && !mayBeOfAnother) return null;
  const whole = contractGap(book, contract, segment);
  // What this row lacks another has: a conversion that main booked, and no trade.
  if (whole === 0) return null;
  const beside = {
    low: Math.min(0, second.low - first.low),
    high: Math.max(0, second.high - first.high),
  };
  if (gap === 0) return whole === null ? null : { beside, opinions: null };
  // Of an interval the end that is nearest to the other opinion: they differ by this much at least.
  const opinions =
    gap > 0 ? { book: first.high, exchange: second.low } : { book: first.low, exchange: second.high };
  return { beside, opinions };
}

export interface Disagreement {
  /** How far the exchange's opinion reaches beyond the book's, below and above: also by what may be of another row. */
  readonly beside: Span;
  /** Null where only the contract as a whole disagrees, by a trade that may be of this row or of another. */
  readonly opinions: Opinions | null;
}

/** Units by which the exchange has more than the book of all rows together; null where it has no opinion of one. */
export function contractGap(book: Book, contract: ContractState, segment: SegmentKey | null): number | null {
  const both = bothOf(book, [...contract.rows.values()], contract, segment);
  return both === null ? null : gapOf(both);
}

interface Both {
  readonly book: Span;
  readonly exchange: Span;
}

function gapOf({ book, exchange }: Both): number {
  return gapBetween(book, exchange);
}

/** Both opinions of these rows of the contract, summed; null where one of them has no second. */
function bothOf(
  book: Book,
  rows: readonly RowState[],
  contract: ContractState,
  segment: SegmentKey | null,
): Both | null {
  if (segment === null || !toldTheWholeDay(book, segment)) return null;
  let [first, second] = [NOTHING, NOTHING];
  for (const row of rows) {
    const carried = carriedToday(book, row);
    if (carried === null || contractChanged(book, row) || hasConflict(row)) return null;
    first = addSpans(first, netSpan(row, yardstickOf(book, row, segment)));
    second = addSpans(second, { low: carried, high: carried });
    for (const trade of row.trades.values()) {
      if (trade.day >= book.day) second = addSpans(second, spanOf(trade, 'out'));
    }
  }
  const isWhole = rows.length === contract.rows.size;
  const share = (span: Span): Span => (isWhole ? span : orNothing(span));
  for (const trade of contract.unattributed.values()) {
    const standing = standingIn(book, rows, trade, segment);
    // After the cut it stands, or does not, in both alike; of a day before it is in what was carried.
    if (standing === 'out' || trade.day < book.day) continue;
    first = addSpans(first, share(spanOf(trade, standing)));
    second = addSpans(second, share(spanOf(trade, 'out')));
  }
  return { book: first, exchange: second };
}

/**
 * Coverage alone says less: it also comes back once a newer file stands for trades that the drop copy missed for
 * good. Those the file has, and the exchange's opinion would lack them until the day is over.
 */
function toldTheWholeDay(book: Book, segment: SegmentKey): boolean {
  return book.coverage.get(segment) === true && !book.missedToday.has(segment);
}

/** What the row held before the first trade of today; null where no file of today says so. */
function carriedToday(book: Book, { carried }: RowState): number | null {
  return carried?.snapshot.day === book.day ? carried.quantity : null;
}
