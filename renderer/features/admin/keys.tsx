import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { istTimestamp } from '#core/model/market-clock.ts';
import { useCommand } from '#renderer/api/command.ts';
import { deskNow } from '#renderer/api/desk.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { KeyShown } from '#renderer/api/shapes.ts';
import { ConfirmButton } from '#renderer/look/confirm-button.tsx';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { duration } from '#renderer/look/format.ts';
import { Outcome, Trust } from '#renderer/look/said.tsx';
import { MakeKeyDialog } from './make-key-dialog.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>(['api-key-made', 'api-key-revoked']);
const EVERY_MS = 10_000;

const SIGNS: Readonly<Record<KeyShown['state'], string>> = { live: '●', expired: '·', revoked: '■' };

const COLUMNS: readonly Column<KeyShown>[] = [
  {
    id: 'state',
    header: 'State',
    width: 90,
    value: (row) => row.state,
    cell: (row) => (
      <span className={row.state === 'live' ? 'good' : 'dim'}>
        {SIGNS[row.state]} {row.state}
      </span>
    ),
  },
  {
    id: 'name',
    header: 'Name',
    width: 150,
    grow: 1,
    value: (row) => row.name,
    cell: (row) => <strong>{row.name}</strong>,
  },
  { id: 'id', header: 'Id', width: 130, value: (row) => row.id },
  { id: 'user', header: 'Answers for it', width: 124, value: (row) => row.user },
  {
    id: 'calls',
    header: 'May call',
    width: 240,
    grow: 3,
    value: (row) => row.calls.join(' '),
    cell: (row) => <span title={row.calls.join('\n')}>{row.calls.join(', ')}</span>,
  },
  {
    id: 'algo',
    header: 'Trades',
    width: 120,
    value: (row) => row.algoId ?? '',
    cell: (row) => (row.algoId === null ? 'no' : <span className="warn">⚠ as {row.algoId}</span>),
  },
  {
    id: 'used',
    header: 'Last use',
    width: 110,
    value: (row) => row.lastUsedAtMs ?? 0,
    cell: (row) => (row.lastUsedAtMs === null ? 'never' : `${duration(deskNow() - row.lastUsedAtMs)} ago`),
  },
  {
    id: 'expires',
    header: 'Until',
    width: 100,
    value: (row) => row.expiresAtMs,
    cell: (row) => istTimestamp(row.expiresAtMs).slice(0, 10),
  },
];

/** Keys of scripts and monitoring: each for named calls, until a day, and to be taken back at any time. */
export function Keys() {
  const seen = useQuery('api keys', {
    ask: (calls) => calls.auth.keys.list(),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const [active, setActive] = useState<KeyShown | null>(null);
  const [making, setMaking] = useState(false);
  const { doing, run } = useCommand<{ readonly revoked: boolean }>();
  return (
    <>
      <Trust seen={seen} what="the API keys" />
      <div className="actions">
        <button type="button" onClick={() => setMaking(true)}>
          Make a key…
        </button>
        {active === null || active.state !== 'live' ? null : (
          <ConfirmButton
            label={`Revoke ${active.name}`}
            sure={`Revoke ${active.name} for good?`}
            disabled={doing.state === 'asked'}
            onSure={() => void run((calls) => calls.auth.keys.revoke({ id: active.id }))}
          />
        )}
      </div>
      <Outcome doing={doing} done="Revoked: it opens nothing any more." />
      {'value' in seen ? (
        <DataGrid
          label="API keys"
          rows={seen.value.keys}
          columns={COLUMNS}
          rowId={(row) => row.id}
          onActive={setActive}
          rowTone={(row) => (row.state === 'live' ? '' : 'row-flat')}
          empty="No key was made."
        />
      ) : null}
      {making ? <MakeKeyDialog onClose={() => setMaking(false)} /> : null}
    </>
  );
}
