import type { Instrument } from '#core/model/instrument.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { LeftoverReason } from './events.ts';
import type { PlanInput, RequestedRow } from './plan-input.ts';

/** Why a row, or what is left of it, does not go. */
export type Unfit = { readonly reason: LeftoverReason; readonly text: string };

export const UNKNOWN_CONTRACT: Unfit = {
  reason: 'unknown-instrument',
  text: 'the contract is in no file of the day',
};

/** Why a row may not be touched at all, whoever asks; null when it may. */
export function unfit(
  input: PlanInput,
  row: PositionRow,
  requested: RequestedRow | null,
  instrument: Instrument,
): Unfit | null {
  const outside = input.outside(row.account, instrument);
  if (outside !== null) return outside;
  const blocked = input.blocked(row.account);
  if (row.warnings.includes('contract-changed')) {
    return {
      reason: 'contract-changed',
      text: 'token, lot, strike or ISIN changed since the position was taken',
    };
  }
  if (row.warnings.includes('unknown-instrument')) return UNKNOWN_CONTRACT;
  if (row.warnings.includes('fill-conflict')) {
    return { reason: 'fill-conflict', text: 'two reports of one trade disagree: a person decides' };
  }
  if (blocked !== null) return { reason: 'account-blocked', text: blocked };
  if (row.warnings.includes('overcommitted')) {
    return { reason: 'overcommitted', text: 'an outside trade left more on the way than is open' };
  }
  if (row.closingSide === null || row.warnings.includes('sign-in-doubt')) {
    return { reason: 'sign-in-doubt', text: `the net may be anything from ${row.netLow} to ${row.netHigh}` };
  }
  const unproven = unprovenRefusal(input, row, requested);
  if (unproven !== null) return unproven;
  if (input.venue(instrument) === null) {
    return { reason: 'link-down', text: 'no exchange connection is configured for this contract' };
  }
  return null;
}

/** An unproven row goes alone, with the net that its dealer read back. */
function unprovenRefusal(input: PlanInput, row: PositionRow, requested: RequestedRow | null): Unfit | null {
  if (row.proof === 'proven') return null;
  const { scope } = input.request;
  if (scope.kind === 'all' || requested === null) {
    return {
      reason: 'unproven',
      text: 'trades may be unseen: never in an exit-all, one at a time with a read-back',
    };
  }
  if (scope.rows.length > 1) return { reason: 'unproven', text: 'unproven rows go one at a time' };
  const shown = row.closingSide === 'sell' ? row.netLow : row.netHigh;
  if (requested.readBack === shown) return null;
  return {
    reason: 'unproven',
    text: `read back ${requested.readBack ?? 'nothing'}, but the net shown is ${shown}`,
  };
}
