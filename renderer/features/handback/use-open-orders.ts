import type { FactKind } from '#core/events.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import { useQuery, type Seen } from '#renderer/api/query.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'order-released',
  'order-acknowledged',
  'order-filled',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-done-for-day',
  'order-in-doubt',
  'order-decided-by-persons',
  'order-handed-over',
]);
const EVERY_MS = 3_000;

/** Orders of this desk that are, or may be, at the exchange. */
export function useOpenOrders(): Seen<readonly OrderShown[]> {
  return useQuery('handback open orders', {
    ask: (calls) => calls.orders.list({ which: 'open' }),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
}
