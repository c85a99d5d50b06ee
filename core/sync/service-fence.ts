import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { OrderId } from '#core/model/ids.ts';
import { Product } from '#core/model/product.ts';
import type { Order, OrderStatus } from '#core/orders/port.ts';
import type { SyncShown } from './contract.ts';
import type { Emergency } from './domain-emergency.ts';
import type { DoubleClose, Fence, Fences } from './domain-fence.ts';
import type { FromMain } from './messages.ts';
import type { HandbackDeps, HandbackRefusal } from './service-handback-deps.ts';
import { SAY_AGAIN_MS } from './service-handback-deps.ts';

export interface FenceParts extends Pick<
  HandbackDeps,
  'journal' | 'link' | 'host' | 'orders' | 'cancelOrders'
> {
  readonly fences: Fences;
  readonly emergency: Emergency;
}

/**
 * Keeps main's hands off the book until the handback is done, where main obeys; where it does not, every order of its
 * on a row of ours is named and our own side of that row is cancelled.
 */
export function createFence(parts: FenceParts) {
  const { journal, link, host, fences } = parts;
  let saidAtMs = 0;
  /** Main owes a word about the fence: it never answered, or it greeted anew and may be back without it. */
  let owed = true;

  const isUp = (): boolean => link.state().state === 'up';

  /** Says the fence, or its end. */
  const say = (): void => {
    const { fence } = fences;
    if (fence === null || !isUp()) return;
    saidAtMs = host.now();
    const { fence: id, why } = fence.asked;
    if (fence.over) link.send({ type: 'lift-fence', fence: id });
    else link.send({ type: 'fence', fence: id, accounts: [], why });
  };

  const look = (): void => {
    for (const close of fences.due()) nameOne(parts, close);
  };

  return {
    ask(why: string, persons: readonly string[]): Result<null, HandbackRefusal> {
      const asked = ask(parts, why, persons);
      if (!asked.ok) return asked;
      owed = true;
      say();
      return asked;
    },
    hear(message: FromMain): void {
      if (message.type !== 'fenced' || fences.fence?.asked.fence !== message.fence) return;
      owed = !answered(parts, fences.fence, message);
    },
    /** A main that lost data may have lost the fence, and would trade: what is not over is said to it again. */
    greeted(): void {
      owed = true;
      say();
    },
    /** The handback ended. */
    lift: say,
    tick(): void {
      const { fence } = fences;
      if (fence === null || fence.over || !owed) return;
      if (host.now() - saidAtMs >= SAY_AGAIN_MS) say();
    },
    start(): () => void {
      // What a crash cut off between main's order and its naming is named now.
      look();
      return journal.follow(journal.head().seq, ({ fact }) => {
        if (fact.kind.startsWith('foreign-') || fact.kind.startsWith('order-')) look();
      });
    },
    status: () => statusOf(fences, owed && isUp()),
  };
}

function ask(
  { journal, link, emergency }: FenceParts,
  why: string,
  persons: readonly string[],
): Result<null, HandbackRefusal> {
  const { state } = link.state();
  const { mode } = emergency;
  if (state === 'off') {
    return refuse({
      reason: 'no-main',
      text: 'This desk has no main to ask: RMS holds it by the fence list.',
    });
  }
  if (mode !== 'EMERGENCY' && mode !== 'HANDBACK') {
    return refuse({ reason: 'not-now', text: `The desk is in ${mode}: main may trade its own book.` });
  }
  if (state !== 'up') return refuse({ reason: 'link-down', text: 'The link to main is not up.' });
  const fence = `${journal.desk}-F${journal.head().seq + 1}`;
  const asked = journal.append([{ kind: 'fence-asked', v: 1, fence, by: persons, why }]);
  return asked.ok ? ok(null) : asked;
}

/** Main's answer is kept, or is a repeat and no news. */
function answered(
  { journal, host }: FenceParts,
  { answer: known }: Fence,
  { fence, obeyed, late, text }: Extract<FromMain, { type: 'fenced' }>,
): boolean {
  if (known !== null && JSON.stringify(known) === JSON.stringify({ obeyed, late, text })) return true;
  const kept = journal.append([{ kind: 'fence-answered', v: 1, fence, obeyed, late, text }]);
  if (!kept.ok) host.log.error("main's answer to the fence was not kept", { reason: kept.refusal.reason });
  return kept.ok;
}

/** `owed`: main is here and has not said whether it holds the fence. What it said before it went is no word of now. */
function statusOf(fences: Fences, owed: boolean): Pick<SyncShown, 'fence' | 'doubleCloses'> {
  const { fence } = fences;
  const doubleCloses = fences.doubleCloses().map((close) => ({ ...close }));
  if (fence === null) return { fence: null, doubleCloses };
  const { asked, answer, over } = fence;
  return {
    fence: {
      fence: asked.fence,
      obeyed: owed && !over ? null : (answer?.obeyed ?? null),
      late: [...(answer?.late ?? [])],
      text: owed && !over ? UNANSWERED : (answer?.text ?? UNANSWERED),
    },
    doubleCloses,
  };
}

const UNANSWERED = 'Main has not answered yet.';

/** First the fact, then the cancels. A row whose product nobody knows is every row of the contract. */
function nameOne({ journal, host, orders, cancelOrders }: FenceParts, close: DoubleClose): void {
  const { account, instrumentId, product, side, exchangeOrderId, quantity } = close;
  const products = product === null ? Product.options : [product];
  const cancelled = products
    .flatMap((one) => orders.ofRow({ account, instrumentId, product: one }))
    .filter((order) => order.terms.side === side && mayBeCancelled(order))
    .map(({ orderId }): OrderId => orderId);
  const named = journal.append([
    { kind: 'double-close-seen', v: 1, account, instrumentId, product, quantity, exchangeOrderId, cancelled },
  ]);
  if (!named.ok) {
    host.log.error('a double close could not be journalled', { exchangeOrderId });
    return;
  }
  if (cancelled.length > 0) {
    cancelOrders(cancelled, `main's order ${exchangeOrderId} is on the same row`);
  }
}

/** Only what is at the exchange for certain: a doubt is asked about, a plan is checked again before it goes. */
function mayBeCancelled({ status }: Order): boolean {
  return WORKING.has(status);
}

const WORKING: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'PENDING_NEW',
  'NEW',
  'PARTIALLY_FILLED',
  'PENDING_REPLACE',
]);
