import type { Result } from '#core/lib/result.ts';

/** The ways into a desk. `process`: the program that started the desk. */
export type WireKind = 'http' | 'ws' | 'port' | 'process';

/** Where a call comes from: the wire, and the network address on it (`127.0.0.1`; empty on port and process). */
export interface Origin {
  readonly wire: WireKind;
  readonly address: string;
}

/** What a wire carries to show whose call it is. All of it is secret. */
export type Credential =
  | { readonly kind: 'session'; readonly secret: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'api-key'; readonly key: string };

/** A live session. `id` is public: it names the session in lists and facts and opens nothing. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly origin: Origin;
  readonly openedAtMs: number;
  /** Absolute: nothing makes it longer. */
  readonly expiresAtMs: number;
  readonly lastActiveAtMs: number;
  readonly lockedAtMs: number | null;
  /** Bound to a screen (cookie, socket, port), or carried by an API client as tokens. */
  readonly carriedAs: 'session' | 'token';
}

export interface SessionRefusal {
  readonly reason:
    | 'no-session'
    | 'session-ended'
    | 'session-expired'
    | 'session-locked'
    | 'token-invalid'
    | 'token-expired'
    | 'token-of-another-desk'
    | 'refresh-reused'
    | 'too-many-sessions'
    | 'unknown-session'
    | 'journal-not-writable'
    | 'journal-read-only';
  readonly text: string;
}

/** What an API client gets: a JWT (EdDSA) for ten minutes, and a refresh token that works once. */
export interface Tokens {
  readonly accessToken: string;
  readonly accessExpiresAtMs: number;
  readonly refreshToken: string;
  readonly refreshExpiresAtMs: number;
}

/** A session just opened, with the secret that carries it. Exactly one of `secret` and `tokens` is there. */
export interface OpenedSession {
  readonly session: Session;
  readonly secret: string | null;
  readonly tokens: Tokens | null;
}

/** What the router, the wires and authentication ask about sessions. Secrets are kept by their SHA-256 only. */
export interface SessionsPort {
  /** After both factors. A fresh secret each time, so that a session can not be fixed beforehand. */
  open(user: string, origin: Origin, as: 'session' | 'token'): Promise<Result<OpenedSession, SessionRefusal>>;
  /** The live session of what a wire carries. A locked one is found; whether a call may go on, the router decides. */
  find(credential: Exclude<Credential, { kind: 'api-key' }>): Promise<Result<Session, SessionRefusal>>;
  /** New tokens for old: the refresh token is dead afterwards, and its reuse ends the session. */
  refresh(refreshToken: string, origin: Origin): Promise<Result<Tokens, SessionRefusal>>;
  /** The person did something: the idle lock starts to count anew. */
  touch(id: string): void;
  lock(id: string, why: 'idle' | 'asked'): Result<null, SessionRefusal>;
  unlock(id: string): Result<null, SessionRefusal>;
  end(id: string, why: SessionEndWhy, by: string): Result<null, SessionRefusal>;
  endAllOf(user: string, why: SessionEndWhy, by: string): number;
  live(): readonly Session[];
}

export type SessionEndWhy =
  | 'signed-out'
  | 'revoked'
  | 'expired'
  | 'refresh-reused'
  | 'user-disabled'
  | 'password-changed'
  | 'newer-session';
