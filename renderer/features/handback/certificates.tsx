import type { SyncShown } from '#core/sync/contract.ts';
import { istTimestamp } from '#core/model/market-clock.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { placeWords } from './progress-words.ts';

type Row = SyncShown['certificates'][number];

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'at',
    header: 'Signed',
    width: 180,
    value: (row) => row.atMs,
    cell: (row) => istTimestamp(row.atMs).slice(0, 19).replace('T', ' '),
  },
  { id: 'id', header: 'Certificate', width: 240, grow: 1, value: (row) => row.id },
  {
    id: 'kind',
    header: 'Kind',
    width: 260,
    grow: 1,
    value: (row) => (row.supplementOf === null ? 'certificate' : `supplement of ${row.supplementOf}`),
  },
  {
    id: 'closing',
    header: 'Closes with',
    width: 150,
    value: (row) => row.closing.seq,
    cell: (row) => placeWords(row.closing),
  },
  { id: 'by', header: 'By', width: 200, grow: 1, value: (row) => row.by.join(', ') },
];
const NEWEST_FIRST = [{ id: 'at', desc: true }];

/** Every certificate that this desk signed, and their supplements. */
export function Certificates(props: { readonly shown: SyncShown; readonly onOpen: (id: string) => void }) {
  return (
    <>
      <div className="view-bar">
        <span className="dim">
          <kbd>Enter</kbd> opens one: to read, print and keep
        </span>
      </div>
      <DataGrid
        label="Certificates"
        rows={props.shown.certificates}
        columns={COLUMNS}
        rowId={(row) => row.id}
        firstSort={NEWEST_FIRST}
        onOpen={(row) => props.onOpen(row.id)}
        empty="The desk answered: no certificate was signed yet."
      />
    </>
  );
}
