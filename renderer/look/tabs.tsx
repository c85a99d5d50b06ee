import { ACTIONS, useKeymap, type Action } from './keys.ts';
import type { Tone } from './said.tsx';

export interface Tab<View extends string> {
  readonly view: View & Action;
  readonly label: string;
  /** Null when it is not known: shown as `?`, never as nothing. */
  readonly count?: number | null;
  readonly tone?: Tone;
}

/** The screens, each with its key and what waits in it. */
export function Tabs<View extends string>(props: {
  readonly tabs: readonly Tab<View>[];
  readonly now: View;
  readonly onView: (view: View) => void;
}) {
  const keys = useKeymap();
  return (
    <nav className="tabs" role="tablist" aria-label="Screens">
      {props.tabs.map(({ view, label, count, tone = 'dim' }) => (
        <button
          key={view}
          type="button"
          role="tab"
          aria-selected={props.now === view}
          onClick={() => props.onView(view)}
        >
          {label} <kbd>{keys[view]}</kbd>
          {count === undefined ? null : (
            <span className={`count ${count === 0 ? 'dim' : tone}`}>{count === null ? '?' : count}</span>
          )}
        </button>
      ))}
    </nav>
  );
}

/** The line of keys at the foot of the screen, each also a button: those that are not on a tab. */
export function KeyBar(props: {
  readonly onAction: (action: Action) => void;
  readonly onTabs: readonly Action[];
}) {
  const keys = useKeymap();
  return (
    <footer className="key-bar" aria-label="Keys">
      {ACTIONS.filter(({ action }) => !props.onTabs.includes(action)).map(({ action, label }) => (
        <button key={action} type="button" tabIndex={-1} onClick={() => props.onAction(action)}>
          <kbd>{keys[action]}</kbd> {label}
        </button>
      ))}
    </footer>
  );
}
