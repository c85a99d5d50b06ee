import type { JournalRefusal } from '#core/journal/port.ts';

/** Why the square-off does not do what it was asked. */
export type SquareOffRefusal =
  | {
      readonly reason:
        | 'unknown-plan'
        | 'plan-expired'
        | 'hash-differs'
        | 'second-person-needed'
        | 'may-not-trade'
        | 'over-exit-limit'
        | 'exchange-id-missing'
        | 'exchange-id-lapsed'
        | 'too-many-runs'
        | 'unknown-row'
        | 'unknown-run'
        | 'run-ended'
        | 'not-running'
        | 'not-paused'
        | 'needs-new-dry-run'
        | 'no-held-hedge'
        | 'unknown-leftover'
        | 'already-settled';
      readonly text: string;
    }
  | JournalRefusal;
