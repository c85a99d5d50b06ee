import type { LedgerRecord } from './record.ts';
import type { LedgerBatch, SentMessage, SessionChange, Waiting } from './ledger.ts';

/**
 * One turn of the venue: all that the inputs at hand changed, in one commit, and what may leave only after it.
 */
export class Turn {
  readonly records: LedgerRecord[] = [];
  readonly sent: SentMessage[] = [];
  readonly waiting: Waiting[] = [];
  readonly released: number[] = [];
  readonly #sessions = new Map<string, SessionChange['saved']>();
  readonly #after: (() => void)[] = [];

  session(name: string, saved: SessionChange['saved']): void {
    this.#sessions.set(name, saved);
  }

  /** Runs after the commit, in order. */
  afterCommit(task: () => void): void {
    this.#after.push(task);
  }

  /** What to commit, together with what the market changed. */
  batch(market: Pick<LedgerBatch, 'orders' | 'trades' | 'requests' | 'meta'>): LedgerBatch {
    return {
      ...market,
      records: this.records,
      sent: this.sent,
      waiting: this.waiting,
      released: this.released,
      sessions: [...this.#sessions].map(([session, saved]) => ({ session, saved })),
    };
  }

  finish(): void {
    for (const task of this.#after) task();
  }
}

/** Nothing in it: needs no commit. */
export function isEmpty(batch: LedgerBatch): boolean {
  const lists = [
    batch.records,
    batch.orders,
    batch.trades,
    batch.requests,
    batch.sessions,
    batch.sent,
    batch.waiting,
    batch.released,
  ];
  return lists.every((list) => list.length === 0) && Object.keys(batch.meta).length === 0;
}
