import { assert } from '#core/lib/assert.ts';
import type { Entry } from '#core/events.ts';

/** Entries that wait for delivery. Only followers that append without end can reach it: a bug, named at once. */
const UNDELIVERED_MAX = 250_000;
const STORED_BATCH = 1_000;

interface Follower {
  next: number;
  stopped: boolean;
  readonly receive: (entry: Entry) => void;
}

/**
 * Delivers entries to followers: in order, each once, all followers of one entry before the next entry.
 * An entry appended by a follower waits until the ones in hand are delivered.
 */
export class Followers {
  readonly #followers = new Set<Follower>();
  readonly #waiting: Entry[] = [];
  #delivering = false;
  readonly #failed: (error: unknown) => void;

  /** `failed` hears of a follower that threw; the others still get the entry. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Before a commit: `count` more entries must fit. */
  assertRoom(count: number): void {
    const waiting = this.#delivering ? this.#waiting.length : 0;
    assert(waiting === 0 || waiting + count <= UNDELIVERED_MAX, 'followers append without end');
  }

  deliver(entries: readonly Entry[]): void {
    for (const entry of entries) this.#waiting.push(entry);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let index = 0; index < this.#waiting.length; index++) {
        const entry = this.#waiting[index];
        if (entry !== undefined) this.#deliverOne(entry);
      }
    } finally {
      this.#waiting.length = 0;
      this.#delivering = false;
    }
  }

  /** First what `read` gives after `afterSeq`, including what comes in meanwhile; then each new entry. */
  follow(
    afterSeq: number,
    receive: (entry: Entry) => void,
    read: (afterSeq: number, limit: number) => readonly Entry[],
  ): () => void {
    const follower: Follower = { next: afterSeq + 1, stopped: false, receive };
    for (
      let stored = read(afterSeq, STORED_BATCH);
      stored.length > 0;
      stored = read(follower.next - 1, STORED_BATCH)
    ) {
      for (const entry of stored) {
        follower.next = entry.seq + 1;
        receive(entry);
      }
    }
    this.#followers.add(follower);
    return () => {
      follower.stopped = true;
      this.#followers.delete(follower);
    };
  }

  #deliverOne(entry: Entry): void {
    for (const follower of this.#followers) {
      // A follower that began during this delivery has already read the entry from the file.
      if (follower.stopped || entry.seq < follower.next) continue;
      follower.next = entry.seq + 1;
      try {
        follower.receive(entry);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
