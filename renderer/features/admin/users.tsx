import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { UserShown } from '#renderer/api/shapes.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { roundMoney } from '#renderer/look/format.ts';
import { Trust } from '#renderer/look/said.tsx';
import { UserDialog } from './user-dialog.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'user-asked',
  'user-approved',
  'user-changed',
  'user-disabled',
  'user-enabled',
  'users-provisioned',
  'users-revoked',
]);
const EVERY_MS = 5_000;

/** Who waits for an admin comes first. */
const ORDER: Readonly<Record<UserShown['status'], number>> = { asked: 0, active: 1, disabled: 2 };

const COLUMNS: readonly Column<UserShown>[] = [
  {
    id: 'status',
    header: 'State',
    width: 172,
    value: (row) => ORDER[row.status],
    cell: (row) => <Status status={row.status} />,
  },
  {
    id: 'user',
    header: 'User',
    width: 130,
    grow: 1,
    value: (row) => row.user,
    cell: (row) => <strong>{row.user}</strong>,
  },
  { id: 'name', header: 'Name', width: 160, grow: 2, value: (row) => row.name },
  {
    id: 'role',
    header: 'Role',
    width: 80,
    value: (row) => (row.status === 'asked' ? 'not yet' : row.role),
  },
  { id: 'branch', header: 'Branch', width: 100, value: (row) => row.branch },
  {
    id: 'accounts',
    header: 'Accounts',
    width: 90,
    numeric: true,
    value: (row) => row.accounts.length,
  },
  {
    id: 'order',
    header: 'Limit, order',
    width: 110,
    numeric: true,
    value: (row) => row.limits.orderNotionalE4 ?? Number.MAX_SAFE_INTEGER,
    cell: (row) => limitText(row.limits.orderNotionalE4),
  },
  {
    id: 'exit',
    header: 'Limit, exit',
    width: 110,
    numeric: true,
    value: (row) => row.limits.exitNotionalE4 ?? Number.MAX_SAFE_INTEGER,
    cell: (row) => limitText(row.limits.exitNotionalE4),
  },
  {
    id: 'exchange',
    header: 'Exchange ids',
    width: 120,
    value: (row) => row.exchangeUsers.map(({ exchange }) => exchange).join(' ') || 'none',
  },
  {
    id: 'source',
    header: 'From',
    width: 100,
    value: (row) => (row.source.kind === 'desk' ? 'this desk' : `set ${row.source.set}`),
  },
];

function limitText(e4: number | null): string {
  return e4 === null ? 'none' : roundMoney(e4);
}

function Status({ status }: { readonly status: UserShown['status'] }) {
  switch (status) {
    case 'asked':
      return <strong className="warn">? ASKS TO BE LET IN</strong>;
    case 'active':
      return <span className="good">● active</span>;
    case 'disabled':
      return <span className="dim">■ disabled</span>;
  }
}

/** Every person of this desk. Enter opens one. */
export function Users() {
  const seen = useQuery('users', {
    ask: async (calls) => (await calls.users.list({})).users.toSorted(byState),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const [text, setText] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const all = 'value' in seen ? seen.value : [];
  const rows = all.filter((row) => matches(row, text));
  const opened = all.find(({ user }) => user === open);
  const asked = all.filter(({ status }) => status === 'asked').length;
  return (
    <>
      <Trust seen={seen} what="the users" />
      <div className="view-bar">
        <label className="filter">
          Filter <kbd>/</kbd>
          <input
            data-filter
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {asked > 0 ? (
          <strong className="warn">⚠ {asked} ask to be let in</strong>
        ) : (
          <span className="dim">nobody asks to be let in</span>
        )}
        <span className="dim">
          {rows.length} of {all.length} · <kbd>Enter</kbd> opens
        </span>
      </div>
      {'value' in seen ? (
        <DataGrid
          label="Users"
          rows={rows}
          columns={COLUMNS}
          rowId={(row) => row.user}
          onOpen={(row) => setOpen(row.user)}
          empty="Nobody here by that name."
        />
      ) : null}
      {opened === undefined ? null : (
        <UserDialog key={opened.user} user={opened} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

function byState(one: UserShown, other: UserShown): number {
  return ORDER[one.status] - ORDER[other.status] || (one.user < other.user ? -1 : 1);
}

function matches({ user, name, branch, role }: UserShown, text: string): boolean {
  const whole = `${user} ${name} ${branch} ${role}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
