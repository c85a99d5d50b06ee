import { useState } from 'react';
import type { ApprovalShown } from '#core/approvals/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { ApprovalFacts } from '#renderer/look/approval-facts.tsx';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

export type Answer = 'give' | 'refuse';

const WHY_MIN = 3;

/** The second person's word: after it is given, the asker's screen does what was asked. */
export function AnswerDialog(props: {
  readonly approval: ApprovalShown;
  readonly answer: Answer;
  readonly onClose: () => void;
}) {
  const { approval, answer } = props;
  const [typed, setTyped] = useState('');
  const [why, setWhy] = useState('');
  const { doing, run } = useCommand<unknown>();
  const gives = answer === 'give';
  // Read aloud and typed: the same four digits stand on the asker's screen.
  const wanted = `AGREE ${approval.challenge.slice(0, 4)}`;
  const ready = (gives ? typed === wanted : why.trim().length >= WHY_MIN) && doing.state !== 'asked';
  const send = async (): Promise<void> => {
    const done = await run((calls) =>
      gives
        ? calls.approvals.give({ approval: approval.approval })
        : calls.approvals.refuse({ approval: approval.approval, why }),
    );
    if (done !== null) props.onClose();
  };
  return (
    <Dialog title={gives ? 'Agree to this' : 'Refuse this'} grave={gives} onClose={props.onClose}>
      <ApprovalFacts approval={approval} />
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void send();
        }}
      >
        {gives ? (
          <>
            <p>You answer for it as much as {approval.by} does; both names are in the evidence.</p>
            <ReadBack wanted={wanted} value={typed} onChange={setTyped} />
          </>
        ) : (
          <TextField label="Why not (the asker reads it)" value={why} max={200} first onChange={setWhy} />
        )}
        <Outcome doing={doing} />
        <button type="submit" className={gives ? 'grave' : 'primary'} disabled={!ready}>
          {gives ? 'I agree' : 'Refuse'} <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}
