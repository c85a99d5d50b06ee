import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import type { UserShown } from '#renderer/api/shapes.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { ShownOnce } from '#renderer/look/shown-once.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

const WHY_MIN = 5;

/** A one-time password for a person who can not sign in. Look at the person first: this is how accounts are stolen. */
export function ResetForm({ user, onDone }: { readonly user: UserShown; readonly onDone: () => void }) {
  const [why, setWhy] = useState('');
  const [secondFactor, setSecondFactor] = useState(false);
  const { doing, run } = useCommand<{ readonly oneTimePassword: string }>();
  if (doing.state === 'done') {
    return (
      <ShownOnce what="One-time password" secrets={[doing.value.oneTimePassword]} done="Back" onDone={onDone}>
        For <strong>{user.user}</strong>. It opens only the choice of an own password. Give it to the person
        and to nobody else.
      </ShownOnce>
    );
  }
  const ready = why.trim().length >= WHY_MIN && doing.state !== 'asked';
  return (
    <form
      className="dialog-body"
      aria-label="Reset"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void run((calls) => calls.auth.reset({ user: user.user, secondFactor, why }));
      }}
    >
      <p className="warn">
        ⚠ Is it really {user.name}? See the person, or ring them back on a number that you know. Their
        sessions end.
      </p>
      <TextField
        label={`Why, and how you know that it is them (at least ${WHY_MIN} characters)`}
        value={why}
        max={500}
        first
        onChange={setWhy}
      />
      <label>
        <input
          type="checkbox"
          checked={secondFactor}
          onChange={(event) => setSecondFactor(event.target.checked)}
        />{' '}
        Telephone and recovery codes are lost, too: they enrol again
      </label>
      <Outcome doing={doing} />
      <button type="submit" className="grave" disabled={!ready}>
        Reset {user.user} <kbd>Enter</kbd>
      </button>
    </form>
  );
}
