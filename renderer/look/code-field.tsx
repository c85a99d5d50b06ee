import { useRef } from 'react';

const SIX_DIGITS = /^\d{6}$/;

/**
 * The field of a code. Six digits need no Enter: the sixth one sends them. `recovery`: a recovery code fits in, too,
 * and is sent by Enter.
 */
export function CodeField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSix?: ((code: string) => void) | undefined;
  readonly recovery?: boolean;
  readonly first?: boolean;
}) {
  const sent = useRef('');
  const recovery = props.recovery === true;
  return (
    <label className="field code-field">
      <span>{props.label}</span>
      <input
        className="mono"
        autoFocus={props.first ?? false}
        data-first={props.first}
        inputMode={recovery ? 'text' : 'numeric'}
        autoComplete="off"
        spellCheck={false}
        maxLength={recovery ? 40 : 7}
        value={props.value}
        onChange={(event) => {
          const typed = event.target.value;
          const code = recovery ? typed : typed.replaceAll(/\D/g, '').slice(0, 6);
          props.onChange(code);
          if (!SIX_DIGITS.test(code)) sent.current = '';
          // Once for each code: what was refused is changed before it goes again, or sent by Enter.
          else if (sent.current !== code) {
            sent.current = code;
            props.onSix?.(code);
          }
        }}
      />
    </label>
  );
}

export function isCode(text: string): boolean {
  return SIX_DIGITS.test(text);
}
