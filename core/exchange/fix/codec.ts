/**
 * FIX tag=value, both ways, over plain bytes (latin1), with no opinion about sessions or dictionaries.
 *
 * `encode` makes a whole message: BodyLength and CheckSum are computed, never given. `decode` reads one frame that the
 * framer (codec-framer.ts) has already checked, keeps the fields in the order of the wire, and makes text of a value
 * only when asked for. Invariants: no allocation is sized by a number that came from the wire; a data field may hold
 * the delimiter, its length field says where it ends.
 */
import { assert } from '#core/lib/assert.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';

export const SOH = 1;
/** The longest message sent or accepted, in bytes. The longest of ours is a few hundred. */
export const MAX_MESSAGE_BYTES = 65_536;
/** The most fields one message may have. */
const MAX_FIELDS = 4_096;
/** A tag number past this is not a FIX tag. */
const MAX_TAG = 999_999;

/** One field to send: tag and value. Values are latin1, not empty, and without the delimiter: `isFieldText`. */
export type Field = readonly [tag: number, value: string | number];

export interface Garbled {
  readonly reason: 'garbled';
  readonly detail: string;
}

/** Data fields by their length field: only these may hold the delimiter inside. */
const DATA_AFTER_LENGTH: ReadonlyMap<number, number> = new Map([
  [90, 91],
  [93, 89],
  [95, 96],
  [212, 213],
  [348, 349],
  [350, 351],
  [352, 353],
  [354, 355],
  [356, 357],
  [358, 359],
  [360, 361],
  [362, 363],
  [364, 365],
  [445, 446],
  [618, 619],
  [621, 622],
]);

/** A decoded message: its fields in the order of the wire, the framing (8, 9, 10) included. */
export class Message {
  readonly type: string;
  readonly beginString: string;
  /** Tags in the order of the wire. */
  readonly tags: readonly number[];
  readonly #text: string;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];

  constructor(text: string, tags: readonly number[], starts: readonly number[], ends: readonly number[]) {
    this.#text = text;
    this.tags = tags;
    this.#starts = starts;
    this.#ends = ends;
    this.beginString = this.valueAt(0);
    this.type = this.valueAt(2);
  }

  /** The value of the field at a place in `tags`. */
  valueAt(index: number): string {
    return this.#text.slice(this.#starts[index], this.#ends[index]);
  }

  isEmptyAt(index: number): boolean {
    return this.#starts[index] === this.#ends[index];
  }

  /** The first value of a tag, or undefined. */
  get(tag: number): string | undefined {
    const index = this.tags.indexOf(tag);
    return index < 0 ? undefined : this.valueAt(index);
  }

  has(tag: number): boolean {
    return this.tags.includes(tag);
  }

  /** The first value of a tag as a whole number, or undefined if it is absent or not one within the safe range. */
  int(tag: number): number | undefined {
    const index = this.tags.indexOf(tag);
    return index < 0 ? undefined : parseWhole(this.valueAt(index));
  }

  /** Is this Y/N field there and Y? */
  flag(tag: number): boolean {
    return this.get(tag) === 'Y';
  }

  /** Every field with its value, in the order of the wire. */
  fields(): [tag: number, value: string][] {
    return this.tags.map((tag, index) => [tag, this.valueAt(index)]);
  }

  /** One repeating group: see `readGroups`. */
  groups(countTag: number, members: readonly number[]): Message[] {
    return readGroups(this, countTag, members);
  }

  /** The same message seen through some of its fields only; how a group's entry is read. */
  part(from: number, to: number): Message {
    return new Message(
      this.#text,
      this.tags.slice(from, to),
      this.#starts.slice(from, to),
      this.#ends.slice(from, to),
    );
  }
}

/** A whole number written in plain digits with an optional minus, within the safe range; else undefined. */
export function parseWhole(text: string): number | undefined {
  const from = text.charCodeAt(0) === 45 ? 1 : 0;
  const length = text.length;
  if (length === from || length - from > 16) return undefined;
  let value = 0;
  for (let at = from; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  if (!Number.isSafeInteger(value)) return undefined;
  return from === 1 ? -value : value;
}

/**
 * The entries of the repeating group that `countTag` announces. `members` are the tags of an entry, the delimiter
 * first. An entry ends at the next delimiter or at the first tag that is no member. Entries are read as `Message`s;
 * their `type` and `beginString` mean nothing.
 */
export function readGroups(message: Message, countTag: number, members: readonly number[]): Message[] {
  const entries: Message[] = [];
  const first = message.tags.indexOf(countTag);
  if (first < 0) return entries;
  let from = first + 1;
  while (message.tags[from] === members[0]) {
    let to = from + 1;
    for (; to < message.tags.length; to += 1) {
      const tag = message.tags[to];
      if (tag === undefined || tag === members[0] || !members.includes(tag)) break;
    }
    entries.push(message.part(from, to));
    from = to;
  }
  return entries;
}

/** The one workspace of `latin1`: character codes in a plain array become text twice as fast as from typed bytes. */
const codes: number[] = [];

/** Bytes taken as latin1 text. */
export function latin1(bytes: Uint8Array): string {
  const CHUNK = 4_096;
  const length = bytes.length;
  if (length > CHUNK) return latin1(bytes.subarray(0, CHUNK)) + latin1(bytes.subarray(CHUNK));
  codes.length = length;
  for (let at = 0; at < length; at += 1) codes[at] = bytes[at] as number;
  return String.fromCharCode.apply(null, codes);
}

/**
 * One frame into a message. Refused as garbled: a field that is not tag=value, a message that does not begin with
 * 8, 9, 35 and end with 10, more than `MAX_FIELDS` fields. A tag of 0 or below is kept: the dictionary rejects it.
 */
export function decode(frame: Uint8Array): Result<Message, Garbled> {
  const garbled = (detail: string): Result<Message, Garbled> => refuse({ reason: 'garbled', detail });
  if (frame.length > MAX_MESSAGE_BYTES + 64) return garbled('longer than the longest message');
  const text = latin1(frame);
  const length = text.length;
  const tags: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  let dataTag = 0;
  let dataLength = -1;
  while (at < length) {
    const negative = text.charCodeAt(at) === 45;
    let tag = 0;
    const tagFrom = negative ? at + 1 : at;
    let equals = tagFrom;
    for (let code = text.charCodeAt(equals); code !== 61; code = text.charCodeAt(equals)) {
      const digit = code - 48;
      if (!(digit >= 0 && digit <= 9)) return garbled(`field ${tags.length + 1} is not tag=value`);
      tag = tag * 10 + digit;
      if (tag > MAX_TAG) return garbled(`field ${tags.length + 1} has no possible tag`);
      equals += 1;
    }
    if (equals === tagFrom) return garbled(`field ${tags.length + 1} has no tag`);
    const start = equals + 1;
    let end = text.indexOf('\u0001', start);
    if (tag === dataTag && dataLength >= 0 && start + dataLength < length) {
      if (text.charCodeAt(start + dataLength) === SOH) end = start + dataLength;
    }
    if (end < 0) return garbled(`field ${tags.length + 1} does not end`);
    if (tags.length >= MAX_FIELDS) return garbled('too many fields');
    tags.push(negative ? -tag : tag);
    starts.push(start);
    ends.push(end);
    const follows = DATA_AFTER_LENGTH.get(tag);
    dataTag = follows ?? 0;
    dataLength = follows === undefined ? -1 : (parseWhole(text.slice(start, end)) ?? -1);
    at = end + 1;
  }
  if (tags[0] !== 8 || tags[1] !== 9 || tags[2] !== 35) return garbled('does not begin with 8, 9, 35');
  if (tags[tags.length - 1] !== 10 || tags.indexOf(10) !== tags.length - 1)
    return garbled('10 is not the last field');
  return ok(new Message(text, tags, starts, ends));
}

/** Can this be a field's value as it is: latin1, not empty, without the delimiter? Check what people type with it. */
export function isFieldText(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === SOH || code > 255) return false;
  }
  return text.length > 0;
}

/** Room for BeginString and BodyLength before the fields, whose length must be known first. */
const HEAD_ROOM = 32;
/** The one workspace of `encode`: used up within the call, so that an encoded message costs one allocation. */
const workspace = new Uint8Array(MAX_MESSAGE_BYTES);

function writeNumber(value: number, at: number): number {
  assert(Number.isSafeInteger(value), 'a number in a FIX field is a whole number; write decimals as text');
  if (value < 0 || value > 999_999_999) return writeText(String(value), at);
  let end = at + 1;
  for (let bound = 10; bound <= value; bound *= 10) end += 1;
  let rest = value | 0;
  for (let place = end - 1; place >= at; place -= 1) {
    const tenth = (rest / 10) | 0;
    workspace[place] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}

function writeText(text: string, at: number): number {
  const length = text.length;
  assert(length > 0, 'a FIX field has a value');
  assert(at + length < MAX_MESSAGE_BYTES, 'a message of ours is within the size limit');
  let wrong = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    // One test at the end for the whole value, because this runs for every byte sent.
    if (code === SOH || code > 255) wrong += 1;
    workspace[at + index] = code;
  }
  assert(wrong === 0, 'a FIX value is latin1 without the delimiter');
  return at + length;
}

/**
 * A whole message: `8=beginString`, BodyLength, the given fields in the given order (35 first, then the header, then
 * the body), CheckSum. A value that can not be sent (empty, delimiter inside, not latin1) is a bug of the caller.
 */
export function encode(beginString: string, fields: readonly Field[]): Uint8Array {
  assert(fields[0]?.[0] === 35, 'MsgType is the first field given');
  let end = HEAD_ROOM;
  for (const field of fields) {
    assert(end + 32 < MAX_MESSAGE_BYTES, 'a message of ours is within the size limit');
    const value = field[1];
    end = writeNumber(field[0], end);
    workspace[end] = 61;
    end = typeof value === 'number' ? writeNumber(value, end + 1) : writeText(value, end + 1);
    workspace[end] = SOH;
    end += 1;
  }
  const head = `8=${beginString}\u00019=${end - HEAD_ROOM}\u0001`;
  const start = HEAD_ROOM - head.length;
  for (let at = 0; at < head.length; at += 1) workspace[start + at] = head.charCodeAt(at);
  let sum = 0;
  for (let at = start; at < end; at += 1) sum += workspace[at] as number;
  writeTrailer(workspace, end, sum & 255);
  return workspace.slice(start, end + 7);
}

function writeTrailer(out: Uint8Array, at: number, sum: number): void {
  out[at] = 49;
  out[at + 1] = 48;
  out[at + 2] = 61;
  out[at + 3] = 48 + Math.floor(sum / 100);
  out[at + 4] = 48 + (Math.floor(sum / 10) % 10);
  out[at + 5] = 48 + (sum % 10);
  out[at + 6] = SOH;
}
