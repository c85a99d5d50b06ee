import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { assert } from '#core/lib/assert.ts';
import type { Reader, SqlValue, Tx } from './port.ts';

/** FULL is the only one a desk uses; the others exist so that the trace test can see itself fail. */
export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

export interface SqliteOptions {
  /** 32 bytes; the whole file is encrypted with them. */
  readonly key?: Uint8Array | undefined;
  readonly readOnly?: boolean;
  readonly synchronous?: Synchronous;
}

/** One connection. The writer has one; workers open read-only ones of their own. */
export interface Sqlite extends Tx {
  /** Runs `body` between BEGIN IMMEDIATE and COMMIT; rolls back and throws on again when it throws. */
  transaction(body: (tx: Tx) => void): void;
  /** Rows as arrays, for a scan. */
  rows(sql: string, ...values: SqlValue[]): readonly (readonly SqlValue[])[];
  /** Several statements without values. */
  exec(sql: string): void;
  close(): void;
}

/** What the database itself said no to: full disk, I/O error, lock. A wrong statement of ours is not one. */
const STORAGE_CODES =
  /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|CANTOPEN|NOTADB|BUSY|LOCKED|PROTOCOL|NOMEM|PERM|AUTH)/;
const STATEMENTS_MAX = 2_000;
const KEY_BYTES = 32;
/** ChaCha20 with a Poly1305 tag on each page: a wrong key reads nothing and writes nothing. */
const CIPHER = 'chacha20';
const PLAIN_HEAD = Buffer.from('SQLite format 3\0');

/** The SQLite code when the storage failed; null when the error is a bug or none of SQLite's. */
export function storageCode(error: unknown): string | null {
  if (!(error instanceof Database.SqliteError)) return null;
  return STORAGE_CODES.test(error.code) ? error.code : null;
}

/** The SQLite code of any error that SQLite threw; null when the error is none of SQLite's. */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

/** Opens (and makes, unless read-only) the file. Throws what SQLite says: see `storageCode`. */
export function openSqlite(path: string, options: SqliteOptions = {}): Sqlite {
  const readonly = options.readOnly ?? false;
  const database = new Database(path, { readonly, fileMustExist: readonly, timeout: 0 });
  try {
    unlock(database, options.key);
    database.pragma('foreign_keys = ON');
    // What SQLite sets aside in a file of its own is not encrypted; what is deleted must not stay in free pages.
    database.pragma('temp_store = MEMORY');
    if (!readonly) {
      database.pragma('secure_delete = ON');
      database.pragma('journal_mode = WAL');
      database.pragma(`synchronous = ${options.synchronous ?? 'FULL'}`);
    }
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    database.close();
    throw error;
  }
  return connection(database);
}

function headOf(path: string): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(PLAIN_HEAD.length);
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function unlock(database: Database.Database, key: Uint8Array | undefined): void {
  if (key === undefined) return;
  assert(key.length === KEY_BYTES, `a journal key has ${KEY_BYTES} bytes`);
  database.pragma(`cipher = '${CIPHER}'`);
  database.pragma(`key = 'raw:${Buffer.from(key).toString('hex')}'`);
}

/** True when the file is a database that anybody can read. False also when there is none, or an empty one. */
export function isPlain(path: string): boolean {
  return headOf(path).equals(PLAIN_HEAD);
}

/**
 * Encrypts the file with `to`, whatever it was under; it is left without a WAL. Only on a file that nobody else has
 * open and that may be lost, a copy: a crash in the middle leaves neither key right.
 */
export function rekeySqlite(path: string, from: Uint8Array | null, to: Uint8Array): void {
  const database = new Database(path, { fileMustExist: true, timeout: 0 });
  try {
    unlock(database, from ?? undefined);
    database.pragma('temp_store = MEMORY');
    // SQLite3MultipleCiphers changes no key in WAL mode; the next writer takes the WAL up again.
    database.pragma('journal_mode = DELETE');
    assert(to.length === KEY_BYTES, `a journal key has ${KEY_BYTES} bytes`);
    database.pragma(`cipher = '${CIPHER}'`);
    database.pragma(`rekey = 'raw:${Buffer.from(to).toString('hex')}'`);
  } finally {
    database.close();
  }
}

function connection(database: Database.Database): Sqlite {
  const prepared = new Map<string, Database.Statement>();
  const statement = (sql: string): Database.Statement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    assert(prepared.size < STATEMENTS_MAX, 'statements have a fixed text: values are bound, never pasted in');
    const fresh = database.prepare(sql);
    prepared.set(sql, fresh);
    return fresh;
  };
  const raw = new Map<string, Database.Statement>();
  const rawStatement = (sql: string): Database.Statement => {
    const known = raw.get(sql);
    if (known !== undefined) return known;
    const fresh = database.prepare(sql).raw();
    raw.set(sql, fresh);
    return fresh;
  };
  const sqlite: Sqlite = {
    all: (sql, ...values) => statement(sql).all(...values) as Record<string, SqlValue>[],
    get: (sql, ...values) => statement(sql).get(...values) as Record<string, SqlValue> | undefined,
    run: (sql, ...values) => void statement(sql).run(...values),
    rows: (sql, ...values) => rawStatement(sql).all(...values) as SqlValue[][],
    exec: (sql) => void database.exec(sql),
    close: () => void database.close(),
    transaction: (body) => {
      statement('BEGIN IMMEDIATE').run();
      try {
        body(sqlite);
        statement('COMMIT').run();
      } catch (error) {
        // After a full disk or an I/O error SQLite may already have rolled back by itself.
        if (database.inTransaction) statement('ROLLBACK').run();
        throw error;
      }
    },
  };
  return sqlite;
}

/**
 * Holds a file for this process until `release` or the process's death, however it dies. The lock lies on a side
 * file, because readers in worker threads need the journal itself to stay open to them. Null when it is held.
 */
export function holdLock(path: string): { readonly release: () => void } | null {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (storageCode(error)?.startsWith('SQLITE_BUSY') ?? false) return null;
    throw error;
  }
  return { release: () => void database.close() };
}

/** A read-only connection for a worker thread. It sees whole transactions only. */
export function openReader(path: string, key?: Uint8Array): Reader & { close(): void } {
  return openSqlite(path, { readOnly: true, key });
}
