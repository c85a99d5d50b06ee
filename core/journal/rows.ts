import type { Entry, Fact } from '#core/events.ts';
import type { DeskId } from '#core/model/ids.ts';
import { hexOf } from './chain.ts';
import type { ChainRow } from './chain.ts';
import type { SqlValue } from './port.ts';
import type { Sqlite } from './sqlite.ts';

/** A row of the log as it is stored. */
export interface StoredRow extends ChainRow {
  readonly hash: Uint8Array;
}

/** A signed head as it is stored. */
export interface StoredHead {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The place of a row and its hash. */
export interface HeadPoint {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

const ROW = 'SELECT seq, epoch, at_ms, kind, version, body, hash FROM log';
const HEAD = 'SELECT seq, epoch, hash, signature, public_key FROM heads';

/** Rows after `afterSeq` in order, at most `limit`. */
export function rowsAfter(sqlite: Sqlite, afterSeq: number, limit: number): readonly StoredRow[] {
  return sqlite.rows(`${ROW} WHERE seq > ? ORDER BY seq LIMIT ?`, afterSeq, limit).map(storedRow);
}

export function rowAt(sqlite: Sqlite, seq: number): StoredRow | null {
  const row = sqlite.rows(`${ROW} WHERE seq = ?`, seq)[0];
  return row === undefined ? null : storedRow(row);
}

export function lastRow(sqlite: Sqlite): StoredRow | null {
  const row = sqlite.rows(`${ROW} ORDER BY seq DESC LIMIT 1`)[0];
  return row === undefined ? null : storedRow(row);
}

export function lastHead(sqlite: Sqlite): StoredHead | null {
  const row = sqlite.rows(`${HEAD} ORDER BY seq DESC LIMIT 1`)[0];
  return row === undefined ? null : storedHead(row);
}

/** Signed heads with `afterSeq < seq <= toSeq`, in order. */
export function headsBetween(sqlite: Sqlite, afterSeq: number, toSeq: number): readonly StoredHead[] {
  // `+seq`: every head is read and compared. A search by key would pass by a head whose key was tampered with.
  return sqlite.rows(`${HEAD} WHERE +seq > ? AND +seq <= ? ORDER BY +seq`, afterSeq, toSeq).map(storedHead);
}

/** The same by key, for a reader that hands rows on and is not the one who checks them. */
export function headsWithin(sqlite: Sqlite, afterSeq: number, toSeq: number): readonly StoredHead[] {
  return sqlite.rows(`${HEAD} WHERE seq > ? AND seq <= ? ORDER BY seq`, afterSeq, toSeq).map(storedHead);
}

/** Signed heads of rows that can not be: before the first or after the last. */
export function headsBeyond(sqlite: Sqlite, lastSeq: number): readonly StoredHead[] {
  return sqlite.rows(`${HEAD} WHERE +seq < 1 OR +seq > ? LIMIT 1`, lastSeq).map(storedHead);
}

/** The desk that this file belongs to; null in an empty one. */
export function deskOf(sqlite: Sqlite): string | null {
  const row = sqlite.get('SELECT desk FROM desk');
  return row === undefined ? null : String(row['desk']);
}

export function pointOf(row: StoredRow | StoredHead): HeadPoint {
  return { epoch: row.epoch, seq: row.seq, hash: hexOf(row.hash) };
}

/**
 * Entries after `afterSeq`, from at most `limit` rows; null stands for a row whose body is no JSON, which only a
 * damaged row can be. Reads no more columns than an entry has: this is the loop of every start.
 */
export function entriesAfter(sqlite: Sqlite, desk: DeskId, afterSeq: number, limit: number): StoredEntries {
  const rows = sqlite.rows(ENTRY, afterSeq, limit);
  const entries = rows.map((row) => {
    const fact = factOf(row[3] as string);
    return fact === null
      ? null
      : { desk, epoch: row[1] as number, seq: row[0] as number, atMs: row[2] as number, fact };
  });
  return { entries, lastSeq: rows.length === 0 ? null : Number(rows.at(-1)?.[0]) };
}

export interface StoredEntries {
  readonly entries: readonly (Entry | null)[];
  /** Sequence number of the last row read; null when there was none. */
  readonly lastSeq: number | null;
}

const ENTRY = 'SELECT seq, epoch, at_ms, body FROM log WHERE seq > ? ORDER BY seq LIMIT ?';

/** The fact of a body; null when it is no JSON. */
export function factOf(body: string): Fact | null {
  try {
    return JSON.parse(body) as Fact;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function storedRow(row: readonly SqlValue[]): StoredRow {
  const [seq, epoch, atMs, kind, version, body, hash] = row;
  return {
    seq: Number(seq),
    epoch: Number(epoch),
    atMs: Number(atMs),
    kind: String(kind),
    version: Number(version),
    body: String(body),
    hash: bytesOf(hash),
  };
}

function storedHead(row: readonly SqlValue[]): StoredHead {
  const [seq, epoch, hash, signature, publicKey] = row;
  return {
    seq: Number(seq),
    epoch: Number(epoch),
    hash: bytesOf(hash),
    signature: bytesOf(signature),
    publicKey: bytesOf(publicKey),
  };
}

/** A damaged file may hold anything here: what is no blob is no hash and no signature, and is named as wrong. */
function bytesOf(value: SqlValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
