import { useEffect, useState, type ReactNode } from 'react';

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
  const [said, setSaid] = useState('');
  useEffect(() => holdEscape(() => setSaid('⚠ First say that it is written down.')), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.secrets.join('\n'));
      setSaid('⚠ Copied. Paste it now, then copy something else over it.');
    } catch {
      setSaid('✖ NOT COPIED: this browser does not give the clipboard. Write it down or print it.');
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
        <span className="warn" role="status">
          {said}
        </span>
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

/** Escape would close the dialog around it, and what it shows would be gone. */
function holdEscape(onHeld: () => void): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onHeld();
  };
  window.addEventListener('keydown', press, { capture: true });
  return () => window.removeEventListener('keydown', press, { capture: true });
}
