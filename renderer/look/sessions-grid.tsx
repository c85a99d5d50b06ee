import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import type { SessionShown } from '#core/sessions/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { deskNow } from '#renderer/api/desk.ts';
import { useQuery } from '#renderer/api/query.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { DataGrid } from './data-grid.tsx';
import type { Column } from './data-row.tsx';
import { duration } from './format.ts';
import { Outcome, Trust } from './said.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'session-opened',
  'session-locked',
  'session-unlocked',
  'session-ended',
]);
const EVERY_MS = 5_000;

const WIRES: Readonly<Record<SessionShown['wire'], string>> = {
  http: 'browser (HTTP)',
  ws: 'browser (socket)',
  port: 'this program’s window',
  process: 'command line',
};

const COLUMNS: readonly Column<SessionShown>[] = [
  {
    id: 'user',
    header: 'User',
    width: 130,
    grow: 1,
    value: (row) => row.user,
    cell: (row) => <strong>{row.user}</strong>,
  },
  {
    id: 'own',
    header: '',
    width: 92,
    value: (row) => (row.own ? 1 : 0),
    cell: (row) => (row.own ? '● this one' : ''),
  },
  { id: 'wire', header: 'Wire', width: 150, value: (row) => WIRES[row.wire] },
  { id: 'address', header: 'From', width: 130, grow: 1, value: (row) => row.address || 'this machine' },
  {
    id: 'carried',
    header: 'Carried as',
    width: 96,
    value: (row) => (row.carriedAs === 'token' ? 'API token' : 'screen'),
  },
  {
    id: 'opened',
    header: 'Signed in',
    width: 84,
    value: (row) => row.openedAtMs,
    cell: (row) => istTime(row.openedAtMs),
  },
  {
    id: 'active',
    header: 'Last active',
    width: 96,
    value: (row) => row.lastActiveAtMs,
    cell: (row) => `${duration(deskNow() - row.lastActiveAtMs)} ago`,
  },
  {
    id: 'state',
    header: 'State',
    width: 92,
    value: (row) => (row.locked ? 'locked' : 'open'),
    cell: (row) => (row.locked ? <span className="warn">■ locked</span> : <span>● open</span>),
  },
  {
    id: 'until',
    header: 'Ends at',
    width: 84,
    value: (row) => row.expiresAtMs,
    cell: (row) => istTime(row.expiresAtMs),
  },
  { id: 'id', header: 'Session', width: 150, value: (row) => row.id },
];

/** Live sessions: of one person, or of everybody where `of` is null. The one under the cursor can be ended. */
export function SessionsGrid({ of }: { readonly of: string | null }) {
  const seen = useQuery('sessions', {
    ask: (calls) => calls.sessions.list(),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const [active, setActive] = useState<SessionShown | null>(null);
  const { doing, run } = useCommand<{ readonly ended: number }>();
  const rows = 'value' in seen ? seen.value.sessions.filter((one) => of === null || one.user === of) : [];
  const busy = doing.state === 'asked';
  return (
    <>
      <Trust seen={seen} what="the live sessions" />
      {'value' in seen ? (
        <DataGrid
          label="Sessions"
          rows={rows}
          columns={COLUMNS}
          rowId={(row) => row.id}
          onActive={setActive}
          empty="Nobody is signed in."
        />
      ) : null}
      {active === null ? null : (
        <div className="actions">
          <ConfirmButton
            label={`End this session of ${active.user}`}
            sure={active.own ? 'This is your own: sign out?' : `End ${active.user}’s session ${active.id}?`}
            disabled={busy}
            onSure={() => void run((calls) => calls.sessions.revoke({ session: active.id }))}
          />
          <ConfirmButton
            label={`End all sessions of ${active.user}`}
            sure={`End every session of ${active.user}?`}
            disabled={busy}
            onSure={() => void run((calls) => calls.sessions.revokeAll({ user: active.user }))}
          />
        </div>
      )}
      <Outcome doing={doing} done={doing.state === 'done' ? `${doing.value.ended} ended.` : ''} />
    </>
  );
}
