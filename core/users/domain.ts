import type { Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Exchange } from '#core/model/instrument.ts';
import { USERS_MAX } from './domain-set.ts';
import { adminCount, apply, isFirstRun, isRevoked } from './domain-state.ts';
import type { Rights, UsersState } from './domain-state.ts';
import type { UserApproved, UserAsked, UserChanged, UserDisabled, UserEnabled } from './events.ts';
import { isReservedName } from './port.ts';
import type { User, UserRefusal } from './port.ts';

type Decided<What extends Fact> = Result<What, UserRefusal>;

/** Names are for ever: also a disabled person's is not given again. */
export function decideAsked(state: UsersState, asked: Omit<UserAsked, 'kind' | 'v'>): Decided<UserAsked> {
  if (state.persons.has(asked.user) || isReservedName(asked.user)) {
    return no('user-exists', `The name ${asked.user} is taken.`);
  }
  if (state.persons.size >= USERS_MAX) return no('too-many-users', `This desk has ${USERS_MAX} persons.`);
  return ok({ kind: 'user-asked', v: 1, ...asked });
}

/** The first person of a desk lets themself in as an admin. Refused for ever after. */
export function decideFirstAdmin(
  state: UsersState,
  user: string,
  name: string,
): Result<readonly [UserAsked, UserApproved], UserRefusal> {
  if (!isFirstRun(state)) return no('not-first-run', 'This desk has persons already.');
  const asked = decideAsked(state, { user, name, email: '', mobile: '', branch: '' });
  if (!asked.ok) return asked;
  const limits = { orderNotionalE4: null, exitNotionalE4: null };
  const rights = { role: 'admin', branch: '', accounts: [], limits, exchangeUsers: [] } as const;
  return ok([asked.value, { kind: 'user-approved', v: 1, user, ...rights, by: [user] }]);
}

export function decideApproved(
  state: UsersState,
  user: string,
  rights: Rights,
  by: readonly string[],
): Decided<UserApproved> {
  const person = state.persons.get(user);
  if (person === undefined) return unknown(user);
  if (person.user.status !== 'asked')
    return no('not-asked', `${user} is ${person.user.status}, not waiting to be let in.`);
  return ok({ kind: 'user-approved', v: 1, user, ...rights, by });
}

/** The own profile; that it is the person was proved before. */
export function decideProfile(
  state: UsersState,
  user: string,
  set: Pick<User, 'name' | 'email' | 'mobile'>,
): Decided<UserChanged> {
  const person = state.persons.get(user);
  if (person === undefined) return unknown(user);
  if (person.user.source.kind === 'set') return fromSet(user);
  return ok({ kind: 'user-changed', v: 1, user, set, by: [user], why: '' });
}

/** Rights or limits of another person. Neither maker nor checker may be the person. */
export function decideChanged(
  state: UsersState,
  user: string,
  change: Pick<UserChanged, 'set' | 'why'>,
  by: readonly string[],
  nowMs: number,
): Decided<UserChanged> {
  const person = state.persons.get(user);
  if (person === undefined) return unknown(user);
  if (person.user.source.kind === 'set') return fromSet(user);
  if (by.includes(user)) return ownChange(user);
  if (!person.approved) return no('still-asked', `${user} was never let in: approve first.`);
  return unlessLastAdmin(state, { kind: 'user-changed', v: 1, user, ...change, by }, nowMs);
}

/** Also one who only asked, and one of a set: stopping is always ours to do. */
export function decideDisabled(
  state: UsersState,
  user: string,
  why: string,
  by: readonly string[],
  nowMs: number,
): Decided<UserDisabled> {
  const person = state.persons.get(user);
  if (person === undefined) return unknown(user);
  // One whom a set left out may still be stopped here, so that no later issue brings them back.
  if (person.stopped) return no('already-disabled', `${user} is disabled already.`);
  return unlessLastAdmin(state, { kind: 'user-disabled', v: 1, user, by, why }, nowMs);
}

/** One who only asked waits to be let in again afterwards. */
export function decideEnabled(
  state: UsersState,
  user: string,
  why: string,
  by: readonly string[],
): Decided<UserEnabled> {
  const person = state.persons.get(user);
  if (person === undefined) return unknown(user);
  if (person.user.status !== 'disabled') return no('not-disabled', `${user} is ${person.user.status}.`);
  if (by.includes(user)) return ownChange(user);
  if (isRevoked(state, user))
    return no('revoked', `${user} is revoked by headquarters, until a newer list says no more of it.`);
  if (!person.listed) return no('comes-from-set', `${user} is no longer in the user set of headquarters.`);
  return ok({ kind: 'user-enabled', v: 1, user, by, why });
}

/** Refuses what would leave no admin who can sign in. */
export function unlessLastAdmin<What extends Fact>(
  state: UsersState,
  fact: What,
  nowMs: number,
): Decided<What> {
  if (adminCount(state, nowMs) === 0 || adminCount(apply(state, fact), nowMs) > 0) return ok(fact);
  return no('last-admin', 'No admin would be left who can sign in: make another one first.');
}

/** Exchanges refuse orders without a registered person. A certificate is good through its last day (IST). */
export function mayNotSend(
  state: UsersState,
  user: string,
  exchange: Exchange,
  date: string,
): UserRefusal | null {
  const person = state.persons.get(user);
  if (person === undefined) return unknown(user).refusal;
  const ids = person.user.exchangeUsers.filter((one) => one.exchange === exchange);
  if (ids.length === 0)
    return { reason: 'exchange-id-missing', text: `${user} has no user id at ${exchange}.` };
  if (ids.some((one) => date <= one.certificateUntil)) return null;
  const last = ids.map((one) => one.certificateUntil).toSorted();
  return {
    reason: 'exchange-id-lapsed',
    text: `The certificate of ${user} for ${exchange} ended on ${last.at(-1) ?? ''}.`,
  };
}

export function no(reason: UserRefusal['reason'], text: string) {
  return refuse<UserRefusal>({ reason, text });
}

function unknown(user: string) {
  return no('unknown-user', `There is no person ${user}.`);
}

function fromSet(user: string) {
  return no('comes-from-set', `${user} comes from a user set of headquarters, which alone changes it.`);
}

function ownChange(user: string) {
  return no('own-change', `${user} can neither make nor confirm a change of their own rights.`);
}
