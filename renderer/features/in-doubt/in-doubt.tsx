import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import { useQuery } from '#renderer/api/query.ts';
import { duration, quantity, words } from '#renderer/look/format.ts';
import { Trust } from '#renderer/look/said.tsx';
import { useNow } from '#renderer/look/ticking.ts';
import { DecideDialog } from './decide-dialog.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'order-in-doubt',
  'order-confirmed',
  'order-filled',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-unresolved-yesterday',
  'order-decided-by-persons',
  'fill-conflicted',
  'venue-recovered',
  'day-rolled',
]);

/** The quarantine: sent, no answer. Neither done nor failed; reserved, never sent again, only asked about. */
export function InDoubt() {
  const seen = useQuery('in doubt', {
    ask: (calls) => calls.orders.list({ which: 'in-doubt' }),
    changedBy: CHANGED_BY,
  });
  const now = useNow();
  const [decide, setDecide] = useState<OrderShown | null>(null);
  return (
    <section className="view" aria-label="In doubt">
      <Trust seen={seen} what="the orders in doubt" />
      <p>
        Sent, and the exchange has not said what became of them. <strong>Do not punch them again</strong>,
        here or elsewhere: their quantity stays reserved until drop copy, the exchange’s answer or two persons
        decide.
      </p>
      {'value' in seen ? (
        <div className="list">
          {seen.value.length === 0 ? (
            <p className="good">✓ The desk answered: no order is in doubt.</p>
          ) : null}
          <table className="plain">
            <tbody>
              {seen.value.map((order) => (
                <tr key={order.orderId}>
                  <td className="bad">
                    <strong>? {words(order.status)}</strong>
                  </td>
                  <td>{order.account}</td>
                  <td>
                    <strong>{order.instrumentId}</strong> {order.product}
                  </td>
                  <td className={order.side}>
                    {order.side.toUpperCase()} {quantity(order.quantity)}
                  </td>
                  <td>
                    {quantity(order.filledQuantity)} known filled, {quantity(order.reserved)} reserved
                  </td>
                  <td>
                    sent{' '}
                    {order.sentAtMs > 0
                      ? `${istTime(order.sentAtMs)}, ${duration(now - order.sentAtMs)} ago`
                      : 'unknown'}
                  </td>
                  <td>{words(order.doubt)}</td>
                  <td className="mono dim">{order.orderId}</td>
                  <td>
                    <button type="button" onClick={() => setDecide(order)}>
                      Decide…
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {decide === null ? null : <DecideDialog order={decide} onClose={() => setDecide(null)} />}
    </section>
  );
}
