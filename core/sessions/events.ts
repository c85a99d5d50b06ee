import type { SessionEndWhy, WireKind } from './port.ts';

export interface SessionOpened {
  readonly kind: 'session-opened';
  readonly v: 1;
  readonly session: string;
  readonly user: string;
  readonly wire: WireKind;
  readonly address: string;
  readonly carriedAs: 'session' | 'token';
  readonly expiresAtMs: number;
}
export interface SessionLocked {
  readonly kind: 'session-locked';
  readonly v: 1;
  readonly session: string;
  readonly user: string;
  readonly why: 'idle' | 'asked';
}
export interface SessionUnlocked {
  readonly kind: 'session-unlocked';
  readonly v: 1;
  readonly session: string;
  readonly user: string;
}
export interface SessionEnded {
  readonly kind: 'session-ended';
  readonly v: 1;
  readonly session: string;
  readonly user: string;
  readonly why: SessionEndWhy;
  readonly by: string;
}
/** A call that the door turned away: who, from where, which, and the refusal's name. Bounded per minute; see `more`. */
export interface CallRefused {
  readonly kind: 'call-refused';
  readonly v: 1;
  readonly call: string;
  readonly by: string;
  readonly wire: WireKind;
  readonly address: string;
  readonly reason: string;
  /** Like refusals in the minute before that were only counted. */
  readonly more: number;
}

export type SessionFact = SessionOpened | SessionLocked | SessionUnlocked | SessionEnded | CallRefused;
