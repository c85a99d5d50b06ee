import { useState } from 'react';
import type { DifferenceShown, SyncShown } from '#core/sync/contract.ts';
import { useQuery } from '#renderer/api/query.ts';
import { SYNC_CHANGED_BY } from '#renderer/api/sync.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Selection } from '#renderer/look/selection.ts';
import type { Column } from '#renderer/look/data-row.tsx';
import { quantity, signedQuantity, words } from '#renderer/look/format.ts';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { Trust } from '#renderer/look/said.tsx';
import { DecideDialog } from './decide-dialog.tsx';
import { DecideManyDialog } from './decide-many-dialog.tsx';
import { proposedOf } from './repairs.ts';

const NEVER_KNOWN = Number.NEGATIVE_INFINITY;

function side(id: 'desk' | 'main' | 'exchange', header: string): Column<DifferenceShown> {
  return {
    id,
    header,
    width: 92,
    numeric: true,
    value: (row) => row[id] ?? NEVER_KNOWN,
    cell: (row) => <Net units={row[id]} />,
  };
}

/** A side that does not know is never shown as flat. */
function Net({ units }: { readonly units: number | null }) {
  return units === null ? (
    <strong className="warn">? unknown</strong>
  ) : (
    <strong>{signedQuantity(units)}</strong>
  );
}

const COLUMNS: readonly Column<DifferenceShown>[] = [
  {
    id: 'decided',
    header: 'Decided',
    width: 136,
    value: (row) => (row.decided === null ? '' : row.decided.repair),
    cell: (row) =>
      row.decided === null ? (
        <strong className="bad">✖ NOT YET</strong>
      ) : (
        <span className="good" title={`${row.decided.by.join(', ')}: ${row.decided.why}`}>
          ✓ {words(row.decided.repair)}
        </span>
      ),
  },
  ...rowColumns<DifferenceShown>(),
  side('desk', 'Desk'),
  side('main', 'Main'),
  side('exchange', 'Exchange'),
  {
    id: 'cause',
    header: 'Cause',
    width: 150,
    value: (row) => row.cause,
    cell: (row) => <strong className="warn">⚠ {words(row.cause)}</strong>,
  },
  { id: 'proposed', header: 'Proposed', width: 126, value: (row) => words(row.proposed) },
  {
    id: 'text',
    header: 'What was seen',
    width: 160,
    grow: 8,
    value: (row) => row.text,
    cell: (row) => <span title={row.text}>{row.text}</span>,
  },
];

/** Rows on which desk, main and exchange do not agree, each to be decided by an admin. */
export function Differences({ shown, acts }: { readonly shown: SyncShown; readonly acts: boolean }) {
  const { reconciled } = shown;
  if (reconciled === null) {
    return (
      <p className="trust stale">
        ⚠ Desk, main and exchange are not compared yet: nothing is known about differences.
      </p>
    );
  }
  const { round, rows, agree, differences, undecided } = reconciled;
  return (
    <>
      <div className="view-bar">
        <strong className={undecided > 0 ? 'bad' : 'good'}>
          {undecided > 0 ? '✖' : '✓'} {quantity(undecided)} of {quantity(differences)} not decided
        </strong>
        <span className="dim">
          round {round}: {quantity(agree)} of {quantity(rows)} rows agree
        </span>
        {acts ? (
          <span className="dim">
            <kbd>Enter</kbd> decides the row under the cursor · <kbd>Space</kbd> selects, <kbd>Ctrl+A</kbd>{' '}
            all
          </span>
        ) : null}
      </div>
      {acts ? <Rows /> : <p className="dim">The rows of all accounts are for an admin.</p>}
    </>
  );
}

function Rows() {
  const seen = useQuery('differences', {
    ask: async (calls) => (await calls.sync.differences()).differences,
    changedBy: SYNC_CHANGED_BY,
  });
  const [open, setOpen] = useState<DifferenceShown | null>(null);
  const [selection, setSelection] = useState<Selection>({});
  const [many, setMany] = useState(false);
  // Only what the desk has a proposal for, and nobody decided yet.
  const chosen = ('value' in seen ? seen.value : []).filter(
    (row) => selection[idOf(row)] === true && row.decided === null && proposedOf(row) !== null,
  );
  return (
    <>
      <Trust seen={seen} what="the differences" />
      {chosen.length === 0 ? null : (
        <div className="actions">
          <button type="button" className="primary" onClick={() => setMany(true)}>
            Decide {quantity(chosen.length)} selected as proposed…
          </button>
        </div>
      )}
      {'value' in seen ? (
        <DataGrid
          label="Differences"
          rows={seen.value}
          columns={COLUMNS}
          rowId={idOf}
          selection={selection}
          onSelection={setSelection}
          onOpen={setOpen}
          rowTone={(row) => (row.decided === null ? 'row-bad' : '')}
          empty="The desk answered: desk, main and exchange agree on every row."
        />
      ) : null}
      {open === null ? null : <DecideDialog row={open} onClose={() => setOpen(null)} />}
      {many ? (
        <DecideManyDialog
          rows={chosen}
          onClose={() => {
            setMany(false);
            setSelection({});
          }}
        />
      ) : null}
    </>
  );
}

function idOf({ round, key }: DifferenceShown): string {
  return `${round}|${key}`;
}
