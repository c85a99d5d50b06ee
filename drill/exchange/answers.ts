import type { Market } from './market.ts';
import type { LedgerRecord } from './record.ts';
import type { CancelRequest, NewOrderRequest, Refusal, VenueEvent, VenueOrder } from './venue-types.ts';

/** Whose request it was, and under which ClOrdID. */
export interface Asked {
  readonly owner: string;
  readonly clientOrderId: string;
}

/** Why a cancel or replace was not done. */
export interface RequestFault {
  readonly reason: 'too-late' | 'unknown-order' | 'other';
  readonly text: string;
}

/** The event as the answer to a request. */
export function answer(event: VenueEvent, request: Asked, originalId: string | null): VenueEvent {
  return { ...event, requester: request.owner, requestId: request.clientOrderId, originalId };
}

export function refusedEvent(market: Market, request: NewOrderRequest, fault: Refusal | null): VenueEvent {
  const record: LedgerRecord = {
    kind: 'refused',
    atMs: market.now(),
    owner: request.owner,
    clientOrderId: request.clientOrderId,
    account: request.account,
    instrumentId: request.instrument?.instrumentId ?? request.named,
    side: request.side,
    quantity: request.quantity,
    code: fault?.code ?? 0,
    text: fault?.text ?? '',
  };
  return answer(market.event(record), request, null);
}

export function requestRefusedEvent(
  market: Market,
  request: CancelRequest,
  order: VenueOrder | null,
  fault: RequestFault | null,
): VenueEvent {
  const record: LedgerRecord = {
    kind: 'request-refused',
    atMs: market.now(),
    owner: request.owner,
    clientOrderId: request.clientOrderId,
    originalId: request.originalId,
    reason: fault?.reason ?? 'other',
    text: fault?.text ?? '',
  };
  return answer(market.event(record, order), request, request.originalId);
}
