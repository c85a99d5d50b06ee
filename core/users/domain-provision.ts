import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { no, unlessLastAdmin } from './domain.ts';

import { Profile, USERS_MAX } from './domain-set.ts';
import type { RevocationList, UserSet } from './domain-set.ts';
import type { UsersState } from './domain-state.ts';
import type { UsersProvisioned, UsersRevoked } from './events.ts';
import type { UserRefusal } from './port.ts';

/** Names of user sets, and of revocation lists, that one desk takes. */
export const SETS_MAX = 16;

/** Who this desk is to headquarters. An empty group is in none. */
export interface Desk {
  readonly desk: string;
  readonly group: string;
}

/** What came in: parsed, its signature checked. */
interface Came<File> {
  readonly file: File;
  readonly sha256: string;
  readonly by: string;
}

/**
 * Whether a user set may come in. Null: it is the one that is here. Refused: for other desks, not newer, over, naming
 * a person who is this desk's own or another set's, or leaving no admin. Nothing of a refused set comes in.
 */
export function decideSet(
  state: UsersState,
  { file, sha256, by }: Came<UserSet>,
  desk: Desk,
  nowMs: number,
): Result<UsersProvisioned | null, UserRefusal> {
  const { set, issue, issuedAtMs, validUntilMs } = file;
  const rises = risesOver(state.sets, file, sha256, desk);
  if (rises !== null) return rises === 'repeated' ? ok(null) : rises;
  if (nowMs >= validUntilMs) return no('set-expired', `Issue ${issue} of ${set} is no longer valid.`);
  const taken = file.users.find((one) => belongsElsewhere(state, one.user, set));
  if (taken !== undefined) {
    return no('user-exists', `${taken.user} is the name of another person here; names are for ever.`);
  }
  const fresh = file.users.filter((one) => !state.persons.has(one.user)).length;
  if (state.persons.size + fresh > USERS_MAX) {
    return no('too-many-users', `This desk would have more than ${USERS_MAX} persons.`);
  }
  // Facts carry no secret, and not the hash of a code either: the schema of a profile drops it.
  const users = file.users.map((person) => Profile.parse(person));
  const fact = { set, issue, issuedAtMs, validUntilMs, sha256, users, by };
  return unlessLastAdmin(state, { kind: 'users-provisioned', v: 1, ...fact }, nowMs);
}

/**
 * Whether a revocation list may come in; null as above. It goes before the rule of the last admin: the revoked person
 * may be the one who must be stopped, and the break-glass credential opens the desk again.
 */
export function decideRevocations(
  state: UsersState,
  { file, sha256, by }: Came<RevocationList>,
  desk: Desk,
): Result<UsersRevoked | null, UserRefusal> {
  const { set, issue, users } = file;
  const rises = risesOver(state.revocations, file, sha256, desk);
  if (rises !== null) return rises === 'repeated' ? ok(null) : rises;
  return ok({ kind: 'users-revoked', v: 1, set, issue, users, sha256, by });
}

function risesOver(
  known: ReadonlyMap<string, { readonly issue: number; readonly sha256: string }>,
  { set, group, issue }: Pick<UserSet, 'set' | 'group' | 'issue'>,
  sha256: string,
  desk: Desk,
): 'repeated' | ReturnType<typeof no> | null {
  if (group !== desk.group && group !== desk.desk) {
    return no(
      'set-of-another-desk',
      `${set} is for ${group}; this desk is ${desk.desk} of ${desk.group || 'no group'}.`,
    );
  }
  const present = known.get(set);
  if (present === undefined) {
    return known.size < SETS_MAX ? null : no('too-many-sets', `This desk takes ${SETS_MAX} sets.`);
  }
  if (present.sha256 === sha256) return 'repeated';
  if (issue > present.issue) return null;
  return no(
    'set-too-old',
    `Issue ${issue} of ${set} is not newer than issue ${present.issue}, which is here.`,
  );
}

/** A person whom another set has given up may come back in this one. */
function belongsElsewhere(state: UsersState, user: string, set: string): boolean {
  const person = state.persons.get(user);
  if (person === undefined) return false;
  if (person.user.source.kind === 'desk') return true;
  return person.user.source.set !== set && person.listed;
}
