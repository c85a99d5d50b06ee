/**
 * The FIX 4.2 and 4.4 messages this desk speaks, and the checks a session makes on what comes in.
 *
 * Written by hand from the FIX specification: the session messages in full, and of the business messages what an order
 * desk exchanges. `validateMessage` gives the first fault in the order FIX engines agree on: structure, type, required
 * tags, then field by field (repeated, empty, format, value, unknown tag, misplaced tag, group count).
 */
import { parseWhole, type Message } from './codec.ts';
import { FIELD_FORMATS, FIELD_VALUES, formatIsRight } from './messages-fields.ts';
import { isGroupCount, membersIn } from './messages-groups.ts';

export type FixVersion = 'FIX.4.2' | 'FIX.4.4';

/** SessionRejectReason (373) as used here. */
export const REJECT = {
  invalidTagNumber: 0,
  requiredTagMissing: 1,
  tagNotDefinedForMessage: 2,
  undefinedTag: 3,
  tagWithoutValue: 4,
  valueIncorrect: 5,
  incorrectFormat: 6,
  compIdProblem: 9,
  sendingTimeAccuracy: 10,
  invalidMsgType: 11,
  tagRepeated: 13,
  tagOutOfOrder: 14,
  groupOutOfOrder: 15,
  incorrectGroupCount: 16,
} as const;

export type RejectReason = (typeof REJECT)[keyof typeof REJECT];

/** Text (58) of a Reject by its reason; the wording other engines use. */
export const REJECT_TEXT: Readonly<Record<RejectReason, string>> = {
  0: 'Invalid tag number',
  1: 'Required tag missing',
  2: 'Tag not defined for this message type',
  3: 'Undefined tag',
  4: 'Tag specified without a value',
  5: 'Value is incorrect (out of range) for this tag',
  6: 'Incorrect data format for value',
  9: 'CompID problem',
  10: 'SendingTime accuracy problem',
  11: 'Invalid MsgType',
  13: 'Tag appears more than once',
  14: 'Tag specified out of required order',
  15: 'Repeating group fields out of order',
  16: 'Incorrect NumInGroup count for repeating group',
};

/** A fault that a session Reject (3) names: RefTagID (371) where one field is to blame. */
export interface Fault {
  readonly reason: RejectReason;
  readonly tag?: number;
}

/**
 * `strict` checks all the dictionary knows, as a conformance run wants. `tolerant` is for live use: a venue's extra tags
 * and its own enumerated values are let through, because refusing an execution report over them would lose a fill.
 */
export type Strictness = 'strict' | 'tolerant';

/** Session-level message types. */
const ADMIN_TYPES: ReadonlySet<string> = new Set(['0', '1', '2', '3', '4', '5', 'A']);

export function isAdminType(type: string): boolean {
  return ADMIN_TYPES.has(type);
}

const SINGLE_42 =
  '0 1 2 3 4 5 6 7 8 9 A B C D E F G H J K L M N P Q R S T V W X Y Z a b c d e f g h i j k l m';
const ADDED_44 =
  'n o p q r s t u v w x y z AA AB AC AD AE AF AG AH AI AJ AK AL AM AN AO AP AQ AR AS AT AU AV AW AX AY AZ' +
  ' BA BB BC BD BE BF BG BH';

/** Every message type a version defines; the rest is an invalid MsgType. */
const TYPES: Readonly<Record<FixVersion, ReadonlySet<string>>> = {
  'FIX.4.2': new Set(SINGLE_42.split(' ')),
  'FIX.4.4': new Set(`${SINGLE_42} ${ADDED_44}`.split(' ')),
};

const numbers = (text: string): number[] => (text === '' ? [] : text.split(' ').map(Number));

/** Header tags in both versions. 370 is of 4.2 only, and harmless in 4.4. */
const HEADER: ReadonlySet<number> = new Set(
  numbers(
    '8 9 34 35 43 49 50 52 56 57 90 91 97 115 116 122 128 129 142 143 144 145 212 213 347 369 370 627 628 629 630',
  ),
);
const TRAILER: ReadonlySet<number> = new Set([93, 89, 10]);
const REQUIRED_HEADER = numbers('49 56 34 52');

/** Is this a tag of the standard header? */
export function isHeaderTag(tag: number): boolean {
  return HEADER.has(tag);
}

export function isTrailerTag(tag: number): boolean {
  return TRAILER.has(tag);
}

/** The last tag number a version defines. Past it, and from 5000 on, a tag means what two parties agreed. */
const LAST_TAG: Readonly<Record<FixVersion, number>> = { 'FIX.4.2': 446, 'FIX.4.4': 956 };

/** Body tags of the session messages: all that may stand in them. */
const ADMIN_BODY: Readonly<Record<string, ReadonlySet<number>>> = {
  '0': new Set([112]),
  '1': new Set([112]),
  '2': new Set([7, 16]),
  '3': new Set(numbers('45 371 372 373 58 354 355')),
  '4': new Set([123, 36]),
  '5': new Set(numbers('58 354 355')),
  A: new Set(numbers('98 108 95 96 141 383 384 372 385')),
};
const LOGON_44: ReadonlySet<number> = new Set([789, 464, 553, 554, 925, ...(ADMIN_BODY['A'] ?? [])]);

type Required = Readonly<Record<string, readonly number[]>>;

const REQUIRED_BOTH: Required = {
  '1': [112],
  '2': [7, 16],
  '3': [45],
  '4': [36],
  A: [98, 108],
  '9': numbers('37 11 41 39 434'),
  V: numbers('262 263 264 267 146'),
  X: [268],
  Y: [262],
  g: [335, 263],
  h: [336, 340],
  j: [372, 380],
};

const REQUIRED: Readonly<Record<FixVersion, Required>> = {
  'FIX.4.2': {
    ...REQUIRED_BOTH,
    '8': numbers('37 17 20 150 39 55 54 151 14 6'),
    D: numbers('11 21 55 54 60 40'),
    F: numbers('41 11 55 54 60'),
    G: numbers('41 11 21 55 54 60 40'),
    H: numbers('11 55 54'),
    W: [55, 268],
    d: [320, 322, 393],
  },
  'FIX.4.4': {
    ...REQUIRED_BOTH,
    '8': numbers('37 17 150 39 54 151 14 6'),
    D: numbers('11 54 60 40'),
    F: numbers('41 11 54 60'),
    G: numbers('41 11 54 60 40'),
    H: numbers('11 54'),
    W: [268],
    d: [320, 322, 323],
    q: numbers('11 530 60'),
    r: numbers('37 530 531'),
    AF: [584, 585],
    AN: numbers('710 724 1 581 715 60'),
    AO: numbers('721 728 729 1 581'),
    AP: numbers('721 728 715 1 581 730 731 734'),
  },
};

/** Is this a message type of that version, spoken here or not? */
export function isKnownType(version: FixVersion, type: string): boolean {
  return TYPES[version].has(type);
}

/** The first fault of a message against the dictionary, or undefined. Sequence, CompIDs and times are the machine's. */
export function validateMessage(
  version: FixVersion,
  message: Message,
  strictness: Strictness,
): Fault | undefined {
  const structure = structureFault(message);
  if (structure !== undefined) return structure;
  if (!isKnownType(version, message.type)) return { reason: REJECT.invalidMsgType };
  const strict = strictness === 'strict';
  const checks = { version, message, strict, values: strict || isAdminType(message.type) };
  return requiredFault(version, message) ?? fieldFaults(checks);
}

/** A message being checked: `values` against its enumerations, `strict` against what may stand in it at all. */
interface Checks {
  readonly version: FixVersion;
  readonly message: Message;
  readonly values: boolean;
  readonly strict: boolean;
}

/** Which part of a message a tag belongs to, by tag: header 0, body 1, trailer 2. Body for all past its end. */
const PARTS = Uint8Array.from({ length: 1_024 }, (_, tag) =>
  HEADER.has(tag) ? 0 : TRAILER.has(tag) ? 2 : 1,
);

function structureFault(message: Message): Fault | undefined {
  let part = 0;
  for (const tag of message.tags) {
    const now = PARTS[tag] ?? 1;
    if (now < part) return { reason: REJECT.tagOutOfOrder, tag };
    part = now;
  }
  return undefined;
}

function requiredFault(version: FixVersion, message: Message): Fault | undefined {
  for (const tag of REQUIRED_HEADER) {
    if (!message.has(tag)) return { reason: REJECT.requiredTagMissing, tag };
  }
  for (const tag of REQUIRED[version][message.type] ?? []) {
    if (!message.has(tag)) return { reason: REJECT.requiredTagMissing, tag };
  }
  return undefined;
}

function fieldFaults(checks: Checks): Fault | undefined {
  const { version, message } = checks;
  const seen: number[] = [];
  const tags = message.tags;
  for (let index = 0; index < tags.length; index += 1) {
    const tag = tags[index] ?? 0;
    if (seen.includes(tag)) return { reason: REJECT.tagRepeated, tag };
    seen.push(tag);
    const fault = fieldFault(checks, tag, index);
    if (fault !== undefined) return fault;
    if (!isGroupCount(version, tag) || message.type === 'A') continue;
    const group = walkGroup(checks, index);
    if (group.fault !== undefined) return group.fault;
    index = group.next - 1;
  }
  return undefined;
}

function fieldFault(checks: Checks, tag: number, index: number): Fault | undefined {
  const { version, message } = checks;
  if (message.isEmptyAt(index)) return { reason: REJECT.tagWithoutValue, tag };
  const format = FIELD_FORMATS[tag];
  if (format !== undefined && !formatIsRight(format, message.valueAt(index))) {
    return { reason: REJECT.incorrectFormat, tag };
  }
  if (tag <= 0) return { reason: REJECT.invalidTagNumber, tag };
  if (!checks.values) return undefined;
  const values = FIELD_VALUES[version].get(tag);
  if (values?.has(message.valueAt(index)) === false) return { reason: REJECT.valueIncorrect, tag };
  if (!checks.strict) return undefined;
  if (tag > LAST_TAG[version]) return { reason: REJECT.invalidTagNumber, tag };
  return isDefinedFor(version, message.type, tag)
    ? undefined
    : { reason: REJECT.tagNotDefinedForMessage, tag };
}

function isDefinedFor(version: FixVersion, type: string, tag: number): boolean {
  if (HEADER.has(tag) || TRAILER.has(tag)) return true;
  const body = type === 'A' && version === 'FIX.4.4' ? LOGON_44 : ADMIN_BODY[type];
  return body === undefined || body.has(tag);
}

interface GroupWalk {
  /** The place after the group. */
  readonly next: number;
  readonly fault?: Fault;
}

/** Walks the group whose count field is at `index`, groups inside it too. */
function walkGroup(checks: Checks, index: number): GroupWalk {
  const { version, message } = checks;
  const countTag = message.tags[index] ?? 0;
  const members = membersIn(version, message, countTag);
  const delimiter = members[0];
  const announced = parseWhole(message.valueAt(index)) ?? -1;
  // A count of 0 announces nothing: what follows is ordinary fields of the message.
  if (announced === 0) return { next: index + 1 };
  let next = index + 1;
  let entries = 0;
  let seen = new Set<number>();
  while (next < message.tags.length) {
    const tag = message.tags[next] ?? 0;
    if (!members.includes(tag)) break;
    if (tag === delimiter) {
      entries += 1;
      seen = new Set();
    } else if (entries === 0) {
      return { next, fault: { reason: REJECT.groupOutOfOrder, tag } };
    }
    if (seen.has(tag)) return { next, fault: { reason: REJECT.tagRepeated, tag } };
    seen.add(tag);
    const fault = fieldFault(checks, tag, next);
    if (fault !== undefined) return { next, fault };
    if (isGroupCount(version, tag)) {
      const inner = walkGroup(checks, next);
      if (inner.fault !== undefined) return inner;
      next = inner.next;
    } else {
      next += 1;
    }
  }
  if (entries === announced) return { next };
  return { next, fault: { reason: REJECT.incorrectGroupCount, tag: countTag } };
}
