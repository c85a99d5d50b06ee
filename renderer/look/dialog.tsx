import { useEffect, useRef, type ReactNode } from 'react';
import { focusGrid } from './data-grid.tsx';

export interface DialogProps {
  readonly title: string;
  /** Red border and a warning sign: what is asked can not be taken back. */
  readonly grave?: boolean;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}

const FIELD = '.dialog-body input:not([disabled])';

/** The open dialogs, the topmost last. */
const open: HTMLDialogElement[] = [];

/** A modal dialog: focus stays inside, Escape closes, the first field has the focus; closed, who had it before. */
export function Dialog({ title, grave = false, wide = false, onClose, children, footer }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    // The browser would take the close button: the first thing to say or to confirm is wanted.
    const first =
      element?.querySelector<HTMLElement>('[data-first]') ?? element?.querySelector<HTMLElement>(FIELD);
    first?.focus();
    if (element !== null) open.push(element);
    return () => {
      element?.close();
      if (element !== null) open.splice(open.indexOf(element), 1);
      giveFocusBack(before);
    };
  }, []);
  useEffect(() => {
    // Not left to the browser: it asks nobody when Escape comes twice, and a part of a dialog would close all of it.
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || open.at(-1) !== dialog.current) return;
      event.preventDefault();
      onClose();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [onClose]);
  return (
    <dialog
      ref={dialog}
      className={`dialog${grave ? ' grave' : ''}${wide ? ' wide' : ''}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2>
          {grave ? <span aria-hidden="true">⚠ </span> : null}
          {title}
        </h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close <kbd>Esc</kbd>
        </button>
      </header>
      <div className="dialog-body">{children}</div>
      {footer === undefined ? null : <footer>{footer}</footer>}
    </dialog>
  );
}

/**
 * The browser does it only for a dialog that is closed while it still stands in the page; this one is gone by then,
 * and a page whose body has the focus takes no key for any table.
 */
function giveFocusBack(before: Element | null): void {
  if (before instanceof HTMLElement) before.focus();
  if (document.activeElement === document.body) focusGrid();
}

/** A line in which the person types back what is about to happen. */
export function ReadBack(props: {
  readonly wanted: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly first?: boolean;
}) {
  const matches = props.value === props.wanted;
  return (
    <label className="read-back">
      <span>
        Type <strong className="mono">{props.wanted}</strong> to confirm
      </span>
      <input
        autoFocus={props.first ?? false}
        spellCheck={false}
        autoComplete="off"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        aria-invalid={!matches}
      />
      <span className={matches ? 'good' : 'dim'}>{matches ? '✓ matches' : '… not yet'}</span>
    </label>
  );
}
