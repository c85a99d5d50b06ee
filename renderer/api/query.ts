import { useCallback, useEffect, useRef, useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { client, connection, deskNow, onFacts } from './desk.ts';
import { failureOf, type Failure } from './failure.ts';
import type { DeskClient } from './wire.ts';

/**
 * What a screen knows of an answer. There is no empty state: "could not fetch" can not be mistaken for
 * "nothing there", because a value is only to be had in `ready` and, with its age, in `stale`.
 */
export type Seen<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: Value; readonly atMs: number }
  | { readonly state: 'stale'; readonly value: Value; readonly atMs: number; readonly why: Failure }
  | { readonly state: 'error'; readonly why: Failure };

/** After an answer, the next question waits at least so long, so that a storm of facts asks once. */
const GAP_MS = 400;

const NOT_CONNECTED: Failure = {
  code: 'NO_ANSWER',
  reason: 'not-connected',
  text: 'The desk is not connected.',
};

export interface QueryOptions<Value> {
  readonly ask: (calls: DeskClient) => Promise<Value>;
  /** Facts after which the answer may be another one. */
  readonly changedBy: ReadonlySet<FactKind>;
  /** Also ask again after so long, for what no fact tells. */
  readonly everyMs?: number;
}

/** Asks, asks again when facts say so, and says honestly how old the answer is. `key` names the question. */
export function useQuery<Value>(
  key: string,
  options: QueryOptions<Value>,
): Seen<Value> & { refresh: () => void } {
  const [seen, setSeen] = useState<Seen<Value>>({ state: 'loading' });
  const current = useRef(options);
  current.current = options;
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    setSeen({ state: 'loading' });
    const asking = createAsking(() => current.current, setSeen);
    again.current = asking.soon;
    asking.soon();
    return asking.end;
  }, [key]);

  return { ...seen, refresh: useCallback(() => again.current(), []) };
}

type Update<Value> = (change: (before: Seen<Value>) => Seen<Value>) => void;

function createAsking<Value>(options: () => QueryOptions<Value>, update: Update<Value>) {
  let ended = false;
  let asking = false;
  let dirty = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async (): Promise<void> => {
    timer = undefined;
    dirty = false;
    const calls = client();
    if (calls === null) return update((before) => failed(before, NOT_CONNECTED));
    asking = true;
    try {
      const value = await options().ask(calls);
      if (!ended) update(() => ({ state: 'ready', value, atMs: deskNow() }));
    } catch (error) {
      if (!ended) update((before) => failed(before, failureOf(error)));
    }
    asking = false;
    const { everyMs } = options();
    if (!ended && dirty) plan(GAP_MS);
    else if (!ended && everyMs !== undefined) plan(everyMs);
  };
  const plan = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), ms);
  };
  const soon = (): void => {
    if (asking) dirty = true;
    else if (!dirty) {
      dirty = true;
      plan(0);
    }
  };

  const stopHearing = onFacts((kinds) => {
    for (const kind of options().changedBy) if (kinds.has(kind)) return soon();
  });
  const stopWatching = connection.subscribe(() => {
    if (connection.get().state === 'up') soon();
    else update((before) => failed(before, NOT_CONNECTED));
  });
  return {
    soon,
    end: () => {
      ended = true;
      clearTimeout(timer);
      stopHearing();
      stopWatching();
    },
  };
}

function failed<Value>(before: Seen<Value>, why: Failure): Seen<Value> {
  if (before.state === 'ready' || before.state === 'stale') {
    return { state: 'stale', value: before.value, atMs: before.atMs, why };
  }
  return { state: 'error', why };
}
