/** Repeating groups of the messages in messages.ts: per count tag the members of an entry, the delimiter first. */
import { readGroups, type Message } from './codec.ts';

type GroupTable = ReadonlyMap<number, readonly number[]>;

const BOTH: readonly (readonly [number, readonly number[]])[] = [
  [382, [375, 337, 437, 438, 655]],
  [386, [336, 625]],
  [267, [269]],
  [199, [104]],
  [384, [372, 385]],
];

const INSTRUMENT = [55, 65, 48, 22, 460, 461, 167, 200, 541, 205, 201, 202, 206, 231, 223, 207, 106, 107];

const GROUPS_42: GroupTable = new Map([
  ...BOTH,
  [146, [...INSTRUMENT, 348, 349, 350, 351, 336]],
  [78, [79, 80]],
  [
    268,
    [
      269,
      279,
      285,
      278,
      280,
      270,
      15,
      271,
      272,
      273,
      274,
      275,
      336,
      276,
      277,
      282,
      283,
      284,
      286,
      59,
      432,
      126,
      110,
      18,
      287,
      37,
      299,
      288,
      289,
      346,
      290,
      291,
      292,
      387,
      58,
      354,
      355,
      ...INSTRUMENT,
    ],
  ],
]);

const GROUPS_44: GroupTable = new Map([
  ...BOTH,
  [146, [...INSTRUMENT, 454, 336]],
  [78, [79, 661, 736, 467, 539, 80]],
  [453, [448, 447, 452, 802]],
  [802, [523, 803]],
  [539, [524, 525, 538, 804]],
  [804, [545, 805]],
  [454, [455, 456]],
  [702, [703, 704, 705, 706, 539]],
  [753, [707, 708]],
  [232, [233, 234]],
  [518, [519, 520, 521]],
  [627, [628, 629, 630]],
  [
    268,
    [
      269,
      279,
      285,
      278,
      280,
      270,
      15,
      271,
      272,
      273,
      274,
      275,
      336,
      625,
      276,
      277,
      282,
      283,
      284,
      286,
      59,
      432,
      126,
      110,
      18,
      287,
      37,
      299,
      288,
      289,
      346,
      290,
      291,
      292,
      387,
      546,
      811,
      451,
      58,
      354,
      355,
      ...INSTRUMENT,
    ],
  ],
]);

const GROUPS: Readonly<Record<'FIX.4.2' | 'FIX.4.4', GroupTable>> = {
  'FIX.4.2': GROUPS_42,
  'FIX.4.4': GROUPS_44,
};

/** Is it a group's count, by tag: asked for every field of every message. */
const COUNTS = {
  'FIX.4.2': Uint8Array.from({ length: 1_024 }, (_, tag) => (GROUPS_42.has(tag) ? 1 : 0)),
  'FIX.4.4': Uint8Array.from({ length: 1_024 }, (_, tag) => (GROUPS_44.has(tag) ? 1 : 0)),
};

/** Does this tag announce a repeating group? */
export function isGroupCount(version: 'FIX.4.2' | 'FIX.4.4', tag: number): boolean {
  return COUNTS[version][tag] === 1;
}

/** The members of a group's entry, the delimiter first; empty for a tag that is no group's count. */
export function groupMembers(version: 'FIX.4.2' | 'FIX.4.4', countTag: number): readonly number[] {
  return GROUPS[version].get(countTag) ?? [];
}

/** The entries of a group of this message, each read like a message. */
export function groupsOf(version: 'FIX.4.2' | 'FIX.4.4', message: Message, countTag: number): Message[] {
  return readGroups(message, countTag, membersIn(version, message, countTag));
}

/**
 * Group members as this message orders them: entries of an incremental refresh (X) begin with MDUpdateAction, those of
 * a snapshot (W) with MDEntryType.
 */
export function membersIn(
  version: 'FIX.4.2' | 'FIX.4.4',
  message: Message,
  countTag: number,
): readonly number[] {
  const members = groupMembers(version, countTag);
  const first = message.tags[message.tags.indexOf(countTag) + 1];
  const mayLead = countTag === 268 && first === 279;
  return mayLead ? [279, ...members.filter((tag) => tag !== 279)] : members;
}
