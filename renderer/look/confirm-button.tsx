import { useState } from 'react';

/** A button that is pressed twice: the second press, of other words, does it. */
export function ConfirmButton(props: {
  readonly label: string;
  readonly sure: string;
  readonly disabled?: boolean;
  readonly onSure: () => void;
}) {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      className={asked ? 'grave' : ''}
      disabled={props.disabled ?? false}
      onBlur={() => setAsked(false)}
      onClick={() => {
        if (asked) props.onSure();
        setAsked(!asked);
      }}
    >
      {asked ? `⚠ ${props.sure}` : props.label}
    </button>
  );
}
