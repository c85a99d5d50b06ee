import type { AuthPort, AuthRefusal } from '#core/auth/port.ts';
import type { Fact } from '#core/events.ts';
import type { Journal, JournalRefusal, Tx } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import type { SessionsPort } from '#core/sessions/port.ts';
import type { UsersState } from './domain-state.ts';
import type { UserRefusal } from './port.ts';

export type UsersRefusal = UserRefusal | AuthRefusal | JournalRefusal;

export interface UsersDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly now: () => number;
  /** Proves again who is at the screen, before a profile changes. */
  readonly provePassword: AuthPort['provePassword'];
  /** Sets a person's password under the policy of passwords; leaves the second factor as it is. */
  readonly setPassword: (user: string, password: string) => Promise<Result<null, AuthRefusal>>;
  readonly endSessions: SessionsPort['endAllOf'];
  /** Pauses the runs that this person approved: revocation pauses a run, an ended session does not (I10). */
  readonly pauseRunsOf: (user: string, why: string) => void;
  /** Ed25519 public key (SPKI DER, hex); null: this desk takes no files of headquarters. */
  readonly headquartersKey: string | null;
  /** The group of desks that this one is in; empty: none. */
  readonly deskGroup: string;
  readonly desk: string;
}

/** What the calls do with the service's memory. */
export interface UsersInside {
  readonly state: () => UsersState;
  /** Appends and then acts: whoever the facts disabled loses sessions and runs. */
  readonly commit: (
    facts: readonly Fact[],
    act: { readonly by: string; readonly why: string },
    tables?: (tx: Tx) => void,
  ) => Result<null, JournalRefusal>;
}
