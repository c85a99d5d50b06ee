import { backoffMs, type BackoffPolicy } from '#core/lib/backoff.ts';
import type { Result } from '#core/lib/result.ts';
import { fileLine, fileOf, INSTRUMENTS_A_FILE, PARTS_IN_ORDER, type BookFile } from './domain-follow.ts';
import type { BookPart } from './messages.ts';
import type { FollowedBook } from './service-follow-book.ts';
import type { Followed, FollowedPart } from './store-follow.ts';

type Imported = Result<unknown, { readonly reason: string; readonly text: string }>;
/** Hands a file on to the service whose it is, which takes it with one fact of its own or refuses it. */
type Import = (file: BookFile) => Imported | Promise<Imported>;

/** The existing importers, by the part that they take. Funds are read from the table of the followed book. */
export type BookImports = Readonly<Record<Exclude<BookPart, 'funds'>, Import>>;

export interface ImporterDeps {
  readonly book: FollowedBook;
  readonly imports: BookImports;
  readonly monotonicMs: () => number;
  readonly follows: () => boolean;
}

/** What a service refused is offered again: somebody else's import may have been running. */
const AGAIN: BackoffPolicy = { firstMs: 2_000, maxMs: 120_000 };

interface Refused {
  readonly version: number;
  readonly tries: number;
  readonly againMs: number;
  readonly text: string;
}

/** Hands on what changed of the book in force, part by part; what is handed on is noted, so that a restart goes on. */
export class BookImporter {
  readonly #deps: ImporterDeps;
  readonly #refused = new Map<BookPart, Refused>();

  constructor(deps: ImporterDeps) {
    this.#deps = deps;
  }

  isDue(): boolean {
    return this.#deps.follows() && this.#deps.book.parts.some((part) => this.#partIsDue(part));
  }

  /** Why a part of the book in force is not taken here; null when all is. */
  problem(): string | null {
    const [text] = [...this.#refused.values()].map((one) => one.text);
    if (text !== undefined) return text;
    // Deltas are taken in within a moment; a book that is new here may take a while.
    const waiting = this.#deps.book.parts.filter((one) => one.importedVersion < 0);
    return waiting.length === 0 ? null : `being taken in: ${waiting.map(({ part }) => part).join(', ')}`;
  }

  /** One after the other, in the order in which they lean on each other. */
  async run(): Promise<void> {
    for (const part of PARTS_IN_ORDER) {
      const { book, follows } = this.#deps;
      const due = book.parts.find((one) => one.part === part);
      if (book.followed === null || due === undefined || !this.#partIsDue(due) || !follows()) continue;
      const text = await this.#handOn(book.followed, due);
      if (text === null) {
        this.#refused.delete(part);
        book.imported(part, book.followed.version);
      } else this.#note(due, text);
    }
  }

  #partIsDue({ part, version, importedVersion }: FollowedPart): boolean {
    if (importedVersion >= version) return false;
    const refused = this.#refused.get(part);
    return (
      refused === undefined || refused.version !== version || this.#deps.monotonicMs() >= refused.againMs
    );
  }

  /** Gives why it was not taken. */
  async #handOn(followed: Followed, { part, importedVersion }: FollowedPart): Promise<string | null> {
    if (part === 'funds') return null;
    const { book, imports } = this.#deps;
    // Contracts are taken over those that are there; of the rest a file is the whole.
    const since = part === 'instruments' ? importedVersion : -1;
    const lines = await book.rows.gather({ ...followed, part }, since, fileLine);
    const size = part === 'instruments' ? INSTRUMENTS_A_FILE : Math.max(1, lines.length);
    for (let start = 0; start < lines.length; start += size) {
      const file = fileOf(part, followed, lines.slice(start, start + size));
      const taken = await imports[part](file);
      if (!taken.ok) return `${part} of main: ${taken.refusal.text}`;
    }
    return null;
  }

  #note({ part, version }: FollowedPart, text: string): void {
    const before = this.#refused.get(part);
    const tries = before?.version === version ? before.tries + 1 : 1;
    const againMs = this.#deps.monotonicMs() + backoffMs(AGAIN, tries, 0);
    this.#refused.set(part, { version, tries, againMs, text });
  }
}
