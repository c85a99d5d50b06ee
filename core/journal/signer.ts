import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { assert } from '#core/lib/assert.ts';
import { sameBytes } from './chain.ts';

/** Signs heads of the chain for this desk. The key comes from the host's secrets and never touches the journal. */
export interface Signer {
  /** Ed25519 public key, SPKI DER. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export const SIGNING_SEED_BYTES = 32;
/** RFC 8410: what stands before the bare seed in PKCS #8, and before the bare public key in SPKI. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SPKI_BYTES = SPKI_PREFIX.length + 32;

/** The signer of a 32-byte seed, as `host.randomBytes(32)` makes one and `host.secrets` keeps it. */
export function signerOf(seed: Uint8Array): Signer {
  assert(seed.length === SIGNING_SEED_BYTES, `a signing seed has ${SIGNING_SEED_BYTES} bytes`);
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { publicKey, sign: (message) => sign(null, message, privateKey) };
}

/** False also when the stored key is no Ed25519 key at all: a flipped byte there is tampering too. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== SPKI_BYTES) return false;
  if (!sameBytes(publicKey.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX)) return false;
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}
