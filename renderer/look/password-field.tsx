import { useState, type KeyboardEvent } from 'react';

const PASSWORD_MAX = 200;

/** A password as it is typed: says when Caps Lock is on, and shows itself when asked. */
export function PasswordField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly first?: boolean;
  readonly wrong?: boolean;
}) {
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const look = (event: KeyboardEvent): void => setCaps(event.getModifierState('CapsLock'));
  return (
    <div className="field">
      <label className="field">
        <span>{props.label}</span>
        <input
          type={shown ? 'text' : 'password'}
          autoFocus={props.first ?? false}
          data-first={props.first}
          autoComplete="off"
          spellCheck={false}
          maxLength={PASSWORD_MAX}
          value={props.value}
          aria-invalid={props.wrong ?? false}
          onKeyDown={look}
          onKeyUp={look}
          onChange={(event) => props.onChange(event.target.value)}
        />
      </label>
      <span className="field-notes">
        <label className="dim">
          <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} /> show
        </label>
        {caps ? <strong className="warn">⚠ Caps Lock is on</strong> : null}
      </span>
    </div>
  );
}

/** True when nothing that this screen can see speaks against it. */
export function passwordFits(password: string, again: string, min: number): boolean {
  return hintsOf(password, again, min).every(({ met }) => met);
}

/** A new password, twice, with what is still missing of it. */
export function NewPassword(props: {
  readonly password: string;
  readonly again: string;
  /** Characters that it needs. */
  readonly min: number;
  readonly first?: boolean;
  readonly onPassword: (value: string) => void;
  readonly onAgain: (value: string) => void;
}) {
  return (
    <>
      <PasswordField
        label="New password: some words that only you would put together"
        first={props.first ?? false}
        value={props.password}
        onChange={props.onPassword}
      />
      <PasswordField label="New password, again" value={props.again} onChange={props.onAgain} />
      <ul className="hints" aria-label="What the password needs">
        {hintsOf(props.password, props.again, props.min).map(({ text, met }) => (
          <li key={text} className={met ? 'good' : 'dim'}>
            {met ? '✓' : '…'} {text}
          </li>
        ))}
        <li className="dim">
          · not mostly a name, well-known words, rows of keys or repeats: the desk looks at it
        </li>
      </ul>
    </>
  );
}

function hintsOf(password: string, again: string, min: number) {
  const length = Array.from(password).length;
  return [
    { text: `at least ${min} characters (now ${length})`, met: length >= min },
    { text: 'the same twice', met: length > 0 && password === again },
  ];
}
