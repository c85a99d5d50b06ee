import type { ReactNode } from 'react';
import type { Doing } from '#renderer/api/command.ts';
import { Outcome } from '#renderer/look/said.tsx';

/** One question of the door, with its answer underneath. */
export function DoorForm(props: {
  readonly title: string;
  readonly doing: Doing<unknown>;
  readonly send: string;
  readonly ready: boolean;
  readonly onSend: () => void;
  readonly children: ReactNode;
  readonly links?: ReactNode;
  readonly grave?: boolean;
}) {
  const may = props.ready && props.doing.state !== 'asked';
  return (
    <form
      className={`dialog-body${props.grave === true ? ' door-grave' : ''}`}
      aria-label={props.title}
      onSubmit={(event) => {
        event.preventDefault();
        if (may) props.onSend();
      }}
    >
      <h2>{props.title}</h2>
      {props.children}
      <Outcome doing={props.doing} />
      <button type="submit" className={props.grave === true ? 'grave' : 'primary'} disabled={!may}>
        {props.send} <kbd>Enter</kbd>
      </button>
      {props.links === undefined ? null : <div className="door-links">{props.links}</div>}
    </form>
  );
}

/** Back to the beginning, whatever was typed. */
export function StartAgain({ onStart }: { readonly onStart: () => void }) {
  return (
    <button type="button" className="quiet" onClick={onStart}>
      ‹ Start again
    </button>
  );
}
