import type { Order } from '#core/orders/port.ts';
import type { Tally } from './domain-row-orders.ts';
import { CANCELS_MAX } from './domain-row-view.ts';
import type { RowMemory, RowView } from './domain-row-view.ts';
import { waited } from './domain-row-waits.ts';
import type { Step } from './domain-row-waits.ts';
import type { LeftoverReason } from './events.ts';
import { slicesOf, wholeLots } from './plan-slices.ts';

export function planMissing(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const { lotSize } = view.instrument;
  const { whole } = wholeLots(Math.min(now.missing, Math.max(0, view.room)), lotSize);
  if (whole > 0) {
    // What a hedge lets go now is an order of its own, so that it does not wait for the rest.
    const first = view.hedgeRoom === null ? 0 : Math.min(whole, view.hedgeRoom);
    const quantities = [
      ...slicesOf(first, memory.sliceQuantity),
      ...slicesOf(whole - first, memory.sliceQuantity),
    ];
    step.actions.push({ kind: 'plan', quantities });
    return;
  }
  if (now.open > 0) return;
  if (view.netLow === 0 && view.netHigh === 0) {
    step.actions.push({ kind: 'flat', closedElsewhere: now.missing });
    return;
  }
  if (!waited(view, memory, step, 'quantity', view.policy.waits.quantityMs)) return;
  const { reason, text } = whyNoRoom(view, now);
  setGiveUp(memory, step, view, reason, text);
}

function whyNoRoom(view: RowView, now: Tally): { reason: LeftoverReason; text: string } {
  if (view.pinned > 0)
    return { reason: 'main-order-pinned', text: 'an order that is not ours pins this quantity' };
  if (view.netLow <= 0 && view.netHigh >= 0)
    return { reason: 'sign-in-doubt', text: 'the position may be long, short or flat' };
  if (now.missing < view.instrument.lotSize)
    return { reason: 'odd-lot', text: 'less than a lot can not be ordered' };
  return { reason: 'overcommitted', text: 'outside trades left less open than the exit asked for' };
}

export function releasePlanned(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const { waits } = view.policy;
  if (view.circuitLocked) {
    if (!waited(view, memory, step, 'circuit', waits.circuitMs)) return;
    return setGiveUp(
      memory,
      step,
      view,
      'circuit-locked',
      'the price stands at its band and nobody is on the other side',
    );
  }
  if (!view.priced) {
    if (!waited(view, memory, step, 'price', waits.priceMs)) return;
    return setGiveUp(
      memory,
      step,
      view,
      'no-live-price',
      'no live quote, no fresh file price, no limit given',
    );
  }
  if (view.hedgeRoom === null) {
    memory.wait = null;
    step.actions.push({ kind: 'release', orderIds: now.planned.map((order) => order.orderId) });
    return;
  }
  releaseHedged(view, memory, step, now, view.hedgeRoom);
}

/** Longs go as far as the fills of their shorts let them; what a lost short holds goes to the board. */
function releaseHedged(view: RowView, memory: RowMemory, step: Step, now: Tally, room: number): void {
  const going: Order[] = [];
  let left = room;
  for (const order of now.planned) {
    if (order.terms.quantity > left) break;
    left -= order.terms.quantity;
    going.push(order);
  }
  if (going.length > 0) step.actions.push({ kind: 'release', orderIds: going.map((order) => order.orderId) });
  const [next] = now.planned.slice(going.length);
  if (going.length === 0 && left > 0 && next !== undefined)
    return dropPlanned(step, memory, [next], 'cut to what its short lets go');
  if (!view.riskDone || going.length === now.planned.length) return;
  const stuck = now.planned.slice(going.length);
  dropPlanned(step, memory, stuck, 'its short was not closed');
  const held = sum(stuck) - left;
  if (held > 0)
    memory.parts.push({
      quantity: held,
      reason: 'hedge-held',
      text: 'its short was not closed in full: a dealer may release it',
    });
}

/** A working order that stands too long is cancelled; its rest is priced again one step further. */
export function requote(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  if (view.phase === 'auction' || view.phase === 'auction-limit-only') return;
  const { requoteMs, lastQuoteMs } = view.policy.waits;
  const tired: Order[] = [];
  for (const order of now.working) {
    const last = (memory.stepOf.get(order.orderId) ?? memory.step) >= view.policy.requoteSteps;
    const untilMs = Math.max(order.sentAtMs, order.answeredAtMs) + (last ? lastQuoteMs : requoteMs);
    if (view.nowMs >= untilMs) tired.push(order);
    else step.wakeAt(untilMs);
  }
  cancelWorking(view, memory, step, tired, 'requote');
}

export function cancelWorking(
  view: RowView,
  memory: RowMemory,
  step: Step,
  orders: readonly Order[],
  why: string,
): void {
  if (!view.venueReady) return;
  const orderIds = [];
  for (const order of orders) {
    const asked = memory.cancels.get(order.orderId);
    const againMs = asked === undefined ? view.nowMs : asked.atMs + view.policy.waits.answerMs;
    if (view.nowMs < againMs) {
      step.wakeAt(againMs);
      continue;
    }
    if ((asked?.count ?? 0) >= CANCELS_MAX) {
      memory.abandoned.set(order.orderId, 'the exchange would not cancel it: it may still trade');
      continue;
    }
    memory.cancels.set(order.orderId, { atMs: view.nowMs, count: (asked?.count ?? 0) + 1 });
    orderIds.push(order.orderId);
  }
  if (orderIds.length > 0) step.actions.push({ kind: 'cancel', orderIds, why });
}

export function dropPlanned(step: Step, memory: RowMemory, planned: readonly Order[], why: string): void {
  if (planned.length === 0) return;
  for (const order of planned) memory.withdrawing.add(order.orderId);
  step.actions.push({ kind: 'withdraw', orderIds: planned.map((order) => order.orderId), why });
}

export function setGiveUp(
  memory: RowMemory,
  step: Step,
  view: RowView,
  reason: LeftoverReason,
  text: string,
): void {
  memory.gaveUp = { reason, text };
  step.wakeAt(view.nowMs);
}

export function sum(orders: readonly Order[]): number {
  return orders.reduce((total, order) => total + order.reserved, 0);
}
