import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { fileErrorCode } from './file-error.ts';
import { openSqlite, rekeySqlite, sqliteCode, storageCode } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';

/** Moments at which a test ends the process. */
export type RekeyPoint = 'copied' | 'encrypted' | 'renamed';

export interface RekeyRefusal {
  readonly reason: 'journal-in-use' | 'not-openable' | 'not-writable';
  readonly text: string;
}

/** True when the file can be read with that key; null stands for a file that is not encrypted. Changes nothing. */
export function opensWith(path: string, key: Uint8Array | null): boolean {
  if (!existsSync(path)) return false;
  try {
    openSqlite(path, { readOnly: true, key: key ?? undefined }).close();
    return true;
  } catch (error) {
    if (storageCode(error) === 'SQLITE_NOTADB') return false;
    throw error;
  }
}

/**
 * Encrypts a journal with another key: a copy is encrypted, proven readable, made durable and put in the place of the
 * file by one rename. At every moment the file is whole and opens with one of the two keys. The caller holds the
 * journal's lock and keeps both keys until it is done.
 */
export function rekeyFile(
  path: string,
  keys: { readonly from: Uint8Array | null; readonly to: Uint8Array },
  reached: (point: RekeyPoint) => void = () => undefined,
): Result<null, RekeyRefusal> {
  const copy = `${path}.rekey`;
  const dropCopy = (): void => {
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(`${copy}${ending}`, { force: true });
  };
  // What a run before left when it was ended.
  dropCopy();
  try {
    const rows = checkpointed(path, keys.from);
    if (rows === null) {
      return refuse({ reason: 'journal-in-use', text: `another process reads ${path}: end it, then again` });
    }
    copyFileSync(path, copy);
    reached('copied');
    rekeySqlite(copy, keys.from, keys.to);
    reached('encrypted');
    if (countRows(copy, keys.to) !== rows) {
      return refuse({ reason: 'not-openable', text: `the encrypted copy of ${path} is not what was copied` });
    }
    sync(copy);
    renameSync(copy, path);
    syncFolder(dirname(path));
    reached('renamed');
    return ok(null);
  } catch (error) {
    const code = sqliteCode(error) ?? fileErrorCode(error);
    if (code === null) throw error;
    return refuse({ reason: 'not-writable', text: `${path} could not be encrypted anew: ${code}` });
  } finally {
    dropCopy();
  }
}

/** Brings all that is in the WAL into the file, and counts its rows; null when somebody else has it open. */
function checkpointed(path: string, key: Uint8Array | null): number | null {
  const sqlite = openSqlite(path, { key: key ?? undefined });
  let rows: number;
  try {
    if (sqlite.get('PRAGMA wal_checkpoint(TRUNCATE)')?.['busy'] !== 0) return null;
    rows = rowsOf(sqlite);
  } finally {
    sqlite.close();
  }
  // The last to close takes the WAL away. A WAL of the old key must not lie beside a file of the new one.
  return existsSync(`${path}-wal`) ? null : rows;
}

function countRows(path: string, key: Uint8Array | null): number {
  const sqlite = openSqlite(path, { readOnly: true, key: key ?? undefined });
  try {
    return rowsOf(sqlite);
  } finally {
    sqlite.close();
  }
}

function rowsOf(sqlite: Sqlite): number {
  return Number(sqlite.get('SELECT count(*) AS n FROM log')?.['n']);
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Windows lets nobody sync a folder; its renames are journalled. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
