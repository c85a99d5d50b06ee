import { present } from '#core/lib/assert.ts';
import type { Fact } from '#core/events.ts';
import { applyBust, applyCorrection, applyFill, type ApplyContext } from './apply-fill.ts';
import { applyForeign, applyForeignFill } from './apply-foreign.ts';
import type { OrderFact, OrderPlanned } from './events.ts';
import { changed, reservedOf, rolled, type OrderWord } from './order-change.ts';
import type { Order } from './port.ts';
import { exchangeKey, fillKeyText, type Records } from './records.ts';

const ORDER_KINDS = {
  'order-planned': true,
  'order-withdrawn': true,
  'order-released': true,
  'order-acknowledged': true,
  'order-filled': true,
  'fill-conflicted': true,
  'fill-busted': true,
  'fill-corrected': true,
  'cancel-requested': true,
  'replace-requested': true,
  'order-replaced': true,
  'request-refused': true,
  'order-canceled': true,
  'order-rejected': true,
  'order-expired': true,
  'order-done-for-day': true,
  'order-in-doubt': true,
  'order-not-delivered': true,
  'order-confirmed': true,
  'order-unresolved-yesterday': true,
  'order-decided-by-persons': true,
  'foreign-fill-seen': true,
  'foreign-fill-busted': true,
  'foreign-order-seen': true,
  'foreign-order-ended': true,
  'foreign-cancel-requested': true,
  'foreign-cancel-refused': true,
  'day-rolled': true,
} satisfies Record<OrderFact['kind'], true>;

/** Facts of this service; the others of the journal do not concern it. */
export function isOrderFact(fact: Fact): fact is OrderFact {
  return Object.hasOwn(ORDER_KINDS, fact.kind);
}

/** Changes the records by one fact. Pure but for them: the same facts in the same order give the same records. */
export function applyFact(records: Records, fact: OrderFact, context: ApplyContext): void {
  switch (fact.kind) {
    case 'order-planned':
      records.putOrder(plannedOrder(fact, context.atMs));
      return;
    case 'order-filled':
      return applyFill(records, fact, context);
    case 'fill-busted':
      return applyBust(records, fact, context);
    case 'fill-corrected':
      return applyCorrection(records, fact, context);
    case 'foreign-fill-seen':
      return applyForeignFill(records, fact);
    case 'foreign-fill-busted':
    case 'foreign-order-seen':
    case 'foreign-order-ended':
    case 'foreign-cancel-requested':
    case 'foreign-cancel-refused':
      return applyForeign(records, fact);
    case 'day-rolled':
      return applyDayRoll(records, fact.from, context.atMs);
    case 'cancel-requested':
    case 'fill-conflicted':
    case 'order-acknowledged':
    case 'order-canceled':
    case 'order-confirmed':
    case 'order-decided-by-persons':
    case 'order-done-for-day':
    case 'order-expired':
    case 'order-in-doubt':
    case 'order-not-delivered':
    case 'order-rejected':
    case 'order-released':
    case 'order-replaced':
    case 'order-unresolved-yesterday':
    case 'order-withdrawn':
    case 'replace-requested':
    case 'request-refused':
      return applyWord(records, fact, context);
  }
}

function plannedOrder(fact: OrderPlanned, atMs: number): Order {
  const order: Omit<Order, 'reserved'> = {
    orderId: fact.orderId,
    venue: fact.venue,
    terms: fact.terms,
    status: 'PLANNED',
    tradingDate: fact.tradingDate,
    evidence: fact.evidence,
    runId: fact.runId,
    slice: fact.slice,
    exchangeOrderId: null,
    requests: [],
    acceptedRequestId: null,
    filledQuantity: 0,
    filledValueE4: 0,
    toldQuantity: 0,
    takenBackQuantity: 0,
    doubt: '',
    reference: null,
    fundsE4: 0,
    cancelCause: null,
    text: '',
    plannedAtMs: atMs,
    sentAtMs: 0,
    answeredAtMs: 0,
    endedAtMs: 0,
  };
  return { ...order, reserved: reservedOf(order) };
}

function applyWord(records: Records, fact: OrderWord, context: ApplyContext): void {
  const order = present(records.order(fact.orderId), 'the order of a fact');
  records.putOrder(changed(order, fact, context.atMs));
  switch (fact.kind) {
    case 'order-released':
    case 'cancel-requested':
    case 'replace-requested':
      records.linkRequest(fact.requestId, fact.orderId);
      return;
    case 'order-acknowledged':
    case 'order-replaced':
    case 'order-confirmed':
      records.linkExchange(exchangeKey(order.venue, fact.exchangeOrderId), fact.orderId);
      return;
    case 'fill-conflicted': {
      const text = fillKeyText(fact.key);
      const known = records.fill(text);
      if (known !== undefined) {
        records.putFill(text, { ...known, conflicted: true, contents: [...known.contents, fact.claimed] });
      }
      records.markConflict(fact.orderId, true);
      return;
    }
    case 'order-decided-by-persons':
      records.markConflict(fact.orderId, false);
      return;
    case 'order-canceled':
    case 'order-done-for-day':
    case 'order-expired':
    case 'order-in-doubt':
    case 'order-not-delivered':
    case 'order-rejected':
    case 'order-unresolved-yesterday':
    case 'order-withdrawn':
    case 'request-refused':
      return;
  }
}

function applyDayRoll(records: Records, from: string, atMs: number): void {
  for (const orderId of Array.from(records.unsettled())) {
    const order = present(records.order(orderId), 'an unsettled order');
    if (order.tradingDate <= from) records.putOrder(rolled(order, from, atMs));
  }
  for (const foreign of Array.from(records.foreignOrders())) {
    const key = exchangeKey(foreign.venue, foreign.exchangeOrderId);
    records.putForeignOrder(key, { ...foreign, ended: true, openQuantity: 0, text: 'the trading day ended' });
  }
}
