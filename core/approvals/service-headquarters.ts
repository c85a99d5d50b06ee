import { createHmac, timingSafeEqual } from 'node:crypto';
import { isSignedBy } from '#core/journal/signer.ts';
import { approvalText, truncated } from './domain-headquarters.ts';

/** Keys under which headquarters answers; null where a desk has none, and then no answer is right. */
export interface HeadquartersKeys {
  /** Ed25519, SPKI DER in hex. */
  readonly headquartersKey: string | null;
  /** Shared with headquarters, for codes by telephone. */
  readonly telephoneKey: Uint8Array | null;
}

/** `signature`: base64url, over the approval's text. */
export function isSignature(
  { headquartersKey }: HeadquartersKeys,
  asking: string,
  signature: string,
): boolean {
  if (headquartersKey === null) return false;
  const key = Buffer.from(headquartersKey, 'hex');
  return isSignedBy(key, Buffer.from(approvalText(asking)), Buffer.from(signature, 'base64url'));
}

/** `code`: eight digits, as spoken; blanks and dashes between them do not count. */
export function isCode({ telephoneKey }: HeadquartersKeys, asking: string, code: string): boolean {
  if (telephoneKey === null) return false;
  const right = truncated(createHmac('sha256', telephoneKey).update(approvalText(asking)).digest());
  const said = Buffer.from(code.replace(/[\s-]/g, ''));
  return said.length === right.length && timingSafeEqual(said, Buffer.from(right));
}
