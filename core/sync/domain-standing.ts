import type { OrderId } from '#core/model/ids.ts';
import type { Order, OrderStatus } from '#core/orders/port.ts';

/** The end of an order's life, whoever said so. */
const ENDED: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'WITHDRAWN',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'DONE_FOR_DAY',
]);

export function isEnded(status: OrderStatus): boolean {
  return ENDED.has(status);
}

/** Neither done nor failed: no answer, or fewer trades than the exchange counts (the rest is owed to us). */
export function isInDoubt({ status, reserved }: Pick<Order, 'status' | 'reserved'>): boolean {
  return status === 'IN_DOUBT' || status === 'UNRESOLVED_YESTERDAY' || (isEnded(status) && reserved > 0);
}

/** The orders that keep a certificate from being signed. */
export function openOrders(
  orders: Iterable<Pick<Order, 'orderId' | 'status' | 'reserved'>>,
  isHandedOver: (orderId: OrderId) => boolean,
): { readonly inDoubt: readonly OrderId[]; readonly working: readonly OrderId[] } {
  const inDoubt: OrderId[] = [];
  const working: OrderId[] = [];
  for (const order of orders) {
    if (isInDoubt(order)) inDoubt.push(order.orderId);
    else if (!isEnded(order.status) && !isHandedOver(order.orderId)) working.push(order.orderId);
  }
  return { inDoubt, working };
}
