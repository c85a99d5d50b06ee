import { useState } from 'react';
import type { ModeShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { ReadBack } from '#renderer/look/dialog.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { scopeWords } from '#renderer/look/scope-words.ts';
import { TextField } from '#renderer/look/text-field.tsx';
import { accountsOf, SCOPE_ACCOUNTS_MAX, ScopeFields, WHOLE } from './scope-fields.tsx';

const REASON_MIN = 5;
const REASON_MAX = 500;
const CODE_MAX = 200;

export type Declaring = 'lost' | 'back';

/** A person's word about main: with a reason, what it covers, and the words typed back. */
export function DeclareForm(props: {
  readonly declaring: Declaring;
  readonly alive: ModeShown['alive'];
  readonly onClose: () => void;
}) {
  const { declaring, alive } = props;
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(WHOLE);
  const [scopeCode, setScopeCode] = useState('');
  const { doing, run } = useCommand<unknown>();
  const wanted = declaring === 'lost' ? 'MAIN LOST' : 'MAIN BACK';
  const accounts = chosen.part ? accountsOf(chosen.accounts) : [];
  const scope = { segments: chosen.part ? [...chosen.segments] : [], accounts: [...accounts] };
  const named =
    !chosen.part || (scope.segments.length + accounts.length > 0 && accounts.length <= SCOPE_ACCOUNTS_MAX);
  const ready = reason.trim().length >= REASON_MIN && typed === wanted && named && doing.state !== 'asked';
  const declare = async (): Promise<void> => {
    const done = await run((calls) =>
      declaring === 'lost'
        ? calls.mode.declareLost({ reason, scope, scopeCode: scopeCode.trim() })
        : calls.mode.declareBack({ reason }),
    );
    if (done !== null) props.onClose();
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void declare();
      }}
    >
      <TextField
        label={`Reason, for the journal and the report (at least ${REASON_MIN} characters)`}
        value={reason}
        max={REASON_MAX}
        first
        onChange={setReason}
      />
      {declaring === 'lost' ? <ScopeFields value={chosen} onChange={setChosen} /> : null}
      {declaring === 'lost' && alive.length > 0 ? (
        <TextField
          label="Headquarters’ scope code, for exactly what is chosen above"
          value={scopeCode}
          max={CODE_MAX}
          onChange={setScopeCode}
        />
      ) : null}
      {declaring === 'lost' ? (
        <p>
          Covers <strong>{named ? scopeWords(scope) : '… nothing yet: name a segment or an account'}</strong>.
        </p>
      ) : null}
      <ReadBack wanted={wanted} value={typed} onChange={setTyped} />
      <Outcome doing={doing} />
      <button type="submit" className="grave" disabled={!ready}>
        Declare main {declaring} <kbd>Enter</kbd>
      </button>
    </form>
  );
}
