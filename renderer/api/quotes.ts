import { useSyncExternalStore } from 'react';
import type { QuoteShown } from '#core/exchange/contract.ts';
import type { InstrumentId } from '#core/model/ids.ts';
import { client, connection } from './desk.ts';

/**
 * Live prices beside the grid: each cell watches one contract, so that a tick draws one cell and not a table.
 */
const latest = new Map<InstrumentId, QuoteShown>();
const watchers = new Map<InstrumentId, Set<() => void>>();
connection.subscribe(() => {
  if (connection.get().state === 'signed-out') latest.clear();
});

export function useQuote(instrumentId: InstrumentId): QuoteShown | undefined {
  return useSyncExternalStore(
    (listener) => {
      const own = watchers.get(instrumentId) ?? new Set();
      watchers.set(instrumentId, own.add(listener));
      return () => own.delete(listener);
    },
    () => latest.get(instrumentId),
  );
}

/** Follows the quotes of these contracts until the returned function is called. */
export function followQuotes(instrumentIds: readonly InstrumentId[]): () => void {
  const stop = new AbortController();
  const follow = async (): Promise<void> => {
    const calls = client();
    if (calls === null || instrumentIds.length === 0) return;
    try {
      const stream = await calls.exchange.quotes(
        { instrumentIds: [...instrumentIds] },
        { signal: stop.signal },
      );
      for await (const batch of stream) {
        for (const quote of batch) {
          latest.set(quote.instrumentId, quote);
          for (const listener of watchers.get(quote.instrumentId) ?? []) listener();
        }
      }
    } catch {
      // Prices stay as they are and age; the connection store says when the desk is lost, and asks again.
    }
  };
  void follow();
  const unwatch = connection.subscribe(() => {
    if (connection.get().state === 'up' && !stop.signal.aborted) void follow();
  });
  return () => {
    unwatch();
    stop.abort();
  };
}
