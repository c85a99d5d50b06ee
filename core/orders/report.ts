import { assertNever, present } from '#core/lib/assert.ts';
import type {
  DoubtRaised,
  NotDelivered,
  OrderEvent,
  OrderReport,
  RequestRefusedEvent,
} from '#core/exchange/port.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { DoubtCause, OrderFact } from './events.ts';
import type { Order } from './port.ts';
import { correctFacts, bustFacts, fillFacts } from './report-fill.ts';
import { foreignFacts, isNamed } from './report-foreign.ts';
import { orderOf } from './report-match.ts';
import {
  aliveFacts,
  endedFacts,
  rejectedFacts,
  replacedFacts,
  statusFacts,
  unknownFacts,
} from './report-word.ts';
import { exchangeKey, type Records } from './records.ts';
import { MAY_WORK } from './status-table.ts';

/**
 * What an exchange's event means, as facts; pure: reads the records, changes nothing.
 *
 * 1. A report is about an order of ours when it echoes our request id, else when its order number, side and
 *    contract are those of one. All else is foreign.
 * 2. What has been said already gives no fact, over whichever session it comes again (I4).
 * 3. An order in doubt leaves it by an answer or a terminal word, never by an old report that arrives late.
 * 4. Nothing but a terminal word with its CumQty frees quantity.
 */
export function interpret(records: Records, event: OrderEvent): readonly OrderFact[] {
  switch (event.kind) {
    case 'order-report':
      return reported(records, event);
    case 'request-refused':
      return refused(records, event);
    case 'not-delivered':
      return notDelivered(records, event);
    case 'doubt-raised':
      return doubted(records, event);
    default:
      return assertNever(event);
  }
}

/** Whose order a report is about is known. A trade of which it is not changes a position that nobody can name. */
export function isPlaced(records: Records, report: OrderReport): boolean {
  return orderOf(records, report) !== undefined || isNamed(records, report);
}

function reported(records: Records, report: OrderReport): readonly OrderFact[] {
  const order = orderOf(records, report);
  if (order === undefined) return foreignFacts(records, report);
  switch (report.report) {
    case 'pending':
      return [];
    case 'new':
      return aliveFacts(records, order, report);
    case 'fill':
      return fillFacts(records, order, report);
    case 'replaced':
      return replacedFacts(order, report);
    case 'canceled':
    case 'expired':
    case 'done-for-day':
      return endedFacts(records, order, report, report.report);
    case 'rejected':
      return rejectedFacts(records, order, report);
    case 'status':
      return statusFacts(records, order, report);
    case 'unknown':
      return unknownFacts(order, report);
    case 'bust':
      return bustFacts(records, order, report);
    case 'correct':
      return correctFacts(records, order, report);
    default:
      return assertNever(report.report);
  }
}

function refused(records: Records, event: RequestRefusedEvent): readonly OrderFact[] {
  const foreign = records.foreignOfRequest(event.requestId);
  if (foreign !== undefined) {
    const { venue, exchangeOrderId } = present(
      records.foreignOrder(foreign),
      'the foreign order of a request',
    );
    const { requestId, text } = event;
    return [{ kind: 'foreign-cancel-refused', v: 1, venue, exchangeOrderId, requestId, text }];
  }
  const orderId = records.orderOfRequest(event.requestId);
  if (orderId === undefined) return [];
  const order = present(records.order(orderId), 'the order of a request');
  const request = order.requests.find((known) => known.requestId === event.requestId);
  const facts: OrderFact[] = [];
  if (
    request !== undefined &&
    request.kind !== 'new' &&
    request.state !== 'refused' &&
    request.state !== 'accepted'
  ) {
    const { requestId, reason, text } = event;
    facts.push({ kind: 'request-refused', v: 1, orderId, requestId, reason, text });
  }
  if (!MAY_WORK.has(order.status) || (request?.kind === 'new' && request.state !== 'pending')) return facts;
  if (order.status === 'IN_DOUBT') return [...facts, ...lateAnswer(order, event)];
  const why = doubtOfRefusal(event, request?.kind === 'new');
  if (why !== null) facts.push({ kind: 'order-in-doubt', v: 1, orderId, why });
  return facts;
}

/** A refusal that only came late, and says that the order rests, ends the doubt that its lateness made. */
function lateAnswer(order: Order, event: RequestRefusedEvent): readonly OrderFact[] {
  const { orderId, exchangeOrderId, terms } = order;
  const isAlive = event.status === 'new' || event.status === 'partially-filled';
  if (!isAlive || event.reason !== 'other' || order.doubt !== 'no-answer' || exchangeOrderId === null)
    return [];
  const cumQuantity = Math.max(order.toldQuantity, order.filledQuantity);
  const leavesQuantity = terms.quantity - cumQuantity;
  if (leavesQuantity <= 0) return [];
  const via = 'order-session';
  return [{ kind: 'order-confirmed', v: 1, orderId, exchangeOrderId, cumQuantity, leavesQuantity, via }];
}

/** A refusal that does not say that the order rests as before leaves a question: where is it? */
function doubtOfRefusal(event: RequestRefusedEvent, ofNew: boolean): DoubtCause | null {
  if (event.reason === 'unknown-order') return 'unknown-to-exchange';
  if (ofNew || event.reason === 'too-late') return 'no-answer';
  switch (event.status) {
    case 'filled':
    case 'canceled':
    case 'rejected':
    case 'expired':
    case 'done-for-day':
      return 'no-answer';
    case null:
    case 'new':
    case 'partially-filled':
    case 'pending-cancel':
    case 'pending-new':
    case 'pending-replace':
    case 'suspended':
      return null;
  }
}

function notDelivered(records: Records, event: NotDelivered): readonly OrderFact[] {
  const facts: OrderFact[] = [];
  for (const requestId of event.requestIds) {
    const orderId = records.orderOfRequest(requestId);
    const order = orderId === undefined ? undefined : records.order(orderId);
    if (order === undefined) {
      facts.push(
        ...foreignCancelLost(records, records.foreignOfRequest(requestId), 'it never reached the exchange'),
      );
      continue;
    }
    const request = order.requests.find((known) => known.requestId === requestId);
    if (request?.state !== 'pending' || !MAY_WORK.has(order.status)) continue;
    facts.push({ kind: 'order-not-delivered', v: 1, orderId: order.orderId, requestId });
  }
  return facts;
}

/** How little a doubt can be answered; a later doubt replaces an earlier one only by a graver. */
const GRAVITY: Readonly<Record<DoubtCause, number>> = {
  contradicted: 0,
  'no-answer': 0,
  'fill-conflict': 0,
  'link-lost': 1,
  crash: 1,
  'unknown-to-exchange': 2,
  'sequence-lost': 3,
};

/** Every order that may be at the venue is a question now, the resting ones too: it may cancel on disconnect. */
function doubted(records: Records, event: DoubtRaised): readonly OrderFact[] {
  const facts: OrderFact[] = [];
  for (const orderId of records.unsettled()) {
    const order = present(records.order(orderId), 'an unsettled order');
    if (order.venue !== event.venue || !MAY_WORK.has(order.status)) continue;
    if (order.status === 'IN_DOUBT' && gravityOf(order.doubt) >= GRAVITY[event.why]) continue;
    facts.push({ kind: 'order-in-doubt', v: 1, orderId, why: event.why });
  }
  for (const order of records.foreignOrders()) {
    if (order.venue !== event.venue || order.ended) continue;
    facts.push(...foreignCancelLost(records, keyOf(order), 'the link was lost before its answer'));
  }
  return facts;
}

function gravityOf(doubt: string): number {
  return Object.hasOwn(GRAVITY, doubt) ? GRAVITY[doubt as DoubtCause] : 0;
}

function keyOf(order: {
  readonly venue: VenueId;
  readonly exchangeOrderId: Parameters<typeof exchangeKey>[1];
}): string {
  return exchangeKey(order.venue, order.exchangeOrderId);
}

/** An unanswered cancel of main's order may be asked again: it can do no harm twice. */
function foreignCancelLost(records: Records, key: string | undefined, text: string): readonly OrderFact[] {
  const order = key === undefined ? undefined : records.foreignOrder(key);
  if (order === undefined || order.cancel !== 'requested' || order.cancelRequestId === null) return [];
  const { venue, exchangeOrderId, cancelRequestId } = order;
  const requestId = cancelRequestId;
  return [{ kind: 'foreign-cancel-refused', v: 1, venue, exchangeOrderId, requestId, text, lost: true }];
}
