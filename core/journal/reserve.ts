import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { fileErrorCode } from './file-error.ts';

/** Space kept back so that a desk on a full disk can still write down what the exchange says. */
export const RESERVE_BYTES = 16 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;

/**
 * Makes the reserve file when it is missing. Written through and not sparse, because only allocated blocks can be
 * given back. False when the disk is too full for it already.
 */
export function ensureReserve(path: string, bytes: number): boolean {
  if (existsSync(path) && statSync(path).size >= bytes) return true;
  const descriptor = openSync(path, 'w');
  try {
    const block = Buffer.alloc(BLOCK_BYTES, 0x4c);
    for (let written = 0; written < bytes;) {
      written += writeSync(descriptor, block, 0, Math.min(BLOCK_BYTES, bytes - written));
    }
    fsyncSync(descriptor);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === null) throw error;
    rmSync(path, { force: true });
    return false;
  } finally {
    closeSync(descriptor);
  }
}

/** Gives the reserve back to the disk. False when there was none. */
export function releaseReserve(path: string): boolean {
  if (!existsSync(path)) return false;
  rmSync(path);
  return true;
}
