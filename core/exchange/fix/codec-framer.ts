/**
 * Bytes of a stream into frames, by BeginString, BodyLength and CheckSum together: a frame that comes out is whole.
 * Anything else is reported as garbled and skipped; the search goes on at the next "8=FIX".
 *
 * BodyLength is believed only to find the place where CheckSum must be, up to MAX_MESSAGE_BYTES: nothing is allocated
 * by it, and what waits for more bytes is bounded. A length that is too long swallows what follows up to its end, as
 * the public acceptance definitions want (2m); the sequence numbers then show the gap.
 */
import { MAX_MESSAGE_BYTES, SOH } from './codec.ts';

export type FramerEvent =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** `size` bytes were skipped. */
  | { readonly kind: 'garbled'; readonly reason: GarbledReason; readonly size: number };

export type GarbledReason =
  'not-a-message' | 'begin-string' | 'body-length' | 'too-long' | 'msg-type' | 'no-checksum' | 'checksum';

export interface Framer {
  /** Takes the next bytes of the stream, of any length; gives what they complete, in order. */
  push(bytes: Uint8Array): FramerEvent[];
}

const NOTHING = new Uint8Array(0);
const START = [56, 61, 70, 73, 88];
const MAX_BEGIN_STRING = 16;
const MAX_LENGTH_DIGITS = 6;
const TRAILER_BYTES = 7;
const EQUALS = 61;

/** One frame's place in the buffer, a verdict, or "more bytes are needed". */
type Scan =
  | { readonly kind: 'frame'; readonly end: number }
  | { readonly kind: 'garbled'; readonly reason: GarbledReason; readonly resume: number }
  | { readonly kind: 'more' };

/** A framer for one connection: make a new one for the next, half a frame does not survive a disconnect. */
export function createFramer(): Framer {
  let pending = NOTHING;
  return {
    push(bytes) {
      const buffer = pending.length === 0 ? bytes : join(pending, bytes);
      const events: FramerEvent[] = [];
      let at = 0;
      for (;;) {
        const start = findStart(buffer, at);
        if (start > at) events.push({ kind: 'garbled', reason: 'not-a-message', size: start - at });
        at = start;
        const scan = scanFrame(buffer, at);
        if (scan.kind === 'more') break;
        if (scan.kind === 'frame') {
          events.push({ kind: 'frame', bytes: buffer.slice(at, scan.end) });
          at = scan.end;
        } else {
          events.push({ kind: 'garbled', reason: scan.reason, size: scan.resume - at });
          at = scan.resume;
        }
      }
      pending = at === buffer.length ? NOTHING : buffer.slice(at);
      return events;
    },
  };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** Where "8=FIX", or the beginning of it that the buffer's end cuts off, begins; the buffer's end if nowhere. */
function findStart(buffer: Uint8Array, from: number): number {
  for (let at = buffer.indexOf(56, from); at >= 0; at = buffer.indexOf(56, at + 1)) {
    let matched = 1;
    while (
      matched < START.length &&
      at + matched < buffer.length &&
      buffer[at + matched] === START[matched]
    ) {
      matched += 1;
    }
    if (matched === START.length || at + matched === buffer.length) return at;
  }
  return buffer.length;
}

function scanFrame(buffer: Uint8Array, start: number): Scan {
  const size = buffer.length;
  if (size - start < START.length) return { kind: 'more' };
  const garbled = (reason: GarbledReason, resume: number): Scan => ({ kind: 'garbled', reason, resume });
  let at = start + START.length;
  while (at < size && buffer[at] !== SOH && at - start <= MAX_BEGIN_STRING) at += 1;
  if (at - start > MAX_BEGIN_STRING) return garbled('begin-string', start + START.length);
  if (at + 3 > size) return { kind: 'more' };
  if (buffer[at + 1] !== 57 || buffer[at + 2] !== EQUALS) return garbled('body-length', at);
  at += 3;
  const digitsFrom = at;
  let length = 0;
  while (at < size && buffer[at] !== SOH) {
    const digit = (buffer[at] ?? 0) - 48;
    if (digit < 0 || digit > 9 || at - digitsFrom >= MAX_LENGTH_DIGITS) return garbled('body-length', at);
    length = length * 10 + digit;
    at += 1;
  }
  if (at >= size) return { kind: 'more' };
  if (at === digitsFrom) return garbled('body-length', at);
  if (length > MAX_MESSAGE_BYTES) return garbled('too-long', at);
  return scanBody(buffer, start, at + 1, length);
}

function scanBody(buffer: Uint8Array, start: number, bodyFrom: number, length: number): Scan {
  const bodyTo = bodyFrom + length;
  const end = bodyTo + TRAILER_BYTES;
  if (buffer.length < end) return { kind: 'more' };
  const isTrailer =
    buffer[bodyTo - 1] === SOH &&
    buffer[bodyTo] === 49 &&
    buffer[bodyTo + 1] === 48 &&
    buffer[bodyTo + 2] === EQUALS &&
    buffer[end - 1] === SOH;
  if (!isTrailer) return { kind: 'garbled', reason: 'no-checksum', resume: bodyTo };
  let sum = 0;
  for (let at = start; at < bodyTo; at += 1) sum += buffer[at] as number;
  if (checkSum(buffer, bodyTo + 3) !== (sum & 255))
    return { kind: 'garbled', reason: 'checksum', resume: end };
  const isType = buffer[bodyFrom] === 51 && buffer[bodyFrom + 1] === 53 && buffer[bodyFrom + 2] === EQUALS;
  return isType ? { kind: 'frame', end } : { kind: 'garbled', reason: 'msg-type', resume: end };
}

/** The number in three digits, or -1. */
function checkSum(buffer: Uint8Array, at: number): number {
  let value = 0;
  for (let index = 0; index < 3; index += 1) {
    const digit = (buffer[at + index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
