import type { Place } from '#core/sync/messages.ts';

/** Who waits for rows to be durable up to a place. */
export class PlaceWaiters {
  #waiters: readonly { readonly place: Place; readonly done: () => void }[] = [];

  add(place: Place, done: () => void): void {
    this.#waiters = [...this.#waiters, { place, done }];
  }
  /** Calls those whose place is reached, each once. */
  call(stored: (epoch: number) => number): void {
    const reached = this.#waiters.filter(({ place }) => place.seq <= stored(place.epoch));
    this.#waiters = this.#waiters.filter((waiter) => !reached.includes(waiter));
    for (const { done } of reached) done();
  }
  clear(): void {
    this.#waiters = [];
  }
}
