import type { OrderAddress } from '#core/exchange/port.ts';
import type { OrderId } from '#core/model/ids.ts';

/**
 * The questions about orders in doubt after a (re)connection: each is asked, and asked again while it stays
 * unanswered, with growing pauses; a venue is ready for new orders when all is answered or the rounds are over.
 * An order in doubt is never sent again (I3), only asked about; what stays in doubt later is the orders' watch.
 */
export interface Recovery {
  /** A connection is up and its barrier passed: everything in doubt is asked anew. */
  begin(): void;
  /** The orders to ask about now, at most `allowance`. */
  due(doubtful: readonly OrderAddress[], nowMs: number, allowance: number): readonly OrderAddress[];
  /** Null while questions of the first rounds are open, else how many orders were asked and stayed in doubt. */
  outcome(
    doubtful: readonly OrderAddress[],
  ): { readonly asked: number; readonly stillInDoubt: number } | null;
}

/** A question is repeated after this long, then twice as long, up to the most. */
const ASK_AGAIN_FIRST_MS = 1_500;
const ASK_AGAIN_MOST_MS = 60_000;
/** After so many unanswered questions about an order the venue counts as recovered all the same. */
const ROUNDS_BEFORE_READY = 3;

interface Asked {
  readonly times: number;
  readonly nextMs: number;
}

export function createRecovery(): Recovery {
  let asked = new Map<OrderId, Asked>();
  return {
    begin() {
      asked = new Map();
    },
    due(doubtful, nowMs, allowance) {
      const due: OrderAddress[] = [];
      for (const order of doubtful) {
        if (due.length >= allowance || order.orderId === null) break;
        const before = asked.get(order.orderId);
        if (before !== undefined && before.nextMs > nowMs) continue;
        const times = (before?.times ?? 0) + 1;
        const pauseMs = Math.min(ASK_AGAIN_FIRST_MS * 2 ** Math.min(times - 1, 20), ASK_AGAIN_MOST_MS);
        asked.set(order.orderId, { times, nextMs: nowMs + pauseMs });
        due.push(order);
      }
      return due;
    },
    outcome(doubtful) {
      const open = doubtful.some(({ orderId }) => {
        const state = orderId === null ? undefined : asked.get(orderId);
        return state === undefined || state.times < ROUNDS_BEFORE_READY;
      });
      return open ? null : { asked: asked.size, stillInDoubt: doubtful.length };
    },
  };
}
