import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import { useQuery } from '#renderer/api/query.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import { Trust } from '#renderer/look/said.tsx';
import { COLUMNS } from './columns.tsx';
import { MainOrders } from './main-orders.tsx';
import { OrderDialog } from './order-dialog.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'order-planned',
  'order-withdrawn',
  'order-released',
  'order-acknowledged',
  'order-filled',
  'fill-busted',
  'fill-corrected',
  'fill-conflicted',
  'cancel-requested',
  'replace-requested',
  'order-replaced',
  'request-refused',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-done-for-day',
  'order-in-doubt',
  'order-not-delivered',
  'order-confirmed',
  'order-unresolved-yesterday',
  'order-decided-by-persons',
  'day-rolled',
]);

const SHOWS = [
  { id: 'all', label: 'All of today' },
  { id: 'open', label: 'Open' },
  { id: 'mains', label: 'Main’s resting orders' },
] as const;
type Show = (typeof SHOWS)[number]['id'];

const NEWEST_FIRST = [{ id: 'time', desc: true }];

/** The order book: every order of this desk today, with the exchange's answer time. */
export function Orders() {
  const [show, setShow] = useState<Show>('all');
  const chooser = (
    <div className="view-bar">
      {SHOWS.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          className="toggle"
          aria-pressed={show === id}
          onClick={() => setShow(id)}
        >
          {show === id ? '◉' : '○'} {label}
        </button>
      ))}
      <span className="dim">
        <kbd>Enter</kbd> opens an order: details, change, cancel
      </span>
    </div>
  );
  return (
    <section className="view" aria-label="Orders">
      {chooser}
      {show === 'mains' ? <MainOrders /> : <Book which={show} />}
    </section>
  );
}

function Book({ which }: { readonly which: 'all' | 'open' }) {
  const seen = useQuery(`orders ${which}`, {
    ask: (calls) => calls.orders.list({ which }),
    changedBy: CHANGED_BY,
  });
  const [open, setOpen] = useState<OrderShown | null>(null);
  return (
    <>
      <Trust seen={seen} what="orders" />
      {'value' in seen ? (
        <DataGrid
          label="Orders"
          rows={seen.value}
          columns={COLUMNS}
          rowId={(row) => row.orderId}
          firstSort={NEWEST_FIRST}
          onOpen={setOpen}
          rowTone={(row) => (row.status === 'IN_DOUBT' || row.status === 'REJECTED' ? 'row-bad' : '')}
          empty={
            which === 'open' ? 'The desk answered: no order is open.' : 'The desk answered: no order today.'
          }
        />
      ) : null}
      {open === null ? null : <OrderDialog order={open} onClose={() => setOpen(null)} />}
    </>
  );
}
