import type { NetRow } from '#core/sync/messages.ts';
import type { MainBook } from './main-book.ts';
import { readOwnTrades } from './main-orders.ts';
import { netsOf, TRADE_KINDS } from './nets.ts';
import type { Store } from './store.ts';

/**
 * Main's positions from what lies in its store: its book, the facts that it received, its own trades. For a judge,
 * when main has stopped: `storedNets(createStore(database), await MainBook.load(...))`.
 */
export async function storedNets(store: Store, book: MainBook | null): Promise<NetRow[]> {
  if (book === null) return [];
  return netsOf({
    positions: book.rows('positions'),
    instruments: book.rows('instruments'),
    pending: book.rows('pending'),
    ...book.freshness,
    facts: await store.factsOfKinds(TRADE_KINDS),
    own: await readOwnTrades(store),
  });
}
