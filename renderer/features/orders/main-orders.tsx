import { useState } from 'react';
import type { z } from 'zod';
import type { FactKind } from '#core/events.ts';
import { ExchangeOrderId } from '#core/model/ids.ts';
import type { ForeignOrderShown } from '#core/orders/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { useQuery } from '#renderer/api/query.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Selection } from '#renderer/look/selection.ts';
import type { Column } from '#renderer/look/data-row.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Outcome, Trust } from '#renderer/look/said.tsx';

type Foreign = z.infer<typeof ForeignOrderShown>;

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'foreign-order-seen',
  'foreign-order-ended',
  'foreign-cancel-requested',
  'foreign-cancel-refused',
]);

const COLUMNS: readonly Column<Foreign>[] = [
  { id: 'venue', header: 'Venue', width: 80, value: (row) => row.venue },
  { id: 'number', header: 'Exchange order', width: 150, value: (row) => row.exchangeOrderId },
  { id: 'account', header: 'Account', width: 90, value: (row) => row.account },
  { id: 'instrument', header: 'Contract', width: 234, grow: 2, value: (row) => row.instrumentId },
  { id: 'product', header: 'Prod', width: 90, value: (row) => row.product ?? 'unattributed' },
  {
    id: 'side',
    header: 'Side',
    width: 56,
    value: (row) => row.side,
    cell: (row) => <span className={row.side}>{row.side.toUpperCase()}</span>,
  },
  {
    id: 'open',
    header: 'Open',
    width: 80,
    numeric: true,
    value: (row) => row.openQuantity,
    cell: (row) => quantity(row.openQuantity),
  },
  {
    id: 'cancel',
    header: 'Cancel',
    width: 110,
    value: (row) => (row.cancel === 'none' ? '' : row.cancel.toUpperCase()),
  },
  { id: 'text', header: 'Said', width: 160, grow: 1, value: (row) => row.text },
];

/** Orders of main's that rest at the exchange: each pins its open quantity until it is gone. */
export function MainOrders() {
  const seen = useQuery('main orders', { ask: (calls) => calls.orders.foreign(), changedBy: CHANGED_BY });
  const [selection, setSelection] = useState<Selection>({});
  const { doing, run } = useCommand<{ readonly sent: number }>();
  const rows = 'value' in seen ? seen.value : [];
  const chosen = rows.filter((row) => selection[row.exchangeOrderId] === true);
  const cancel = (): void => {
    const exchangeOrderIds = chosen.map((row) => ExchangeOrderId.parse(row.exchangeOrderId));
    void run((calls) => calls.orders.cancelForeign({ exchangeOrderIds }));
  };
  return (
    <>
      <Trust seen={seen} what="main’s resting orders" />
      <div className="view-bar">
        <button
          type="button"
          className="grave"
          disabled={chosen.length === 0 || doing.state === 'asked'}
          onClick={cancel}
        >
          Ask the exchange to cancel {chosen.length} selected
        </button>
        <Outcome
          doing={doing}
          done={doing.state === 'done' ? `${doing.value.sent} cancels sent.` : undefined}
        />
      </div>
      {'value' in seen ? (
        <DataGrid
          label="Main’s resting orders"
          rows={rows}
          columns={COLUMNS}
          rowId={(row) => row.exchangeOrderId}
          selection={selection}
          onSelection={setSelection}
          empty="None is known. Orders that live only inside main (GTT, AMO, baskets) are never seen here."
        />
      ) : null}
    </>
  );
}
