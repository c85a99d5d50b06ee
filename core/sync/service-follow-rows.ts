import { createHash } from 'node:crypto';
import type { Journal, Tx } from '#core/journal/port.ts';
import { inTurns, type Turns } from '#core/lib/turns.ts';
import { keyedLine } from './domain-follow.ts';
import type { BookPart } from './messages.ts';
import {
  dropOlder,
  dropOtherGenerations,
  dropUncommitted,
  hasOtherGenerations,
  latestLines,
  lineOf,
  PAGE_ROWS,
  writeLine,
  type BookLine,
  type Followed,
  type RowAt,
  type Sealing,
} from './store-follow.ts';

/** What went wrong, in words for the fact and for main; null when nothing did. */
export type Fault = string | null;

export interface RowsDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly turns: Turns;
  readonly sealing: Sealing;
}

/** Rows that take the place of older ones: of each the last version. */
export class Touched {
  readonly #rows = new Map<string, RowAt & { readonly key: string }>();

  add(at: RowAt, key: string): void {
    this.#rows.set(`${at.part} ${key}`, { ...at, key });
  }
  all(): readonly (RowAt & { readonly key: string })[] {
    return [...this.#rows.values()];
  }
}

type Row = Readonly<Record<string, string>>;

/** The rows of main's book in the table: all work on many of them is in turns, and in transactions of a page. */
export class BookRows {
  readonly #deps: RowsDeps;

  constructor(deps: RowsDeps) {
    this.#deps = deps;
  }

  /** Whether the rows in force at that version are those of the checksum, and so many; null: any number. */
  async check(
    at: RowAt,
    sha256: string,
    wanted: number | null,
  ): Promise<{ readonly rows: number; readonly fault: Fault }> {
    const hash = createHash('sha256');
    let rows = 0;
    await inTurns(this.#deps.turns, this.#lines(at), (page) => {
      const live = page.filter(({ gone }) => !gone);
      rows += live.length;
      hash.update(live.map(({ line }) => `${line}\n`).join(''));
    });
    const { part, version } = at;
    if (wanted !== null && rows !== wanted) {
      return { rows, fault: `${rows} rows of ${part} came, and the snapshot has ${wanted}` };
    }
    if (hash.digest('hex') === sha256) return { rows, fault: null };
    return { rows, fault: `the checksum of ${part} at version ${version} is another` };
  }

  async write(at: RowAt, rows: readonly Row[], touched?: Touched): Promise<Fault> {
    let fault: Fault = null;
    const refused = await this.#pages(rows, (tx, row) => {
      const keyed = keyedLine(at.part, row);
      if ('fault' in keyed) {
        fault ??= keyed.fault;
        return;
      }
      writeLine(tx, at, { ...keyed, gone: false }, this.#deps.sealing);
      touched?.add(at, keyed.key);
    });
    return fault ?? refused;
  }

  remove(at: RowAt, keys: readonly string[], touched: Touched): Promise<Fault> {
    return this.#pages(keys, (tx, key) => {
      const before = lineOf(tx, at, key, this.#deps.sealing);
      // Removing what is not there changes nothing; the checksum says whether main meant that, too.
      if (before === null) return;
      writeLine(tx, at, { ...before, gone: true }, this.#deps.sealing);
      touched.add(at, key);
    });
  }

  /** What was in force and is not in the new generation goes over to it as gone; `untold`: also what was gone before. */
  async carryGone(from: Followed, at: RowAt, untold: boolean): Promise<Fault> {
    const { sealing, turns, journal } = this.#deps;
    const gone: BookLine[] = [];
    await inTurns(turns, this.#lines({ ...from, part: at.part }), (page) => {
      for (const line of page) {
        const isHere = lineOf(journal.reader, at, line.key, sealing) !== null;
        if (!isHere && (untold || !line.gone)) gone.push({ ...line, gone: true });
      }
    });
    return this.#pages(gone, (tx, line) => writeLine(tx, at, line, sealing));
  }

  dropOlder(touched: Touched): Promise<Fault> {
    return this.#pages(touched.all(), (tx, row) => dropOlder(tx, row, row.key));
  }

  /** What a file says of the lines of a part in force, in order; `since`: only what changed after that version. */
  async gather(
    at: RowAt,
    since: number,
    fileLine: (part: BookPart, line: BookLine) => string | null,
  ): Promise<readonly string[]> {
    const lines: string[] = [];
    await inTurns(this.#deps.turns, this.#lines(at, since), (page) => {
      for (const one of page) {
        const line = fileLine(at.part, one);
        if (line !== null) lines.push(line);
      }
    });
    return lines;
  }

  /** Drops a page of rows of generations that are not in force; false when there was none. */
  tidy(generation: number): boolean {
    if (!hasOtherGenerations(this.#deps.journal.reader, generation)) return false;
    return this.#deps.journal.append([], (tx) => dropOtherGenerations(tx, generation)).ok;
  }

  /** After a start: rows of deltas that were written and never put in force. */
  async clean(followed: Followed): Promise<void> {
    let after: ReturnType<typeof dropUncommitted> = ['', '', -1];
    const pages = function* (): Generator<void, void, void> {
      while (after !== null) yield;
    };
    await inTurns(this.#deps.turns, pages(), () => {
      const from = after ?? ['', '', -1];
      const done = this.#deps.journal.append([], (tx) => {
        after = dropUncommitted(tx, followed, from);
      });
      if (!done.ok) after = null;
    });
  }

  #lines(at: RowAt, since?: number): Generator<readonly BookLine[], void, void> {
    return latestLines(this.#deps.journal.reader, at, this.#deps.sealing, since);
  }

  /** Gives the journal's refusal. */
  async #pages<Item>(items: readonly Item[], write: (tx: Tx, item: Item) => void): Promise<Fault> {
    let refused: Fault = null;
    const starts = Array.from({ length: Math.ceil(items.length / PAGE_ROWS) }, (_, n) => n * PAGE_ROWS);
    await inTurns(this.#deps.turns, starts, (start) => {
      if (refused !== null) return;
      const kept = this.#deps.journal.append([], (tx) => {
        for (const item of items.slice(start, start + PAGE_ROWS)) write(tx, item);
      });
      if (!kept.ok) refused = kept.refusal.text;
    });
    return refused;
  }
}
