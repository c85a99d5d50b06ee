import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import type { RunShown } from '#renderer/api/shapes.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { quantity, signedQuantity, words } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';

type OpenRow = RunShown['open'][number];

const COLUMNS: readonly Column<OpenRow>[] = [
  ...rowColumns(),
  {
    id: 'quantity',
    header: 'To close',
    width: 96,
    numeric: true,
    value: (row) => row.quantity,
    cell: (row) => signedQuantity(row.quantity),
  },
  {
    id: 'filled',
    header: 'Filled',
    width: 90,
    numeric: true,
    value: (row) => row.filled,
    cell: (row) => quantity(row.filled),
  },
  {
    id: 'doubt',
    header: 'Doubt',
    width: 112,
    value: (row) => (row.inDoubt ? 1 : 0),
    cell: (row) => (row.inDoubt ? <strong className="bad">? IN DOUBT</strong> : ''),
  },
  {
    id: 'waits',
    header: 'Waits for',
    width: 160,
    grow: 1,
    value: (row) => row.waitsFor,
    cell: (row) => (
      <span className={row.askHedge ? 'bad' : 'warn'}>
        {row.askHedge ? '⚠ near its deadline: release the hedge? ' : ''}
        {words(row.waitsFor)}
      </span>
    ),
  },
];

/** Rows that are not over yet, the most urgent first; a held hedge is let go from here. */
export function OpenRows({ run }: { readonly run: RunShown }) {
  const [active, setActive] = useState<OpenRow | null>(null);
  const [reason, setReason] = useState('');
  const { doing, run: ask } = useCommand<unknown>();
  const held = active?.waitsFor === 'hedge' ? active : null;
  if (run.open.length === 0) return null;
  return (
    <>
      <DataGrid
        label="Open rows of the run"
        rows={run.open}
        columns={COLUMNS}
        rowId={(row) => `${row.account}|${row.instrumentId}|${row.product}`}
        onActive={setActive}
        rowTone={(row) => (row.inDoubt || row.askHedge ? 'row-bad' : '')}
        empty=""
      />
      {held === null ? null : (
        <form
          className="view-bar"
          onSubmit={(event) => {
            event.preventDefault();
            const { account, instrumentId, product } = held;
            const { runId } = run;
            void ask((calls) =>
              calls.squareOff.releaseHedge({ runId, account, instrumentId, product, reason }),
            );
          }}
        >
          <span>
            {held.account} {held.instrumentId} is a hedge and waits for its short. Let it go although the
            short is open, because
          </span>
          <input value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
          <button type="submit" className="grave" disabled={reason.trim().length < 5}>
            Release the hedge
          </button>
          <Outcome doing={doing} done="The hedge is released." />
        </form>
      )}
    </>
  );
}
