import { useSyncExternalStore } from 'react';
import type { FactKind } from '#core/events.ts';
import { client, connection, deskNow, onFacts } from './desk.ts';
import { failureOf, type Failure } from './failure.ts';
import { createStore, type Store } from './store.ts';
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
/** A dear answer is asked for less often: the next question waits so many times what the last one took. */
const GAP_TIMES = 4;

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

interface Query<Value> {
  readonly get: () => Seen<Value>;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Questions that are on a screen now. The same question is asked once, however many parts show its answer. */
const queries = new Map<string, Query<unknown>>();

/**
 * Asks, asks again when facts say so, and says honestly how old the answer is. `key` names the whole question:
 * two parts with the same key share one answer.
 */
export function useQuery<Value>(key: string, options: QueryOptions<Value>): Seen<Value> {
  const known = queries.get(key) as Query<Value> | undefined;
  const query = known ?? createQuery(key, options);
  queries.set(key, query);
  return useSyncExternalStore(query.subscribe, query.get);
}

function createQuery<Value>(key: string, options: QueryOptions<Value>): Query<Value> {
  const seen = createStore<Seen<Value>>({ state: 'loading' });
  let watchers = 0;
  let stop: () => void = () => undefined;
  const query: Query<Value> = {
    get: seen.get,
    subscribe(listener) {
      const unsubscribe = seen.subscribe(listener);
      watchers += 1;
      if (watchers === 1) {
        queries.set(key, query);
        stop = startAsking(options, seen);
      }
      return () => {
        unsubscribe();
        watchers -= 1;
        if (watchers > 0) return;
        stop();
        if (queries.get(key) === query) queries.delete(key);
      };
    },
  };
  return query;
}

/** Asks until the returned function is called: at the start, after facts, after a time, after a lost wire. */
function startAsking<Value>(options: QueryOptions<Value>, seen: Store<Seen<Value>>): () => void {
  let ended = false;
  let asking = false;
  let dirty = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async (): Promise<void> => {
    dirty = false;
    const calls = client();
    if (calls === null) return seen.set(failed(seen.get(), NOT_CONNECTED));
    asking = true;
    const askedAt = performance.now();
    try {
      const value = await options.ask(calls);
      if (!ended) seen.set({ state: 'ready', value, atMs: deskNow() });
    } catch (error) {
      if (!ended) seen.set(failed(seen.get(), failureOf(error)));
    }
    asking = false;
    if (ended) return;
    if (dirty) plan(Math.max(GAP_MS, GAP_TIMES * (performance.now() - askedAt)));
    else if (options.everyMs !== undefined) plan(options.everyMs);
  };
  const plan = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), ms);
  };
  const soon = (): void => {
    if (!asking && !dirty) plan(0);
    dirty = true;
  };

  const stopHearing = onFacts((kinds) => {
    for (const kind of options.changedBy) if (kinds.has(kind)) return soon();
  });
  const stopWatching = connection.subscribe(() => {
    if (connection.get().state === 'up') soon();
    else seen.set(failed(seen.get(), NOT_CONNECTED));
  });
  soon();
  return () => {
    ended = true;
    clearTimeout(timer);
    stopHearing();
    stopWatching();
  };
}

function failed<Value>(before: Seen<Value>, why: Failure): Seen<Value> {
  if (before.state === 'ready' || before.state === 'stale') {
    return { state: 'stale', value: before.value, atMs: before.atMs, why };
  }
  return { state: 'error', why };
}
