import { useEffect } from 'react';
import type { Tone } from './said.tsx';

export interface Part<Name extends string> {
  readonly part: Name;
  readonly label: string;
  /** Null when it is not known: shown as `?`, never as nothing. */
  readonly count?: number | null;
  readonly tone?: Tone;
}

/** The parts of a view that has several. The digits lead from part to part. */
export function PartTabs<Name extends string>(props: {
  readonly label: string;
  readonly parts: readonly Part<Name>[];
  readonly now: Name;
  readonly onPart: (part: Name) => void;
}) {
  const { parts, onPart } = props;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (typing || event.ctrlKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      const found = parts[Number(event.key) - 1];
      if (found !== undefined) onPart(found.part);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [parts, onPart]);
  return (
    <div className="view-bar" role="tablist" aria-label={props.label}>
      {parts.map(({ part, label, count, tone = 'dim' }, index) => (
        <button
          key={part}
          type="button"
          role="tab"
          className="toggle"
          aria-selected={part === props.now}
          aria-pressed={part === props.now}
          onClick={() => onPart(part)}
        >
          {part === props.now ? '▸ ' : ''}
          {label} <kbd>{index + 1}</kbd>
          {count === undefined ? null : (
            <span className={`count ${count === 0 ? 'dim' : tone}`}>{count === null ? '?' : count}</span>
          )}
        </button>
      ))}
    </div>
  );
}
