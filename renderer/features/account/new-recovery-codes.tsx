import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import { CodeField, isCode } from '#renderer/look/code-field.tsx';
import { PasswordField } from '#renderer/look/password-field.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { ShownOnce } from '#renderer/look/shown-once.tsx';

/** Ten new ones; the old ones are dead. */
export function NewRecoveryCodes({ onDone }: { readonly onDone: () => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { doing, run } = useCommand<{ readonly recoveryCodes: readonly string[] }>();
  if (doing.state === 'done') {
    return (
      <ShownOnce what="Recovery codes" secrets={doing.value.recoveryCodes} done="Back" onDone={onDone}>
        Each one works once, in place of your telephone. The ones from before are dead: destroy them.
      </ShownOnce>
    );
  }
  const ready = password !== '' && isCode(code) && doing.state !== 'asked';
  const make = async (): Promise<void> => {
    if ((await run((calls) => calls.auth.newRecoveryCodes({ password, code }))) === null) setCode('');
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void make();
      }}
    >
      <p>The codes that you have now stop working the moment that new ones are made.</p>
      <PasswordField label="Password" value={password} first onChange={setPassword} />
      <CodeField label="Six digits from your telephone" value={code} onChange={setCode} />
      <Outcome doing={doing} />
      <button type="submit" className="primary" disabled={!ready}>
        Make ten new codes <kbd>Enter</kbd>
      </button>
    </form>
  );
}
