import type { ExchangeOrderId, OrderId } from '#core/model/ids.ts';
import type { OrdersPort } from '#core/orders/port.ts';
import type { Run } from './domain.ts';
import { contractKey, isOver } from './plan-quantity.ts';

/** Step one of a run as it stands: what is still to be cancelled, and where rows wait for it. */
export interface StepOneWork {
  readonly own: readonly OrderId[];
  /** Ours, never sent: withdrawn instead. */
  readonly planned: readonly OrderId[];
  readonly foreign: readonly ExchangeOrderId[];
  readonly byContract: ReadonlyMap<string, { readonly own: OrderId[]; readonly foreign: ExchangeOrderId[] }>;
}

/**
 * Resting orders that the approval said to cancel and that are not over yet. Main's orders among them are
 * added to `awaited`: their rows wait for a word about them.
 */
export function stepOne(
  deps: { readonly orders: Pick<OrdersPort, 'order' | 'foreignOrders'> },
  run: Run,
  awaited: Set<ExchangeOrderId>,
): StepOneWork {
  const byContract = new Map<string, { own: OrderId[]; foreign: ExchangeOrderId[] }>();
  const own: OrderId[] = [];
  const planned: OrderId[] = [];
  const foreign: ExchangeOrderId[] = [];
  const at = (key: string): { own: OrderId[]; foreign: ExchangeOrderId[] } => {
    const found = byContract.get(key) ?? { own: [], foreign: [] };
    byContract.set(key, found);
    return found;
  };
  for (const orderId of run.cancelOrders) {
    const order = deps.orders.order(orderId);
    if (order === null || isOver(order.status)) continue;
    (order.status === 'PLANNED' ? planned : own).push(orderId);
    at(contractKey(order.terms)).own.push(orderId);
  }
  const asked = new Set(run.cancelForeign);
  for (const order of asked.size === 0 ? [] : deps.orders.foreignOrders()) {
    if (!asked.has(order.exchangeOrderId) || order.cancel === 'refused') continue;
    awaited.add(order.exchangeOrderId);
    if (order.cancel === 'none') foreign.push(order.exchangeOrderId);
    at(contractKey(order)).foreign.push(order.exchangeOrderId);
  }
  return { own, planned, foreign, byContract };
}
