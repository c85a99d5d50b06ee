/**
 * One step of one row of a run: from its orders and the market around it to what is done next. Deterministic;
 * changes nothing but the row's own memory. Every wait has a bound, and reaching it puts what is left on the
 * board with a reason, so that a run always ends.
 */
import type { Phase } from '#core/model/calendar.ts';
import type { Order } from '#core/orders/port.ts';
import { absorb, tally } from './domain-row-orders.ts';
import type { Tally } from './domain-row-orders.ts';
import { CANCELS_MAX } from './domain-row-view.ts';
import type { Decision, Part, RowAction, RowMemory, RowView, WaitKind } from './domain-row-view.ts';
import type { LeftoverReason } from './events.ts';
import { slicesOf, wholeLots } from './plan-slices.ts';

/** How often a row that waits for somebody else's word looks again. */
const POLL_MS = 200;
/** The same while a halt freezes it: the calendar may open the market without a word of the exchange. */
const FROZEN_MS = 5000;
/** Waits that end without a fact: market data and other people's orders. The others are woken by theirs. */
const POLLED: ReadonlySet<WaitKind> = new Set<WaitKind>(['price', 'circuit', 'cancel', 'quantity', 'blocked']);

class Step {
  readonly actions: RowAction[] = [];
  wakeMs: number | null = null;

  wakeAt(atMs: number): void {
    this.wakeMs = this.wakeMs === null ? atMs : Math.min(this.wakeMs, atMs);
  }
}

/** What to do with a row now. `memory` is the row's own and is brought up to date. */
export function decideRow(view: RowView, memory: RowMemory): Decision {
  const step = new Step();
  if (view.row.status !== 'open') return afterEnd(view, memory);
  absorb(view, memory);
  forgetAnswered(view, memory);
  giveUpWhenOver(view, memory);
  boundAnswers(view, memory, step);
  let now = tally(view, memory);
  if (memory.gaveUp !== null) {
    awaitLastWords(view, memory, step, now);
    now = tally(view, memory);
    dropPlanned(step, memory, now.planned, memory.gaveUp.text);
    now = { ...now, missing: now.missing + sum(now.planned), open: now.open - sum(now.planned), planned: [] };
    if (view.phase !== 'closed') cancelWorking(view, memory, step, now.working, memory.gaveUp.text);
  }
  if (now.open === 0 && (now.missing === 0 || memory.gaveUp !== null)) return end(view, memory, now, step);
  if (memory.gaveUp === null && !view.paused && now.doubtful.length === 0) goOn(view, memory, step, now);
  if (view.nowMs < view.lastMs) step.wakeAt(view.lastMs);
  return { actions: step.actions, wakeMs: step.wakeMs };
}

/** A row that was over is over, but a busted trade opens it again: on the board, never by a new order. */
function afterEnd(view: RowView, memory: RowMemory): Decision {
  memory.parts.length = 0;
  const { missing } = tally(view, memory);
  if (missing === 0) return { actions: [], wakeMs: null };
  const part: Part = { quantity: missing, reason: 'busted', text: 'the exchange annulled a trade of this exit' };
  return { actions: [{ kind: 'left-over', parts: [part] }], wakeMs: null };
}

/** An order that was given up on and has its word after all counts again. */
function forgetAnswered(view: RowView, memory: RowMemory): void {
  for (const order of view.orders) {
    if (order.reserved === 0) memory.abandoned.delete(order.orderId);
  }
}

function giveUpWhenOver(view: RowView, memory: RowMemory): void {
  if (memory.gaveUp !== null) return;
  const giveUp = (reason: LeftoverReason, text: string): void => {
    memory.gaveUp = { reason, text };
  };
  if (view.stopping) return giveUp('stopped-by-dealer', 'the run was stopped');
  if (view.nowMs < view.lastMs || takesEntry(view.phase)) return;
  if (view.phase === 'halted') return giveUp('halted', 'the market was halted until its last moment');
  giveUp('deadline-missed', 'the last trading moment is over');
}

/** Bounds the waits for words about orders that were sent: answer, doubt, link. */
function boundAnswers(view: RowView, memory: RowMemory, step: Step): void {
  const { doubtful, pending } = tally(view, memory);
  const { waits } = view.policy;
  const unheard = [...doubtful, ...pending];
  if (unheard.length === 0) {
    if (memory.wait?.kind === 'doubt' || memory.wait?.kind === 'answer') memory.wait = null;
    return;
  }
  if (!view.venueReady) {
    if (waited(view, memory, step, 'link', waits.linkMs)) abandon(memory, unheard, 'the link to the exchange did not come back');
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
  if (waited(view, memory, step, kind, limit)) abandon(memory, doubtful, 'sent, and nobody can say what became of it');
}

function abandon(memory: RowMemory, orders: readonly Order[], text: string): void {
  for (const order of orders) memory.abandoned.set(order.orderId, text);
}

/** Plans what is missing, sends what is planned, requotes what stands too long. */
function goOn(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const { waits } = view.policy;
  if (!view.venueReady) {
    if (waited(view, memory, step, 'link', waits.linkMs)) setGiveUp(memory, step, view, 'link-down', 'no link to the exchange');
    return;
  }
  if (!takesEntry(view.phase)) {
    // A halt freezes what was tried; nothing of it is spent.
    memory.wait = null;
    step.wakeAt(view.nowMs + FROZEN_MS);
    return;
  }
  if (view.blocked !== null) {
    if (waited(view, memory, step, 'blocked', waits.blockedMs)) setGiveUp(memory, step, view, ...whyBlocked(view, view.blocked));
    return;
  }
  requote(view, memory, step, now);
  if (view.nowMs < memory.retryAtMs) return step.wakeAt(memory.retryAtMs);
  if (view.cancelling && !waited(view, memory, step, 'cancel', waits.cancelMs)) return;
  if (now.missing > 0) planMissing(view, memory, step, now);
  if (now.planned.length > 0) releasePlanned(view, memory, step, now);
}

/** An account that takes no automation: an outside trade is cured within moments, a conflict by a person. */
function whyBlocked(view: RowView, text: string): [LeftoverReason, string] {
  if (view.orders.some((order) => order.doubt === 'fill-conflict')) return ['fill-conflict', text];
  return [text.includes('overcommitted') ? 'overcommitted' : 'account-blocked', text];
}

function planMissing(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const { lotSize } = view.instrument;
  const { whole } = wholeLots(Math.min(now.missing, Math.max(0, view.room)), lotSize);
  if (whole > 0) {
    // What a hedge lets go now is an order of its own, so that it does not wait for the rest.
    const first = view.hedgeRoom === null ? 0 : Math.min(whole, view.hedgeRoom);
    const quantities = [...slicesOf(first, memory.sliceQuantity), ...slicesOf(whole - first, memory.sliceQuantity)];
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
  if (view.pinned > 0) return { reason: 'main-order-pinned', text: 'an order that is not ours pins this quantity' };
  if (view.netLow <= 0 && view.netHigh >= 0) return { reason: 'sign-in-doubt', text: 'the position may be long, short or flat' };
  if (now.missing < view.instrument.lotSize) return { reason: 'odd-lot', text: 'less than a lot can not be ordered' };
  return { reason: 'overcommitted', text: 'outside trades left less open than the exit asked for' };
}

function releasePlanned(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const { waits } = view.policy;
  if (view.circuitLocked) {
    if (!waited(view, memory, step, 'circuit', waits.circuitMs)) return;
    return setGiveUp(memory, step, view, 'circuit-locked', 'the price stands at its band and nobody is on the other side');
  }
  if (!view.priced) {
    if (!waited(view, memory, step, 'price', waits.priceMs)) return;
    return setGiveUp(memory, step, view, 'no-live-price', 'no live quote, no fresh file price, no limit given');
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
  if (going.length === 0 && left > 0 && next !== undefined) return dropPlanned(step, memory, [next], 'cut to what its short lets go');
  if (!view.riskDone || going.length === now.planned.length) return;
  const stuck = now.planned.slice(going.length);
  dropPlanned(step, memory, stuck, 'its short was not closed');
  const held = sum(stuck) - left;
  if (held > 0) memory.parts.push({ quantity: held, reason: 'hedge-held', text: 'its short was not closed in full: a dealer may release it' });
}

/** A working order that stands too long is cancelled; its rest is priced again one step further. */
function requote(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
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

function cancelWorking(view: RowView, memory: RowMemory, step: Step, orders: readonly Order[], why: string): void {
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

function dropPlanned(step: Step, memory: RowMemory, planned: readonly Order[], why: string): void {
  if (planned.length === 0) return;
  for (const order of planned) memory.withdrawing.add(order.orderId);
  step.actions.push({ kind: 'withdraw', orderIds: planned.map((order) => order.orderId), why });
}

/** After the close the exchange says what became of resting orders; it has `graceMs` to do so. */
function awaitLastWords(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const unheard = [...now.working, ...now.pending, ...now.doubtful];
  if (view.phase !== 'closed' || unheard.length === 0) return;
  if (waited(view, memory, step, 'grace', view.policy.waits.graceMs)) abandon(memory, unheard, 'no last word after the close');
}

/** Every unit is filled or has a reason: the row is flat, or its parts go to the board. */
function end(view: RowView, memory: RowMemory, now: Tally, step: Step): Decision {
  const parts = [...memory.parts];
  for (const order of view.orders) {
    const text = memory.abandoned.get(order.orderId);
    if (text !== undefined && order.reserved > 0) parts.push({ quantity: order.reserved, reason: 'in-doubt', text });
  }
  if (now.missing > 0 && memory.gaveUp !== null) parts.push({ quantity: now.missing, ...memory.gaveUp });
  if (parts.length > 0) step.actions.push({ kind: 'left-over', parts });
  else step.actions.push({ kind: 'flat', closedElsewhere: 0 });
  return { actions: step.actions, wakeMs: null };
}

function setGiveUp(memory: RowMemory, step: Step, view: RowView, reason: LeftoverReason, text: string): void {
  memory.gaveUp = { reason, text };
  step.wakeAt(view.nowMs);
}

/** True once the row has waited for the same thing for `limitMs` on end. */
function waited(view: RowView, memory: RowMemory, step: Step, kind: WaitKind, limitMs: number): boolean {
  if (memory.wait?.kind !== kind) memory.wait = { kind, sinceMs: view.nowMs };
  const untilMs = memory.wait.sinceMs + limitMs;
  if (view.nowMs >= untilMs) return true;
  step.wakeAt(POLLED.has(kind) ? Math.min(untilMs, view.nowMs + POLL_MS) : untilMs);
  return false;
}

export function takesEntry(phase: Phase): boolean {
  return phase === 'continuous' || phase === 'risk-reduction' || phase === 'auction' || phase === 'auction-limit-only';
}

function lastRequestMs(order: Order): number {
  return order.requests.at(-1)?.atMs ?? order.sentAtMs;
}

function sum(orders: readonly Order[]): number {
  return orders.reduce((total, order) => total + order.reserved, 0);
}
