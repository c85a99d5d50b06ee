import { decideRevocations, decideSet } from '#core/users/domain-provision.ts';
import { RevocationList, UserSet } from '#core/users/domain-set.ts';
import { apply, NOBODY_YET } from '#core/users/domain-state.ts';
import type { Rights, UsersState } from '#core/users/domain-state.ts';
import type { UserFact } from '#core/users/events.ts';
import type { Role } from '#core/users/port.ts';

/* Persons of a desk as facts make them, for the tests of the rules about them. */

export const NOW = 1_795_000_000_000;
export const DAY = 86_400_000;
export const DESK = { desk: 'D1', group: 'west' };
const NO_LIMITS = { orderNotionalE4: null, exitNotionalE4: null };
export const rights = (role: Role): Rights => ({
  role,
  branch: 'MUM1',
  accounts: [],
  limits: NO_LIMITS,
  exchangeUsers: [],
});

export const asked = (user: string): UserFact => ({
  kind: 'user-asked',
  v: 1,
  user,
  name: user,
  email: '',
  mobile: '',
  branch: 'MUM1',
});
const approved = (user: string, role: Role = 'dealer'): UserFact => ({
  kind: 'user-approved',
  v: 1,
  user,
  ...rights(role),
  by: ['chief'],
});
export const disabled = (user: string): UserFact => ({
  kind: 'user-disabled',
  v: 1,
  user,
  by: ['chief'],
  why: 'left us',
});
export const enabled = (user: string): UserFact => ({
  kind: 'user-enabled',
  v: 1,
  user,
  by: ['chief'],
  why: 'came back',
});

export function setFile(
  issue: number,
  users: readonly (string | readonly [string, Role])[],
  more: object = {},
) {
  const persons = users.map((one) => {
    const [user, role] = typeof one === 'string' ? ([one, 'dealer'] as const) : one;
    return { user, name: user, email: '', mobile: '', ...rights(role), enrolmentCodeHash: null };
  });
  const file = UserSet.parse({
    kind: 'lifeboat-user-set',
    v: 1,
    set: 'west-staff',
    group: 'west',
    issue,
    issuedAtMs: NOW - DAY,
    validUntilMs: NOW + 30 * DAY,
    users: persons,
    ...more,
  });
  return { file, sha256: `${issue}`.padStart(64, '0'), by: 'chief' };
}
export function revocations(issue: number, users: readonly string[], more: object = {}) {
  const list = {
    kind: 'lifeboat-revocations',
    v: 1,
    set: 'left',
    group: 'west',
    issue,
    issuedAtMs: NOW,
    users,
  };
  return {
    file: RevocationList.parse({ ...list, ...more }),
    sha256: `${issue}`.padStart(64, '0'),
    by: 'chief',
  };
}

export function told(...facts: readonly UserFact[]): UsersState {
  return facts.reduce(apply, NOBODY_YET);
}
export function provisioned(state: UsersState, ...set: Parameters<typeof setFile>): UsersState {
  const decided = decideSet(state, setFile(...set), DESK, NOW);
  if (!decided.ok || decided.value === null)
    throw new Error(`the set was refused: ${JSON.stringify(decided)}`);
  return apply(state, decided.value);
}
export function revoked(state: UsersState, ...list: Parameters<typeof revocations>): UsersState {
  const decided = decideRevocations(state, revocations(...list), DESK);
  if (!decided.ok || decided.value === null) throw new Error('the list was refused');
  return apply(state, decided.value);
}
export const statusOf = (state: UsersState, user: string) => state.persons.get(user)?.user.status;
export const outcome = (decided: {
  readonly ok: boolean;
  readonly refusal?: { readonly reason: string };
}): string => decided.refusal?.reason ?? 'done';

/** chief: the only admin. asha: dealer. ravi: asked. gone: disabled. fired: asked, and refused. */
export const OFFICE = told(
  asked('chief'),
  approved('chief', 'admin'),
  asked('asha'),
  approved('asha'),
  asked('ravi'),
  asked('gone'),
  approved('gone'),
  disabled('gone'),
  asked('fired'),
  disabled('fired'),
);
export const TWO_ADMINS = [asked('second'), approved('second', 'admin')].reduce(apply, OFFICE);
export const WITH_SET = provisioned(OFFICE, 1, ['west-1', 'west-2']);
