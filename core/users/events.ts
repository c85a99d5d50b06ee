import type { AccountId } from '#core/model/ids.ts';
import type { ExchangeUser, Limits, Role, User } from './port.ts';

/** A person asked for an account; nothing works until an admin approves. */
export interface UserAsked {
  readonly kind: 'user-asked';
  readonly v: 1;
  readonly user: string;
  readonly name: string;
  readonly email: string;
  readonly mobile: string;
  readonly branch: string;
}
/** An admin let a person in (the first admin lets themself in, with the code that start prints). */
export interface UserApproved {
  readonly kind: 'user-approved';
  readonly v: 1;
  readonly user: string;
  readonly role: Role;
  readonly branch: string;
  readonly accounts: readonly AccountId[];
  readonly limits: Limits;
  readonly exchangeUsers: readonly ExchangeUser[];
  readonly by: readonly string[];
}
export interface UserChanged {
  readonly kind: 'user-changed';
  readonly v: 1;
  readonly user: string;
  /** What is new of the profile, the role, the mapping, the limits or the exchange ids. */
  readonly set: Partial<Omit<User, 'user' | 'status' | 'source'>>;
  readonly by: readonly string[];
  /** The reason of a change of limits; else empty. */
  readonly why: string;
}
export interface UserDisabled {
  readonly kind: 'user-disabled';
  readonly v: 1;
  readonly user: string;
  readonly by: readonly string[];
  readonly why: string;
}
export interface UserEnabled {
  readonly kind: 'user-enabled';
  readonly v: 1;
  readonly user: string;
  readonly by: readonly string[];
  readonly why: string;
}
/** A signed user set of headquarters came in. It says who there is of it; who is no longer in it is disabled. */
export interface UsersProvisioned {
  readonly kind: 'users-provisioned';
  readonly v: 1;
  readonly set: string;
  readonly issue: number;
  readonly issuedAtMs: number;
  readonly validUntilMs: number;
  readonly sha256: string;
  readonly users: readonly Omit<User, 'status' | 'source'>[];
  readonly by: string;
}
/** A signed revocation list of headquarters: these persons may not work from now on. */
export interface UsersRevoked {
  readonly kind: 'users-revoked';
  readonly v: 1;
  readonly set: string;
  readonly issue: number;
  readonly users: readonly string[];
  readonly sha256: string;
  readonly by: string;
}
/** A person of a user set chose a password, with the code that headquarters told them. The code is dead. */
export interface UserClaimed {
  readonly kind: 'user-claimed';
  readonly v: 1;
  readonly user: string;
  readonly address: string;
}

export type UserFact =
  | UserAsked
  | UserApproved
  | UserChanged
  | UserDisabled
  | UserEnabled
  | UsersProvisioned
  | UsersRevoked
  | UserClaimed;
