export type Mode = 'STANDBY' | 'SUSPECT' | 'EMERGENCY' | 'HANDBACK';

/** A move of the mode machine, with who and why. */
export interface ModeChanged {
  readonly kind: 'mode-changed';
  readonly v: 1;
  readonly from: Mode;
  readonly to: Mode;
  readonly by: readonly string[];
  readonly why: string;
}

export type SyncFact = ModeChanged;
