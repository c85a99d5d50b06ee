import type { Action } from '#core/lib/procedure.ts';
import type { Role, User } from '#core/users/port.ts';
import type { ApprovalMethod } from './events.ts';
import type { Requirement } from './port.ts';

const GIVE_PERMISSION = 'approvals.give';

interface Rule {
  readonly roles: readonly Role[];
  /** A dealer or a branch's own staff must be of the branch that asks; an admin is of all. */
  readonly sameBranch: boolean;
  /** What the second person must be allowed to do beside giving approvals; null: the role says enough. */
  readonly permission: string | null;
}

const ANYBODY: readonly Role[] = ['dealer', 'branch', 'admin'];
const ADMINS: Rule = { roles: ['admin'], sameBranch: false, permission: null };

/** Who may be the second person, per action. */
export const GIVERS: Readonly<Record<Action, Rule>> = {
  exit: { roles: ANYBODY, sameBranch: true, permission: null },
  mode: { roles: ANYBODY, sameBranch: false, permission: 'mode.declare' },
  doubt: { roles: ANYBODY, sameBranch: false, permission: 'orders.decide-doubt' },
  gateway: ADMINS,
  policy: ADMINS,
  limits: ADMINS,
  calendar: ADMINS,
  users: ADMINS,
  'break-glass': ADMINS,
};

/** What satisfies a requirement: a person cannot stand in for headquarters, nor headquarters for a person. */
const METHODS: Readonly<Record<Requirement, readonly ApprovalMethod[]>> = {
  one: [],
  two: ['session', 'same-screen'],
  'remote-signature': ['remote-signature'],
  'telephone-code': ['telephone-code'],
};

export function satisfies(needs: Requirement, how: ApprovalMethod): boolean {
  return METHODS[needs].includes(how);
}

/** May this active person be the second one for that? Whether they are the one who asks is another question. */
export function mayGive(
  user: User,
  asked: { readonly action: Action; readonly branch: string },
  may: (user: User, permission: string) => boolean,
): boolean {
  const rule = GIVERS[asked.action];
  if (!may(user, GIVE_PERMISSION) || !rule.roles.includes(user.role)) return false;
  if (rule.permission !== null && !may(user, rule.permission)) return false;
  return !rule.sameBranch || user.role === 'admin' || user.branch === asked.branch;
}
