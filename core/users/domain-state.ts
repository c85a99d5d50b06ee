import type { Fact } from '#core/events.ts';
import type { UserAsked, UserFact, UsersProvisioned, UsersRevoked } from './events.ts';
import type { User } from './port.ts';

/** A person and why their status is what it is. */
export interface Person {
  readonly user: User;
  readonly approved: boolean;
  /** Disabled here or by a revocation list. Only an admin takes it back, a newer set does not. */
  readonly stopped: boolean;
  /** In the newest issue of their set; a person of the desk always is. */
  readonly listed: boolean;
}

interface Issue {
  readonly issue: number;
  readonly sha256: string;
}

export interface UsersState {
  readonly persons: ReadonlyMap<string, Person>;
  /** The newest issue of each user set, by its name. */
  readonly sets: ReadonlyMap<string, Issue & { readonly validUntilMs: number }>;
  /** The newest issue of each revocation list, by its name. */
  readonly revocations: ReadonlyMap<string, Issue & { readonly users: ReadonlySet<string> }>;
}

export const NOBODY_YET: UsersState = { persons: new Map(), sets: new Map(), revocations: new Map() };

export type Rights = Pick<User, 'role' | 'branch' | 'accounts' | 'limits' | 'exchangeUsers'>;

/** Nobody was ever let in: whoever holds the setup code becomes the first admin. */
export function isFirstRun(state: UsersState): boolean {
  return [...state.persons.values()].every((one) => !one.approved);
}

/** May sign in and work at this moment. A user set is valid up to its end, not at it. */
export function isActive(user: User, nowMs: number): boolean {
  if (user.status !== 'active') return false;
  return user.source.kind === 'desk' || nowMs < user.source.validUntilMs;
}

export function adminCount(state: UsersState, nowMs: number): number {
  let count = 0;
  for (const { user } of state.persons.values()) {
    if (user.role === 'admin' && isActive(user, nowMs)) count++;
  }
  return count;
}

/**
 * Whether this desk ever had a second admin who was let in: from then on what only admins do takes two, also when one
 * of them was disabled meanwhile. Else one admin could send the other away and be alone with it.
 */
export function hadTwoAdmins(state: UsersState): boolean {
  let count = 0;
  for (const { user } of state.persons.values())
    if (user.role === 'admin' && user.status !== 'asked') count++;
  return count > 1;
}

export function isRevoked(state: UsersState, user: string): boolean {
  return [...state.revocations.values()].some((list) => list.users.has(user));
}

/** Memory of the log. */
export function apply(state: UsersState, fact: Fact): UsersState {
  return isOurs(fact) ? applyOurs(state, fact) : state;
}

const OURS: ReadonlySet<string> = new Set<UserFact['kind']>([
  'user-asked',
  'user-approved',
  'user-changed',
  'user-disabled',
  'user-enabled',
  'users-provisioned',
  'users-revoked',
  'user-claimed',
]);

function isOurs(fact: Fact): fact is UserFact {
  return OURS.has(fact.kind);
}

function applyOurs(state: UsersState, fact: UserFact): UsersState {
  switch (fact.kind) {
    case 'user-asked':
      return withPerson(state, asking(fact, isRevoked(state, fact.user)));
    case 'user-approved': {
      const { role, branch, limits, accounts, exchangeUsers } = fact;
      const rights = { role, branch, limits, accounts: [...accounts], exchangeUsers: [...exchangeUsers] };
      return changed(state, fact.user, (one) => ({
        ...one,
        approved: true,
        user: { ...one.user, ...rights },
      }));
    }
    case 'user-changed':
      return changed(state, fact.user, (one) => ({ ...one, user: { ...one.user, ...fact.set } }));
    case 'user-disabled':
      return changed(state, fact.user, (one) => ({ ...one, stopped: true }));
    case 'user-enabled':
      return changed(state, fact.user, (one) => ({ ...one, stopped: false }));
    case 'users-provisioned':
      return provisioned(state, fact);
    case 'users-revoked':
      return revoked(state, fact);
    // The password is authentication's; nothing of the person is new.
    case 'user-claimed':
      return state;
  }
}

function asking({ user, name, email, mobile, branch }: UserAsked, stopped: boolean): Person {
  const rights: Rights = {
    role: 'dealer',
    branch,
    accounts: [],
    limits: { orderNotionalE4: null, exitNotionalE4: null },
    exchangeUsers: [],
  };
  const who = { user, name, email, mobile, status: 'asked', source: { kind: 'desk' } } as const;
  return { user: { ...who, ...rights }, approved: false, stopped, listed: true };
}

function provisioned(state: UsersState, fact: UsersProvisioned): UsersState {
  const { set, issue, sha256, validUntilMs, users } = fact;
  const persons = new Map(state.persons);
  for (const [name, one] of persons) {
    if (one.user.source.kind === 'set' && one.user.source.set === set)
      persons.set(name, settled({ ...one, listed: false }));
  }
  const source = { kind: 'set', set, validUntilMs } as const;
  for (const user of users) {
    const stopped = persons.get(user.user)?.stopped ?? isRevoked(state, user.user);
    const person: Person = {
      user: { ...user, status: 'active', source },
      approved: true,
      stopped,
      listed: true,
    };
    persons.set(user.user, settled(person));
  }
  return { ...state, persons, sets: new Map(state.sets).set(set, { issue, sha256, validUntilMs }) };
}

function revoked(state: UsersState, { set, issue, sha256, users }: UsersRevoked): UsersState {
  const persons = new Map(state.persons);
  for (const name of users) {
    const one = persons.get(name);
    if (one !== undefined) persons.set(name, settled({ ...one, stopped: true }));
  }
  const revocations = new Map(state.revocations).set(set, { issue, sha256, users: new Set(users) });
  return { ...state, persons, revocations };
}

function changed(state: UsersState, user: string, change: (one: Person) => Person): UsersState {
  const one = state.persons.get(user);
  return one === undefined ? state : withPerson(state, change(one));
}

function withPerson(state: UsersState, person: Person): UsersState {
  return { ...state, persons: new Map(state.persons).set(person.user.user, settled(person)) };
}

/** The status follows from what is known. */
function settled(person: Person): Person {
  const { approved, stopped, listed } = person;
  const status = stopped || !listed ? 'disabled' : approved ? 'active' : 'asked';
  return { ...person, user: { ...person.user, status } };
}
