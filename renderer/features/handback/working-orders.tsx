import { useMemo, useState } from 'react';
import type { OrderShown } from '#core/orders/contract.ts';
import type { SyncShown } from '#core/sync/contract.ts';
import { istTime } from '#core/model/market-clock.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { Seen } from '#renderer/api/query.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { quantity, words } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { Outcome, Trust } from '#renderer/look/said.tsx';

const WANTED = 'HAND OVER';

function columnsOf(handedOver: readonly string[]): readonly Column<OrderShown>[] {
  const over = new Set(handedOver);
  return [
    {
      id: 'sent',
      header: 'Sent',
      width: 76,
      value: (row) => row.sentAtMs,
      cell: (row) => istTime(row.sentAtMs),
    },
    ...rowColumns<OrderShown>(),
    {
      id: 'open',
      header: 'Still open',
      width: 120,
      numeric: true,
      value: (row) => row.quantity - row.filledQuantity,
      cell: (row) => (
        <span className={row.side}>
          {row.side.toUpperCase()} {quantity(row.quantity - row.filledQuantity)}
        </span>
      ),
    },
    {
      id: 'number',
      header: 'Order at the exchange',
      width: 190,
      value: (row) => row.exchangeOrderId ?? '',
      cell: (row) => row.exchangeOrderId ?? <strong className="warn">? no number yet</strong>,
    },
    {
      id: 'status',
      header: 'Status',
      width: 150,
      value: (row) => row.status,
      cell: (row) =>
        row.status === 'IN_DOUBT' ? <strong className="bad">? IN DOUBT</strong> : words(row.status),
    },
    {
      id: 'what',
      header: 'What happens to it',
      width: 220,
      grow: 2,
      value: (row) => whatOf(row, over),
    },
  ];
}

function whatOf(row: OrderShown, over: ReadonlySet<string>): string {
  if (over.has(row.orderId)) return '✓ handed over: main goes on with it';
  if (row.status === 'IN_DOUBT') return '✖ persons decide it first';
  if (row.exchangeOrderId === null) return '⋯ wait for its number';
  return '▸ finishes, is cancelled, or handed over';
}

/** Orders of ours that may still work when main takes over: each is finished, cancelled, or handed over by its number. */
export function WorkingOrders(props: {
  readonly seen: Seen<readonly OrderShown[]>;
  readonly shown: SyncShown;
  readonly acts: boolean;
}) {
  const { seen, acts } = props;
  const keys = useKeymap();
  const { handedOver } = props.shown;
  const names = handedOver.join(' ');
  const columns = useMemo(() => columnsOf(names.split(' ')), [names]);
  const [open, setOpen] = useState<OrderShown | null>(null);
  return (
    <>
      <Trust seen={seen} what="the working orders" />
      <div className="view-bar">
        <span>
          {acts ? (
            <>
              <kbd>Enter</kbd> hands an order over to main ·{' '}
            </>
          ) : null}
          <kbd>{keys.orders}</kbd> cancels or changes it · <kbd>{keys['in-doubt']}</kbd> decides what is in
          doubt
        </span>
      </div>
      {'value' in seen ? (
        <DataGrid
          label="Working orders"
          rows={seen.value}
          columns={columns}
          rowId={(row) => row.orderId}
          onOpen={(row) => {
            if (acts && row.exchangeOrderId !== null && !handedOver.includes(row.orderId)) setOpen(row);
          }}
          rowTone={(row) => (row.status === 'IN_DOUBT' ? 'row-bad' : '')}
          empty="The desk answered: no order of ours works."
        />
      ) : null}
      {open === null ? null : <HandOverDialog order={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function HandOverDialog({ order, onClose }: { readonly order: OrderShown; readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const { doing, run } = useCommand<unknown>();
  const ready = typed === WANTED && doing.state !== 'asked';
  const handOver = async (): Promise<void> => {
    const { orderId } = order;
    if ((await run((calls) => calls.sync.handOver({ orderId }))) !== null) onClose();
  };
  return (
    <Dialog title="Hand the order over to main" grave onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void handOver();
        }}
      >
        <p className="read">
          <strong className={order.side}>
            {order.side.toUpperCase()} {quantity(order.quantity - order.filledQuantity)}
          </strong>{' '}
          {order.instrumentId} {order.product} of {order.account}, at the exchange under{' '}
          <strong className="mono">{order.exchangeOrderId}</strong>
        </p>
        <p>
          It stays at the exchange, and main goes on with it by that number. This desk no longer cancels or
          changes it.
        </p>
        <ReadBack wanted={WANTED} value={typed} onChange={setTyped} first />
        <Outcome doing={doing} />
        <button type="submit" className="grave" disabled={!ready}>
          Hand it over <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}
