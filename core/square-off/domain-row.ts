/**
 * One step of one row of a run: from its orders and the market around it to what is done next. Deterministic;
 * changes nothing but the row's own memory. Every wait has a bound, and reaching it puts what is left on the
 * board with a reason, so that a run always ends.
 */
import { takesEntry } from '#core/model/calendar.ts';
import { absorb, tally } from './domain-row-orders.ts';
import type { Tally } from './domain-row-orders.ts';
import {
  cancelWorking,
  dropPlanned,
  planMissing,
  releasePlanned,
  requote,
  setGiveUp,
  sum,
} from './domain-row-send.ts';
import type { Decision, Part, RowMemory, RowView } from './domain-row-view.ts';
import { awaitLastWords, boundAnswers, Step, waited } from './domain-row-waits.ts';
import type { LeftoverReason } from './events.ts';

/** How often a row that a halt freezes looks again: the calendar may open the market without a word of the exchange. */
const FROZEN_MS = 5000;

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
  const part: Part = {
    quantity: missing,
    reason: 'busted',
    text: 'the exchange annulled a trade of this exit',
  };
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

/** Plans what is missing, sends what is planned, requotes what stands too long. */
function goOn(view: RowView, memory: RowMemory, step: Step, now: Tally): void {
  const { waits } = view.policy;
  if (!view.venueReady) {
    if (waited(view, memory, step, 'link', waits.linkMs))
      setGiveUp(memory, step, view, 'link-down', 'no link to the exchange');
    return;
  }
  if (!takesEntry(view.phase)) {
    // A halt freezes what was tried; nothing of it is spent.
    memory.wait = null;
    step.wakeAt(view.nowMs + FROZEN_MS);
    return;
  }
  if (view.blocked !== null) {
    if (waited(view, memory, step, 'blocked', waits.blockedMs))
      setGiveUp(memory, step, view, ...whyBlocked(view, view.blocked));
    return;
  }
  requote(view, memory, step, now);
  if (view.nowMs < memory.retryAtMs) return step.wakeAt(memory.retryAtMs);
  if (view.cancelling && !memory.cancelsWaited) {
    memory.cancelsWaited = waited(view, memory, step, 'cancel', waits.cancelMs);
    if (!memory.cancelsWaited) return;
  }
  if (now.missing > 0) planMissing(view, memory, step, now);
  if (now.planned.length > 0) releasePlanned(view, memory, step, now);
}

/** An account that takes no automation: an outside trade is cured within moments, a conflict by a person. */
function whyBlocked(view: RowView, text: string): [LeftoverReason, string] {
  if (view.orders.some((order) => order.doubt === 'fill-conflict')) return ['fill-conflict', text];
  return [text.includes('overcommitted') ? 'overcommitted' : 'account-blocked', text];
}

/** Every unit is filled or has a reason: the row is flat, or its parts go to the board. */
function end(view: RowView, memory: RowMemory, now: Tally, step: Step): Decision {
  const parts = [...memory.parts];
  for (const order of view.orders) {
    const text = memory.abandoned.get(order.orderId);
    if (text !== undefined && order.reserved > 0)
      parts.push({ quantity: order.reserved, reason: 'in-doubt', text });
  }
  if (now.missing > 0 && memory.gaveUp !== null) parts.push({ quantity: now.missing, ...memory.gaveUp });
  if (parts.length > 0) step.actions.push({ kind: 'left-over', parts });
  else step.actions.push({ kind: 'flat', closedElsewhere: 0 });
  return { actions: step.actions, wakeMs: null };
}
