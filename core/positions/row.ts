import type { Instrument } from '#core/model/instrument.ts';
import { closingSide, type Side } from '#core/model/side.ts';
import {
  segmentKeyOf,
  segmentOf,
  type Book,
  type ContractState,
  type Derived,
  type RowState,
} from './book.ts';
import { profitOf, safe, totalE4, type Legs } from './money.ts';
import {
  addSpans,
  closableOf,
  NOTHING,
  orNothing,
  presentContent,
  spanOf,
  standingOf,
  type Span,
  type Standing,
  type Trade,
  type TradeContent,
  type Yardstick,
} from './overlap.ts';
import type { PositionRow, PositionWarning } from './port.ts';
import { cutFor, isLater, type SegmentKey } from './snapshot.ts';

/** The row as it stands now; computed again only when something under it changed. */
export function derive(book: Book, state: RowState, contract: ContractState): Derived {
  if (state.derived?.generation === book.generation) return state.derived;
  const instrument = book.instruments.get(state.key.instrumentId);
  const yardstick = yardstickOf(book, state, segmentKeyOf(instrument));
  const attributed = netSpan(state, yardstick);
  let span = attributed;
  let unattributed = 0;
  for (const trade of contract.unattributed.values()) {
    const possible = orNothing(spanOf(trade, standingOf(trade, yardstick)));
    if (possible.low !== 0 || possible.high !== 0) unattributed += 1;
    span = addSpans(span, possible);
  }
  const warnings = warningsOf(book, state, instrument, yardstick, span, unattributed > 0);
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

/** Net of the client in the contract over all products: what the exchange sees. */
export function contractSpan(book: Book, contract: ContractState): Span {
  const segment = segmentKeyOf(book.instruments.get(contract.instrumentId));
  const rows = [...contract.rows.values()];
  let span = NOTHING;
  for (const row of rows) span = addSpans(span, derive(book, row, contract).attributed);
  for (const trade of contract.unattributed.values()) {
    const standings = new Set(rows.map((row) => standingOf(trade, yardstickOf(book, row, segment))));
    const [only] = standings;
    const standing: Standing = standings.size === 1 && only !== undefined ? only : 'maybe';
    span = addSpans(span, orNothing(spanOf(trade, standing)));
  }
  return span;
}

/** Units that may be traded on this side without opening anything. */
export function closableOn(span: Span, side: Side): number {
  return sideThatCloses(span) === side ? closableOf(span) : 0;
}

/** Null when the net may be flat or of either sign. */
function sideThatCloses(span: Span): Side | null {
  return closableOf(span) === 0 ? null : closingSide(span.low);
}

/**
 * A row without a file row was flat at the start of the day if a whole start-of-day file has its segment;
 * else nobody can say which of its trades count.
 */
function yardstickOf(book: Book, state: RowState, segment: SegmentKey | null): Yardstick {
  if (state.baseline !== null) {
    const { row, snapshot } = state.baseline;
    return { seq: snapshot.seq, day: snapshot.day, cut: cutFor(snapshot, segment, row) };
  }
  const startOfDay = segment === null ? null : (segmentOf(book, segment)?.startOfDay ?? null);
  if (startOfDay === null) return { seq: 0, day: null, cut: null };
  return { seq: startOfDay.seq, day: startOfDay.day, cut: { kind: 'none-of-today' } };
}

function netSpan(state: RowState, yardstick: Yardstick): Span {
  const carried = state.baseline?.row.quantity ?? 0;
  let span: Span = { low: carried, high: carried };
  for (const trade of state.trades.values()) {
    span = addSpans(span, spanOf(trade, standingOf(trade, yardstick)));
  }
  return span;
}

function warningsOf(
  book: Book,
  state: RowState,
  instrument: Instrument | null,
  yardstick: Yardstick,
  span: Span,
  unattributed: boolean,
): readonly PositionWarning[] {
  const segment = segmentKeyOf(instrument);
  const covered = segment === null ? undefined : book.coverage.get(segment);
  const conflicted = [...state.trades.values()].some((trade) => trade.claims.length > 0);
  const warnings: PositionWarning[] = [];
  const warn = (warning: PositionWarning, when: boolean): void => {
    if (when) warnings.push(warning);
  };
  warn('unknown-instrument', instrument === null);
  warn('contract-changed', instrument !== null && contractChanged(book, state));
  warn('no-cut', yardstick.cut === null || (span.low !== span.high && !unattributed && !conflicted));
  warn('sign-in-doubt', span.low !== span.high && span.low <= 0 && span.high >= 0);
  warn('unattributed-fill', unattributed);
  warn('fill-conflict', conflicted);
  warn('drop-copy-down', covered === false);
  warn('no-drop-copy', covered === undefined);
  warn('stale', isStale(book, state, segment, yardstick, covered === true));
  return warnings;
}

function contractChanged(book: Book, state: RowState): boolean {
  const since = state.baseline?.snapshot.tradingDate;
  return since !== undefined && book.instruments.changedSince(state.key.instrumentId, since);
}

/** The file is of another day, or a later file of the segment came in that does not name this row. */
function isStale(
  book: Book,
  state: RowState,
  segment: SegmentKey | null,
  yardstick: Yardstick,
  covered: boolean,
): boolean {
  if (yardstick.day !== null && yardstick.day < book.day) return true;
  if (covered || segment === null || state.baseline === null) return false;
  const newest = segmentOf(book, segment)?.newest;
  return newest !== undefined && isLater(newest, state.baseline.snapshot);
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
