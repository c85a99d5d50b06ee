import { istTime } from '#core/model/market-clock.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import { deskNow } from '#renderer/api/desk.ts';
import type { Column } from '#renderer/look/data-row.tsx';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { duration, price, quantity } from '#renderer/look/format.ts';
import { Chip, type Tone } from '#renderer/look/said.tsx';

const STATUSES: Readonly<Record<OrderShown['status'], readonly [Tone, string]>> = {
  PLANNED: ['dim', '… PLANNED'],
  WITHDRAWN: ['dim', '– WITHDRAWN'],
  PENDING_NEW: ['info', '⋯ SENT'],
  NEW: ['info', '● NEW'],
  PARTIALLY_FILLED: ['info', '◐ PARTIAL'],
  FILLED: ['good', '✓ FILLED'],
  PENDING_CANCEL: ['warn', '⋯ CANCELLING'],
  PENDING_REPLACE: ['warn', '⋯ CHANGING'],
  CANCELED: ['dim', '– CANCELLED'],
  REJECTED: ['bad', '✖ REJECTED'],
  EXPIRED: ['dim', '– EXPIRED'],
  DONE_FOR_DAY: ['dim', '– DONE FOR DAY'],
  IN_DOUBT: ['bad', '? IN DOUBT'],
  UNRESOLVED_YESTERDAY: ['bad', '? UNRESOLVED'],
};

export const COLUMNS: readonly Column<OrderShown>[] = [
  {
    id: 'time',
    header: 'Sent',
    width: 76,
    value: (row) => row.sentAtMs || row.plannedAtMs,
    cell: (row) => (row.sentAtMs > 0 ? istTime(row.sentAtMs) : <span className="dim">not yet</span>),
  },
  ...rowColumns(),
  {
    id: 'side',
    header: 'Side',
    width: 52,
    value: (row) => row.side,
    cell: (row) => <span className={row.side}>{row.side.toUpperCase()}</span>,
  },
  {
    id: 'quantity',
    header: 'Qty',
    width: 70,
    numeric: true,
    value: (row) => row.quantity,
    cell: (row) => quantity(row.quantity),
  },
  {
    id: 'filled',
    header: 'Filled',
    width: 76,
    numeric: true,
    value: (row) => row.filledQuantity,
    cell: (row) => (
      <span className={row.toldQuantity > row.filledQuantity ? 'warn' : ''}>
        {quantity(row.filledQuantity)}
        {row.toldQuantity > row.filledQuantity ? ` of ${quantity(row.toldQuantity)} told` : ''}
      </span>
    ),
    title: '“of N told”: the exchange says more is filled than the fills that came in',
  },
  {
    id: 'price',
    header: 'Price',
    width: 92,
    numeric: true,
    value: (row) => row.priceE4 ?? 0,
    cell: (row) =>
      row.priceE4 === null ? (row.type === 'market' ? 'market' : 'at release') : price(row.priceE4),
  },
  { id: 'tif', header: 'TIF', width: 44, value: (row) => row.timeInForce },
  {
    id: 'status',
    header: 'Status',
    width: 124,
    value: (row) => row.status,
    cell: (row) => {
      const [tone, label] = STATUSES[row.status];
      return <Chip tone={tone}>{label}</Chip>;
    },
  },
  {
    id: 'reserved',
    header: 'Pins',
    width: 62,
    numeric: true,
    value: (row) => row.reserved,
    cell: (row) => (row.reserved === 0 ? <span className="dim">0</span> : quantity(row.reserved)),
    title: 'Quantity of the position that this order still reserves',
  },
  {
    id: 'latency',
    header: 'Answer',
    width: 74,
    numeric: true,
    value: latencyOf,
    cell: (row) => <Latency row={row} />,
    title: 'From our send to the exchange’s first answer',
  },
  { id: 'text', header: 'Said', width: 160, grow: 1, value: (row) => row.doubt || row.text },
];

function latencyOf(row: OrderShown): number {
  return row.answeredAtMs > 0 && row.sentAtMs > 0 ? row.answeredAtMs - row.sentAtMs : -1;
}

function Latency({ row }: { readonly row: OrderShown }) {
  const latency = latencyOf(row);
  if (latency >= 0) return <>{latency} ms</>;
  if (row.sentAtMs === 0) return <span className="dim">–</span>;
  return <span className="warn">none {duration(deskNow() - row.sentAtMs)}</span>;
}
