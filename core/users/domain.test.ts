import { describe, expect, it } from 'vitest';
import { AccountId } from '#core/model/ids.ts';
import {
  decideApproved,
  decideAsked,
  decideChanged,
  decideDisabled,
  decideEnabled,
  decideFirstAdmin,
  decideProfile,
  mayNotSend,
} from './domain.ts';
import { USERS_MAX } from './domain-set.ts';
import { apply, isFirstRun, NOBODY_YET } from './domain-state.ts';
import {
  NOW,
  rights,
  asked,
  disabled,
  enabled,
  told,
  provisioned,
  revoked,
  statusOf,
  outcome,
  OFFICE,
  TWO_ADMINS,
  WITH_SET,
} from '#tests/identity/users-facts.ts';

describe('a desk without persons', () => {
  it('lets the first one in as an admin, and nobody so again', () => {
    expect(isFirstRun(NOBODY_YET)).toBe(true);
    const first = decideFirstAdmin(NOBODY_YET, 'chief', 'The Chief');
    const state = first.ok ? told(...first.value) : NOBODY_YET;
    expect(state.persons.get('chief')?.user).toMatchObject({
      role: 'admin',
      status: 'active',
      name: 'The Chief',
    });
    expect(isFirstRun(state)).toBe(false);
    expect(outcome(decideFirstAdmin(state, 'other', 'Other'))).toBe('not-first-run');
    expect(outcome(decideFirstAdmin(apply(state, disabled('chief')), 'other', 'Other'))).toBe(
      'not-first-run',
    );
  });
});

describe('what may be done to a person', () => {
  const raise = { set: { role: 'admin' }, why: '' } as const;
  const lower = { set: { role: 'dealer' }, why: '' } as const;
  const limit = { set: { limits: { orderNotionalE4: 1, exitNotionalE4: null } }, why: 'new here' } as const;
  const by = ['chief', 'second'];
  const profile = { name: 'New', email: '', mobile: '' };
  const cases: readonly [what: string, () => { readonly ok: boolean }, wanted: string][] = [
    ['a free name is asked for', () => decideAsked(OFFICE, { ...profile, user: 'neha', branch: '' }), 'done'],
    ['a taken name', () => decideAsked(OFFICE, { ...profile, user: 'asha', branch: '' }), 'user-exists'],
    [
      'a disabled one’s name',
      () => decideAsked(OFFICE, { ...profile, user: 'gone', branch: '' }),
      'user-exists',
    ],

    ['one who asked is let in', () => decideApproved(OFFICE, 'ravi', rights('dealer'), by), 'done'],
    ['a stranger is let in', () => decideApproved(OFFICE, 'none', rights('dealer'), by), 'unknown-user'],
    ['one is let in twice', () => decideApproved(OFFICE, 'asha', rights('admin'), by), 'not-asked'],
    ['a disabled one is let in', () => decideApproved(OFFICE, 'gone', rights('dealer'), by), 'not-asked'],
    ['a refused one is let in', () => decideApproved(OFFICE, 'fired', rights('dealer'), by), 'not-asked'],

    ['the own profile', () => decideProfile(OFFICE, 'asha', profile), 'done'],
    ['the profile of a set’s person', () => decideProfile(WITH_SET, 'west-1', profile), 'comes-from-set'],

    ['a dealer is raised', () => decideChanged(OFFICE, 'asha', raise, by, NOW), 'done'],
    ['an admin raises themself', () => decideChanged(OFFICE, 'chief', limit, ['chief'], NOW), 'own-change'],
    ['the checker is the person', () => decideChanged(TWO_ADMINS, 'second', lower, by, NOW), 'own-change'],
    ['the last admin is lowered', () => decideChanged(OFFICE, 'chief', lower, ['other'], NOW), 'last-admin'],
    [
      'one of two admins is lowered',
      () => decideChanged(TWO_ADMINS, 'second', lower, ['chief'], NOW),
      'done',
    ],
    ['one who asked is changed', () => decideChanged(OFFICE, 'ravi', limit, by, NOW), 'still-asked'],
    ['a stranger is changed', () => decideChanged(OFFICE, 'none', limit, by, NOW), 'unknown-user'],
    ['a set’s person is changed', () => decideChanged(WITH_SET, 'west-1', limit, by, NOW), 'comes-from-set'],

    ['a dealer is disabled', () => decideDisabled(OFFICE, 'asha', 'why', by, NOW), 'done'],
    ['one who asked is refused', () => decideDisabled(OFFICE, 'ravi', 'why', by, NOW), 'done'],
    ['a set’s person is disabled', () => decideDisabled(WITH_SET, 'west-1', 'why', by, NOW), 'done'],
    ['the last admin is disabled', () => decideDisabled(OFFICE, 'chief', 'why', by, NOW), 'last-admin'],
    ['one of two admins is', () => decideDisabled(TWO_ADMINS, 'chief', 'why', by, NOW), 'done'],
    ['a disabled one is', () => decideDisabled(OFFICE, 'gone', 'why', by, NOW), 'already-disabled'],
    ['a stranger is', () => decideDisabled(OFFICE, 'none', 'why', by, NOW), 'unknown-user'],

    ['a disabled one is enabled', () => decideEnabled(OFFICE, 'gone', 'why', by), 'done'],
    ['an active one is', () => decideEnabled(OFFICE, 'asha', 'why', by), 'not-disabled'],
    ['one enables themself', () => decideEnabled(OFFICE, 'gone', 'why', ['chief', 'gone']), 'own-change'],
    ['a revoked one', () => decideEnabled(revoked(OFFICE, 1, ['asha']), 'asha', 'why', by), 'revoked'],
    [
      'one whom the set left out',
      () => decideEnabled(provisioned(WITH_SET, 2, ['west-2']), 'west-1', 'why', by),
      'comes-from-set',
    ],
  ];
  it.each(cases)('%s', (_what, decide, wanted) => {
    expect(outcome(decide())).toBe(wanted);
  });

  it('is bounded', () => {
    const many = Array.from({ length: USERS_MAX }, (_, n) => asked(`user${n}`));
    expect(outcome(decideAsked(told(...many), { ...profile, user: 'more', branch: '' }))).toBe(
      'too-many-users',
    );
    expect(outcome(decideAsked(told(...many.slice(1)), { ...profile, user: 'more', branch: '' }))).toBe(
      'done',
    );
  });

  it('keeps maker and checker in the fact', () => {
    expect(decideApproved(OFFICE, 'ravi', rights('dealer'), by)).toMatchObject({ value: { by } });
    expect(decideChanged(OFFICE, 'asha', limit, by, NOW)).toMatchObject({ value: { by, why: 'new here' } });
  });

  it('one who was never let in waits again after they are enabled', () => {
    expect([statusOf(OFFICE, 'fired'), statusOf(apply(OFFICE, enabled('fired')), 'fired')]).toEqual([
      'disabled',
      'asked',
    ]);
    expect(statusOf(apply(OFFICE, enabled('gone')), 'gone')).toBe('active');
  });
});

describe('the registration at an exchange', () => {
  const id = (exchange: 'NSE' | 'BSE', certificateUntil: string) => ({
    exchange,
    id: '123456789012345',
    location: 'MUM',
    certificateUntil,
  });
  const state = apply(OFFICE, {
    kind: 'user-changed',
    v: 1,
    user: 'asha',
    set: { exchangeUsers: [id('NSE', '2026-11-23'), id('BSE', '2026-01-01'), id('BSE', '2027-01-01')] },
    by: ['chief'],
    why: '',
  });
  it.each([
    ['asha', 'NSE', '2026-11-22', null],
    ['asha', 'NSE', '2026-11-23', null],
    ['asha', 'NSE', '2026-11-24', 'exchange-id-lapsed'],
    ['asha', 'BSE', '2026-11-24', null],
    ['asha', 'MCX', '2026-11-22', 'exchange-id-missing'],
    ['chief', 'NSE', '2026-11-22', 'exchange-id-missing'],
    ['nobody', 'NSE', '2026-11-22', 'unknown-user'],
  ] as const)('%s at %s on %s: %s', (user, exchange, date, wanted) => {
    expect(mayNotSend(state, user, exchange, date)?.reason ?? null).toBe(wanted);
  });
});

it('keeps the accounts that an approval gave', () => {
  const accounts = [AccountId.parse('C1'), AccountId.parse('C2')];
  const decided = decideApproved(OFFICE, 'ravi', { ...rights('branch'), accounts }, ['chief']);
  const state = decided.ok ? apply(OFFICE, decided.value) : OFFICE;
  expect(state.persons.get('ravi')?.user).toMatchObject({
    accounts,
    role: 'branch',
    branch: 'MUM1',
    status: 'active',
  });
});
