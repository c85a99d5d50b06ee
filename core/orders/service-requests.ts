import type { CancelOrder, ExchangeGateway } from '#core/exchange/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import type { ExchangeOrderId, OrderId, VenueId } from '#core/model/ids.ts';
import { modeObjection, type Deciding } from './domain.ts';
import { notReady } from './domain-release.ts';
import { addressOf, cancelObjection, decideReplace } from './domain-request.ts';
import type { CancelRequested, ForeignCancelRequested } from './events.ts';
import type { Order, OrderRefusal, OrdersPort } from './port.ts';
import type { OrdersDeps } from './service-deps.ts';
import { ship, type SendDeps } from './service-send.ts';
import type { OrdersState } from './state.ts';

/** What every command needs: what decides, and what commits and writes. */
export interface CommandDeps extends OrdersDeps, SendDeps {
  readonly journal: OrdersDeps['journal'];
  readonly host: OrdersDeps['host'];
  readonly state: OrdersState;
  readonly deciding: () => Deciding;
}

/** Cancels what can be cancelled now, as far as rate and burst go; the caller sees which went. */
export function cancel(
  deps: CommandDeps,
  orderIds: readonly OrderId[],
  by: string,
  reason: string,
): ReturnType<OrdersPort['cancel']> {
  const { today } = deps.deciding();
  const budget = createBudget(deps);
  const shipments = new Map<
    VenueId,
    { gateway: ExchangeGateway; commands: CancelOrder[]; facts: CancelRequested[] }
  >();
  let objection: OrderRefusal | null = null;
  for (const orderId of new Set(orderIds)) {
    const order = deps.state.order(orderId);
    const blocked = order === undefined ? unknownOrder(orderId) : cancelObjection(order);
    if (order === undefined || blocked !== null) {
      objection ??= blocked;
      continue;
    }
    const instrument = deps.instruments.get(order.terms.instrumentId);
    const gateway = deps.exchange.gateways.get(order.venue);
    if (instrument === null || gateway === undefined) {
      objection ??= {
        reason: 'no-venue',
        text: `${order.venue} is not configured or the contract is unknown`,
      };
      continue;
    }
    const spent = budget(gateway);
    if (spent !== null) {
      objection ??= spent;
      continue;
    }
    const requestId = deps.numbering.requestId(today);
    const shipment = shipments.get(gateway.venue) ?? { gateway, commands: [], facts: [] };
    shipments.set(gateway.venue, shipment);
    shipment.commands.push({ kind: 'cancel', requestId, order: addressOf(order, instrument) });
    shipment.facts.push({ kind: 'cancel-requested', v: 1, orderId, requestId, by, reason });
  }
  if (shipments.size === 0) return objection === null ? ok({ sent: [] }) : refuse(objection);
  const shipped = ship(deps, [...shipments.values()], []);
  if (!shipped.ok) return shipped;
  return ok({
    sent: shipped.value.flatMap((one) =>
      one.facts.flatMap((fact) => (fact.kind === 'cancel-requested' ? [fact.orderId] : [])),
    ),
  });
}

function unknownOrder(orderId: string): OrderRefusal {
  return { reason: 'unknown-order', text: `${orderId} is no order that this desk knows` };
}

/** One message at a time out of each venue's burst and rate; null while there is room. */
function createBudget(deps: CommandDeps): (gateway: ExchangeGateway) => OrderRefusal | null {
  const left = new Map<VenueId, number>();
  const nowMs = deps.host.now();
  return (gateway) => {
    const room = left.get(gateway.venue) ?? Math.min(gateway.burstMax, gateway.allowance(nowMs));
    const objection = gateway.ready() ? null : notReady(gateway);
    if (objection !== null) return objection;
    if (room < 1) return { reason: 'rate-exceeded', text: `${gateway.venue} takes no more in this second` };
    left.set(gateway.venue, room - 1);
    return null;
  };
}

/** Main's resting orders, where the venue grants the authority. What can not be cancelled stays reserved. */
export function cancelForeign(
  deps: CommandDeps,
  exchangeOrderIds: readonly ExchangeOrderId[],
  by: string,
): ReturnType<OrdersPort['cancelForeign']> {
  const deciding = deps.deciding();
  const mode = modeObjection(deciding);
  if (mode !== null) return refuse(mode);
  const wanted = new Set(exchangeOrderIds);
  const budget = createBudget(deps);
  const shipments = new Map<
    VenueId,
    { gateway: ExchangeGateway; commands: CancelOrder[]; facts: ForeignCancelRequested[] }
  >();
  let objection: OrderRefusal | null = null;
  for (const order of deps.state.foreignOrders()) {
    if (!wanted.has(order.exchangeOrderId) || order.ended || order.cancel === 'requested') continue;
    const instrument = deps.instruments.get(order.instrumentId);
    const gateway = deps.exchange.gateways.get(order.venue);
    if (instrument === null || gateway === undefined || gateway.capabilities.cancelOthers === 'none') {
      objection ??= {
        reason: 'not-supported',
        text: `${order.venue} lets nobody cancel the orders of others`,
      };
      continue;
    }
    const spent = budget(gateway);
    if (spent !== null) {
      objection ??= spent;
      continue;
    }
    const requestId = deps.numbering.requestId(deciding.today);
    const { venue, exchangeOrderId, account, side, quantity } = order;
    const shipment = shipments.get(venue) ?? { gateway, commands: [], facts: [] };
    shipments.set(venue, shipment);
    const address = {
      orderId: null,
      originalRequestId: null,
      exchangeOrderId,
      account,
      instrument,
      side,
      quantity,
    };
    shipment.commands.push({ kind: 'cancel', requestId, order: address });
    shipment.facts.push({ kind: 'foreign-cancel-requested', v: 1, venue, exchangeOrderId, requestId, by });
  }
  if (shipments.size === 0) return objection === null ? ok({ sent: 0 }) : refuse(objection);
  const shipped = ship(deps, [...shipments.values()], []);
  if (!shipped.ok) return shipped;
  return ok({ sent: shipped.value.reduce((sum, one) => sum + one.commands.length, 0) });
}

export function replace(
  deps: CommandDeps,
  orderId: OrderId,
  change: { readonly quantity: number; readonly priceE4: number },
  by: string,
): Result<null, OrderRefusal> {
  const deciding = deps.deciding();
  const order: Order | undefined = deps.state.order(orderId);
  if (order === undefined) return refuse(unknownOrder(orderId));
  const decided = decideReplace(deciding, order, change);
  if (!decided.ok) return decided;
  const { instrument } = decided.value;
  const gateway = present(deciding.exchange.gatewayOf(instrument), 'the venue of a contract');
  const spent = createBudget(deps)(gateway);
  if (spent !== null) return refuse(spent);
  const requestId = deps.numbering.requestId(deciding.today);
  const { quantity, priceE4 } = change;
  const { timeInForce } = order.terms;
  const shipped = ship(
    deps,
    [
      {
        gateway,
        commands: [
          {
            kind: 'replace',
            requestId,
            order: addressOf(order, instrument),
            quantity,
            type: 'limit',
            priceE4,
            timeInForce,
          },
        ],
        facts: [{ kind: 'replace-requested', v: 1, orderId, requestId, quantity, priceE4, by }],
      },
    ],
    [],
  );
  return shipped.ok ? ok(null) : shipped;
}
