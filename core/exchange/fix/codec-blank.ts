import { SOH } from './codec.ts';

/** Password and NewPassword. */
const SECRET_TAGS = ['554', '925'];
const EQUALS = 61;
const STAR = 42;

/**
 * A copy with each password (554, 925) written over by as many `*`: what may be logged, journalled and shown. Works on
 * any bytes, broken frames too. The copy's CheckSum is not computed anew, so that it can not be sent by mistake.
 */
export function blank(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  let at = 0;
  while (at < copy.length) {
    const secret = SECRET_TAGS.some((tag) => startsWith(copy, at, tag));
    while (at < copy.length && copy[at] !== SOH) {
      if (secret && copy[at - 1] === EQUALS) {
        for (; at < copy.length && copy[at] !== SOH; at += 1) copy[at] = STAR;
        break;
      }
      at += 1;
    }
    at += 1;
  }
  return copy;
}

function startsWith(bytes: Uint8Array, at: number, tag: string): boolean {
  for (let index = 0; index < tag.length; index += 1) {
    if (bytes[at + index] !== tag.charCodeAt(index)) return false;
  }
  return bytes[at + tag.length] === EQUALS;
}
