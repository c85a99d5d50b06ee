import type { OrderReport } from '#core/exchange/port.ts';
import type { ExchangeOrderId } from '#core/model/ids.ts';
import type { DoubtCause, OrderFact } from './events.ts';
import type { Order } from './port.ts';
import type { Records } from './records.ts';
import { adopted, aheadFacts } from './report-fill.ts';
import { MAY_WORK } from './status-table.ts';

type EndWord = 'canceled' | 'expired' | 'done-for-day';

/** "New": the exchange has the order. Old news for an order in doubt, unless it is the answer that was missing. */
export function aliveFacts(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const { exchangeOrderId, via } = report;
  if (exchangeOrderId === null) return [];
  const facts: OrderFact[] = [...numberFacts(records, order, exchangeOrderId, report)];
  if (!MAY_WORK.has(order.status)) {
    // It had ended for us without the exchange ever having named it, and it lives: it must pin again.
    const everNamed = order.exchangeOrderId !== null;
    if (!everNamed && isSent(order)) facts.push(doubt(order, 'contradicted'));
    return facts;
  }
  const lateAnswer = order.status === 'IN_DOUBT' && order.doubt === 'no-answer' && via === 'order-session';
  if (lateAnswer && !isAsked(order)) facts.push(confirmedFact(order, exchangeOrderId, report));
  else facts.push(...aheadFacts(order, report));
  return facts;
}

/** A replace was done. */
export function replacedFacts(order: Order, report: OrderReport): readonly OrderFact[] {
  const named = order.requests.find((known) => known.requestId === report.requestId);
  const request =
    named ?? order.requests.findLast((known) => known.kind === 'replace' && known.state === 'pending');
  const exchangeOrderId = report.exchangeOrderId ?? order.exchangeOrderId;
  const requestId = request?.requestId ?? order.acceptedRequestId ?? order.requests[0]?.requestId;
  if (exchangeOrderId === null || requestId === undefined) return [];
  const quantity = report.orderQuantity ?? request?.quantity ?? order.terms.quantity;
  const priceE4 = report.priceE4 ?? request?.priceE4 ?? order.terms.priceE4 ?? 0;
  const isKnown =
    request?.state === 'accepted' &&
    ((quantity === order.terms.quantity && priceE4 === order.terms.priceE4) ||
      requestId !== order.acceptedRequestId);
  if (isKnown || quantity <= 0) return [];
  const { orderId } = order;
  const facts: OrderFact[] = [
    { kind: 'order-replaced', v: 1, orderId, requestId, exchangeOrderId, quantity, priceE4, via: report.via },
  ];
  if (order.status === 'IN_DOUBT' && order.doubt === 'no-answer' && report.via === 'order-session') {
    facts.push(confirmedFact(order, exchangeOrderId, report));
  }
  return facts;
}

/** A terminal word. Without its CumQty it frees nothing: it is asked for. */
export function endedFacts(
  records: Records,
  order: Order,
  report: OrderReport,
  word: EndWord,
): readonly OrderFact[] {
  const { orderId, status } = order;
  const { via, text } = report;
  const known = report.exchangeOrderId;
  const facts: OrderFact[] = known === null ? [] : [...numberFacts(records, order, known, report)];
  const cumQuantity = report.cumQuantity;
  if (cumQuantity === null) {
    if (MAY_WORK.has(status) && status !== 'IN_DOUBT') facts.push(doubt(order, 'contradicted'));
    return facts;
  }
  if (!isSent(order)) return facts;
  const isOpen = MAY_WORK.has(status) || status === 'UNRESOLVED_YESTERDAY';
  if (!isOpen && !isMoreThanTold(order, cumQuantity)) return facts;
  switch (word) {
    case 'canceled': {
      const cause =
        report.cancelCause ??
        (isAsked(order) ? 'requested' : order.terms.timeInForce === 'IOC' ? 'ioc' : 'exchange');
      facts.push({ kind: 'order-canceled', v: 1, orderId, cumQuantity, cause, text, via });
      return facts;
    }
    case 'expired':
      facts.push({ kind: 'order-expired', v: 1, orderId, cumQuantity, via });
      return facts;
    case 'done-for-day':
      facts.push({ kind: 'order-done-for-day', v: 1, orderId, cumQuantity, via });
      return facts;
  }
}

/** The order was refused; or, where a venue says so of a request, only the request was. */
export function rejectedFacts(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const { orderId, status } = order;
  const { text, via } = report;
  const request = order.requests.find((known) => known.requestId === report.requestId);
  if (request !== undefined && request.kind !== 'new') {
    if (request.state !== 'pending') return [];
    const { requestId } = request;
    return [{ kind: 'request-refused', v: 1, orderId, requestId, reason: 'other', text }];
  }
  if ((report.cumQuantity ?? 0) > 0 || order.filledQuantity > 0) {
    return endedFacts(records, order, report, 'canceled');
  }
  if (!MAY_WORK.has(status) && status !== 'UNRESOLVED_YESTERDAY') return [];
  // Some venues say "no such order" as a plain rejection: after lost numbers that proves nothing either.
  const isGuess = order.doubt === 'sequence-lost' && report.exchangeOrderId === null && via !== 'drop-copy';
  if (isGuess) return unknownFacts(order, report);
  return [{ kind: 'order-rejected', v: 1, orderId, text, via }];
}

/** The answer to a question. It describes: fills that it tells of are owed until they come themselves. */
export function statusFacts(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  switch (report.status) {
    case 'canceled':
      return endedFacts(records, order, report, 'canceled');
    case 'expired':
      return endedFacts(records, order, report, 'expired');
    case 'done-for-day':
      return endedFacts(records, order, report, 'done-for-day');
    case 'rejected':
      return rejectedFacts(records, order, report);
    case 'new':
    case 'partially-filled':
    case 'suspended':
      return foundAlive(records, order, report);
    case 'filled':
      return foundFilled(records, order, report);
    case 'pending-new':
    case 'pending-cancel':
    case 'pending-replace':
    case null:
      // Neither done nor failed yet: it stays what it is, and is asked again.
      return aheadFacts(order, report);
  }
}

function foundAlive(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const { exchangeOrderId } = report;
  if (exchangeOrderId === null) return [];
  const facts: OrderFact[] = [...numberFacts(records, order, exchangeOrderId, report)];
  if (!MAY_WORK.has(order.status)) {
    const counted = order.filledQuantity >= order.terms.quantity;
    if (isSent(order) && order.status !== 'UNRESOLVED_YESTERDAY' && !counted)
      facts.push(doubt(order, 'contradicted'));
    return facts;
  }
  const open = order.requests.find((request) => request.kind !== 'new' && request.state === 'pending');
  if (order.status === 'IN_DOUBT' && open !== undefined) {
    const text = 'the exchange shows the order as it was before this request';
    facts.push({
      kind: 'request-refused',
      v: 1,
      orderId: order.orderId,
      requestId: open.requestId,
      reason: 'other',
      text,
    });
  }
  if (order.status === 'IN_DOUBT' || order.status === 'PENDING_NEW') {
    facts.push(confirmedFact(order, exchangeOrderId, report));
  } else {
    facts.push(...aheadFacts(order, report));
  }
  return facts;
}

function foundFilled(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const { exchangeOrderId } = report;
  const cumQuantity = report.cumQuantity ?? order.terms.quantity;
  if (exchangeOrderId === null) return [];
  const facts: OrderFact[] = [...numberFacts(records, order, exchangeOrderId, report)];
  if (!MAY_WORK.has(order.status)) {
    if (isSent(order) && isMoreThanTold(order, cumQuantity)) {
      return [...facts, ...endedFacts(records, order, { ...report, cumQuantity }, 'canceled')];
    }
    return facts;
  }
  const isNews =
    order.status !== 'IN_DOUBT' || cumQuantity > order.toldQuantity || order.filledQuantity >= cumQuantity;
  if (isNews)
    facts.push(confirmedFact(order, exchangeOrderId, { ...report, cumQuantity, leavesQuantity: 0 }));
  return facts;
}

/**
 * "No such order." It proves that the order never was only where sequence numbers stood through the recovery and
 * no word ever came about it: then it is dead. After lost sequence state it proves nothing (protocols 3, step 7),
 * nor while an answer is merely late, nor about an order that the exchange has named before.
 */
export function unknownFacts(order: Order, report: OrderReport): readonly OrderFact[] {
  if (!MAY_WORK.has(order.status)) return [];
  const { orderId, doubt: why } = order;
  const neverNamed = order.exchangeOrderId === null && order.filledQuantity === 0 && order.toldQuantity === 0;
  if (neverNamed && (why === 'link-lost' || why === 'crash')) {
    const undelivered = order.requests[0]?.state === 'not-delivered';
    const text = undelivered
      ? 'never reached the exchange'
      : 'the exchange does not know it, and everything before the question had reached it';
    return [{ kind: 'order-rejected', v: 1, orderId, text, via: report.via }];
  }
  // Lost numbers stay the reason: a lesser one would let a later answer count as proof.
  const isKnown = why === 'unknown-to-exchange' || why === 'sequence-lost';
  return isKnown ? [] : [doubt(order, 'unknown-to-exchange')];
}

/** The exchange's number of our order, when it is news, and the fills that were waiting for it. */
function numberFacts(
  records: Records,
  order: Order,
  exchangeOrderId: ExchangeOrderId,
  report: OrderReport,
): readonly OrderFact[] {
  if (order.exchangeOrderId !== null || !isSent(order)) return [];
  const { orderId } = order;
  return [
    { kind: 'order-acknowledged', v: 1, orderId, exchangeOrderId, via: report.via },
    ...adopted(records, order, exchangeOrderId, null),
  ];
}

function confirmedFact(order: Order, exchangeOrderId: ExchangeOrderId, report: OrderReport): OrderFact {
  const cumQuantity = report.cumQuantity ?? Math.max(order.toldQuantity, order.filledQuantity);
  return {
    kind: 'order-confirmed',
    v: 1,
    orderId: order.orderId,
    exchangeOrderId,
    cumQuantity,
    leavesQuantity: report.leavesQuantity ?? Math.max(0, order.terms.quantity - cumQuantity),
    via: report.via,
  };
}

function doubt(order: Order, why: DoubtCause): OrderFact {
  return { kind: 'order-in-doubt', v: 1, orderId: order.orderId, why };
}

/** After the end CumQty is news only above all it ever was: a late copy still counts what a bust took back. */
function isMoreThanTold(order: Order, cumQuantity: number): boolean {
  return cumQuantity > order.toldQuantity + order.takenBackQuantity;
}

function isSent(order: Order): boolean {
  return order.requests.length > 0;
}

/** A cancel or replace of ours waits for its answer. */
function isAsked(order: Order): boolean {
  return order.requests.some((request) => request.kind !== 'new' && request.state === 'pending');
}
