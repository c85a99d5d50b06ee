import { describe, expect, it } from 'vitest';
import { decode, encode, type Field } from './codec.ts';
import { formatIsRight, type FieldFormat } from './messages-fields.ts';
import { groupsOf } from './messages-groups.ts';
import { isAdminType, isKnownType, REJECT, validateMessage, type FixVersion } from './messages.ts';

const HEADER: Field[] = [
  [34, 1],
  [49, 'A'],
  [52, '20261122-09:15:00'],
  [56, 'B'],
];

function faultOf(
  version: FixVersion,
  type: string,
  body: Field[],
  strictness: 'strict' | 'tolerant' = 'strict',
) {
  const decoded = decode(encode(version, [[35, type], ...HEADER, ...body]));
  if (!decoded.ok) throw new Error(decoded.refusal.detail);
  return validateMessage(version, decoded.value, strictness);
}

describe('field formats', () => {
  it.each<[FieldFormat, string[], string[]]>([
    ['char', ['1', 'Y'], ['', '12']],
    ['whole', ['0', '-1', '007'], ['', '+1', '1.0', '1e3', 'x']],
    ['decimal', ['1', '1.5', '-0.05', '.5', '5.', '002000.00'], ['', '+1', '1e3', '1.2.3', '.', '-', '1,5']],
    ['flag', ['Y', 'N'], ['', 'y', '1']],
    ['time', ['20261122-09:15:00', '20261122-09:15:00.123'], ['20261122', '2026-11-22T09:15:00Z']],
    ['date', ['20261122'], ['20261131', '2026112']],
    ['time-of-day', ['09:15:00', '09:15:00.123'], ['9:15:00', '25:00:00', '091500']],
    ['month', ['202611', '20261126', '202611w4'], ['202613', '202611w6', '2026']],
  ])('%s', (format, right, wrong) => {
    expect(right.filter((value) => !formatIsRight(format, value))).toEqual([]);
    expect(wrong.filter((value) => formatIsRight(format, value))).toEqual([]);
  });
});

describe('required fields', () => {
  const CASES: [FixVersion, string, Field[]][] = [
    [
      'FIX.4.4',
      'D',
      [
        [11, 'a'],
        [54, '1'],
        [60, '20261122-09:15:00'],
        [40, '2'],
      ],
    ],
    [
      'FIX.4.4',
      'F',
      [
        [41, 'a'],
        [11, 'b'],
        [54, '1'],
        [60, '20261122-09:15:00'],
      ],
    ],
    [
      'FIX.4.4',
      'G',
      [
        [41, 'a'],
        [11, 'b'],
        [54, '1'],
        [60, '20261122-09:15:00'],
        [40, '2'],
      ],
    ],
    [
      'FIX.4.4',
      '9',
      [
        [37, 'o'],
        [11, 'b'],
        [41, 'a'],
        [39, '0'],
        [434, '1'],
      ],
    ],
    [
      'FIX.4.4',
      'H',
      [
        [11, 'a'],
        [54, '1'],
      ],
    ],
    [
      'FIX.4.4',
      'AF',
      [
        [584, 's'],
        [585, 7],
      ],
    ],
    [
      'FIX.4.4',
      'q',
      [
        [11, 'a'],
        [530, '7'],
        [60, '20261122-09:15:00'],
      ],
    ],
    [
      'FIX.4.4',
      'r',
      [
        [37, 'o'],
        [530, '7'],
        [531, '7'],
      ],
    ],
    [
      'FIX.4.4',
      'g',
      [
        [335, 't'],
        [263, '1'],
      ],
    ],
    [
      'FIX.4.4',
      'h',
      [
        [336, 'NORMAL'],
        [340, 2],
      ],
    ],
    [
      'FIX.4.4',
      'AN',
      [
        [710, 'p'],
        [724, 0],
        [1, 'c'],
        [581, 1],
        [715, '20261122'],
        [60, '20261122-09:15:00'],
      ],
    ],
    [
      'FIX.4.4',
      'AO',
      [
        [721, 'r'],
        [728, 0],
        [729, 0],
        [1, 'c'],
        [581, 1],
      ],
    ],
    [
      'FIX.4.2',
      'D',
      [
        [11, 'a'],
        [21, '1'],
        [55, 'X'],
        [54, '1'],
        [60, '20261122-09:15:00'],
        [40, '2'],
      ],
    ],
    [
      'FIX.4.2',
      'F',
      [
        [41, 'a'],
        [11, 'b'],
        [55, 'X'],
        [54, '1'],
        [60, '20261122-09:15:00'],
      ],
    ],
    [
      'FIX.4.2',
      'j',
      [
        [372, 'D'],
        [380, 3],
      ],
    ],
  ];

  it.each(CASES)('%s %s: each of them is missed', (version, type, body) => {
    expect(faultOf(version, type, body)).toBeUndefined();
    for (const [tag] of body) {
      const without = body.filter((field) => field[0] !== tag);
      expect(faultOf(version, type, without)).toEqual({ reason: REJECT.requiredTagMissing, tag });
    }
  });
});

describe('groups', () => {
  it('of market data begin with the entry type in a snapshot, with the action in an update', () => {
    const snapshot: Field[] = [
      [55, 'X'],
      [268, 2],
      [269, '0'],
      [270, '1.5'],
      [269, '1'],
      [270, '1.6'],
    ];
    const update: Field[] = [
      [268, 2],
      [279, '1'],
      [269, '0'],
      [270, '1.5'],
      [279, '2'],
      [269, '1'],
    ];
    expect(faultOf('FIX.4.4', 'W', snapshot)).toBeUndefined();
    expect(faultOf('FIX.4.4', 'X', update)).toBeUndefined();
    expect(faultOf('FIX.4.4', 'X', [...update, [279, '0']])).toMatchObject({
      reason: REJECT.incorrectGroupCount,
    });
    const decoded = decode(encode('FIX.4.4', [[35, 'X'], ...HEADER, ...update]));
    if (!decoded.ok) throw new Error(decoded.refusal.detail);
    const entries = groupsOf('FIX.4.4', decoded.value, 268);
    expect(entries.map((entry) => [entry.get(279), entry.get(269), entry.get(270)])).toEqual([
      ['1', '0', '1.5'],
      ['2', '1', undefined],
    ]);
  });
});

describe('types', () => {
  it.each<[FixVersion, string, boolean]>([
    ['FIX.4.2', 'q', false],
    ['FIX.4.4', 'q', true],
    ['FIX.4.4', 'AF', true],
    ['FIX.4.2', 'AF', false],
    ['FIX.4.4', 'U1', false],
    ['FIX.4.4', '', false],
  ])('%s knows %s: %s', (version, type, known) => {
    expect(isKnownType(version, type)).toBe(known);
  });

  it('of the session are seven', () => {
    expect('0123456789ABCDEFGj'.split('').filter(isAdminType)).toEqual(['0', '1', '2', '3', '4', '5', 'A']);
  });
});
