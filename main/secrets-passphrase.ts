import { hashRaw } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { seal, unseal } from './secrets-sealed.ts';

/** Shorter ones are refused when they are chosen; what protects every key of a desk is a sentence, not a word. */
export const PASSPHRASE_BYTES_MIN = 12;
export const PASSPHRASE_BYTES_MAX = 1024;

/** The cost of one guess; RFC 9106 section 4 for a machine with little memory to spare. Raised, never lowered. */
const COST = { memoryKiB: 65_536, passes: 3 } as const;
/** A file that asks for more is damaged, or made to stop the desk. */
const COST_MAX = { memoryKiB: 1_048_576, passes: 16 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** As in the PHC string format: `$argon2id$v=19$m=65536,t=3,p=1$SALT`. */
const PARAMETERS = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=1\$([A-Za-z0-9+/]{22})$/;

/** A master key as it lies in a file. */
export interface Wrapped {
  readonly argon2: string;
  /** Base64. */
  readonly sealed: string;
}

/** Wraps the key in the passphrase, at the cost of today. */
export async function wrap(passphrase: Uint8Array, masterKey: Uint8Array): Promise<Wrapped> {
  const salt = randomBytes(SALT_BYTES);
  const argon2 = `$argon2id$v=19$m=${COST.memoryKiB},t=${COST.passes},p=1$${salt.toString('base64').slice(0, 22)}`;
  const key = await derived(passphrase, { ...COST, salt });
  return { argon2, sealed: seal(key, argon2, masterKey).toString('base64') };
}

/**
 * The key; `wrong` when it is another passphrase, `damaged` when the file can not be judged. As slow as argon2 makes
 * it. `cheap` when it was wrapped at a lower cost than today's and should be wrapped anew.
 */
export async function unwrap(
  passphrase: Uint8Array,
  wrapped: Wrapped,
): Promise<{ readonly masterKey: Uint8Array; readonly cheap: boolean } | 'wrong' | 'damaged'> {
  const [, memory, passes, salt] = PARAMETERS.exec(wrapped.argon2) ?? [];
  const cost = { memoryKiB: Number(memory), passes: Number(passes) };
  // NaN, where nothing was found, is in no range.
  if (!(cost.memoryKiB >= 8 && cost.memoryKiB <= COST_MAX.memoryKiB)) return 'damaged';
  if (!(cost.passes >= 1 && cost.passes <= COST_MAX.passes)) return 'damaged';
  const key = await derived(passphrase, { ...cost, salt: Buffer.from(salt ?? '', 'base64') });
  const masterKey = unseal(key, wrapped.argon2, Buffer.from(wrapped.sealed, 'base64'));
  if (masterKey === null) return 'wrong';
  return { masterKey, cheap: cost.memoryKiB < COST.memoryKiB || cost.passes < COST.passes };
}

/**
 * All that comes from the descriptor up to its end, without the end of its line; then the descriptor is closed.
 * Null when it can not be read or is empty or too long.
 */
export function passphraseOf(descriptor: string): Buffer | null {
  if (!/^\d{1,4}$/.test(descriptor)) return null;
  const fd = Number(descriptor);
  const bytes = Buffer.alloc(PASSPHRASE_BYTES_MAX + 3);
  let length = 0;
  try {
    if (!readable(fd)) return null;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    // The standard three stay: what is opened next would be taken for them.
    if (fd > 2) closeSync(fd);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
  return lineOf(bytes.subarray(0, length));
}

/** Not a descriptor of Node's own: npm hands on the standard three only, and has others under the next numbers. */
function readable(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFile() || stat.isFIFO() || stat.isSocket() || stat.isCharacterDevice();
}

/** Null when nothing is left without the end of the line, or too much. */
export function lineOf(bytes: Buffer): Buffer | null {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end--;
  if (bytes[end - 1] === 0x0d) end--;
  return end === 0 || end > PASSPHRASE_BYTES_MAX ? null : bytes.subarray(0, end);
}

async function derived(
  passphrase: Uint8Array,
  cost: { readonly memoryKiB: number; readonly passes: number; readonly salt: Uint8Array },
): Promise<Buffer> {
  return await hashRaw(passphrase, {
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: 1,
    outputLen: KEY_BYTES,
    salt: cost.salt,
  });
}
