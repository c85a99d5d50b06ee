import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import type { ExchangeUserShown, UserShown } from '#renderer/api/shapes.ts';
import { notice } from '#renderer/look/notice.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { ExchangeUsers } from './exchange-users.tsx';
import { LimitFields, limitsOf, limitTexts } from './limits-form.tsx';

const ROLES: readonly (readonly [UserShown['role'], string])[] = [
  ['dealer', 'Dealer: trades for the accounts that are theirs'],
  ['branch', 'Branch: trades for every account of the branch'],
  ['admin', 'Admin: lets people in, reads everything, trades nothing'],
];

/** Role, branch, accounts and exchange ids of a person; with limits when they are let in. */
export function MappingForm(props: {
  readonly user: UserShown;
  readonly approving: boolean;
  readonly onDone: () => void;
}) {
  const { user, approving } = props;
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState<UserShown['role']>(approving ? 'dealer' : user.role);
  const [branch, setBranch] = useState(user.branch);
  const [accounts, setAccounts] = useState(user.accounts.join(' '));
  const [limits, setLimits] = useState(() => limitTexts(user.limits));
  const [exchangeUsers, setExchangeUsers] = useState<readonly ExchangeUserShown[]>(user.exchangeUsers);
  const { doing, run } = useCommand<unknown>();
  const parsed = limitsOf(limits);
  const ready = name.trim() !== '' && parsed !== null && doing.state !== 'asked';
  const send = async (): Promise<void> => {
    if (parsed === null) return;
    const mapping = {
      user: user.user,
      role,
      branch,
      accounts: accountsOf(accounts),
      exchangeUsers: [...exchangeUsers],
    };
    const done = await run((calls) =>
      approving
        ? calls.users.approve({ ...mapping, limits: parsed })
        : calls.users.update({ ...mapping, name }),
    );
    if (done === null) return;
    notice('good', approving ? `${user.user} may sign in now.` : `${user.user} is changed.`);
    props.onDone();
  };
  return (
    <form
      className="dialog-body"
      aria-label={approving ? 'Let in' : 'Role, branch, accounts'}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void send();
      }}
    >
      <div className="row-of-fields">
        <RoleField role={role} onRole={setRole} />
        <TextField label="Branch" value={branch} max={40} onChange={setBranch} />
        {approving ? null : <TextField label="Name" value={name} max={120} onChange={setName} />}
      </div>
      <label className="field">
        <span>
          Accounts beside those of the mapping by dealer and branch, by blanks ({accountsOf(accounts).length})
        </span>
        <textarea
          className="mono"
          rows={2}
          spellCheck={false}
          value={accounts}
          onChange={(event) => setAccounts(event.target.value)}
        />
      </label>
      {approving ? <LimitFields value={limits} onChange={setLimits} /> : null}
      <ExchangeUsers value={exchangeUsers} onChange={setExchangeUsers} />
      <Outcome doing={doing} />
      <button type="submit" className={approving ? 'grave' : 'primary'} disabled={!ready}>
        {approving ? `Let ${user.user} in as ${role}` : 'Save'} <kbd>Enter</kbd>
      </button>
    </form>
  );
}

function RoleField(props: {
  readonly role: UserShown['role'];
  readonly onRole: (role: UserShown['role']) => void;
}) {
  return (
    <label className="field">
      <span>Role</span>
      <select
        data-first
        autoFocus
        value={props.role}
        onChange={(event) => {
          const found = ROLES.find(([role]) => role === event.target.value);
          if (found !== undefined) props.onRole(found[0]);
        }}
      >
        {ROLES.map(([role, label]) => (
          <option key={role} value={role}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function accountsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((account) => account !== ''))];
}
