import { describe, expect, it } from 'vitest';
import { contract } from '#core/contract.ts';
import type { CallMeta } from '#core/lib/procedure.ts';
import { AccountId } from '#core/model/ids.ts';
import { mayDo, ownsAccount } from './domain-scope.ts';
import { Role } from './port.ts';

/** Every permission of every contract, and who holds it, written by hand: a new one fails until it is decided here. */
const HOLDERS: Readonly<Record<string, readonly Role[]>> = {
  public: ['dealer', 'branch', 'admin'],
  'accounts.import': ['admin'],
  'accounts.read': ['dealer', 'branch', 'admin'],
  'approvals.give': ['dealer', 'branch', 'admin'],
  'approvals.read': ['dealer', 'branch', 'admin'],
  'auth.break-glass': ['admin'],
  'auth.keys': ['dealer', 'branch', 'admin'],
  'auth.own': ['dealer', 'branch', 'admin'],
  'auth.reset': ['admin'],
  'desk.read': ['dealer', 'branch', 'admin'],
  'exchange.read': ['dealer', 'branch', 'admin'],
  'exchange.reset-session': ['admin'],
  'instruments.import': ['admin'],
  'instruments.read': ['dealer', 'branch', 'admin'],
  'mode.declare': ['dealer', 'branch', 'admin'],
  'mode.read': ['dealer', 'branch', 'admin'],
  'orders.cancel-foreign': ['dealer', 'branch'],
  'orders.decide-doubt': ['dealer', 'branch', 'admin'],
  'orders.import': ['admin'],
  'orders.read': ['dealer', 'branch', 'admin'],
  'positions.import': ['admin'],
  'positions.read': ['dealer', 'branch', 'admin'],
  'sessions.own': ['dealer', 'branch', 'admin'],
  'sessions.read-own': ['dealer', 'branch', 'admin'],
  'settings.read': ['admin'],
  'settings.write': ['admin'],
  'square-off.approve': ['dealer', 'branch'],
  'square-off.dry-run': ['dealer', 'branch'],
  'square-off.read': ['dealer', 'branch', 'admin'],
  'square-off.release-hedge': ['dealer', 'branch'],
  'square-off.settle': ['dealer', 'branch'],
  'square-off.steer': ['dealer', 'branch'],
  'sync.hand-back': ['admin'],
  'sync.read': ['dealer', 'branch', 'admin'],
  'sync.read-all': ['admin'],
  'trades.cancel': ['dealer', 'branch'],
  'trades.modify': ['dealer', 'branch'],
  'trades.place': ['dealer', 'branch'],
  'trades.read': ['dealer', 'branch', 'admin'],
  'users.approve': ['admin'],
  'users.import': ['admin'],
  'users.read': ['admin'],
  'users.read-own': ['dealer', 'branch', 'admin'],
  'users.write': ['admin'],
  'users.write-own': ['dealer', 'branch', 'admin'],
};

/** Words of the contracts, wherever in their tree. */
function permissionsOf(calls: object): string[] {
  return Object.values(calls).flatMap((call: object) => {
    const definition = '~orpc' in call ? (call['~orpc'] as { readonly meta: CallMeta }) : null;
    return definition === null ? permissionsOf(call) : [definition.meta.permission];
  });
}

describe('what a role may', () => {
  const stated = new Set(permissionsOf(contract));

  it('is decided for every permission of every contract, and for no other', () => {
    expect(stated.size).toBeGreaterThan(30);
    expect(Object.keys(HOLDERS).toSorted()).toEqual([...stated].toSorted());
  });

  it.each(Object.entries(HOLDERS))('%s: %j', (permission, holders) => {
    expect(Role.options.filter((role) => mayDo(role, permission))).toEqual(holders);
  });

  it.each(['unstated', '', 'read', 'trades', 'trades.*', '*.read.x', 'toString', 'users'])(
    'nobody holds "%s"',
    (permission) => {
      expect(Role.options.filter((role) => role !== 'admin' && mayDo(role, permission))).toEqual([]);
    },
  );
});

describe('whose account it is', () => {
  const dealer = { user: 'asha', role: 'dealer', branch: 'MUM1' } as const;
  const cases: readonly {
    readonly what: string;
    readonly user?: Partial<Parameters<typeof ownsAccount>[0]>;
    readonly branch?: string;
    readonly dealers?: readonly string[];
    readonly owns: boolean;
  }[] = [
    { what: 'of the branch, without dealers', owns: true },
    { what: 'of the branch, with another dealer', dealers: ['ravi'], owns: false },
    { what: 'of the branch, with this dealer among others', dealers: ['ravi', 'asha'], owns: true },
    { what: 'of another branch, with this dealer', branch: 'DEL2', dealers: ['asha'], owns: true },
    { what: 'of another branch, without dealers', branch: 'DEL2', owns: false },
    {
      what: 'named in the profile',
      user: { accounts: [AccountId.parse('C1')] },
      branch: 'DEL2',
      dealers: ['ravi'],
      owns: true,
    },
    {
      what: 'another one is named in the profile',
      user: { accounts: [AccountId.parse('C2')] },
      branch: 'DEL2',
      owns: false,
    },
    { what: 'for the branch, with a dealer', user: { role: 'branch' }, dealers: ['ravi'], owns: true },
    { what: 'for a branch, of another', user: { role: 'branch' }, branch: 'DEL2', owns: false },
    { what: 'of no branch, for a person of none', user: { branch: '' }, branch: '', owns: false },
    {
      what: 'of no branch, for a branch person of none',
      user: { role: 'branch', branch: '' },
      branch: '',
      dealers: ['ravi'],
      owns: false,
    },
  ];
  it.each(cases)('$what: $owns', ({ user, branch = 'MUM1', dealers = [], owns }) => {
    const account = { account: AccountId.parse('C1'), branch, dealers: [...dealers] };
    expect(ownsAccount({ ...dealer, accounts: [], ...user }, account)).toBe(owns);
  });
});
