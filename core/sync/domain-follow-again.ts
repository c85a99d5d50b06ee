import { backoffMs, type BackoffPolicy } from '#core/lib/backoff.ts';

const PAUSES: BackoffPolicy = { firstMs: 1_000, maxMs: 60_000 };
/** A book that breaks again within this time is asked for ever more slowly. */
const BROKE_AGAIN_MS = 300_000;
/** Main sends a snapshot by itself to a desk that comes without a book: it is not asked for another at once. */
const GRACE_MS = 5_000;

/** Whether a new snapshot is wanted, why, and when main may be asked for it. Times are monotonic. */
export class SnapshotWanted {
  #why: string | null = null;
  /** A snapshot has begun since the last reason for one. */
  #begun = false;
  #nextMs = 0;
  /** Times asked since the book last was whole for long. */
  #asked = 0;
  #brokeMs = Number.NEGATIVE_INFINITY;

  /** Null: none is wanted. */
  get why(): string | null {
    return this.#why;
  }

  /** Deltas were passed by: main is asked at the next occasion. */
  missed(why: string, nowMs: number): void {
    this.#why = why;
    this.#begun = false;
    this.#nextMs = Math.max(this.#nextMs, nowMs);
  }

  /** What came does not check. `chance` as in `backoffMs`. */
  broke(why: string, nowMs: number, chance: number): void {
    if (nowMs - this.#brokeMs >= BROKE_AGAIN_MS) this.#asked = 0;
    this.#brokeMs = nowMs;
    this.#why = why;
    this.#begun = false;
    this.#nextMs = this.#asked === 0 ? nowMs : nowMs + backoffMs(PAUSES, this.#asked, chance);
  }

  isDue(nowMs: number): boolean {
    return this.#why !== null && nowMs >= this.#nextMs;
  }

  asked(nowMs: number, chance: number): void {
    this.#asked += 1;
    this.#nextMs = nowMs + backoffMs(PAUSES, this.#asked, chance);
  }

  linkUp(nowMs: number): void {
    this.#nextMs = Math.max(this.#nextMs, nowMs + GRACE_MS);
  }

  begins(): void {
    this.#begun = true;
  }

  /** A snapshot is in force. What was missed while it came is not in it. */
  came(): void {
    if (this.#begun) this.#why = null;
  }
}
