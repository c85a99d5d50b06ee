import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ok } from './result.ts';
import type { Result } from './result.ts';
import { refuseFile } from './table.ts';
import type { FileRefusal } from './table.ts';
import { FILE_MAX, checkText } from './text-check.ts';

/**
 * The text of a file for an import: UTF-8, bounded. What is too large is refused by its size, before a byte of it
 * is read.
 */
export function readImportFile(path: string): Result<string, FileRefusal> {
  const descriptor = opened(path);
  if (typeof descriptor === 'string') return refuseFile(path, descriptor);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return refuseFile(path, 'it is no regular file');
    if (stat.size > FILE_MAX)
      return refuseFile(path, `${stat.size} bytes are more than the ${FILE_MAX} allowed`);
    const bytes = Buffer.alloc(stat.size);
    const length = readSync(descriptor, bytes, 0, stat.size, 0);
    const text = decoded(bytes.subarray(0, length));
    return checkText(path, text) ?? ok(text);
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number | string {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `it can not be opened (${String(error.code)})`;
    throw error;
  }
}

/** UTF-16 keeps its zeros, so that the check can name it. */
function decoded(bytes: Buffer): string {
  const wide =
    bytes.length >= 2 &&
    ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
  return bytes.toString(wide ? 'latin1' : 'utf8');
}
