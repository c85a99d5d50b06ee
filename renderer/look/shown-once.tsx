import { useState, type ReactNode } from 'react';
import { notice } from './notice.tsx';

/**
 * Secrets that the desk shows once and never again. They go away only when the person says that they are written
 * down.
 */
export function ShownOnce(props: {
  readonly what: string;
  readonly secrets: readonly string[];
  readonly children: ReactNode;
  readonly done: string;
  readonly onDone: () => void;
}) {
  const [written, setWritten] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.secrets.join('\n'));
      notice('warn', `${props.what} copied. Paste it now, then copy something else over it.`);
    } catch {
      notice('bad', 'NOT COPIED: this browser does not give the clipboard. Write it down or print it.');
    }
  };
  return (
    <form
      className="dialog-body shown-once"
      onSubmit={(event) => {
        event.preventDefault();
        if (written) props.onDone();
      }}
    >
      <div className="printed">
        <h3>{props.what}</h3>
        <div>{props.children}</div>
        <ol className={props.secrets.length === 1 ? 'secrets single' : 'secrets'}>
          {props.secrets.map((secret) => (
            <li key={secret} className="mono">
              {secret}
            </li>
          ))}
        </ol>
      </div>
      <p className="warn">⚠ Shown once. It can not be shown again, by anybody.</p>
      <div className="actions">
        <button type="button" onClick={() => window.print()}>
          Print
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <label>
        <input
          type="checkbox"
          autoFocus
          data-first
          checked={written}
          onChange={(event) => setWritten(event.target.checked)}
        />{' '}
        I have written {props.secrets.length === 1 ? 'it' : 'them'} down <kbd>Space</kbd>
      </label>
      <button type="submit" className="primary" disabled={!written}>
        {props.done} <kbd>Enter</kbd>
      </button>
    </form>
  );
}
