import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Keychain } from '#native-bridge/keychain.ts';
import { putFirst, readOrNull, replaceFile } from './secrets-file.ts';
import { unwrap, wrap } from './secrets-passphrase.ts';

/** `secrets.key`: who keeps the master key of a data folder. The master key seals all other secrets of the folder. */
const KeyFile = z.discriminatedUnion('keeper', [
  z.strictObject({ v: z.literal(1), keeper: z.literal('keychain'), id: z.string().regex(/^[0-9a-f]{32}$/) }),
  z.strictObject({
    v: z.literal(1),
    keeper: z.literal('passphrase'),
    argon2: z.string().max(120),
    sealed: z.base64().max(400),
  }),
]);
export type KeyFile = z.infer<typeof KeyFile>;
export type Keeper = KeyFile['keeper'];

export interface SecretsRefusal {
  readonly reason:
    | 'no-keychain'
    | 'no-secrets'
    | 'not-in-keychain'
    | 'other-keeper'
    | 'made-elsewhere'
    | 'passphrase-needed'
    | 'passphrase-unreadable'
    | 'passphrase-too-short'
    | 'wrong-passphrase'
    | 'key-file-damaged'
    | 'plain-secrets'
    | 'simulated-data';
  readonly text: string;
}
export type Opened<Value> = Result<Value, SecretsRefusal>;

export const MASTER_KEY_BYTES = 32;
const ID_BYTES = 16;

/** Null when there is none. */
export function readKeyFile(data: string): Opened<KeyFile | null> {
  const path = keyFilePath(data);
  const bytes = readOrNull(path);
  if (bytes === null) return ok(null);
  const parsed = KeyFile.safeParse(parsedJson(bytes.toString('utf8')));
  if (parsed.success) return ok(parsed.data);
  return refuse({ reason: 'key-file-damaged', text: `${path} is damaged: put back a copy of it` });
}

/** False when another process was first. */
export function putKeyFile(data: string, file: KeyFile): boolean {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return putFirst(keyFilePath(data), bytesOf(file));
}

export function replaceKeyFile(data: string, file: KeyFile): void {
  replaceFile(keyFilePath(data), bytesOf(file));
}

/** Puts the key in the keychain, proven by reading it again. */
export async function intoKeychain(keychain: Keychain, masterKey: Uint8Array): Promise<Opened<KeyFile>> {
  const file = { v: 1, keeper: 'keychain', id: randomBytes(ID_BYTES).toString('hex') } as const;
  try {
    await keychain.write(accountOf(file.id), masterKey);
    const back = await keychain.read(accountOf(file.id));
    if (back !== null && Buffer.from(back).equals(masterKey)) return ok(file);
    return refuse({ reason: 'no-keychain', text: 'the keychain does not give back what it was given' });
  } catch (error) {
    return refuse({ reason: 'no-keychain', text: `the keychain does not answer (${firstLine(error)})` });
  }
}

/** Takes the key that such a file speaks of out of the keychain; one that is not there or can not be asked stays. */
export async function outOfKeychain(keychain: Keychain, file: KeyFile): Promise<boolean> {
  if (file.keeper !== 'keychain') return true;
  try {
    await keychain.remove(accountOf(file.id));
    return true;
  } catch {
    // It opens nothing any more, or what it opens is still open to its user: the caller says that it stays.
    return false;
  }
}

export async function fromKeychain(
  keychain: Keychain,
  file: Extract<KeyFile, { keeper: 'keychain' }>,
): Promise<Opened<Uint8Array>> {
  try {
    const key = await keychain.read(accountOf(file.id));
    if (key?.length === MASTER_KEY_BYTES) return ok(key);
  } catch (error) {
    const text = `the keys of this desk are in the keychain, which does not answer (${firstLine(error)})`;
    return refuse({ reason: 'no-keychain', text });
  }
  const text = `the keychain of this user has no entry lifeboat, ${accountOf(file.id)}: the desk's keys are not here`;
  return refuse({ reason: 'not-in-keychain', text });
}

export async function intoPassphrase(passphrase: Uint8Array, masterKey: Uint8Array): Promise<KeyFile> {
  return { v: 1, keeper: 'passphrase', ...(await wrap(passphrase, masterKey)) };
}

/** `cheap` when the key should be wrapped anew, at the cost of today. */
export async function fromPassphrase(
  passphrase: Uint8Array,
  file: Extract<KeyFile, { keeper: 'passphrase' }>,
  data: string,
): Promise<Opened<{ readonly masterKey: Uint8Array; readonly cheap: boolean }>> {
  const found = await unwrap(passphrase, file);
  if (found === 'wrong') {
    return refuse({ reason: 'wrong-passphrase', text: `this is not the passphrase of ${data}` });
  }
  if (found === 'damaged') {
    return refuse({
      reason: 'key-file-damaged',
      text: `${keyFilePath(data)} is damaged: put back a copy of it`,
    });
  }
  return ok(found);
}

function keyFilePath(data: string): string {
  return join(data, 'secrets.key');
}

function accountOf(id: string): string {
  return `${id}/master-key`;
}

function bytesOf(file: KeyFile): Buffer {
  return Buffer.from(`${JSON.stringify(file)}\n`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is no key file: its schema says so.
    return undefined;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
