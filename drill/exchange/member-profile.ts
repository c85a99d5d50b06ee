import type { FixVersion } from '#core/exchange/fix/messages.ts';

export type Role = 'orders' | 'drop-copy' | 'market-data';
/** Who a member is; kept, so that a restarted venue knows whom it owes reports. */
export interface MemberProfile {
  readonly role: Role;
  readonly version: FixVersion;
  /** The member's CompID and the one that it calls us by. */
  readonly peer: string;
  readonly ours: string;
  readonly sendNextExpected: boolean;
}
