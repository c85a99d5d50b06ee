import { existsSync } from 'node:fs';
import type { Secrets } from '#core/host.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { besides } from './paths.ts';
import { opensWith, rekeyFile } from './rekey.ts';
import type { RekeyPoint, RekeyRefusal } from './rekey.ts';
import { holdLock, isPlain } from './sqlite.ts';

export const DATABASE_KEY = 'database-key';
export const DATABASE_KEY_BYTES = 32;
/** The key of a rotation that is under way: until it is done, either of the two opens the file. */
const NEXT_DATABASE_KEY = 'database-key-next';

/** Moments at which a test ends the process. */
export type RotatePoint = RekeyPoint | 'next-kept' | 'key-kept' | 'next-dropped';

export interface RotateRefusal {
  readonly reason: RekeyRefusal['reason'] | 'no-such-file' | 'not-encrypted' | 'already-encrypted';
  readonly text: string;
}

export interface RotateOptions {
  /** The journal's file; the caller holds its lock, see `whileStopped`. */
  readonly path: string;
  readonly secrets: Secrets;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly reached?: (point: RotatePoint) => void;
}

/** Runs `body` while no desk can open the journal; refuses when one has it open. */
export async function whileStopped<Value, Refusal>(
  path: string,
  body: () => Promise<Result<Value, Refusal>>,
): Promise<Result<Value, Refusal | RotateRefusal>> {
  const lock = holdLock(besides(path, 'lock'));
  if (lock === null) {
    return refuse({ reason: 'journal-in-use', text: `a desk has ${path} open: stop it, then again` });
  }
  try {
    return await body();
  } finally {
    lock.release();
  }
}

/** Of the keys that are kept, the one that opens the file; null when none is kept. Changes nothing. */
export async function fittingKey(secrets: Secrets, path: string): Promise<Uint8Array | null> {
  const next = await secrets.get(NEXT_DATABASE_KEY);
  if (next !== null && opensWith(path, next)) return next;
  return await secrets.get(DATABASE_KEY);
}

/**
 * Encrypts the journal with a new key and drops the old one. Ended at any moment, the file opens with a key that is
 * kept, and the next run ends what this one began.
 */
export async function rotateKey(options: RotateOptions): Promise<Result<null, RotateRefusal>> {
  const { path, secrets, randomBytes, reached = () => undefined } = options;
  if (!existsSync(path)) return noFile(path);
  if (isPlain(path)) {
    return refuse({ reason: 'not-encrypted', text: `${path} is not encrypted yet: --encrypt does that` });
  }
  const settled = await settle(options);
  if (!settled.ok) return settled;
  const next = randomBytes(DATABASE_KEY_BYTES);
  await secrets.set(NEXT_DATABASE_KEY, next);
  reached('next-kept');
  const done = rekeyFile(path, { from: settled.value, to: next }, reached);
  const after = await settle(options);
  return done.ok && !after.ok ? after : done;
}

/** Encrypts a journal that was written without a key. Ended at any moment, the file is as it was, or encrypted. */
export async function encryptJournal(options: RotateOptions): Promise<Result<null, RotateRefusal>> {
  const { path, secrets, randomBytes, reached } = options;
  if (!existsSync(path)) return noFile(path);
  if (!isPlain(path)) return refuse({ reason: 'already-encrypted', text: `${path} is encrypted already` });
  const key = await secrets.make(DATABASE_KEY, () => randomBytes(DATABASE_KEY_BYTES));
  return rekeyFile(path, { from: null, to: key }, reached);
}

/** Ends a rotation, whole or cut short: the key that opens the file is kept under its name, the other is dropped. */
async function settle(options: RotateOptions): Promise<Result<Uint8Array, RotateRefusal>> {
  const { path, secrets, reached = () => undefined } = options;
  const key = await secrets.get(DATABASE_KEY);
  const next = await secrets.get(NEXT_DATABASE_KEY);
  if (next !== null && opensWith(path, next)) {
    await secrets.set(DATABASE_KEY, next);
    reached('key-kept');
    await secrets.remove(NEXT_DATABASE_KEY);
    reached('next-dropped');
    return ok(next);
  }
  if (key === null || !opensWith(path, key)) {
    return refuse({ reason: 'not-openable', text: `none of the keys kept opens ${path}` });
  }
  if (next !== null) await secrets.remove(NEXT_DATABASE_KEY);
  return ok(key);
}

function noFile(path: string): Result<never, RotateRefusal> {
  return refuse({ reason: 'no-such-file', text: `there is no file ${path}` });
}
