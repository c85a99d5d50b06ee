import { useRef, useState } from 'react';
import { client } from './desk.ts';
import { failureOf, type Failure } from './failure.ts';
import type { DeskClient } from './wire.ts';

/** A thing that a person asks the desk to do: never repeated by itself, its end always told. */
export type Doing<Value> =
  | { readonly state: 'idle' }
  | { readonly state: 'asked' }
  | { readonly state: 'done'; readonly value: Value }
  | { readonly state: 'failed'; readonly why: Failure };

/** `run` asks once; a second press while the first is unanswered does nothing. */
export function useCommand<Value>(): {
  readonly doing: Doing<Value>;
  readonly run: (ask: (calls: DeskClient) => Promise<Value>) => Promise<Value | null>;
  readonly reset: () => void;
} {
  const [doing, setDoing] = useState<Doing<Value>>({ state: 'idle' });
  const unanswered = useRef(false);
  const run = async (ask: (calls: DeskClient) => Promise<Value>): Promise<Value | null> => {
    if (unanswered.current) return null;
    const calls = client();
    if (calls === null) {
      setDoing({
        state: 'failed',
        why: {
          code: 'NO_ANSWER',
          reason: 'not-connected',
          text: 'The desk is not connected: nothing was asked.',
        },
      });
      return null;
    }
    unanswered.current = true;
    setDoing({ state: 'asked' });
    try {
      const value = await ask(calls);
      setDoing({ state: 'done', value });
      return value;
    } catch (error) {
      setDoing({ state: 'failed', why: failureOf(error) });
      return null;
    } finally {
      unanswered.current = false;
    }
  };
  return { doing, run, reset: () => setDoing({ state: 'idle' }) };
}
