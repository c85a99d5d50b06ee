import type { Instrument } from '#core/model/instrument.ts';
import { closingSide, type Side } from '#core/model/side.ts';
import { contractChanged, hasConflict, netSpan, standingIn, yardstickOf } from './book-net.ts';
import {
  segmentKeyOf,
  segmentOf,
  type Book,
  type ContractState,
  type Derived,
  type RowState,
} from './book.ts';
import { profitOf, safe, totalE4, type Legs } from './money.ts';
import { contractGap, disagreementOf } from './opinions.ts';
import {
  addSpans,
  closableOf,
  NOTHING,
  orNothing,
  presentContent,
  spanOf,
  standingOf,
  stretched,
  type Span,
  type Standing,
  type Trade,
  type TradeContent,
  type Yardstick,
} from './overlap.ts';
import type { PositionRow, PositionWarning } from './port.ts';
import { hasMissed, isLater, type SegmentKey } from './snapshot.ts';

/** The row as it stands now; computed again only when something under it changed. */
export function derive(book: Book, state: RowState, contract: ContractState): Derived {
  if (state.derived?.generation === book.generation) return state.derived;
  const instrument = book.instruments.get(state.key.instrumentId);
  const segment = segmentKeyOf(instrument);
  const yardstick = yardstickOf(book, state, segment);
  const disagreement = disagreementOf(book, state, contract, segment);
  const opinions = disagreement?.opinions ?? null;
  const own = netSpan(state, yardstick);
  const attributed = addSpans(own, disagreement?.beside ?? NOTHING);
  let span = attributed;
  let unattributed = disagreement !== null && opinions === null ? 1 : 0;
  for (const trade of contract.unattributed.values()) {
    const possible = orNothing(spanOf(trade, standingOf(trade, yardstick)));
    if (possible.low !== 0 || possible.high !== 0) unattributed += 1;
    span = addSpans(span, possible);
  }
  const warnings = warningsOf(book, state, instrument, {
    yardstick,
    span,
    isOverlap: own.low !== own.high,
    unattributed: unattributed > 0,
    disagree: disagreement !== null,
  });
  const legs = legsOf(state, yardstick, instrument);
  const refused = warnings.includes('contract-changed') || warnings.includes('unknown-instrument');
  const closable = refused ? 0 : closableOf(span);
  const { baseline } = state;
  const file = baseline?.snapshot ?? null;
  const row: PositionRow = {
    ...state.key,
    ...legs,
    ...profitOf(legs),
    netLow: span.low,
    netHigh: span.high,
    opinions,
    closable,
    closingSide: sideThatCloses(span),
    proof: warnings.length === 0 ? 'proven' : 'unproven',
    warnings,
    source: file?.source ?? 'trades',
    asOfMs: file?.asOfMs ?? 0,
    restriction: baseline?.row.restriction ?? 'none',
  };
  state.derived = { generation: book.generation, row, attributed };
  return state.derived;
}

/**
 * Net of the client in the contract over all products: what the exchange sees. Where it has an opinion of the whole,
 * that counts and not the rows' own: which of them its trades belong to makes no difference here.
 */
export function contractSpan(book: Book, contract: ContractState): Span {
  const segment = segmentKeyOf(book.instruments.get(contract.instrumentId));
  const rows = [...contract.rows.values()];
  const gap = contractGap(book, contract, segment);
  let span = NOTHING;
  for (const row of rows) {
    const own = (): Span => netSpan(row, yardstickOf(book, row, segment));
    span = addSpans(span, gap === null ? derive(book, row, contract).attributed : own());
  }
  for (const trade of contract.unattributed.values()) {
    span = addSpans(span, orNothing(spanOf(trade, standingIn(book, rows, trade, segment))));
  }
  return stretched(span, gap ?? 0);
}

/** Units that may be traded on this side without opening anything. */
export function closableOn(span: Span, side: Side): number {
  return sideThatCloses(span) === side ? closableOf(span) : 0;
}

/** Null when the net may be flat or of either sign. */
function sideThatCloses(span: Span): Side | null {
  return closableOf(span) === 0 ? null : closingSide(span.low);
}

/** What the warnings of a row are read from. */
interface Seen {
  readonly yardstick: Yardstick;
  readonly span: Span;
  /** The file and the trades alone leave more than one net. */
  readonly isOverlap: boolean;
  readonly unattributed: boolean;
  readonly disagree: boolean;
}

function warningsOf(
  book: Book,
  state: RowState,
  instrument: Instrument | null,
  { yardstick, span, isOverlap, unattributed, disagree }: Seen,
): readonly PositionWarning[] {
  const segment = segmentKeyOf(instrument);
  const covered = segment === null ? undefined : book.coverage.get(segment);
  const conflicted = hasConflict(state);
  const warnings: PositionWarning[] = [];
  const warn = (warning: PositionWarning, when: boolean): void => {
    if (when) warnings.push(warning);
  };
  warn('unknown-instrument', instrument === null);
  warn('contract-changed', instrument !== null && contractChanged(book, state));
  warn('sources-disagree', disagree);
  warn('no-cut', yardstick.cut === null || (isOverlap && !unattributed && !conflicted));
  warn('sign-in-doubt', span.low !== span.high && span.low <= 0 && span.high >= 0);
  warn('unattributed-fill', unattributed);
  warn('fill-conflict', conflicted);
  warn('drop-copy-down', covered === false);
  warn('no-drop-copy', covered === undefined);
  warn('stale', isStale(book, state, segment, yardstick, covered === true));
  return warnings;
}

/**
 * The file is of another day, or a later file of the segment came in that does not name this row. Where drop copy is
 * whole, that is no matter, unless it missed trades for good: they may be this row's, and only a later file that names
 * it has them.
 */
function isStale(
  book: Book,
  state: RowState,
  segment: SegmentKey | null,
  yardstick: Yardstick,
  covered: boolean,
): boolean {
  if (yardstick.day !== null && yardstick.day < book.day) return true;
  if (segment === null) return false;
  const snapshot = state.baseline?.snapshot ?? null;
  if (covered) {
    const missedMs = book.missedToday.get(segment);
    return missedMs !== undefined && (snapshot === null || !hasMissed(snapshot, segment, missedMs));
  }
  const newest = segmentOf(book, segment)?.newest;
  return newest !== undefined && snapshot !== null && isLater(newest, snapshot);
}

/**
 * Totals for money. Where the overlap is open, a trade known before the file came in counts as being in it; that
 * is the likely reading, and only quantities, never money, decide what may be closed.
 */
function legsOf(state: RowState, yardstick: Yardstick, instrument: Instrument | null): Legs {
  const file = state.baseline?.row;
  let carriedQuantity = file?.carriedQuantity ?? 0;
  const quantity = { buy: file?.dayBuyQuantity ?? 0, sell: file?.daySellQuantity ?? 0 };
  const product = { buy: 0n, sell: 0n, carried: 0n };
  const count = (side: Side, content: TradeContent, times: 1 | -1): void => {
    const value = BigInt(content.priceE4) * BigInt(content.quantity * times);
    if (times === 1 || quantity[side] >= content.quantity) {
      quantity[side] += content.quantity * times;
      product[side] += value;
    } else {
      // The file gives no day's trades, so what is annulled lies in its carried quantity.
      const sign = side === 'buy' ? 1 : -1;
      carriedQuantity += sign * times * content.quantity;
      product.carried += BigInt(sign) * value;
    }
  };
  for (const trade of state.trades.values()) {
    const held = heldContent(trade, standingOf(trade, yardstick), yardstick.seq);
    const present = presentContent(trade);
    if (held === present) continue;
    if (present !== null) count(trade.key.side, present, 1);
    if (held !== null) count(trade.key.side, held, -1);
  }
  const worth = (sum: bigint): bigint => (instrument === null ? 0n : totalE4(instrument, sum));
  return {
    carriedQuantity,
    carriedValueE4: safe(BigInt(file?.carriedValueE4 ?? 0) + worth(product.carried)),
    boughtQuantity: quantity.buy,
    boughtValueE4: safe(BigInt(file?.dayBuyValueE4 ?? 0) + worth(product.buy)),
    soldQuantity: quantity.sell,
    soldValueE4: safe(BigInt(file?.daySellValueE4 ?? 0) + worth(product.sell)),
  };
}

/** What the file likely holds of the trade: what was known of it when the file came in. */
function heldContent(trade: Trade, standing: Standing, fileSeq: number): TradeContent | null {
  if (standing === 'out') return null;
  const known = trade.contents.filter((content) => content.seq < fileSeq).at(-1) ?? null;
  const annulled = trade.bustedSeq !== null && trade.bustedSeq < fileSeq;
  switch (standing) {
    case 'listed':
      return known ?? trade.contents[0] ?? null;
    case 'in':
      return annulled ? null : (known ?? trade.contents[0] ?? null);
    case 'maybe':
      return annulled ? null : known;
  }
}
