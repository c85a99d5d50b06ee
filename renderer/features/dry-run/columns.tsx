import { istTime } from '#core/model/market-clock.ts';
import type { PlanLeftover, PlanRowShown } from '#renderer/api/shapes.ts';
import type { Column } from '#renderer/look/data-row.tsx';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { price, quantity, roundMoney, signedQuantity, words } from '#renderer/look/format.ts';
import { Chip } from '#renderer/look/said.tsx';

/** A share of the visible book above this moves the price: said, not only coloured. */
const THIN_PERCENT = 100;

export const PLAN_COLUMNS: readonly Column<PlanRowShown>[] = [
  ...rowColumns(),
  {
    id: 'quantity',
    header: 'Close',
    width: 110,
    numeric: true,
    value: (row) => Math.abs(row.quantity),
    cell: (row) => (
      <>
        <span className={row.side}>{row.side.toUpperCase()}</span> {quantity(Math.abs(row.quantity))}
      </>
    ),
  },
  { id: 'lots', header: 'Lots', width: 56, numeric: true, value: (row) => row.lots },
  {
    id: 'slices',
    header: 'Slices',
    width: 60,
    numeric: true,
    value: (row) => row.slices.length,
    cell: (row) => <span title={row.slices.join(' + ')}>{row.slices.length}</span>,
  },
  { id: 'leg', header: 'Leg', width: 88, value: (row) => row.leg, cell: (row) => words(row.leg) },
  {
    id: 'worst',
    header: 'Worst price',
    width: 100,
    numeric: true,
    value: (row) => row.worstPriceE4,
    cell: (row) => (row.worstPriceE4 === 0 ? 'market' : price(row.worstPriceE4)),
  },
  {
    id: 'cap',
    header: 'Capped by',
    width: 124,
    value: (row) => (row.reference === null ? 'priced at release' : words(row.reference.cappedBy)),
  },
  {
    id: 'notional',
    header: 'Notional',
    width: 96,
    numeric: true,
    value: (row) => row.notionalE4,
    cell: (row) => roundMoney(row.notionalE4),
  },
  {
    id: 'share',
    header: 'Of book',
    width: 78,
    numeric: true,
    value: (row) => row.bookSharePercent ?? -1,
    cell: (row) =>
      row.bookSharePercent === null ? (
        <span className="dim">unknown</span>
      ) : (
        <span className={row.bookSharePercent > THIN_PERCENT ? 'warn' : ''}>
          {row.bookSharePercent > THIN_PERCENT ? '⚠ ' : ''}
          {Math.round(row.bookSharePercent)} %
        </span>
      ),
    title: 'Quantity as a share of what the other side of the visible book shows',
  },
  {
    id: 'deadline',
    header: 'Deadline',
    width: 150,
    value: (row) => row.deadlineMs,
    cell: (row) => (
      <span
        className={row.missesDeadline ? 'bad' : ''}
        title={`${words(row.deadlineCause)}. ${row.ifLeftOpen}`}
      >
        {istTime(row.deadlineMs)}{' '}
        {row.missesDeadline ? '✖ MISSED' : <span className="dim">{words(row.deadlineCause)}</span>}
      </span>
    ),
  },
  {
    id: 'notes',
    header: 'Notes',
    width: 150,
    grow: 1,
    value: notesOf,
    cell: (row) => (
      <>
        {row.unproven ? <Chip tone="bad">✖ UNPROVEN</Chip> : null}{' '}
        <span className="warn">{notesOf(row)}</span>
      </>
    ),
  },
];

function notesOf(row: PlanRowShown): string {
  const notes = [
    row.circuitLocked ? '⚠ circuit locked' : '',
    row.afterCancel > 0 ? `after ${row.afterCancel} cancelled` : '',
  ];
  return notes.filter(Boolean).join(', ');
}

export const LEFTOVER_COLUMNS: readonly Column<PlanLeftover>[] = [
  ...rowColumns(),
  {
    id: 'quantity',
    header: 'Stays open',
    width: 104,
    numeric: true,
    value: (row) => row.quantity,
    cell: (row) => signedQuantity(row.quantity),
  },
  {
    id: 'reason',
    header: 'Why',
    width: 150,
    value: (row) => row.reason,
    cell: (row) => <strong className="warn">⚠ {words(row.reason)}</strong>,
  },
  { id: 'text', header: 'What was seen', width: 240, grow: 3, value: (row) => row.text },
];
