import type { Run } from './domain.ts';

export interface RestartView {
  readonly nowMs: number;
  readonly tradingDate: string;
  readonly resumeMs: number;
  /** Why trading is not allowed now (mode, role); null when it is. */
  readonly mayNotTrade: string | null;
  /** The first account of the run that takes no automation, and why; null when none. */
  readonly blocked: string | null;
}

/** Why a run may not go on, by itself after a restart or at a person's word; null when it may. */
export function mayNotResume(run: Run, view: RestartView): string | null {
  if (run.mayBeForgotten)
    return 'what it did last may be forgotten here: a copy of the journal was put back, or the exchange’s session reset';
  if (run.tradingDate !== view.tradingDate) return 'it was approved on another trading date';
  if (view.nowMs - run.lastAtMs > view.resumeMs) return 'it stood still for too long';
  if (view.mayNotTrade !== null) return view.mayNotTrade;
  return view.blocked;
}
