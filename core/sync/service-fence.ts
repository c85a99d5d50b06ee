import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { OrderId } from '#core/model/ids.ts';
import { Product } from '#core/model/product.ts';
import type { Order, OrderStatus } from '#core/orders/port.ts';
import type { SyncShown } from './contract.ts';
import type { Emergency } from './domain-emergency.ts';
import type { DoubleClose, Fences } from './domain-fence.ts';
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

  /** Says what main has not confirmed: the fence until it is answered, its end once. */
  const say = (): void => {
    const { fence } = fences;
    if (fence === null || link.state().state !== 'up') return;
    saidAtMs = host.now();
    const { fence: id, why } = fence.asked;
    if (fence.over) link.send({ type: 'lift-fence', fence: id });
    else if (fence.answer === null) link.send({ type: 'fence', fence: id, accounts: [], why });
  };

  const look = (): void => {
    for (const close of fences.due()) nameOne(parts, close);
  };

  return {
    ask(why: string, persons: readonly string[]): Result<null, HandbackRefusal> {
      const asked = ask(parts, why, persons);
      if (asked.ok) say();
      return asked;
    },
    hear: (message: FromMain): void => hear(parts, message),
    /** Main greeted, or the handback ended. */
    say,
    tick(): void {
      const { fence } = fences;
      if (fence === null || fence.over || fence.answer !== null) return;
      if (host.now() - saidAtMs >= SAY_AGAIN_MS) say();
    },
    start(): () => void {
      // What a crash cut off between main's order and its naming is named now.
      look();
      return journal.follow(journal.head().seq, ({ fact }) => {
        if (fact.kind.startsWith('foreign-') || fact.kind.startsWith('order-')) look();
      });
    },
    status: () => statusOf(fences),
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

function hear({ journal, host, fences }: FenceParts, message: FromMain): void {
  if (message.type !== 'fenced' || fences.fence?.asked.fence !== message.fence) return;
  const { fence, obeyed, late, text } = message;
  const known = fences.fence.answer;
  // A repeat is no news.
  if (known !== null && JSON.stringify(known) === JSON.stringify({ obeyed, late, text })) return;
  const kept = journal.append([{ kind: 'fence-answered', v: 1, fence, obeyed, late, text }]);
  if (!kept.ok) host.log.error("main's answer to the fence was not kept", { reason: kept.refusal.reason });
}

function statusOf(fences: Fences): Pick<SyncShown, 'fence' | 'doubleCloses'> {
  const { fence } = fences;
  const doubleCloses = fences.doubleCloses().map((close) => ({ ...close }));
  if (fence === null) return { fence: null, doubleCloses };
  const { asked, answer } = fence;
  return {
    fence: {
      fence: asked.fence,
      obeyed: answer?.obeyed ?? null,
      late: [...(answer?.late ?? [])],
      text: answer?.text ?? 'Main has not answered yet.',
    },
    doubleCloses,
  };
}

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
