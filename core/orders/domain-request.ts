import type { OrderAddress } from '#core/exchange/port.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { priceObjection, quantityObjection, type Objection } from './checks.ts';
import { accountObjection, isOvercommitted, modeObjection, type Deciding } from './domain.ts';
import { goingObjection, notReady } from './domain-release.ts';
import type { OrderDecidedByPersons } from './events.ts';
import { hasOpenRequest } from './order-change.ts';
import type { Order } from './port.ts';

/** How the exchange knows the order: by its last accepted request, and by its number once it has one. */
export function addressOf(order: Order, instrument: Instrument): OrderAddress {
  const { orderId, exchangeOrderId, terms } = order;
  return {
    orderId,
    originalRequestId: order.acceptedRequestId ?? order.requests[0]?.requestId ?? null,
    exchangeOrderId,
    account: terms.account,
    instrument,
    side: terms.side,
    quantity: terms.quantity,
  };
}

/**
 * A cancel goes for an order that rests, and for one in doubt: asking for its end can not double it. One request
 * at a time; never for one whose first answer is still to come.
 */
export function cancelObjection(order: Order): Objection | null {
  switch (order.status) {
    case 'NEW':
    case 'PARTIALLY_FILLED':
    case 'IN_DOUBT':
      return hasOpenRequest(order) ? pending(order) : null;
    case 'PENDING_NEW':
    case 'PENDING_CANCEL':
    case 'PENDING_REPLACE':
      return pending(order);
    case 'CANCELED':
    case 'DONE_FOR_DAY':
    case 'EXPIRED':
    case 'FILLED':
    case 'PLANNED':
    case 'REJECTED':
    case 'UNRESOLVED_YESTERDAY':
    case 'WITHDRAWN':
      return { reason: 'not-working', text: `${order.orderId} is ${order.status}` };
  }
}

/** A replace changes the price and may lower the quantity: never raise it, never fall below what is filled. */
export function decideReplace(
  deciding: Deciding,
  order: Order,
  change: { readonly quantity: number; readonly priceE4: number },
): Result<{ readonly instrument: Instrument }, Objection> {
  const mode = modeObjection(deciding);
  if (mode !== null) return refuse(mode);
  if (order.status === 'IN_DOUBT') {
    return refuse({
      reason: 'not-working',
      text: `${order.orderId} is in doubt: it can only be asked about`,
    });
  }
  const standing = cancelObjection(order);
  if (standing !== null) return refuse(standing);
  const instrument = deciding.instruments.get(order.terms.instrumentId);
  const gateway = instrument === null ? null : deciding.exchange.gatewayOf(instrument);
  if (instrument === null || gateway === null) {
    return refuse({
      reason: 'unknown-instrument',
      text: `${order.terms.instrumentId} is in no contract file`,
    });
  }
  const objection = replaceObjection(deciding, order, change, instrument);
  if (objection !== null) return refuse(objection);
  if (!gateway.capabilities.replace) {
    return refuse({
      reason: 'not-supported',
      text: `${gateway.venue} replaces no orders: cancel it instead`,
    });
  }
  if (!gateway.ready()) return refuse(notReady(gateway));
  const going = goingObjection(
    deciding,
    { type: 'limit', priceE4: change.priceE4, timeInForce: order.terms.timeInForce },
    instrument,
    gateway,
  );
  return going === null ? ok({ instrument }) : refuse(going);
}

function replaceObjection(
  deciding: Deciding,
  order: Order,
  change: { readonly quantity: number; readonly priceE4: number },
  instrument: Instrument,
): Objection | null {
  if (order.terms.type === 'market') {
    return { reason: 'price-missing', text: 'a market order has no price to change' };
  }
  if (change.quantity > order.terms.quantity) {
    const text = `${change.quantity} is more than the ${order.terms.quantity} that the order has`;
    return { reason: 'would-raise-quantity', text };
  }
  const filled = Math.max(order.filledQuantity, order.toldQuantity);
  if (change.quantity <= filled) {
    return { reason: 'quantity-not-positive', text: `${filled} are filled already: cancel the rest instead` };
  }
  const block =
    deciding.outside(order.terms.account, instrument) ??
    accountObjection(deciding.state, order.terms.account);
  if (block !== null) return block;
  if (isOvercommitted(deciding.state, deciding.positions, order.terms)) {
    return { reason: 'more-than-closable', text: 'the row is overcommitted: its excess is being cancelled' };
  }
  return (
    quantityObjection(instrument, change.quantity) ??
    priceObjection(instrument, 'limit', change.priceE4, { marketOrders: false })
  );
}

/** What persons say became of an order whose fate no exchange word tells, or of a trade with two contents. */
export interface PersonsDecision {
  readonly outcome: OrderDecidedByPersons['outcome'];
  readonly cumQuantity: number;
  readonly by: readonly string[];
  readonly reason: string;
}

/** The claim of persons must agree with every fill that is known. */
export function decideByPersons(
  order: Order,
  decision: PersonsDecision,
  rule: { readonly persons: number; readonly hasConflict: boolean },
): Result<OrderDecidedByPersons, Objection> {
  const { outcome, cumQuantity, by, reason } = decision;
  const isOpen = order.status === 'IN_DOUBT' || order.status === 'UNRESOLVED_YESTERDAY';
  const isEnded = order.endedAtMs > 0;
  if (!isOpen && !(rule.hasConflict && isEnded)) {
    return refuse({ reason: 'not-working', text: `${order.orderId} is ${order.status}, not in doubt` });
  }
  if (reason.trim() === '') return refuse({ reason: 'authority-missing', text: 'this takes a reason' });
  if (new Set(by).size < rule.persons) {
    const text = `this takes ${rule.persons} persons, not ${new Set(by).size}`;
    return refuse({ reason: 'second-person-needed', text });
  }
  const least = Math.max(order.filledQuantity, outcome === 'filled' ? order.terms.quantity : 0);
  const most = outcome === 'never-reached' ? 0 : order.terms.quantity;
  if (
    !Number.isSafeInteger(cumQuantity) ||
    cumQuantity < least ||
    cumQuantity > Math.max(most, isEnded ? least : 0)
  ) {
    const text = `${cumQuantity} filled in all does not agree with ${order.filledQuantity} filled as known`;
    return refuse({ reason: 'more-than-closable', text });
  }
  const { orderId } = order;
  return ok({ kind: 'order-decided-by-persons', v: 1, orderId, outcome, cumQuantity, by, reason });
}

function pending(order: Order): Objection {
  return { reason: 'request-pending', text: `a request about ${order.orderId} has no answer yet` };
}
