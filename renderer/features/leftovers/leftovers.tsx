import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { LeftoverShown } from '#renderer/api/shapes.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { signedQuantity, words } from '#renderer/look/format.ts';
import { Trust } from '#renderer/look/said.tsx';
import { SettleDialog } from './settle-dialog.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'plan-approved',
  'row-left-over',
  'row-flat',
  'run-ended',
  'run-stopped',
  'leftover-settled',
  'hedge-released',
  'fill-busted',
]);

const COLUMNS: readonly Column<LeftoverShown>[] = [
  { id: 'time', header: 'Since', width: 76, value: (row) => row.atMs, cell: (row) => istTime(row.atMs) },
  ...rowColumns(),
  {
    id: 'quantity',
    header: 'Still open',
    width: 92,
    numeric: true,
    value: (row) => row.quantity,
    cell: (row) => (
      <strong className={row.quantity > 0 ? 'long' : 'short'}>{signedQuantity(row.quantity)}</strong>
    ),
  },
  {
    id: 'reason',
    header: 'Why',
    width: 150,
    value: (row) => row.reason,
    cell: (row) => <strong className="warn">⚠ {words(row.reason)}</strong>,
  },
  { id: 'text', header: 'What was seen', width: 220, grow: 3, value: (row) => row.text },
  {
    id: 'settled',
    header: 'Taken on',
    width: 190,
    grow: 1,
    value: (row) => (row.settled === null ? '' : row.settled.how),
    cell: (row) =>
      row.settled === null ? (
        <strong className="bad">✖ nobody yet</strong>
      ) : (
        <span title={row.settled.note}>
          ✓ {words(row.settled.how)}, {row.settled.by} <span className="dim">{row.settled.note}</span>
        </span>
      ),
  },
];

/** Exactly what remains open after the exits, why, and who takes it on. Never a blanket "success". */
export function Leftovers() {
  const seen = useQuery('leftovers', {
    ask: (calls) => calls.squareOff.leftovers.list({}),
    changedBy: CHANGED_BY,
  });
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<LeftoverShown | null>(null);
  const waiting = 'value' in seen ? seen.value.filter((row) => row.settled === null) : [];
  const count = seen.state === 'ready' ? waiting.length : null;
  return (
    <section className="view" aria-label="Leftovers">
      <Trust seen={seen} what="the leftovers" />
      <div className="view-bar">
        <button type="button" className="toggle" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? '☑' : '☐'} Also those taken on
        </button>
        <span className="dim">
          {count === null ? 'unknown' : `${count} wait for a person`} · <kbd>Enter</kbd> takes one on
        </span>
      </div>
      {'value' in seen ? (
        <DataGrid
          label="Leftovers"
          rows={all ? seen.value : waiting}
          columns={COLUMNS}
          rowId={(row) => `${row.runId}|${row.account}|${row.instrumentId}|${row.product}|${row.reason}`}
          onOpen={setOpen}
          empty="The desk answered: no row is left over from an exit."
        />
      ) : null}
      {open === null ? null : <SettleDialog row={open} onClose={() => setOpen(null)} />}
    </section>
  );
}
