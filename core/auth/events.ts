/** No secret is in these facts: hashes, sealed secrets and codes lie in tables beside the log. */
export interface SignedIn {
  readonly kind: 'signed-in';
  readonly v: 1;
  readonly user: string;
  readonly wire: string;
  readonly address: string;
  readonly secondFactor: 'totp' | 'recovery-code' | 'break-glass';
}
/**
 * `more`: refusals of that address since its last such fact that were only counted. `user`: as typed, when it is a
 * person's name; else `unknown:` and a keyed hash, because people type passwords into the wrong field.
 */
export interface SignInRefused {
  readonly kind: 'sign-in-refused';
  readonly v: 1;
  readonly user: string;
  readonly address: string;
  readonly reason: string;
  readonly more: number;
}
export interface LockedOut {
  readonly kind: 'locked-out';
  readonly v: 1;
  readonly what: 'user' | 'origin';
  readonly who: string;
  readonly failures: number;
  readonly untilMs: number;
}
export interface LockoutReleased {
  readonly kind: 'lockout-released';
  readonly v: 1;
  readonly what: 'user' | 'origin';
  readonly who: string;
  readonly by: string;
}
export interface SecondFactorEnrolled {
  readonly kind: 'second-factor-enrolled';
  readonly v: 1;
  readonly user: string;
}
export interface RecoveryCodesMade {
  readonly kind: 'recovery-codes-made';
  readonly v: 1;
  readonly user: string;
  readonly count: number;
}
/** One of the ten was used, at a sign-in or in place of a code. */
export interface RecoveryCodeUsed {
  readonly kind: 'recovery-code-used';
  readonly v: 1;
  readonly user: string;
  readonly left: number;
}
/** An admin gave a person a one-time password; `secondFactor`: took away their second factor, too. */
export interface PasswordReset {
  readonly kind: 'password-reset';
  readonly v: 1;
  readonly user: string;
  readonly secondFactor: boolean;
  readonly by: readonly string[];
  readonly why: string;
}
export interface PasswordSet {
  readonly kind: 'password-set';
  readonly v: 1;
  readonly user: string;
  readonly why: 'first-run' | 'registration' | 'changed' | 'reset' | 'parameters-raised';
  readonly by: string;
}
export interface BreakGlassSealed {
  readonly kind: 'break-glass-sealed';
  readonly v: 1;
  readonly id: string;
  readonly by: readonly string[];
}
/** An alarm: somebody opened the envelope. */
export interface BreakGlassUsed {
  readonly kind: 'break-glass-used';
  readonly v: 1;
  readonly id: string;
  readonly name: string;
  readonly why: string;
  readonly address: string;
}
export interface ApiKeyMade {
  readonly kind: 'api-key-made';
  readonly v: 1;
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly calls: readonly string[];
  readonly expiresAtMs: number;
  readonly algoId: string | null;
  readonly by: string;
}
export interface ApiKeyRevoked {
  readonly kind: 'api-key-revoked';
  readonly v: 1;
  readonly id: string;
  readonly by: string;
}

export type AuthFact =
  | SignedIn
  | SignInRefused
  | LockedOut
  | LockoutReleased
  | SecondFactorEnrolled
  | RecoveryCodesMade
  | RecoveryCodeUsed
  | PasswordReset
  | PasswordSet
  | BreakGlassSealed
  | BreakGlassUsed
  | ApiKeyMade
  | ApiKeyRevoked;
