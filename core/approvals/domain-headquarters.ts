import { assert } from '#core/lib/assert.ts';

/** A code that can be read over a bad telephone line. */
const CODE_DIGITS = 8;
const SHA256_HEX = /^[0-9a-f]{64}$/;
/** Hex digits whose value is a safe integer: 52 bits. */
const CHALLENGE_HEX = 13;

/**
 * What headquarters signs (Ed25519) or makes a telephone code of (HMAC-SHA256), as UTF-8. `subject` is the one that
 * the desk shows with the approval: it names the desk, this one asking and what is asked, so that an answer fits no
 * other asking, here or elsewhere.
 */
export function approvalText(subject: string): string {
  assertSubject(subject);
  return `lifeboat approval ${subject}`;
}

/** Eight digits of an HMAC: the dynamic truncation of RFC 4226, section 5.3. */
export function truncated(hmac: Uint8Array): string {
  const offset = (hmac.at(-1) ?? 0) & 0x0f;
  const bytes = hmac.subarray(offset, offset + 4);
  assert(bytes.length === 4, 'an HMAC has at least 20 bytes');
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const value = (first & 0x7f) * 0x1_00_00_00 + second * 0x1_00_00 + third * 0x1_00 + fourth;
  return digits(value);
}

/** Eight digits that both ends of a telephone line read to each other before a code is given: is it the same asking? */
export function challengeOf(subject: string): string {
  assertSubject(subject);
  return digits(Number.parseInt(subject.slice(0, CHALLENGE_HEX), 16));
}

function digits(value: number): string {
  return String(value % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, '0');
}

function assertSubject(subject: string): void {
  assert(SHA256_HEX.test(subject), 'a subject is a SHA-256 in hex');
}
