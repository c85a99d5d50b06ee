import type { Result } from '#core/lib/result.ts';

/** A live session. `id` is a secret: it is the cookie of a browser and stays out of logs and answers. */
export interface Session {
  readonly id: string;
  /** The person, as facts name them. */
  readonly by: string;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
}

export interface SessionRefusal {
  readonly reason: 'token-unknown' | 'too-many-sessions' | 'too-many-attempts';
  readonly text: string;
}

/** What every wire and the router ask about sessions. */
export interface SessionsPort {
  /** A token that opens one session, once. Null when too many wait unused. */
  issueToken(): { readonly token: string; readonly expiresAtMs: number } | null;
  /** Exchanges a one-time token for a session; the token is dead afterwards. */
  open(token: string): Result<Session, SessionRefusal>;
  /** The live session of this id; null when there is none, or no longer. */
  find(id: string): Session | null;
  end(id: string): boolean;
  /** May this session make calls that need the permission? */
  permits(session: Session, permission: string): boolean;
}
