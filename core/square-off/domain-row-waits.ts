import type { Order } from '#core/orders/port.ts';
import { tally } from './domain-row-orders.ts';
import type { Tally } from './domain-row-orders.ts';
import type { RowAction, RowMemory, RowView, WaitKind } from './domain-row-view.ts';

/** How often a row that waits for somebody else's word looks again. */
const POLL_MS = 200;
/** Waits that end without a fact: market data and other people's orders. The others are woken by theirs. */
const POLLED: ReadonlySet<WaitKind> = new Set<WaitKind>([
  'price',
  'circuit',
  'cancel',
  'quantity',
  'blocked',
]);

/** What one look at a row gathers. */
export class Step {
  readonly actions: RowAction[] = [];
  wakeMs: number | null = null;

  wakeAt(atMs: number): void {
    this.wakeMs = this.wakeMs === null ? atMs : Math.min(this.wakeMs, atMs);
  }
}

/** Bounds the waits for words about orders that were sent: answer, doubt, link. */
export function boundAnswers(view: RowView, memory: RowMemory, step: Step): void {
  const { doubtful, pending } = tally(view, memory);
  const { waits } = view.policy;
  const unheard = [...doubtful, ...pending];
  if (unheard.length === 0) {
    if (memory.wait?.kind === 'doubt' || memory.wait?.kind === 'answer') memory.wait = null;
    return;
  }
  if (!view.venueReady) {
    if (waited(view, memory, step, 'link', waits.linkMs))
      abandon(memory, unheard, 'the link to the exchange did not come back');
    return;
  }
  const kind: WaitKind = doubtful.length > 0 ? 'doubt' : 'answer';
  const limit = kind === 'doubt' ? waits.doubtMs : waits.answerMs;
  if (kind === 'answer') {
    for (const order of pending) {
      const untilMs = lastRequestMs(order) + limit;
      if (view.nowMs >= untilMs) abandon(memory, [order], 'the exchange never answered');
      else step.wakeAt(untilMs);
    }
    return;
  }
  if (waited(view, memory, step, kind, limit))
    abandon(memory, doubtful, 'sent, and nobody can say what became of it');
}

function abandon(memory: RowMemory, orders: readonly Order[], text: string): void {
  for (const order of orders) memory.abandoned.set(order.orderId, text);
}

/** After the close the exchange says what became of resting orders; it has `graceMs` to do so. */
export function awaitLastWords(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const unheard = [...now.working, ...now.pending, ...now.doubtful];
  if (view.phase !== 'closed' || unheard.length === 0) return;
  if (waited(view, memory, step, 'grace', view.policy.waits.graceMs))
    abandon(memory, unheard, 'no last word after the close');
}

/** True once the row has waited for the same thing for `limitMs` on end. */
export function waited(
  view: RowView,
  memory: RowMemory,
  step: Step,
  kind: WaitKind,
  limitMs: number,
): boolean {
  if (memory.wait?.kind !== kind) memory.wait = { kind, sinceMs: view.nowMs };
  const untilMs = memory.wait.sinceMs + limitMs;
  if (view.nowMs >= untilMs) return true;
  step.wakeAt(POLLED.has(kind) ? Math.min(untilMs, view.nowMs + POLL_MS) : untilMs);
  return false;
}

function lastRequestMs(order: Order): number {
  return order.requests.at(-1)?.atMs ?? order.sentAtMs;
}
