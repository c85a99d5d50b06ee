import type { FactRow, SignedHead } from '#core/sync/messages.ts';
import type { MainPoint } from './kill.ts';

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/** `$1` is the first value; each value is named at least once. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Rows of one desk that go into one transaction, with the heads that were found good. */
export interface FactBatch {
  readonly desk: string;
  readonly rows: readonly FactRow[];
  readonly heads: readonly SignedHead[];
}

/** What the stand-in keeps its memory in: PostgreSQL or SQLite, with the same tables. */
export interface Database {
  readonly kind: 'postgres' | 'sqlite';
  /** Asks again while the database is away, for a bounded time; then `DatabaseAway`. */
  readonly rows: (sql: string, ...values: SqlValue[]) => Promise<readonly SqlRow[]>;
  /**
   * All of it in one durable transaction, in order. `DatabaseAway`: nobody knows whether it was committed, except
   * who looks; nothing is tried again.
   */
  readonly commit: (statements: readonly Statement[]) => Promise<void>;
  /** The same for facts, inserted in one go; a row that is there already is a bug of ours, and throws. */
  readonly commitFacts: (batch: FactBatch) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The database can not be reached, or went away in the middle. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
}

export interface DatabaseOptions {
  /** Called in the middle of a transaction of facts, and right after its commit: who tests kills may do it there. */
  readonly reached: (point: MainPoint) => void;
}

/** Both dialects read this. `commit_no` counts transactions of facts: what an old copy of the store lacks is the last of them. */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS desks (desk text PRIMARY KEY, public_key text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS facts (desk text NOT NULL, epoch integer NOT NULL, seq bigint NOT NULL,
     at_ms double precision NOT NULL, kind text NOT NULL, version integer NOT NULL, body text NOT NULL,
     hash text NOT NULL, commit_no bigint NOT NULL, PRIMARY KEY (desk, epoch, seq))`,
  `CREATE TABLE IF NOT EXISTS heads (desk text NOT NULL, epoch integer NOT NULL, seq bigint NOT NULL,
     hash text NOT NULL, signature text NOT NULL, public_key text NOT NULL, commit_no bigint NOT NULL,
     PRIMARY KEY (desk, epoch, seq))`,
  // What persons took out after a break: never counted, never lost.
  `CREATE TABLE IF NOT EXISTS set_aside (desk text NOT NULL, epoch integer NOT NULL, seq bigint NOT NULL,
     at_ms double precision NOT NULL, kind text NOT NULL, version integer NOT NULL, body text NOT NULL,
     hash text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS stops (desk text NOT NULL, epoch integer NOT NULL, seq bigint NOT NULL,
     reason text NOT NULL, told text NOT NULL, PRIMARY KEY (desk, epoch))`,
  `CREATE TABLE IF NOT EXISTS certificates (desk text NOT NULL, id text NOT NULL, body text NOT NULL,
     signature text NOT NULL, verified integer NOT NULL, at_ms double precision NOT NULL, PRIMARY KEY (desk, id))`,
  `CREATE TABLE IF NOT EXISTS fences (desk text NOT NULL, fence text NOT NULL, accounts text NOT NULL,
     why text NOT NULL, obeyed integer NOT NULL, lifted integer NOT NULL, at_ms double precision NOT NULL,
     PRIMARY KEY (desk, fence))`,
  `CREATE TABLE IF NOT EXISTS book_rows (part text NOT NULL, row_key text NOT NULL, body text NOT NULL,
     PRIMARY KEY (part, row_key))`,
  `CREATE TABLE IF NOT EXISTS book_deltas (version integer PRIMARY KEY, message text NOT NULL, undo text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS own_trades (exchange_order_id text NOT NULL, trade_id text NOT NULL, body text NOT NULL,
     PRIMARY KEY (exchange_order_id, trade_id))`,
  `CREATE TABLE IF NOT EXISTS own_orders (exchange_order_id text PRIMARY KEY, body text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS notes (name text PRIMARY KEY, body text NOT NULL)`,
];

/** The number that the next transaction of facts gets. */
export const LAST_COMMIT = 'SELECT coalesce(max(commit_no), 0) AS n FROM facts';

export function statement(sql: string, ...values: (string | number | null)[]): Statement {
  return { sql, values };
}

/** Writes a note within a larger transaction. */
export function noteStatement(name: string, value: unknown): Statement {
  const sql = 'INSERT INTO notes VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body';
  return statement(sql, name, JSON.stringify(value));
}
