import { afterMisCutOff } from '#core/model/calendar.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Evidence } from '#core/orders/events.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { LeftoverReason } from './events.ts';
import type { PlanInput, RequestedRow } from './plan-input.ts';

export type Authority =
  | { readonly ok: true; readonly evidence: Evidence }
  | { readonly ok: false; readonly reason: LeftoverReason; readonly text: string };

const RESTRICTIONS: Readonly<Record<PositionRow['restriction'], string>> = {
  none: '',
  t1: 'bought yesterday and not yet delivered: a sale may end in the auction',
  pledged: 'pledged shares can not be delivered',
  'trade-to-trade': 'trade-to-trade shares have no netting: each trade is delivered',
  holding: 'a holding is no open position',
};

/**
 * Why a row may be closed. An exit-all takes MIS after its cut-off and accounts on the shortfall list; all
 * else needs a decision of RMS or the client's own instruction. Closing a client's carried position because
 * our system failed is unauthorised trading.
 */
export function authorise(
  input: PlanInput,
  row: PositionRow,
  instrument: Instrument,
  requested: RequestedRow | null,
): Authority {
  const restricted = restriction(input, row, requested);
  if (restricted !== null) return restricted;
  const explicit = explicitEvidence(input, row, requested);
  if (explicit !== null) return explicit;
  const shortfall = input.shortfall(row.account);
  if (shortfall !== null && row.product !== 'CNC') {
    return { ok: true, evidence: policyEvidence(input, 'margin-shortfall', shortfall.reference) };
  }
  if (row.product !== 'MIS') {
    return refusal('no-authority', `${row.product} needs the client's instruction or a decision of RMS`);
  }
  const { calendar, misMayBeClosedBeforeCutOff } = input.policy;
  if (misMayBeClosedBeforeCutOff || afterMisCutOff(calendar, instrument, input.nowMs)) {
    return {
      ok: true,
      evidence: policyEvidence(input, 'mis-cut-off', `MIS cut-off of ${instrument.segment}`),
    };
  }
  return refusal('no-authority', 'MIS before its cut-off needs an instruction or a decision of RMS');
}

/** Delivery positions are never in an exit-all; a restricted one is in no exit. */
function restriction(input: PlanInput, row: PositionRow, requested: RequestedRow | null): Authority | null {
  if (row.restriction !== 'none') return refusal('not-in-exit-all', RESTRICTIONS[row.restriction]);
  if (row.product !== 'CNC') return null;
  if (input.request.scope.kind === 'all' || requested === null) {
    return refusal('not-in-exit-all', 'delivery (CNC) is never in an exit-all');
  }
  const evidence = requested.evidence ?? instructionOf(input, row);
  if (evidence?.authority === 'client-instruction') return null;
  return refusal('no-authority', "delivery (CNC) needs the client's own instruction");
}

function explicitEvidence(
  input: PlanInput,
  row: PositionRow,
  requested: RequestedRow | null,
): Authority | null {
  const evidence = requested?.evidence ?? instructionOf(input, row) ?? wholeRequest(input);
  if (evidence === null) return null;
  if (evidence.reference.trim() === '') {
    return refusal('no-authority', 'an authority without a reference proves nothing');
  }
  switch (evidence.authority) {
    case 'client-instruction':
    case 'rms-decision':
      return { ok: true, evidence };
    case 'mis-cut-off':
    case 'margin-shortfall':
    case 'cancel-excess':
      // These follow from the clock, the list and the book; nobody can claim them.
      return null;
  }
}

function instructionOf(input: PlanInput, row: PositionRow): Evidence | null {
  return input.request.instructions.find((one) => one.account === row.account)?.evidence ?? null;
}

/** A decision of RMS may cover everybody; a client's instruction covers only that client. */
function wholeRequest(input: PlanInput): Evidence | null {
  const { evidence, scope } = input.request;
  if (evidence === null || evidence.authority !== 'client-instruction') return evidence;
  if (scope.kind === 'all') return null;
  const accounts = new Set(scope.rows.map((row) => row.account));
  return accounts.size === 1 ? evidence : null;
}

function policyEvidence(input: PlanInput, authority: Evidence['authority'], reference: string): Evidence {
  return { authority, reference, channel: 'policy', instructedAtMs: input.nowMs, by: input.request.by };
}

function refusal(reason: LeftoverReason, text: string): Authority {
  return { ok: false, reason, text };
}
