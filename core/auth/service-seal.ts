import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import { assert } from '#core/lib/assert.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** What is done with the desk's sealing key; the key itself stays in here. */
export interface Seal {
  /** AES-256-GCM with the user as additional data: a sealed secret opens for its own person only. */
  seal(user: string, secret: Uint8Array): Uint8Array;
  /** The secret; null when it was sealed by another key, for another person, or was changed. Blank it after use. */
  open(user: string, sealed: Uint8Array): Uint8Array | null;
  /** Keyed hash (HMAC-SHA-256) of a secret that this desk made: without the key, guessing it off line is no use. */
  mark(purpose: string, secret: string): Uint8Array;
}

/** `sealingKey` has 32 bytes. Sealing and marking use keys of their own, derived from it (HKDF-SHA-256). */
export function createSeal(sealingKey: Uint8Array, randomBytes: (length: number) => Uint8Array): Seal {
  assert(sealingKey.length === KEY_BYTES, `a sealing key has ${KEY_BYTES} bytes`);
  const derived = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', sealingKey, '', `lifeboat auth ${purpose}`, KEY_BYTES));
  const sealing = derived('seal');
  const marking = derived('mark');
  return {
    seal(user, secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealing, nonce);
      cipher.setAAD(Buffer.from(user));
      const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(user, sealed) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      if (tag.length !== TAG_BYTES) return null;
      const decipher = createDecipheriv(CIPHER, sealing, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(user));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      } catch {
        // GCM says no more than that it does not fit.
        return null;
      }
    },
    mark: (purpose, secret) => createHmac('sha256', marking).update(`${purpose}\0${secret}`).digest(),
  };
}

/** SHA-256: for secrets that have too many bits to be guessed. */
export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** Whether two hashes are the same, in a time that does not tell how much of them is. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
