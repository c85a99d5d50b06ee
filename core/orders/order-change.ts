import { assert, assertNever } from '#core/lib/assert.ts';
import type { OrderFact } from './events.ts';
import type { Order, OrderStatus } from './port.ts';
import { MAY_WORK, STATUS_TABLE, TERMINAL } from './status-table.ts';
import type { OrderFactKind } from './status-rows.ts';

/** Facts about one order that exists already. Fills, busts and corrections come as a change of the sums. */
export type OrderWord = Exclude<
  Extract<OrderFact, { readonly orderId: unknown }>,
  { readonly kind: 'order-planned' | 'order-filled' | 'fill-busted' | 'fill-corrected' }
>;

type Request = Order['requests'][number];

/** The next status, or a bug: what decides facts must know the table. */
function nextStatus(status: OrderStatus, word: OrderFactKind): OrderStatus {
  const next = STATUS_TABLE[status][word];
  assert(next !== 'illegal', `an order that is ${status} can not meet ${word}`);
  return next;
}

/**
 * What an order still pins (design 4, "what frees quantity"). Planned: all of it. At the exchange or perhaps
 * there: the larger of what it is and what we asked it to become, less the known fills. Ended: the fills that the
 * exchange has told of (CumQty) and that have not reached us. Unresolved: as if it could still fill.
 */
export function reservedOf(order: Omit<Order, 'reserved'>): number {
  const owed = Math.max(0, order.toldQuantity - order.filledQuantity);
  if (order.status === 'PLANNED') return order.terms.quantity;
  if (TERMINAL.has(order.status)) return owed;
  let asked = order.terms.quantity;
  for (const request of order.requests) {
    if (request.kind === 'replace' && request.state === 'pending') asked = Math.max(asked, request.quantity);
  }
  return Math.max(owed, asked - order.filledQuantity, 0);
}

/** `changes` with the status of `word`, the reservation and the end mark that follow from them. */
export function moved(order: Order, word: OrderFactKind, atMs: number, changes: Partial<Order>): Order {
  const status = nextStatus(order.status, word);
  const ends = TERMINAL.has(status) && !TERMINAL.has(order.status);
  const next: Order = {
    ...order,
    ...changes,
    status,
    doubt: status === 'IN_DOUBT' || status === 'UNRESOLVED_YESTERDAY' ? (changes.doubt ?? order.doubt) : '',
    endedAtMs: ends ? atMs : TERMINAL.has(status) ? order.endedAtMs : 0,
  };
  const reserved = reservedOf(next);
  assert(reserved >= 0 && Number.isSafeInteger(reserved), 'a reservation is a whole number of units');
  assert(next.filledQuantity >= 0, 'busts take back no more than was filled');
  return { ...next, reserved };
}

/** The order after a word about it. */
export function changed(order: Order, fact: OrderWord, atMs: number): Order {
  const partly = order.filledQuantity > 0;
  switch (fact.kind) {
    case 'order-withdrawn':
      return moved(order, fact.kind, atMs, { text: fact.reason });
    case 'order-released':
      return released(order, fact, atMs);
    case 'order-acknowledged':
      return moved(order, partly ? 'order-acknowledged-partly' : fact.kind, atMs, {
        ...accepted(order),
        exchangeOrderId: fact.exchangeOrderId,
        answeredAtMs: order.answeredAtMs === 0 ? atMs : order.answeredAtMs,
      });
    case 'fill-conflicted':
    case 'order-not-delivered':
    case 'request-refused':
    case 'cancel-requested':
    case 'replace-requested':
    case 'order-replaced':
      return requestChanged(order, fact, atMs);
    case 'order-canceled':
    case 'order-rejected':
    case 'order-expired':
    case 'order-done-for-day':
      return ended(order, fact, atMs);
    case 'order-in-doubt':
      return moved(order, fact.kind, atMs, { doubt: fact.why });
    case 'order-confirmed':
      return confirmed(order, fact, atMs);
    case 'order-unresolved-yesterday':
      return moved(order, fact.kind, atMs, { doubt: `unresolved since ${fact.tradingDate}` });
    case 'order-decided-by-persons':
      return moved(order, `decided-${fact.outcome}`, atMs, {
        toldQuantity: Math.max(order.toldQuantity, fact.cumQuantity),
        text: `${fact.by.join(' and ')}: ${fact.reason}`,
        requests: closed(order, 'refused'),
      });
    default:
      return assertNever(fact);
  }
}

/** A DAY order is over with its day; what was unanswered then stays a question. */
export function rolled(order: Order, from: string, atMs: number): Order {
  return moved(order, 'day-rolled', atMs, {
    text: order.status === 'PLANNED' ? 'the trading day ended' : order.text,
    doubt: order.status === 'UNRESOLVED_YESTERDAY' ? order.doubt : `unresolved since ${from}`,
  });
}

function released(order: Order, fact: Extract<OrderWord, { kind: 'order-released' }>, atMs: number): Order {
  const { type, priceE4, timeInForce, requestId } = fact;
  const quantity = order.terms.quantity;
  return moved(order, fact.kind, atMs, {
    terms: { ...order.terms, type, priceE4, timeInForce },
    requests: [{ requestId, kind: 'new', quantity, priceE4, state: 'pending', atMs }],
    reference: fact.reference,
    fundsE4: fact.fundsE4,
    sentAtMs: atMs,
  });
}

/** Fields of an order whose new request the exchange has taken: it has a word or a fill about it. */
export function accepted(order: Order): Pick<Order, 'requests' | 'acceptedRequestId'> {
  const first = order.requests[0];
  if (first === undefined || first.kind !== 'new' || first.state === 'accepted') {
    return { requests: order.requests, acceptedRequestId: order.acceptedRequestId };
  }
  return {
    requests: [{ ...first, state: 'accepted' }, ...order.requests.slice(1)],
    acceptedRequestId: order.acceptedRequestId ?? first.requestId,
  };
}

function requestChanged(
  order: Order,
  fact: Extract<
    OrderWord,
    {
      kind:
        | 'fill-conflicted'
        | 'order-not-delivered'
        | 'request-refused'
        | 'cancel-requested'
        | 'replace-requested'
        | 'order-replaced';
    }
  >,
  atMs: number,
): Order {
  const partly = order.filledQuantity > 0;
  const { quantity, priceE4 } = order.terms;
  switch (fact.kind) {
    case 'fill-conflicted':
      return moved(order, fact.kind, atMs, {
        text: `trade ${fact.key.tradeId} was reported with two contents`,
      });
    case 'order-not-delivered':
      return moved(order, fact.kind, atMs, {
        requests: answered(order, fact.requestId, 'not-delivered'),
        doubt: order.doubt === '' ? 'link-lost' : order.doubt,
      });
    case 'request-refused':
      return moved(order, partly ? 'request-refused-partly' : fact.kind, atMs, {
        requests: answered(order, fact.requestId, 'refused'),
        text: fact.text,
      });
    case 'cancel-requested':
      return moved(order, fact.kind, atMs, {
        requests: asked(order, {
          requestId: fact.requestId,
          kind: 'cancel',
          quantity,
          priceE4,
          state: 'pending',
          atMs,
        }),
      });
    case 'replace-requested': {
      const request: Request = {
        requestId: fact.requestId,
        kind: 'replace',
        quantity: fact.quantity,
        priceE4: fact.priceE4,
        state: 'pending',
        atMs,
      };
      return moved(order, fact.kind, atMs, { requests: asked(order, request) });
    }
    case 'order-replaced':
      return replaced(order, fact, atMs);
    default:
      return assertNever(fact);
  }
}

/** One request of ours at a time, and none on an order that has ended (I3). */
function asked(order: Order, request: Request): readonly Request[] {
  assert(MAY_WORK.has(order.status), 'only an order that may work is cancelled or replaced');
  assert(!hasOpenRequest(order), 'one request is open on an order at a time');
  return [...order.requests, request];
}

function replaced(order: Order, fact: Extract<OrderWord, { kind: 'order-replaced' }>, atMs: number): Order {
  const { filledQuantity } = order;
  const suffix = filledQuantity === 0 ? '' : filledQuantity >= fact.quantity ? '-in-full' : '-partly';
  const taken = { ...order, ...accepted(order) };
  return moved(order, `order-replaced${suffix}`, atMs, {
    terms: { ...order.terms, quantity: fact.quantity, priceE4: fact.priceE4 },
    requests: answered(taken, fact.requestId, 'accepted'),
    acceptedRequestId: fact.requestId,
    exchangeOrderId: fact.exchangeOrderId,
  });
}

function ended(
  order: Order,
  fact: Extract<
    OrderWord,
    { kind: 'order-canceled' | 'order-rejected' | 'order-expired' | 'order-done-for-day' }
  >,
  atMs: number,
): Order {
  const cumQuantity = fact.kind === 'order-rejected' ? 0 : fact.cumQuantity;
  return moved(order, fact.kind, atMs, {
    toldQuantity: Math.max(order.toldQuantity, cumQuantity),
    requests: closed(order, fact.kind === 'order-rejected' ? 'refused' : 'accepted'),
    answeredAtMs: order.answeredAtMs === 0 ? atMs : order.answeredAtMs,
    ...(fact.kind === 'order-canceled' ? { cancelCause: fact.cause } : {}),
    ...('text' in fact ? { text: fact.text } : {}),
  });
}

function confirmed(order: Order, fact: Extract<OrderWord, { kind: 'order-confirmed' }>, atMs: number): Order {
  const toldQuantity = Math.max(order.toldQuantity, fact.cumQuantity);
  const { filledQuantity, terms } = order;
  const complete = fact.leavesQuantity === 0 || toldQuantity >= terms.quantity;
  const suffix = complete
    ? filledQuantity >= terms.quantity
      ? '-in-full'
      : '-owing'
    : toldQuantity > 0 || filledQuantity > 0
      ? '-partly'
      : '';
  return moved(order, `order-confirmed${suffix}`, atMs, {
    ...accepted(order),
    exchangeOrderId: fact.exchangeOrderId,
    toldQuantity,
    doubt: suffix === '-owing' ? 'no-answer' : order.doubt,
    answeredAtMs: order.answeredAtMs === 0 ? atMs : order.answeredAtMs,
  });
}

function answered(order: Order, requestId: string, state: Request['state']): readonly Request[] {
  return order.requests.map((request) => (request.requestId === requestId ? { ...request, state } : request));
}

/** At its end nothing is open any more: a cancel was done, a replace was not, the order itself was or was not. */
function closed(order: Order, fresh: 'accepted' | 'refused'): readonly Request[] {
  if (!order.requests.some((request) => request.state === 'pending')) return order.requests;
  return order.requests.map((request) => {
    if (request.state !== 'pending') return request;
    if (request.kind === 'replace') return { ...request, state: 'refused' };
    return { ...request, state: request.kind === 'new' ? fresh : 'accepted' };
  });
}

/** A cancel or replace of ours waits for its answer. */
export function hasOpenRequest(order: Order): boolean {
  return order.requests.some((request) => request.kind !== 'new' && request.state === 'pending');
}
