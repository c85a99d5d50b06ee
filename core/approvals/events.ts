import type { Action } from '#core/lib/procedure.ts';
import type { Requirement } from './port.ts';

export type ApprovalMethod =
  'session' | 'same-screen' | 'remote-signature' | 'telephone-code' | 'break-glass';

/** A person wants to do what policy gives to more than one. Binds the SHA-256 of the call and its whole input. */
export interface ApprovalAsked {
  readonly kind: 'approval-asked';
  readonly v: 1;
  readonly approval: string;
  readonly action: Action;
  readonly call: string;
  readonly subject: string;
  /**
   * What headquarters signs or makes a code of: SHA-256 (hex) of desk, approval and subject. The same thing asked
   * twice has two, so that one answer of headquarters lets it happen once.
   */
  readonly asking: string;
  /** What it is about, for the second person; no secret in it. */
  readonly text: string;
  readonly by: string;
  /** The person behind `by`: another one than the owner of an API key must agree to what the key asks. */
  readonly person: string;
  readonly branch: string;
  /** What policy or the service asked for at that time. */
  readonly needs: Requirement;
  readonly expiresAtMs: number;
}
export interface ApprovalGiven {
  readonly kind: 'approval-given';
  readonly v: 1;
  readonly approval: string;
  readonly subject: string;
  readonly by: string;
  readonly how: ApprovalMethod;
}
export interface ApprovalRefused {
  readonly kind: 'approval-refused';
  readonly v: 1;
  readonly approval: string;
  readonly by: string;
  readonly why: string;
}
/** The thing was done under it; it works no second time. */
export interface ApprovalSpent {
  readonly kind: 'approval-spent';
  readonly v: 1;
  readonly approval: string;
  readonly persons: readonly string[];
}

export type ApprovalFact = ApprovalAsked | ApprovalGiven | ApprovalRefused | ApprovalSpent;
