import { describe, expect, it } from 'vitest';
import { decideDisabled, decideEnabled } from './domain.ts';
import { decideRevocations, decideSet, SETS_MAX } from './domain-provision.ts';
import { UserSet } from './domain-set.ts';
import { adminCount, apply, isActive } from './domain-state.ts';
import type { UsersState } from './domain-state.ts';
import {
  NOW,
  DAY,
  DESK,
  disabled,
  enabled,
  setFile,
  revocations,
  provisioned,
  revoked,
  statusOf,
  outcome,
  OFFICE,
  WITH_SET,
} from '#tests/identity/users-facts.ts';

describe('a user set', () => {
  const ADMIN_OF_SET = provisioned(OFFICE, 1, [['west-1', 'admin'], 'west-2']);
  const LED_BY_SET = apply(ADMIN_OF_SET, disabled('chief'));
  const cases: readonly [what: string, UsersState, ReturnType<typeof setFile>, wanted: string | null][] = [
    ['the first', OFFICE, setFile(1, ['west-1']), 'in'],
    ['a newer one', WITH_SET, setFile(2, ['west-1']), 'in'],
    ['the same', WITH_SET, setFile(1, ['west-1', 'west-2']), 'repeated'],
    [
      'other words under the same number',
      WITH_SET,
      { ...setFile(1, ['west-1']), sha256: 'f'.repeat(64) },
      'set-too-old',
    ],
    ['an older one', provisioned(WITH_SET, 5, ['west-1']), setFile(4, ['west-1']), 'set-too-old'],
    ['of another group', OFFICE, setFile(1, ['west-1'], { group: 'east' }), 'set-of-another-desk'],
    ['for this one desk', OFFICE, setFile(1, ['west-1'], { group: 'D1' }), 'in'],
    ['over', OFFICE, setFile(1, ['west-1'], { validUntilMs: NOW }), 'set-expired'],
    ['valid for one more millisecond', OFFICE, setFile(1, ['west-1'], { validUntilMs: NOW + 1 }), 'in'],
    ['names a person of the desk', OFFICE, setFile(1, ['asha']), 'user-exists'],
    ['names one who asked here', OFFICE, setFile(1, ['ravi']), 'user-exists'],
    ['names another set’s person', WITH_SET, setFile(1, ['west-1'], { set: 'b' }), 'user-exists'],
    [
      'names whom another set gave up',
      provisioned(WITH_SET, 2, ['west-2']),
      setFile(1, ['west-1'], { set: 'b' }),
      'in',
    ],
    ['leaves out the last admin', LED_BY_SET, setFile(2, ['west-2']), 'last-admin'],
    ['keeps the last admin', LED_BY_SET, setFile(2, [['west-1', 'admin']]), 'in'],
  ];
  it.each(cases)('%s', (_what, state, file, wanted) => {
    const decided = decideSet(state, file, DESK, NOW);
    expect(decided.ok ? (decided.value === null ? 'repeated' : 'in') : decided.refusal.reason).toBe(wanted);
  });

  it('is taken by no desk without a group, and by a bounded number of names', () => {
    const alone = { desk: 'D1', group: '' };
    expect(outcome(decideSet(OFFICE, setFile(1, ['west-1']), alone, NOW))).toBe('set-of-another-desk');
    let state = OFFICE;
    for (let n = 0; n < SETS_MAX; n++) state = provisioned(state, 1, [`user-${n}`], { set: `s${n}` });
    expect(outcome(decideSet(state, setFile(1, ['more'], { set: 'more' }), DESK, NOW))).toBe('too-many-sets');
    expect(outcome(decideSet(state, setFile(2, ['user-0'], { set: 's0' }), DESK, NOW))).toBe('done');
  });

  it('says who there is: who is left out is disabled, who comes back works again', () => {
    const left = provisioned(WITH_SET, 2, ['west-2', 'west-3']);
    expect(['west-1', 'west-2', 'west-3', 'asha'].map((user) => statusOf(left, user))).toEqual([
      'disabled',
      'active',
      'active',
      'active',
    ]);
    expect(statusOf(provisioned(left, 3, ['west-1']), 'west-1')).toBe('active');
  });

  it('does not bring back whom this desk or a revocation list stopped', () => {
    const stopped = provisioned(apply(WITH_SET, disabled('west-1')), 2, ['west-1', 'west-2']);
    expect(statusOf(stopped, 'west-1')).toBe('disabled');
    expect(statusOf(apply(stopped, enabled('west-1')), 'west-1')).toBe('active');
    const listed = provisioned(revoked(OFFICE, 1, ['west-1']), 1, ['west-1', 'west-2']);
    expect([statusOf(listed, 'west-1'), statusOf(listed, 'west-2')]).toEqual(['disabled', 'active']);
  });

  it('works up to its end, and so do its admins', () => {
    const until = NOW + 30 * DAY;
    const user = ADMIN_OF_SET.persons.get('west-1')?.user;
    expect(user && [isActive(user, until - 1), isActive(user, until)]).toEqual([true, false]);
    expect([adminCount(ADMIN_OF_SET, until - 1), adminCount(ADMIN_OF_SET, until)]).toEqual([2, 1]);
    expect(outcome(decideDisabled(ADMIN_OF_SET, 'chief', 'why', ['x'], until - 1))).toBe('done');
    expect(outcome(decideDisabled(ADMIN_OF_SET, 'chief', 'why', ['x'], until))).toBe('last-admin');
  });

  it.each([
    [
      'a person twice',
      { users: [...setFile(1, ['west-1', 'west-1x']).file.users, ...setFile(1, ['west-1']).file.users] },
    ],
    ['valid for years', { validUntilMs: NOW + 401 * DAY }],
    ['over before it begins', { validUntilMs: NOW - 2 * DAY }],
    ['a word too many', { also: 1 }],
    ['nobody in it', { users: [] }],
    [
      'the sealed credential as a person',
      { users: setFile(1, ['west-1']).file.users.map((one) => ({ ...one, user: 'break-glass' })) },
    ],
  ])('with %s can not be read', (_what, more) => {
    expect(UserSet.safeParse({ ...setFile(1, ['west-1']).file, ...more }).success).toBe(false);
  });
});

describe('a revocation list', () => {
  it('stops persons of the desk and of sets, the last admin too, until an admin enables them again', () => {
    const state = revoked(WITH_SET, 1, ['west-1', 'asha', 'chief', 'nobody-here']);
    expect(['west-1', 'west-2', 'asha', 'chief'].map((user) => statusOf(state, user))).toEqual([
      'disabled',
      'active',
      'disabled',
      'disabled',
    ]);
    const newer = revoked(state, 2, ['chief']);
    expect(statusOf(newer, 'asha')).toBe('disabled');
    expect(outcome(decideEnabled(newer, 'asha', 'why', ['x']))).toBe('done');
    expect(outcome(decideEnabled(newer, 'chief', 'why', ['x']))).toBe('revoked');
  });

  it.each([
    ['newer', revocations(2, []), 'done'],
    ['the same', revocations(1, ['asha']), 'done'],
    ['older words under the same number', { ...revocations(1, []), sha256: 'f'.repeat(64) }, 'set-too-old'],
    ['for others', revocations(2, [], { group: 'east' }), 'set-of-another-desk'],
  ])('that is %s', (_what, list, wanted) => {
    expect(outcome(decideRevocations(revoked(OFFICE, 1, ['asha']), list, DESK))).toBe(wanted);
  });
});
