/** Before the open of a trading day it was looked whether this desk could take over. Once a day. */
export interface ReadinessChecked {
  readonly kind: 'readiness-checked';
  readonly v: 1;
  /** `YYYY-MM-DD`, IST: the day for which it was asked. */
  readonly tradingDate: string;
  readonly ready: boolean;
  /** In words; empty when ready. */
  readonly failing: readonly { readonly check: string; readonly text: string }[];
}

export type DeskFact = ReadinessChecked;
