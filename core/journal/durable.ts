import { releaseReserve } from './reserve.ts';
import { storageCode } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';
import type { SqlValue, Tx } from './port.ts';

export type Commit =
  | { readonly committed: true; readonly reserveReleased: boolean }
  | { readonly committed: false; readonly code: string };

/**
 * The writer's connection. A commit that fails leaves one question open, whether it is on the disk, and SQLite's
 * own memory of the file can not answer it. So: close, reopen, look at the last row before anything else, give the
 * reserve back, and try once more.
 */
export class Durable {
  #sqlite: Sqlite;
  readonly #open: () => Sqlite;
  readonly #reservePath: string;

  constructor(open: () => Sqlite, reservePath: string) {
    this.#open = open;
    this.#sqlite = open();
    this.#reservePath = reservePath;
  }

  get sqlite(): Sqlite {
    return this.#sqlite;
  }

  /**
   * Runs `write` in one transaction. `mark` names a number that `write` raises, so that a reopened file can say
   * whether the commit is in it. Errors that are not the storage's are bugs and thrown on.
   */
  commit(write: (tx: Tx) => void, mark: string): Commit {
    const before = this.#mark(mark);
    const first = this.#try(write);
    if (first === null) return { committed: true, reserveReleased: false };
    const reserveReleased = releaseReserve(this.#reservePath);
    const reopening = this.#reopen();
    if (reopening !== null) return { committed: false, code: `${first}, then ${reopening}` };
    if (this.#mark(mark) !== before) return this.#settle(first, reserveReleased);
    const second = this.#try(write);
    if (second === null) return { committed: true, reserveReleased };
    const again = this.#reopen();
    if (again === null && this.#mark(mark) !== before) return this.#settle(second, reserveReleased);
    return { committed: false, code: second };
  }

  close(): void {
    this.#sqlite.close();
  }

  /** It is in the file as the system shows it, but its sync failed: only a checkpoint that goes through proves it. */
  #settle(code: string, reserveReleased: boolean): Commit {
    try {
      const row = this.#sqlite.get('PRAGMA wal_checkpoint(FULL)');
      if (row?.['busy'] === 0) return { committed: true, reserveReleased };
      return { committed: false, code };
    } catch (error) {
      return { committed: false, code: knownCode(error) };
    }
  }

  #try(write: (tx: Tx) => void): string | null {
    try {
      this.#sqlite.transaction(write);
      return null;
    } catch (error) {
      return knownCode(error);
    }
  }

  #reopen(): string | null {
    try {
      this.#sqlite.close();
      this.#sqlite = this.#open();
      return null;
    } catch (error) {
      return knownCode(error);
    }
  }

  #mark(sql: string): SqlValue {
    return this.#sqlite.rows(sql)[0]?.[0] ?? 0;
  }
}

function knownCode(error: unknown): string {
  const code = storageCode(error);
  if (code === null) throw error;
  return code;
}
