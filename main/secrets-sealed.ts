import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Secrets } from '#core/host.ts';
import { dropFile, putFirst, readOrNull, replaceFile } from './secrets-file.ts';

/** AES-256-GCM (NIST SP 800-38D): 12 bytes of nonce, 16 of tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
const VALUE_BYTES_MAX = 4096;
const NAME = /^[\w:.@-]{1,120}$/;

/** What is kept does not open: it was changed, or sealed under another key. */
export class SecretsDamaged extends Error {
  override readonly name = 'SecretsDamaged';
}

/** Bytes that only the holder of `key` can read or make, bound to what `label` says. */
export function seal(key: Uint8Array, label: string, value: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(label));
  const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]);
}

/** What was sealed under that key and label; null when it is not that. */
export function unseal(key: Uint8Array, label: string, bytes: Uint8Array): Buffer | null {
  if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(label));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    // The tag does not fit: the caller says what that means.
    return null;
  }
}

/**
 * Secrets in the folder `secrets.sealed`, one file each, sealed under the master key and bound to their name. A file
 * each, because what two processes keep at once must not undo each other.
 */
export function sealedSecrets(folder: string, masterKey: Uint8Array): Secrets {
  const sealed = join(folder, 'secrets.sealed');
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new Error(`a secret can not be called ${name}`);
    return join(sealed, encodeURIComponent(name));
  };
  const bytesOf = (name: string, value: Uint8Array): Buffer => {
    if (value.length > VALUE_BYTES_MAX)
      throw new Error(`the secret ${name} is longer than ${VALUE_BYTES_MAX}`);
    return seal(masterKey, labelOf(name), value);
  };
  const get = (name: string): Uint8Array | null => {
    const bytes = readOrNull(pathOf(name));
    if (bytes === null) return null;
    const value = unseal(masterKey, labelOf(name), bytes);
    if (value === null)
      throw new SecretsDamaged(`the secret ${name} in ${sealed} does not open: it was changed`);
    return value;
  };
  const make = (name: string, fresh: () => Uint8Array): Uint8Array => {
    const kept = get(name);
    if (kept !== null) return kept;
    const value = fresh();
    mkdirSync(sealed, { recursive: true, mode: 0o700 });
    return putFirst(pathOf(name), bytesOf(name, value)) ? value : make(name, fresh);
  };
  return {
    get: async (name) => get(name),
    make: async (name, fresh) => make(name, fresh),
    async set(name, value) {
      mkdirSync(sealed, { recursive: true, mode: 0o700 });
      replaceFile(pathOf(name), bytesOf(name, value));
    },
    async remove(name) {
      if (existsSync(pathOf(name))) dropFile(pathOf(name));
    },
  };
}

/** The same value of a secret under another name would not open. */
function labelOf(name: string): string {
  return `lifeboat secret ${name}`;
}
