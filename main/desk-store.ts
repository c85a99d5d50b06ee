import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** A lock that is older was left by a process that died. */
const LOCK_STALE_MS = 30_000;
const LOCK_RETRY_MS = 50;

/** What sign-in leaves in the data folder, readable by this user only. */
const Stored = z.object({
  /** The desk that gave the tokens; null: the one whose data folder this is, wherever it listens. */
  url: z.string().nullable(),
  accessToken: z.string(),
  refreshToken: z.string(),
});
export type Stored = z.infer<typeof Stored>;

/** What a running desk leaves there. */
const Address = z.object({ url: z.string() });

export type DeskStore = ReturnType<typeof deskStore>;

/** The command line's part of a data folder: who is signed in, and where the desk is. */
export function deskStore(data: string) {
  const path = join(data, 'command-line-session.json');
  const lock = join(data, 'command-line-session.lock');
  return {
    /** Missing or damaged is the same to the person: sign in again. */
    session: (): Stored | null => read(path, Stored),
    /** Where the desk of this folder listens, if it runs. */
    address: (): string | null => read(join(data, 'desk-address.json'), Address)?.url ?? null,
    /** On the disk when it returns: a refresh token that is lost ends the session. */
    keep(stored: Stored): void {
      mkdirSync(data, { recursive: true, mode: 0o700 });
      rmSync(`${path}.new`, { force: true });
      writeFileSync(`${path}.new`, JSON.stringify(stored), { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
    },
    forget: (): void => rmSync(path, { force: true }),
    /** Runs while no other process does: a refresh token works once. */
    async alone<Value>(run: () => Promise<Value>): Promise<Value> {
      while (!taken(lock)) {
        if (isStale(lock)) rmSync(lock, { force: true });
        else await sleep(LOCK_RETRY_MS);
      }
      try {
        return await run();
      } finally {
        rmSync(lock, { force: true });
      }
    },
  };
}

function read<Shape>(path: string, shape: z.ZodType<Shape>): Shape | null {
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Not there, or not as we wrote it.
    return null;
  }
}

function taken(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isStale(lock: string): boolean {
  const found = statSync(lock, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > LOCK_STALE_MS;
}
