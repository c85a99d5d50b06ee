import type { JournalRefusal } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import type { AccountId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Mode, Scope } from './events.ts';

/** Where the desk stands towards main. */
export interface ModeView {
  readonly mode: Mode;
  readonly sinceMs: number;
  readonly why: string;
  /** Who moved it; empty at the start, and when main's link did. */
  readonly by: readonly string[];
  /** Start of the outage that is going on; null while main is up. */
  readonly lostSinceMs: number | null;
  readonly main: 'never-seen' | 'up' | 'lost' | 'declared-lost';
  /** What the emergency, or the handback after it, covers. */
  readonly scope: Scope;
  /** What main's link last said, after damping; null: nothing yet. */
  readonly heard: { readonly state: 'up' | 'lost'; readonly sinceMs: number; readonly why: string } | null;
}

/** A row that this desk leaves alone although it may trade: another desk has the account, or the emergency is not about it. */
export interface Outside {
  readonly reason: 'not-at-home' | 'outside-scope';
  readonly text: string;
}

/** Whether a row is outside of what this desk may trade, and why; null when it is not. */
export type OutsideOf = (account: AccountId, at: Pick<Instrument, 'exchange' | 'segment'>) => Outside | null;

export interface ModePort {
  view(): ModeView;
  /** Null when this desk may send orders at all: in EMERGENCY only. */
  mayTrade(): 'main-is-up' | null;
  /** Whether the emergency, or the handback after it, is about the account in the exchange-segment; outside of both always. */
  covers(account: string, exchange: string, segment: string): boolean;
  /** The certificate is signed: a handback ends. Refused in every other mode. */
  signal(
    which: 'reconciled',
    by: readonly string[],
    why: string,
  ): Result<ModeView, JournalRefusal | { readonly reason: string; readonly text: string }>;
}
