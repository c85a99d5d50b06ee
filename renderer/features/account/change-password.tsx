import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import { useQuery } from '#renderer/api/query.ts';
import { CodeField, isCode } from '#renderer/look/code-field.tsx';
import { notice } from '#renderer/look/notice.tsx';
import { NewPassword, PasswordField, passwordFits } from '#renderer/look/password-field.tsx';
import { Outcome, Trust } from '#renderer/look/said.tsx';

const NO_FACTS = new Set<never>();

/** Both factors again, then the new one twice. All other sessions of the person end. */
export function ChangePassword({ onDone }: { readonly onDone: () => void }) {
  const seen = useQuery('door', { ask: (calls) => calls.auth.state(), changedBy: NO_FACTS });
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const { doing, run } = useCommand<unknown>();
  if (!('value' in seen)) return <Trust seen={seen} what="what a password needs" />;
  const min = seen.value.passwordMin;
  const ready = current !== '' && passwordFits(next, again, min) && isCode(code) && doing.state !== 'asked';
  const change = async (): Promise<void> => {
    if ((await run((calls) => calls.auth.changePassword({ current, next, code }))) === null)
      return setCode('');
    notice('good', 'Password changed. Your other sessions are ended.');
    onDone();
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void change();
      }}
    >
      <PasswordField label="Password now" value={current} first onChange={setCurrent} />
      <NewPassword password={next} again={again} min={min} onPassword={setNext} onAgain={setAgain} />
      <CodeField label="Six digits from your telephone" value={code} onChange={setCode} />
      <Outcome doing={doing} />
      <button type="submit" className="primary" disabled={!ready}>
        Change it; end my other sessions <kbd>Enter</kbd>
      </button>
    </form>
  );
}
