import { hash } from 'node:crypto';
import { assert, present } from '#core/lib/assert.ts';
import { BOOK_ROWS_MAX, BookPart, bookKey, partText, type FromMain } from '#core/sync/messages.ts';
import type { Book } from '#drill/book/book.ts';
import { bookBefore, cutText, rowsOfBook, type BookRow } from './book-rows.ts';
import { noteStatement, statement, type Statement } from './database.ts';
import type { Store } from './store.ts';

type Message<Type extends FromMain['type']> = Extract<FromMain, { type: Type }>;
type Delta = Message<'delta'>;

export interface Freshness {
  readonly asOfMs: number;
  readonly tradingDate: string;
  readonly cuts: readonly string[];
}

/** Rows by key that take the place of those before. `freshness` absent: as it was. */
export interface BookChange {
  readonly part: BookPart;
  readonly upserts: readonly BookRow[];
  readonly removes: readonly string[];
  readonly freshness?: Freshness;
}

interface BookNote extends Freshness {
  readonly book: string;
  readonly version: number;
}

const NOTE = 'book';
/** Deltas that a desk can catch up with; further back it gets a snapshot. */
const DELTAS_MAX = 1_000;
/** Rows of one INSERT. */
const INSERT_ROWS = 500;
/** Part of the day's trades that an old copy of the book lacks. */
const OLD_LACKS = 0.1;

/** Main's book: what it has of users, accounts, contracts, money, positions and orders, with its version. */
export class MainBook {
  readonly #store: Store;
  readonly #parts: ReadonlyMap<BookPart, Map<string, BookRow>>;
  #note: BookNote;

  private constructor(store: Store, note: BookNote, parts: ReadonlyMap<BookPart, Map<string, BookRow>>) {
    this.#store = store;
    this.#note = note;
    this.#parts = parts;
  }

  /** The book that the store has; null: none. */
  static async load(store: Store): Promise<MainBook | null> {
    // Written below and by nobody else.
    const note = (await store.note(NOTE)) as BookNote | null;
    if (note === null) return null;
    const parts = emptyParts();
    for (const row of await store.rows('SELECT part, row_key, body FROM book_rows')) {
      const part = BookPart.parse(row['part']);
      parts.get(part)?.set(String(row['row_key']), JSON.parse(String(row['body'])) as BookRow);
    }
    return new MainBook(store, note, parts);
  }

  /**
   * A seeded book into an empty store: version 1 is as it was before the last trades of the day, and deltas bring it
   * up to date. So there is an older version to fall back to.
   */
  static async seed(store: Store, book: Book): Promise<MainBook> {
    const old = bookBefore(book, Math.ceil(book.dayTrades.length * OLD_LACKS));
    const parts = emptyParts();
    const rows = rowsOfBook(old);
    for (const part of BookPart.options) {
      for (const row of rows[part]) parts.get(part)?.set(bookKey(part, row), row);
    }
    const note = { book: `MAIN-${book.tradingDate}`, version: 1, ...freshnessOf(old) };
    await store.commit([...insertStatements(parts), noteStatement(NOTE, note)]);
    const made = new MainBook(store, note, parts);
    const now = rowsOfBook(book).positions.filter((row) => {
      const before = parts.get('positions')?.get(bookKey('positions', row));
      return JSON.stringify(before) !== JSON.stringify(row);
    });
    await made.change({ part: 'positions', upserts: now, removes: [], freshness: freshnessOf(book) });
    return made;
  }

  get place(): { readonly book: string; readonly version: number } {
    return { book: this.#note.book, version: this.#note.version };
  }
  get freshness(): Freshness {
    const { asOfMs, tradingDate, cuts } = this.#note;
    return { asOfMs, tradingDate, cuts };
  }
  rows(part: BookPart): readonly BookRow[] {
    return [...present(this.#parts.get(part), part).values()];
  }

  /** Durable, then told. More rows than one message takes make several versions. */
  async change({ part, upserts, removes, freshness }: BookChange): Promise<readonly Delta[]> {
    const deltas: Delta[] = [];
    const pieces = Math.max(1, Math.ceil(Math.max(upserts.length, removes.length) / BOOK_ROWS_MAX));
    for (let piece = 0; piece < pieces; piece += 1) {
      const [from, to] = [piece * BOOK_ROWS_MAX, (piece + 1) * BOOK_ROWS_MAX];
      const change = { part, upserts: upserts.slice(from, to), removes: removes.slice(from, to) };
      deltas.push(await this.#apply(change, freshness ?? this.freshness));
    }
    return deltas;
  }

  /** All of it, in messages of a bounded size. */
  snapshot(): readonly (Message<'snapshot-begin'> | Message<'snapshot-rows'> | Message<'snapshot-end'>)[] {
    const { book, version } = this.place;
    const parts = BookPart.options.map((part) => ({ part, rows: this.rows(part) }));
    return [
      {
        type: 'snapshot-begin',
        book,
        version,
        parts: parts.map(({ part, rows }) => ({ part, rows: rows.length, sha256: sumOf(part, rows) })),
        ...this.freshness,
        cuts: [...this.freshness.cuts],
      },
      ...parts.flatMap(({ part, rows }) =>
        Array.from({ length: Math.ceil(rows.length / BOOK_ROWS_MAX) }, (_, index) => ({
          type: 'snapshot-rows' as const,
          book,
          version,
          part,
          from: index * BOOK_ROWS_MAX,
          rows: rows.slice(index * BOOK_ROWS_MAX, (index + 1) * BOOK_ROWS_MAX),
        })),
      ),
      { type: 'snapshot-end', book, version },
    ];
  }

  /** What came after a desk's version; null when that is another book, a later version, or too long ago. */
  async since(place: { readonly book: string; readonly version: number }): Promise<readonly Delta[] | null> {
    if (place.book !== this.place.book || place.version > this.place.version) return null;
    const sql = 'SELECT message FROM book_deltas WHERE version > $1 ORDER BY version';
    const found = await this.#store.rows(sql, place.version);
    const deltas = found.map((row) => JSON.parse(String(row['message'])) as Delta);
    return deltas.length === this.place.version - place.version ? deltas : null;
  }

  /** Falls back to the oldest version that it can still tell: what a copy of the night before would hold. */
  async becomeOld(): Promise<void> {
    const found = await this.#store.rows('SELECT version, undo FROM book_deltas ORDER BY version DESC');
    for (const row of found) {
      const undo = JSON.parse(String(row['undo'])) as Required<BookChange>;
      const version = Number(row['version']) - 1;
      const note = { book: this.#note.book, version, ...undo.freshness };
      await this.#store.commit([
        ...changeStatements(undo),
        statement('DELETE FROM book_deltas WHERE version > $1', version),
        noteStatement(NOTE, note),
      ]);
      this.#remember(undo, note);
    }
  }

  async #apply(change: BookChange, freshness: Freshness): Promise<Delta> {
    const { part, upserts, removes } = change;
    const before = present(this.#parts.get(part), part);
    const after = new Map(before);
    const touched = [...removes, ...upserts.map((row) => bookKey(part, row))];
    for (const key of removes) after.delete(key);
    for (const row of upserts) after.set(bookKey(part, row), row);
    const version = this.#note.version + 1;
    const delta: Delta = {
      type: 'delta',
      book: this.#note.book,
      version,
      part,
      upserts: [...upserts],
      removes: [...removes],
      sha256: sumOf(part, after.values()),
      ...freshness,
      cuts: [...freshness.cuts],
    };
    const undo: Required<BookChange> = {
      part,
      upserts: touched.map((key) => before.get(key)).filter((row) => row !== undefined),
      removes: touched.filter((key) => !before.has(key)),
      freshness: this.freshness,
    };
    const note = { book: this.#note.book, version, ...freshness };
    await this.#store.commit([
      ...changeStatements(change),
      statement(
        'INSERT INTO book_deltas VALUES ($1, $2, $3)',
        version,
        JSON.stringify(delta),
        JSON.stringify(undo),
      ),
      statement('DELETE FROM book_deltas WHERE version <= $1', version - DELTAS_MAX),
      noteStatement(NOTE, note),
    ]);
    this.#remember(change, note);
    return delta;
  }

  #remember({ part, upserts, removes }: BookChange, note: BookNote): void {
    const rows = present(this.#parts.get(part), part);
    for (const key of removes) rows.delete(key);
    for (const row of upserts) rows.set(bookKey(part, row), row);
    this.#note = note;
  }
}

function emptyParts(): ReadonlyMap<BookPart, Map<string, BookRow>> {
  return new Map(BookPart.options.map((part) => [part, new Map<string, BookRow>()]));
}

function freshnessOf(book: Book): Freshness {
  return { asOfMs: book.asOfMs, tradingDate: book.tradingDate, cuts: book.cuts.map(cutText) };
}

function sumOf(part: BookPart, rows: Iterable<BookRow>): string {
  return hash('sha256', partText(part, rows), 'hex');
}

function insertStatements(parts: ReadonlyMap<BookPart, ReadonlyMap<string, BookRow>>): Statement[] {
  const all = [...parts].flatMap(([part, rows]) =>
    Array.from(rows, ([key, row]) => [part, key, JSON.stringify(row)]),
  );
  return Array.from({ length: Math.ceil(all.length / INSERT_ROWS) }, (_, index) => {
    const some = all.slice(index * INSERT_ROWS, (index + 1) * INSERT_ROWS);
    const places = some.map((_row, at) => `($${at * 3 + 1}, $${at * 3 + 2}, $${at * 3 + 3})`);
    return statement(`INSERT INTO book_rows VALUES ${places.join(', ')}`, ...some.flat());
  });
}

function changeStatements({ part, upserts, removes }: BookChange): Statement[] {
  assert(upserts.length + removes.length <= 2 * BOOK_ROWS_MAX, 'a change fits one message');
  const put =
    'INSERT INTO book_rows VALUES ($1, $2, $3) ON CONFLICT (part, row_key) DO UPDATE SET body = excluded.body';
  return [
    ...removes.map((key) => statement('DELETE FROM book_rows WHERE part = $1 AND row_key = $2', part, key)),
    ...upserts.map((row) => statement(put, part, bookKey(part, row), JSON.stringify(row))),
  ];
}
