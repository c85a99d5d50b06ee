import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import { ReadBack } from '#renderer/look/dialog.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { ShownOnce } from '#renderer/look/shown-once.tsx';

const WANTED = 'SEAL';

/** Makes the credential that goes into the envelope; the one before is dead. */
export function BreakGlassSeal() {
  const [typed, setTyped] = useState('');
  const { doing, run, reset } = useCommand<{ readonly id: string; readonly credential: string }>();
  if (doing.state === 'done') {
    return (
      <div className="list narrow">
        <ShownOnce
          what={`Break glass ${doing.value.id}`}
          secrets={[doing.value.credential]}
          done="It is in the envelope"
          onDone={reset}
        >
          Opens this desk once, for one hour, with an admin’s rights, and alarms every admin. Print it, seal
          the envelope, write the date and both names on it, lock it away. Destroy the one before.
        </ShownOnce>
      </div>
    );
  }
  const ready = typed === WANTED && doing.state !== 'asked';
  return (
    <form
      className="dialog-body narrow"
      aria-label="Break glass"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        setTyped('');
        void run((calls) => calls.auth.sealBreakGlass());
      }}
    >
      <p className="read">
        A sealed credential lets a person in when nobody with rights can sign in: once, for an hour, with an
        alarm. A new one kills the one before, so have the envelope at hand.
      </p>
      <ReadBack wanted={WANTED} value={typed} onChange={setTyped} />
      <Outcome doing={doing} />
      <button type="submit" className="grave" disabled={!ready}>
        Make a new sealed credential <kbd>Enter</kbd>
      </button>
    </form>
  );
}
