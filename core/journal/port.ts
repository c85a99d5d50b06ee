import type { Entry, Fact } from '#core/events.ts';
import type { DeskId } from '#core/model/ids.ts';
import type { Result } from '#core/lib/result.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;

/** Reading SQL. Statements are prepared once by their text. */
export interface Reader {
  all(sql: string, ...values: SqlValue[]): readonly Readonly<Record<string, SqlValue>>[];
  get(sql: string, ...values: SqlValue[]): Readonly<Record<string, SqlValue>> | undefined;
}

/** Writing SQL inside the one open transaction. */
export interface Tx extends Reader {
  run(sql: string, ...values: SqlValue[]): void;
}

/**
 * What a service keeps of the log. `tables` runs inside the transaction of the append, `memory` after the
 * commit, in the order of registration, before any follower. On replay only `memory` runs.
 */
export interface Projection {
  readonly name: string;
  readonly tables?: (tx: Tx, entry: Entry) => void;
  readonly memory: (entry: Entry) => void;
}

export interface JournalRefusal {
  readonly reason: 'journal-not-writable' | 'journal-read-only';
  readonly text: string;
}

/**
 * The only memory that counts, and the only bus.
 *
 * 1. `append` commits log rows, projections and `tables` in one FULL-sync transaction.
 * 2. Only then does memory change, then followers learn of it, in order, each entry once.
 * 3. A follower may append; its entries are delivered after the ones in hand.
 */
export interface Journal {
  readonly desk: DeskId;
  readonly epoch: number;
  /** Highest committed sequence number and its chain hash (hex). */
  head(): { readonly seq: number; readonly hash: string };
  /** Commits, or refuses and changes nothing. `tables` writes rows of the caller's own in the same transaction; facts may be empty. */
  append(facts: readonly Fact[], tables?: (tx: Tx) => void): Result<readonly Entry[], JournalRefusal>;
  /** Every entry after `afterSeq`: first the stored ones, then each new one. Returns the way to stop. */
  follow(afterSeq: number, follower: (entry: Entry) => void): () => void;
  /** Stored entries after `afterSeq`, at most `limit`. */
  read(afterSeq: number, limit: number): readonly Entry[];
  readonly reader: Reader;
}
