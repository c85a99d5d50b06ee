import type { Account } from '#core/accounts/port.ts';
import type { Role, User } from './port.ts';

/** A permission as contracts state it, all of a service (`users.*`), or one verb of every service (`*.read`). */
type Pattern = `${string}.${string}` | 'public';

/** What a person may about themself, whatever the role. */
const OWN: readonly Pattern[] = [
  'public',
  'auth.own',
  'auth.keys',
  'sessions.own',
  'sessions.read-own',
  'users.read-own',
  'users.write-own',
];

/** The book and its exits. Dealers and branches have the same rights over different accounts. */
const TRADING: readonly Pattern[] = [
  ...OWN,
  'accounts.read',
  'approvals.give',
  'approvals.read',
  'desk.read',
  'exchange.read',
  'instruments.read',
  'mode.declare',
  'mode.read',
  'orders.cancel-foreign',
  'orders.decide-doubt',
  'orders.read',
  'positions.read',
  'square-off.approve',
  'square-off.dry-run',
  'square-off.read',
  'square-off.release-hedge',
  'square-off.settle',
  'square-off.steer',
  'sync.read',
  'trades.cancel',
  'trades.modify',
  'trades.place',
  'trades.read',
];

/** Runs the desk, reads everything, trades nothing: who makes users must not move positions. */
const ADMIN: readonly Pattern[] = [
  'public',
  '*.read',
  '*.import',
  'approvals.*',
  'auth.*',
  'sessions.*',
  'settings.*',
  'sync.*',
  'users.*',
  'exchange.reset-session',
  'mode.declare',
  'orders.decide-doubt',
];

/** The one place that says what a role may. What is not here is refused. */
const PERMISSIONS: Readonly<Record<Role, readonly Pattern[]>> = {
  dealer: TRADING,
  branch: TRADING,
  admin: ADMIN,
};

/** Whether a role holds a permission; over which accounts is another question (`ownsAccount`). */
export function mayDo(role: Role, permission: string): boolean {
  const [service = '', verb] = permission.split('.');
  const patterns: readonly string[] = PERMISSIONS[role];
  if (patterns.includes(permission)) return true;
  return verb !== undefined && (patterns.includes(`${service}.*`) || patterns.includes(`*.${verb}`));
}

/**
 * Whether a client's account is this person's to see and touch: it is named in the profile, or names the person among
 * its dealers, or lies in the person's branch and has no dealers of its own (for the role `branch` also when it has).
 * Disabled or lapsed persons have none, but that is `UsersPort.active`'s to say.
 */
export function ownsAccount(
  user: Pick<User, 'user' | 'role' | 'branch' | 'accounts'>,
  account: Pick<Account, 'account' | 'branch' | 'dealers'>,
): boolean {
  if (account.dealers.includes(user.user)) return true;
  const ofBranch = user.branch !== '' && account.branch === user.branch;
  if (ofBranch && (account.dealers.length === 0 || user.role === 'branch')) return true;
  return namedAccounts(user.accounts).has(account.account);
}

/** Thousands of accounts are asked about in one list, so each profile's own names are hashed once. */
const hashed = new WeakMap<readonly string[], ReadonlySet<string>>();

function namedAccounts(accounts: readonly string[]): ReadonlySet<string> {
  const known = hashed.get(accounts);
  if (known !== undefined) return known;
  const names = new Set(accounts);
  hashed.set(accounts, names);
  return names;
}
