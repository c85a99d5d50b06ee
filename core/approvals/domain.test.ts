import { describe, expect, it } from 'vitest';
import type { Action } from '#core/lib/procedure.ts';
import type { Role, User } from '#core/users/port.ts';
import { refusedMove, stateOf, TABLE } from './domain.ts';
import type { Approval, Move, State } from './domain.ts';
import { GIVERS, mayGive } from './domain-givers.ts';

const STATES: readonly State[] = ['waiting', 'given', 'refused', 'spent', 'expired'];

/** The same table in words of its own, so that a changed cell is a decision. */
const WANTED: readonly [
  Move,
  waiting: string,
  given: string,
  refused: string,
  spent: string,
  expired: string,
][] = [
  ['give', 'given', 'given', 'approval-refused', 'approval-spent', 'approval-expired'],
  ['refuse', 'refused', 'refused', 'approval-refused', 'approval-spent', 'approval-expired'],
  ['spend', 'second-person-needed', 'spent', 'approval-refused', 'approval-spent', 'approval-expired'],
  ['time-up', 'expired', 'expired', 'stays', 'stays', 'stays'],
];

function approvalIn(state: State): Approval {
  return {
    approval: 'a1',
    action: 'exit',
    call: 'squareOff.start',
    subject: '0'.repeat(64),
    asking: '1'.repeat(64),
    text: 'exit all of branch B1',
    by: 'asha',
    person: 'asha',
    branch: 'B1',
    needs: 'two',
    askedAtMs: 0,
    expiresAtMs: 1_000,
    given: [],
    state: state === 'expired' ? 'waiting' : state,
  };
}

/** The table with its cells as words. */
const CELLS: Readonly<Record<State, Readonly<Record<Move, string>>>> = TABLE;

describe('states of an approval', () => {
  it.each(WANTED)('%s: waiting %s, given %s, refused %s, spent %s, expired %s', (move, ...wanted) => {
    expect(STATES.map((state) => CELLS[state][move])).toEqual(wanted);
  });

  it('has no move outside the walk', () => {
    const moves = WANTED.map(([move]) => move);
    expect(Object.keys(TABLE)).toEqual(STATES);
    expect(STATES.map((state) => Object.keys(TABLE[state]))).toEqual(STATES.map(() => moves));
  });

  it.each(STATES)('%s: a refused move is refused by the table’s name', (state) => {
    const nowMs = state === 'expired' ? 1_000 : 999;
    for (const move of ['give', 'refuse', 'spend'] as const) {
      const cell = CELLS[state][move];
      const refused = refusedMove(approvalIn(state), move, nowMs);
      expect(refused === null ? 'goes' : refused.refusal.reason).toBe(
        STATES.includes(cell as State) ? 'goes' : cell,
      );
    }
  });

  it.each([
    ['waiting', 'expired'],
    ['given', 'expired'],
    ['refused', 'refused'],
    ['spent', 'spent'],
  ] as const)('%s is %s when its time is up', (state, after) => {
    expect([stateOf(approvalIn(state), 999), stateOf(approvalIn(state), 1_000)]).toEqual([state, after]);
  });
});

function person(role: Role, branch: string): User {
  return {
    user: 'someone',
    name: 'Someone',
    email: '',
    mobile: '',
    role,
    branch,
    accounts: [],
    limits: { orderNotionalE4: null, exitNotionalE4: null },
    exchangeUsers: [],
    status: 'active',
    source: { kind: 'desk' },
  };
}

describe('who may be the second person', () => {
  const ALL = ['approvals.give', 'mode.declare', 'orders.decide-doubt'];
  const rows: readonly (readonly [Action, dealer: string, branch: string, other: string, admin: string])[] = [
    ['exit', 'may', 'may', 'no', 'may'],
    ['mode', 'may', 'may', 'may', 'may'],
    ['doubt', 'may', 'may', 'may', 'may'],
    ['gateway', 'no', 'no', 'no', 'may'],
    ['policy', 'no', 'no', 'no', 'may'],
    ['limits', 'no', 'no', 'no', 'may'],
    ['calendar', 'no', 'no', 'no', 'may'],
    ['users', 'no', 'no', 'no', 'may'],
    ['break-glass', 'no', 'no', 'no', 'may'],
  ];
  const people = [
    person('dealer', 'B1'),
    person('branch', 'B1'),
    person('dealer', 'B2'),
    person('admin', 'HO'),
  ];

  it.each(rows)(
    '%s of branch B1: dealer there %s, branch %s, dealer elsewhere %s, admin %s',
    (action, ...wanted) => {
      const asked = { action, branch: 'B1' };
      const got = people.map((one) =>
        mayGive(one, asked, (_user, name) => ALL.includes(name)) ? 'may' : 'no',
      );
      expect(got).toEqual(wanted);
    },
  );

  it('has a row for each action', () => {
    expect(Object.keys(GIVERS)).toEqual(rows.map(([action]) => action));
  });

  it.each([
    ['exit', 'approvals.give'],
    ['mode', 'approvals.give'],
    ['mode', 'mode.declare'],
    ['doubt', 'orders.decide-doubt'],
    ['users', 'approvals.give'],
  ] as const)('%s is not given without %s', (action, missing) => {
    const may = (_user: User, name: string): boolean => ALL.includes(name) && name !== missing;
    expect(mayGive(person('admin', 'HO'), { action, branch: 'B1' }, may)).toBe(false);
  });
});
