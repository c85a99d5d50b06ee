import { useRef, useState } from 'react';
import { client } from './desk.ts';
import { failureOf, type Failure } from './failure.ts';
import { withSecondPerson } from './second-person.ts';
import { door, type DeskClient } from './wire.ts';

/** A thing that a person asks the desk to do: never repeated by itself, its end always told. */
export type Doing<Value> =
  | { readonly state: 'idle' }
  | { readonly state: 'asked' }
  | { readonly state: 'done'; readonly value: Value }
  | { readonly state: 'failed'; readonly why: Failure };

type Ask<Value> = (calls: DeskClient) => Promise<Value>;
export interface Command<Value> {
  readonly doing: Doing<Value>;
  readonly run: (ask: Ask<Value>) => Promise<Value | null>;
  readonly reset: () => void;
}

/**
 * `run` asks once; a second press while the first is unanswered does nothing. A call that needs a second person
 * waits for that one, and is then made again as it was.
 */
export function useCommand<Value>(): Command<Value> {
  return useOnce((ask) =>
    withSecondPerson(async () => {
      const calls = client();
      if (calls === null) throw new NotConnected();
      return ask(calls);
    }),
  );
}

/** The same at the door, where a session begins, is opened again and ends. */
export function useAtTheDoor<Value>(): Command<Value> {
  return useOnce(async (ask) => ask(await door()));
}

function useOnce<Value>(make: (ask: Ask<Value>) => Promise<Value>): Command<Value> {
  const [doing, setDoing] = useState<Doing<Value>>({ state: 'idle' });
  const unanswered = useRef(false);
  const run = async (ask: Ask<Value>): Promise<Value | null> => {
    if (unanswered.current) return null;
    unanswered.current = true;
    setDoing({ state: 'asked' });
    try {
      const value = await make(ask);
      setDoing({ state: 'done', value });
      return value;
    } catch (error) {
      setDoing({ state: 'failed', why: error instanceof NotConnected ? NOT_CONNECTED : failureOf(error) });
      return null;
    } finally {
      unanswered.current = false;
    }
  };
  return { doing, run, reset: () => setDoing({ state: 'idle' }) };
}

class NotConnected extends Error {}

const NOT_CONNECTED: Failure = {
  code: 'NO_ANSWER',
  reason: 'not-connected',
  text: 'The desk is not connected: nothing was asked.',
};
