import type { Mode } from './events.ts';

/** Where the desk stands towards main. */
export interface ModeView {
  readonly mode: Mode;
  readonly sinceMs: number;
  readonly why: string;
  /** Who moved it; empty at the start. */
  readonly by: readonly string[];
  /** Start of the outage that is going on; null while main is up. */
  readonly lostSinceMs: number | null;
  readonly main: 'never-seen' | 'up' | 'lost' | 'declared-lost';
}

export interface ModePort {
  view(): ModeView;
  /** Null when this desk may send orders: in EMERGENCY only. */
  mayTrade(): 'main-is-up' | null;
}
