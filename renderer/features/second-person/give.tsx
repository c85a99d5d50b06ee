import { useState, type ReactNode } from 'react';
import type { ApprovalShown } from '#core/approvals/contract.ts';
import { useCommand, type Doing } from '#renderer/api/command.ts';
import { CodeField, isCode } from '#renderer/look/code-field.tsx';
import { PasswordField } from '#renderer/look/password-field.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

interface GiveProps {
  readonly approval: ApprovalShown;
}

/** The second person agrees at the asker's screen, with both their factors. No session opens for them. */
export function GiveHere({ approval: { approval } }: GiveProps) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { doing, run } = useCommand<unknown>();
  const ready = user.trim() !== '' && password !== '' && isCode(code);
  const give = async (): Promise<void> => {
    const given = { approval, user: user.trim().toLowerCase(), password, code };
    setCode('');
    if ((await run((calls) => calls.approvals.giveHere(given))) === null) setPassword('');
  };
  return (
    <GiveForm title="Second person, at this screen" doing={doing} ready={ready} onGive={() => void give()}>
      <p>Read what is asked above. You answer for it as much as the one who asks.</p>
      <TextField label="Second person’s user" value={user} max={60} first onChange={setUser} />
      <PasswordField label="Their password" value={password} onChange={setPassword} />
      <CodeField label="Their six digits" value={code} onChange={setCode} />
    </GiveForm>
  );
}

/** Headquarters signed what is asked, elsewhere; the signature is pasted here. */
export function GiveSigned({ approval: { approval, subject } }: GiveProps) {
  const [name, setName] = useState('');
  const [signature, setSignature] = useState('');
  const { doing, run } = useCommand<unknown>();
  return (
    <GiveForm
      title="Headquarters’ signature"
      doing={doing}
      ready={name.trim() !== '' && signature.trim() !== ''}
      onGive={() =>
        void run((calls) => calls.approvals.giveSigned({ approval, name, signature: signature.trim() }))
      }
    >
      <p>Send headquarters this line; they sign exactly it:</p>
      <p className="secret mono">{subject}</p>
      <TextField label="Who signed" value={name} max={60} first onChange={setName} />
      <label className="field">
        <span>Signature, as they sent it</span>
        <textarea
          className="mono"
          rows={3}
          maxLength={200}
          spellCheck={false}
          value={signature}
          onChange={(event) => setSignature(event.target.value)}
        />
      </label>
    </GiveForm>
  );
}

/** Headquarters reads a code over the telephone. */
export function GiveCode({ approval: { approval, challenge, subject } }: GiveProps) {
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const { doing, run } = useCommand<unknown>();
  return (
    <GiveForm
      title="Code by telephone"
      doing={doing}
      ready={name.trim() !== '' && code.trim() !== ''}
      onGive={() =>
        void run((calls) => calls.approvals.giveCode({ approval, name, code: code.replaceAll(/[\s-]/g, '') }))
      }
    >
      <p>Telephone headquarters. Say what is asked, and read them this, line by line:</p>
      <p className="secret groups mono" aria-label="Subject">
        {subject.match(/.{1,16}/g)?.map((line) => (
          <span key={line}>{line.match(/.{1,4}/g)?.join(' ')}</span>
        ))}
      </p>
      <p>They must see the same eight digits. Then they read you a code.</p>
      <p className="challenge mono" aria-label="Challenge">
        {challenge.slice(0, 4)} {challenge.slice(4)}
      </p>
      <TextField label="Whom you spoke to" value={name} max={60} first onChange={setName} />
      <TextField label="The code that they read out" value={code} max={20} onChange={setCode} />
    </GiveForm>
  );
}

function GiveForm(props: {
  readonly title: string;
  readonly doing: Doing<unknown>;
  readonly ready: boolean;
  readonly onGive: () => void;
  readonly children: ReactNode;
}) {
  const may = props.ready && props.doing.state !== 'asked';
  return (
    <form
      className="dialog-body"
      aria-label={props.title}
      onSubmit={(event) => {
        event.preventDefault();
        if (may) props.onGive();
      }}
    >
      <h3>{props.title}</h3>
      {props.children}
      <Outcome doing={props.doing} done="Given." />
      <button type="submit" className="grave" disabled={!may}>
        I agree <kbd>Enter</kbd>
      </button>
    </form>
  );
}
