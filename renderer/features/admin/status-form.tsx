import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import type { UserShown } from '#renderer/api/shapes.ts';
import { notice } from '#renderer/look/notice.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

const WHY_MIN = 5;

/** Takes a person out, or lets them back in, with the reason. */
export function StatusForm({ user, onDone }: { readonly user: UserShown; readonly onDone: () => void }) {
  const [why, setWhy] = useState('');
  const { doing, run } = useCommand<unknown>();
  const enables = user.status === 'disabled';
  const word = enables ? 'Enable' : user.status === 'asked' ? 'Refuse' : 'Disable';
  const ready = why.trim().length >= WHY_MIN && doing.state !== 'asked';
  const send = async (): Promise<void> => {
    const asked = { user: user.user, why };
    const done = await run((calls) => (enables ? calls.users.enable(asked) : calls.users.disable(asked)));
    if (done === null) return;
    notice('good', `${user.user} is ${enables ? 'enabled' : 'disabled'}.`);
    onDone();
  };
  return (
    <form
      className="dialog-body"
      aria-label={word}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void send();
      }}
    >
      {enables ? null : (
        <p className="warn">
          ⚠ Every session of {user.user} ends at once, and runs under their approval pause. Their name stays
          in the journal.
        </p>
      )}
      <TextField
        label={`Why (at least ${WHY_MIN} characters)`}
        value={why}
        max={500}
        first
        onChange={setWhy}
      />
      <Outcome doing={doing} />
      <button type="submit" className={enables ? 'primary' : 'grave'} disabled={!ready}>
        {word} {user.user} <kbd>Enter</kbd>
      </button>
    </form>
  );
}
