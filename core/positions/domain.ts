import type { Entry, Fact, FactKind } from '#core/events.ts';
import { dayOf } from '#core/model/as-of.ts';
import type { AccountId } from '#core/model/ids.ts';
import type { FillCorrected, OrderFilled } from '#core/orders/events.ts';
import type { BaselineRow, ShortfallRow } from './baseline.ts';
import { betterCarried, carriedIn } from './carried.ts';
import { dropEmptyRows, ensureContract, ensureRow, SNAPSHOTS_MAX, touch, type Book } from './book.ts';
import type { PositionsImported } from './events.ts';
import { isLater, segmentKey, snapshotOf } from './snapshot.ts';
import { addTrade, attribute, bustTrade, changeTrade, forgetTradesBefore } from './trades.ts';

/** Rows of an imported file by its SHA-256, as they lie beside the log. */
export interface ImportedRows {
  positions(sha256: string): readonly BaselineRow[];
  shortfall(sha256: string): readonly ShortfallRow[];
}

/** Where a fact stands in the log, and when it came. */
type At = Pick<Entry, 'seq' | 'atMs'>;

type Handlers = {
  readonly [Kind in FactKind]?: (
    book: Book,
    fact: Extract<Fact, { kind: Kind }>,
    at: At,
    imported: ImportedRows,
  ) => void;
};

/**
 * What each fact does to the book; facts that are not named say nothing about positions.
 *
 * 1. A file row replaces the row's baseline unless it is older; the trades known stay and are held against its cut.
 * 2. A trade counts once, in one position; busts and corrections reverse by its key.
 * 3. A trade without a product touches every row of its account and contract, and raises none.
 */
const HANDLERS: Handlers = {
  'positions-imported': importPositions,
  'shortfall-list-imported': (book, fact, _at, imported) => {
    const rows = imported.shortfall(fact.sha256);
    book.shortfall = {
      sha256: fact.sha256,
      byAccount: new Map<AccountId, string>(rows.map((row) => [row.account, row.reference])),
    };
  },
  'coverage-changed': (book, fact, { atMs }) => {
    book.coverage.set(segmentKey(fact), fact.covered);
    if (fact.lasting === true) book.missedToday.set(segmentKey(fact), atMs);
    book.generation += 1;
  },
  // A desk that was killed had no time to say that its drop copy went down.
  'desk-started': (book) => {
    for (const segment of book.coverage.keys()) book.coverage.set(segment, false);
    book.generation += 1;
  },
  'instruments-imported': (book) => {
    book.generation += 1;
  },
  'order-planned': (book, fact) => {
    book.orders.set(fact.orderId, { terms: fact.terms, day: dayOf(fact.tradingDate), releasedSeq: null });
  },
  'order-released': (book, fact, { seq }) => {
    const order = book.orders.get(fact.orderId);
    if (order !== undefined) book.orders.set(fact.orderId, { ...order, releasedSeq: seq });
  },
  'order-filled': addOurs,
  'foreign-fill-seen': (book, fact, { seq }) => {
    const { key, account, instrumentId, product, quantity, priceE4 } = fact;
    const content = { quantity, priceE4, seq };
    addTrade(book, { key, account, instrumentId, product, releasedSeq: null, content });
  },
  'fill-conflicted': (book, fact, { seq }) => {
    changeTrade(book, fact.key, (trade) => ({
      ...trade,
      claims: [...trade.claims, { ...fact.claimed, seq }],
    }));
  },
  'fill-busted': (book, fact, { seq }) => {
    bustTrade(book, fact.key, seq);
  },
  'foreign-fill-busted': (book, fact, { seq }) => {
    bustTrade(book, fact.key, seq);
  },
  'fill-corrected': correct,
  'foreign-order-seen': (book, fact) => {
    if (fact.product !== null) attribute(book, fact.venue, fact.exchangeOrderId, fact.product);
  },
  'day-rolled': (book, fact) => {
    // A fill of a still older order lies in every file that a row may stand on.
    const kept = dayOf(fact.from);
    for (const [orderId, order] of book.orders) if (order.day < kept) book.orders.delete(orderId);
    newDay(book, dayOf(fact.to));
    // Yesterday's coverage proves nothing about today: it must be told again. The first roll of a log is from
    // a day to itself, and ends no day.
    if (fact.from !== fact.to) {
      book.coverage.clear();
      book.missedToday.clear();
    }
    book.generation += 1;
  },
};

/** Changes the book by one fact of the log, in place; the same facts make the same book (I7). */
export function apply(book: Book, entry: Entry, imported: ImportedRows): void {
  handle(book, entry.fact, entry, imported);
}

function handle<Kind extends FactKind>(
  book: Book,
  fact: Extract<Fact, { kind: Kind }>,
  at: At,
  imported: ImportedRows,
): void {
  const handler: Handlers[Kind] = HANDLERS[fact.kind as Kind];
  handler?.(book, fact, at, imported);
}

function importPositions(book: Book, fact: PositionsImported, { seq }: At, imported: ImportedRows): void {
  const rows = imported.positions(fact.sha256);
  const snapshot = snapshotOf(seq, fact, rows);
  book.snapshots.push(snapshot);
  if (book.snapshots.length > SNAPSHOTS_MAX) book.snapshots.shift();
  newDay(book, snapshot.day);
  let older = 0;
  for (const row of rows) {
    const state = ensureRow(book, row);
    // A start-of-day file may come in after main's book of later: it is no baseline, and still the start.
    state.carried = betterCarried(state.carried, carriedIn(row, snapshot));
    if (state.baseline !== null && isLater(state.baseline.snapshot, snapshot)) {
      older += 1;
      continue;
    }
    state.baseline = { row, snapshot };
    forgetTradesBefore(book, state.trades, snapshot.day);
    const contract = ensureContract(book, row.account, row.instrumentId);
    touch(contract);
    dropEmptyRows(book, contract);
  }
  book.lastFile = { sha256: fact.sha256, older };
  book.generation += 1;
}

function addOurs(book: Book, fact: OrderFilled, at: Pick<At, 'seq'>): void {
  const order = book.orders.get(fact.orderId);
  if (order === undefined) return;
  const { account, instrumentId, product } = order.terms;
  const content = { quantity: fact.quantity, priceE4: fact.priceE4, seq: at.seq };
  addTrade(book, { key: fact.key, account, instrumentId, product, releasedSeq: order.releasedSeq, content });
}

function correct(book: Book, fact: FillCorrected, { seq }: At): void {
  const content = { quantity: fact.quantity, priceE4: fact.priceE4, seq };
  const known = changeTrade(book, fact.key, (trade) => ({
    ...trade,
    contents: [...trade.contents, content],
    claims: [],
  }));
  // A correction that outruns its trade tells the trade as it stands.
  if (!known) addOurs(book, { ...fact, kind: 'order-filled', cumQuantity: null, tradedAtMs: 0 }, { seq });
}

function newDay(book: Book, day: string): void {
  if (day > book.day) book.day = day;
}
