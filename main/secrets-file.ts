import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Small files that only this user reads, whole at every moment and on the disk when a call returns. */

export function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

export function replaceFile(path: string, bytes: Uint8Array): void {
  renameSync(writtenAside(path, bytes), path);
  syncFolder(dirname(path));
}

/** Writes the file unless there is one, as one step. False when another process was first. */
export function putFirst(path: string, bytes: Uint8Array): boolean {
  const aside = writtenAside(path, bytes);
  try {
    linkSync(aside, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(dirname(path));
  return true;
}

export function dropFile(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

function writtenAside(path: string, bytes: Uint8Array): string {
  const aside = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeFileSync(aside, bytes, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  return aside;
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

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
