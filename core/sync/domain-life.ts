import type { Entry } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import type { AccountId, InstrumentId } from '#core/model/ids.ts';
import type { ForeignOrderSeen } from '#core/orders/events.ts';
import { foldOne, type Fold } from './fold.ts';

/** An order of main's speaks for its life for so long. */
export const SIGN_LASTS_MS = 60_000;
/** What main sent just before it fell silent comes this much later on drop copy. */
export const DROP_COPY_LAG_MS = 5_000;
/** Signs that are kept; the newest. */
const SIGNS_MAX = 20;

export interface LifeDeps {
  readonly isHome: (account: AccountId) => boolean;
  /** `NSE:FO`; null for an unknown contract. */
  readonly segmentOf: (instrumentId: InstrumentId) => string | null;
}

interface Sign {
  readonly atMs: number;
  readonly text: string;
}

/**
 * Main's life by another way than its link: drop copy shows an order that nobody had seen, on an account that is at home
 * here and so is nobody's but main's (or a hand's at the exchange). A fold of the log.
 *
 * 1. Only while drop copy covers the segment: what it tells before is the history of the day, and no sign of now.
 * 2. A trade of a resting order is none: an order rests and trades without whoever sent it.
 */
export class Life {
  readonly #deps: LifeDeps;
  readonly #known = new Set<string>();
  readonly #covered = new Set<string>();
  #signs: readonly Sign[] = [];

  constructor(deps: LifeDeps) {
    this.#deps = deps;
  }

  readonly #fold: Fold = {
    'foreign-order-seen': (fact, { atMs }) => {
      this.#seen(fact, atMs);
    },
    'coverage-changed': ({ exchange, segment, covered }) => {
      const key = `${exchange}:${segment}`;
      if (covered) this.#covered.add(key);
      else this.#covered.delete(key);
    },
    // A desk that was killed had no time to say that its drop copy went down.
    'desk-started': () => {
      this.#covered.clear();
    },
    'day-rolled': () => {
      this.#known.clear();
    },
  };

  apply(entry: Entry): void {
    foldOne(this.#fold, entry);
  }

  /** Signs of now, in words; `silentSinceMs`: main was not heard on its link since then. */
  signs(nowMs: number, silentSinceMs: number | null): readonly string[] {
    const sinceMs = Math.max(nowMs - SIGN_LASTS_MS, (silentSinceMs ?? 0) + DROP_COPY_LAG_MS);
    return this.#signs.filter(({ atMs }) => atMs > sinceMs).map(({ text }) => text);
  }

  #seen({ venue, exchangeOrderId, account, instrumentId, source }: ForeignOrderSeen, atMs: number): void {
    const key = `${venue} ${exchangeOrderId}`;
    const isNew = !this.#known.has(key);
    this.#known.add(key);
    if (!isNew || source !== 'drop-copy' || !this.#deps.isHome(account)) return;
    const segment = this.#deps.segmentOf(instrumentId);
    if (segment === null || !this.#covered.has(segment)) return;
    const text = `drop copy shows a new order ${exchangeOrderId} on ${account}, ${instrumentId}, at ${istTime(atMs)}`;
    this.#signs = [...this.#signs, { atMs, text }].slice(-SIGNS_MAX);
  }
}
