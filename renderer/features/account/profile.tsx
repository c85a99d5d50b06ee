import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { UserShown } from '#renderer/api/shapes.ts';
import { notice } from '#renderer/look/notice.tsx';
import { PasswordField } from '#renderer/look/password-field.tsx';
import { Outcome, Trust } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

const NO_FACTS = new Set<never>();

/** Own name, e-mail and mobile. Role, branch and limits are an admin's to change. */
export function Profile({ onDone }: { readonly onDone: () => void }) {
  const seen = useQuery('me', { ask: (calls) => calls.users.me(), changedBy: NO_FACTS });
  return 'value' in seen ? (
    <Fields me={seen.value} onDone={onDone} />
  ) : (
    <Trust seen={seen} what="your profile" />
  );
}

function Fields({ me, onDone }: { readonly me: UserShown; readonly onDone: () => void }) {
  const [name, setName] = useState(me.name);
  const [email, setEmail] = useState(me.email);
  const [mobile, setMobile] = useState(me.mobile);
  const [password, setPassword] = useState('');
  const { doing, run } = useCommand<unknown>();
  const ready = name.trim() !== '' && password !== '' && doing.state !== 'asked';
  const save = async (): Promise<void> => {
    const done = await run((calls) => calls.users.updateProfile({ name, email, mobile, password }));
    if (done === null) return setPassword('');
    notice('good', 'Profile changed.');
    onDone();
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void save();
      }}
    >
      <TextField label="Name" value={name} max={120} first onChange={setName} />
      <TextField label="E-mail" value={email} max={200} onChange={(value) => setEmail(value.trim())} />
      <TextField
        label="Mobile with country code"
        value={mobile}
        max={16}
        onChange={(value) => setMobile(value.replaceAll(/[\s-]/g, ''))}
      />
      <PasswordField label="Your password: is it you?" value={password} onChange={setPassword} />
      <Outcome doing={doing} />
      <button type="submit" className="primary" disabled={!ready}>
        Save <kbd>Enter</kbd>
      </button>
    </form>
  );
}
