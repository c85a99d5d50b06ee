import type { ReactNode } from 'react';
import { deskNow } from '#renderer/api/desk.ts';
import type { Doing } from '#renderer/api/command.ts';
import type { Seen } from '#renderer/api/query.ts';
import { duration } from './format.ts';
import { Wait } from './wait.tsx';

/** Says how far an answer can be trusted, above whatever shows it. Silent when it is fresh. */
export function Trust({ seen, what }: { readonly seen: Seen<unknown>; readonly what: string }) {
  switch (seen.state) {
    case 'ready':
      return null;
    case 'loading':
      return (
        <p className="trust loading" role="status">
          ⋯ Asking for {what}. Nothing is known yet.
        </p>
      );
    case 'stale':
      return (
        <p className="trust stale" role="alert">
          ⚠ OLD: {what} as of {duration(deskNow() - seen.atMs)} ago. {seen.why.text}
        </p>
      );
    case 'error':
      return (
        <p className="trust error" role="alert">
          ✖ COULD NOT FETCH {what}. This does not mean that there is nothing. {seen.why.text}
        </p>
      );
  }
}

/** The end of a command, in words. */
export function Outcome({ doing, done }: { readonly doing: Doing<unknown>; readonly done?: ReactNode }) {
  switch (doing.state) {
    case 'idle':
      return null;
    case 'asked':
      return <p className="trust loading">⋯ Asked, no answer yet.</p>;
    case 'done':
      return done === undefined ? null : <p className="trust good">✓ {done}</p>;
    case 'failed':
      return (
        <p className="trust error" role="alert">
          ✖ {doing.why.code === 'NO_ANSWER' ? '' : 'NOT DONE: '}
          {doing.why.text} <span className="dim mono">{doing.why.reason}</span> <Wait why={doing.why} />
        </p>
      );
  }
}

export type Tone = 'good' | 'warn' | 'bad' | 'buy' | 'sell' | 'dim' | 'info';

/** A short word with a sign and a colour; the word alone is enough. */
export function Chip({
  tone,
  children,
  title,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span className={`chip ${tone}`} title={title}>
      {children}
    </span>
  );
}

/** `NSE:RELIANCE` as dealers read it: the symbol first, the exchange beside it. */
export function ContractName({ id }: { readonly id: string }) {
  const [exchange = '', symbol = id] = id.split(':');
  return (
    <span title={id}>
      <strong>{symbol}</strong> <span className="dim">{exchange}</span>
    </span>
  );
}
