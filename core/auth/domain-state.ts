import type { Entry } from '#core/events.ts';
import type { UsersPort } from '#core/users/port.ts';
import type { Keys } from './domain-key.ts';
import { rememberKeyMade, rememberKeyRevoked } from './domain-key.ts';
import type { LockoutState } from './domain-lockout.ts';
import {
  noLockouts,
  rememberLock,
  rememberRefusal,
  rememberReleased,
  rememberSignedIn,
} from './domain-lockout.ts';

/** In whose name the sealed credential acts; the composer gives this user an admin's rights. */
export const BREAK_GLASS_USER = 'break-glass';

/** What authentication remembers of the log. Secrets' hashes are not among it: they lie in its tables. */
export interface AuthState {
  readonly lockouts: LockoutState;
  readonly keys: Keys;
  /** Public id of the sealed credential that still works; null when there is none. */
  breakGlass: string | null;
}

export function noState(): AuthState {
  return { lockouts: noLockouts(), keys: new Map(), breakGlass: null };
}

/** The one way in which the state changes, live and at replay (I7). */
export function remember(state: AuthState, { fact, atMs }: Entry): void {
  if (fact.kind === 'sign-in-refused') rememberRefusal(state.lockouts, fact, atMs);
  else if (fact.kind === 'locked-out') rememberLock(state.lockouts, fact, atMs);
  else if (fact.kind === 'lockout-released') rememberReleased(state.lockouts, fact.what, fact.who);
  else if (fact.kind === 'signed-in') rememberSignedIn(state.lockouts, fact.user, originName(fact.address));
  // The second factor was right: what came before at that screen were slips.
  else if (fact.kind === 'session-unlocked') rememberReleased(state.lockouts, 'user', fact.user);
  else if (fact.kind === 'api-key-made') rememberKeyMade(state.keys, fact, atMs);
  else if (fact.kind === 'api-key-revoked') rememberKeyRevoked(state.keys, fact.id);
  else if (fact.kind === 'break-glass-sealed') state.breakGlass = fact.id;
  else if (fact.kind === 'break-glass-used' && state.breakGlass === fact.id) state.breakGlass = null;
}

/** Origins are counted by network address; everything on this machine without one is `local`. */
export function originName(address: string): string {
  return address === '' ? 'local' : address;
}

/** They are the one active admin: they may wait, but never long. */
export function isLastAdmin(users: Pick<UsersPort, 'active' | 'adminCount'>, user: string): boolean {
  return users.adminCount() <= 1 && users.active(user)?.role === 'admin';
}
