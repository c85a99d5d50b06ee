import type { Result } from '#core/lib/result.ts';

export interface AuthRefusal {
  readonly reason:
    /** Wrong name, password, code, ticket: never says which. */
    | 'not-let-in'
    | 'locked-out'
    | 'ticket-expired'
    | 'code-used'
    | 'password-too-weak'
    | 'not-first-run'
    | 'wrong-setup-code'
    | 'user-exists'
    | 'too-many-asked'
    | 'busy'
    | 'wrong-proof'
    | 'no-break-glass'
    | 'key-unknown'
    | 'key-expired'
    | 'key-too-fast'
    | 'key-may-not-trade'
    | 'too-many-keys'
    | 'unknown-call'
    | 'unknown-user'
    | 'unknown-key'
    | 'last-admin'
    | 'journal-not-writable'
    | 'journal-read-only';
  readonly text: string;
}

/** An API key that is live: what it may call, in whose name. */
export interface ApiKey {
  /** Public id, in lists and facts. */
  readonly id: string;
  readonly name: string;
  /** The person who answers for it; its accounts are that person's. */
  readonly user: string;
  /** Calls by their path, as `positions.list`. */
  readonly calls: readonly string[];
  readonly expiresAtMs: number;
  /** Registered algo id: without one, no trading call is in `calls`. */
  readonly algoId: string | null;
}

/** What the router and other services ask of authentication. */
export interface AuthPort {
  /** The live key that this text is; counts its use and its rate. */
  key(text: string): Result<ApiKey, AuthRefusal>;
  /** Checks the password of a person again. Counts towards lockout. */
  provePassword(user: string, password: string, address: string): Promise<Result<null, AuthRefusal>>;
  /** Checks both factors of a person without opening a session: the second person at the same screen. */
  proveBoth(
    user: string,
    password: string,
    code: string,
    address: string,
  ): Promise<Result<null, AuthRefusal>>;
}
