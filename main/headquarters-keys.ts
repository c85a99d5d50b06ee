import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { putFirst, readOrNull } from './secrets-file.ts';
import { PASSPHRASE_BYTES_MIN, passphraseOf, unwrap, wrap } from './secrets-passphrase.ts';

/** Why a thing was not done, as a person reads it. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
}

type What = 'signing-key' | 'telephone-key';

const KEY_FILE = 'headquarters-key.json';
const TELEPHONE_FILE = 'telephone-key.json';
const PUBLIC_FILE = 'headquarters-public-key.txt';
const TELEPHONE_KEY_BYTES = 32;
const KEY_FILE_BYTES_MAX = 10_000;

/** A key in a file: wrapped in a passphrase (argon2id), or bare (base64) on a medium that is locked away. */
const KeyFile = z.strictObject({
  kind: z.literal('lifeboat-key'),
  v: z.literal(1),
  what: z.enum(['signing-key', 'telephone-key']),
  key: z.union([z.base64(), z.strictObject({ argon2: z.string().max(200), sealed: z.base64() })]),
});

/** The passphrase on the descriptor that LIFEBOAT_PASSPHRASE_FD names; null when it names none. */
export function passphrase(descriptor: string | undefined): Uint8Array | null {
  if (descriptor === undefined) return null;
  const given = passphraseOf(descriptor);
  if (given === null) throw new NotDone('LIFEBOAT_PASSPHRASE_FD names no descriptor with a passphrase on it');
  return given;
}

/** Makes the keys of headquarters, never over old ones. Gives the paths of the files and the public key in hex. */
export async function makeKeys(folder: string, secret: Uint8Array | null) {
  if (secret !== null && secret.length < PASSPHRASE_BYTES_MIN) {
    throw new NotDone(`the passphrase is shorter than ${PASSPHRASE_BYTES_MIN} characters`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicHex = publicKey.export({ type: 'spki', format: 'der' }).toString('hex');
  const signing = privateKey.export({ type: 'pkcs8', format: 'der' });
  const texts: readonly (readonly [string, string])[] = [
    [KEY_FILE, await keyText('signing-key', signing, secret)],
    [TELEPHONE_FILE, await keyText('telephone-key', randomBytes(TELEPHONE_KEY_BYTES), secret)],
    [PUBLIC_FILE, `${publicHex}\n`],
  ];
  const paths = texts.map(([name]) => join(folder, name));
  const there = paths.find((path) => readOrNull(path) !== null);
  if (there !== undefined) throw new NotDone(`${there} is there already; keys are never written over`);
  for (const [name, text] of texts) writeNew(join(folder, name), text);
  return { paths, publicHex };
}

/** The Ed25519 key with which headquarters signs. */
export async function signingKey(path: string, secret: Uint8Array | null): Promise<KeyObject> {
  const key = await readKey(path, 'signing-key', secret);
  return createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
}

/** The key that headquarters and the desks share for codes over the telephone. */
export async function telephoneKey(path: string, secret: Uint8Array | null): Promise<Uint8Array> {
  return await readKey(path, 'telephone-key', secret);
}

/** Writes a file that only this user reads; never over another. */
export function writeNew(path: string, text: string): void {
  if (!putFirst(path, Buffer.from(text)))
    throw new NotDone(`${path} is there already; it is not written over`);
}

async function keyText(what: What, key: Uint8Array, secret: Uint8Array | null): Promise<string> {
  const kept = secret === null ? Buffer.from(key).toString('base64') : await wrap(secret, key);
  return `${JSON.stringify({ kind: 'lifeboat-key', v: 1, what, key: kept })}\n`;
}

async function readKey(path: string, what: What, secret: Uint8Array | null): Promise<Uint8Array> {
  const file = KeyFile.safeParse(jsonOf(path));
  if (!file.success) throw new NotDone(`${path} is no key file of headquarters`);
  if (file.data.what !== what) throw new NotDone(`${path} holds a ${file.data.what}, not a ${what}`);
  const { key } = file.data;
  if (typeof key === 'string') {
    if (readableByOthers(path))
      throw new NotDone(`${path} is not encrypted and others can read it: chmod 600`);
    return Buffer.from(key, 'base64');
  }
  if (secret === null)
    throw new NotDone(`${path} is encrypted: give its passphrase on LIFEBOAT_PASSPHRASE_FD`);
  const opened = await unwrap(secret, key);
  if (opened === 'wrong') throw new NotDone(`this is not the passphrase of ${path}`);
  if (opened === 'damaged') throw new NotDone(`${path} is damaged`);
  return opened.masterKey;
}

function jsonOf(path: string): unknown {
  const bytes = readOrNull(path);
  if (bytes === null) throw new NotDone(`there is no file ${path}`);
  if (bytes.length > KEY_FILE_BYTES_MAX) return null;
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    // The caller says that it is no key file.
    return null;
  }
}

/** Windows keeps rights elsewhere. */
function readableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}
