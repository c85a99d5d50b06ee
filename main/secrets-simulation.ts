import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Secrets } from '#core/host.ts';
import { putFirst, readOrNull } from './secrets-file.ts';
import { sealedSecrets } from './secrets-sealed.ts';

const FOLDER = 'simulation-secrets';
const KEY_BYTES = 32;

/**
 * Keys of a simulated desk or a drill, with which nothing real is traded: the master key lies beside what it seals,
 * in a folder that says so. Refused, by a throw, where the data folder is that of a desk with real exchanges.
 */
export function simulationSecrets(data: string): Secrets {
  if (existsSync(join(data, 'desk.json'))) {
    throw new Error(`${data} has a desk.json: keys of a desk with real exchanges are never kept unprotected`);
  }
  const folder = join(data, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'unprotected.key');
  putFirst(path, randomBytes(KEY_BYTES));
  const masterKey = readOrNull(path);
  if (masterKey?.length !== KEY_BYTES)
    throw new Error(`${path} is damaged: the simulated desk starts in an empty folder`);
  return sealedSecrets(folder, masterKey);
}

/** True when a simulated desk lived in this folder. */
export function isSimulated(data: string): boolean {
  return existsSync(join(data, FOLDER));
}
