import type { Order } from '#core/orders/port.ts';
import { afterReject } from './domain-reject.ts';
import { takesEntry } from '#core/model/calendar.ts';
import { REJECTS_MAX, BLAMELESS_MAX, WITHDRAWALS_MAX } from './domain-row-view.ts';
import type { RowMemory, RowView } from './domain-row-view.ts';
import { isInDoubt, isOver } from './plan-quantity.ts';

/** The row's orders by what can be done about them; quantities in units. */
export interface Tally {
  readonly filled: number;
  /** Pinned by orders whose word is still awaited. */
  readonly open: number;
  /** Pinned by orders that are not waited for any more. */
  readonly abandoned: number;
  readonly planned: readonly Order[];
  readonly working: readonly Order[];
  readonly pending: readonly Order[];
  readonly doubtful: readonly Order[];
  /** Neither filled, nor open, nor left over: to be planned. */
  readonly missing: number;
}

export function tally(view: RowView, memory: RowMemory): Tally {
  let filled = 0;
  let open = 0;
  let abandoned = 0;
  const planned: Order[] = [];
  const working: Order[] = [];
  const pending: Order[] = [];
  const doubtful: Order[] = [];
  for (const order of view.orders) {
    filled += order.filledQuantity;
    if (order.reserved > 0 && memory.abandoned.has(order.orderId)) {
      abandoned += order.reserved;
      continue;
    }
    open += order.reserved;
    if (order.status === 'PLANNED') planned.push(order);
    else if (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED') working.push(order);
    else if (isInDoubt(order) || (isOver(order.status) && order.reserved > 0)) doubtful.push(order);
    else if (!isOver(order.status)) pending.push(order);
  }
  const parts = memory.parts.reduce((sum, part) => sum + part.quantity, 0);
  const target = Math.abs(view.row.approved.quantity);
  const missing = Math.max(0, target - view.row.left - filled - open - abandoned - parts);
  return { filled, open, abandoned, planned, working, pending, doubtful, missing };
}

/** Learns from orders that ended since the last step: ladder, slice size, order type, what can not be cured. */
export function absorb(view: RowView, memory: RowMemory): void {
  for (const order of view.orders) {
    if (!isOver(order.status) || memory.seen.has(order.orderId)) continue;
    memory.seen.add(order.orderId);
    const rest = order.terms.quantity - order.filledQuantity;
    if (rest <= 0 || memory.withdrawing.delete(order.orderId)) continue;
    if (order.status === 'REJECTED') absorbReject(view, memory, order, rest);
    else if (order.status === 'WITHDRAWN') absorbWithdrawal(view, memory, order);
    else absorbRemainder(view, memory, order, rest);
  }
}

/** Several slices refused together count as one try; a halt and a lost link spend none. */
function absorbReject(view: RowView, memory: RowMemory, order: Order, rest: number): void {
  const after = afterReject(order.text);
  const text = order.text === '' ? 'the exchange gave no reason' : order.text;
  const newRound = view.nowMs >= memory.retryAtMs;
  const blameless = after === 'market-shut' || after === 'never-reached';
  if (newRound && !blameless) memory.rejects += 1;
  if (newRound && blameless && takesEntry(view.phase)) memory.blameless += 1;
  if (memory.blameless > BLAMELESS_MAX) {
    memory.parts.push({
      quantity: rest,
      reason: after === 'market-shut' ? 'market-closed' : 'rejected',
      text,
    });
    return;
  }
  if (after === 'give-up' || memory.rejects > REJECTS_MAX) {
    memory.parts.push({ quantity: rest, reason: 'rejected', text });
    return;
  }
  memory.retryAtMs = view.nowMs + view.policy.waits.retryMs;
  const { lotSize } = view.instrument;
  switch (after) {
    case 'smaller':
      memory.sliceQuantity = Math.max(lotSize, Math.floor(order.terms.quantity / 2 / lotSize) * lotSize);
      return;
    case 'reprice':
      memory.step = Math.max(0, memory.step - 1);
      return;
    case 'ioc-only':
      memory.iocOnly = true;
      return;
    case 'limits-only':
      memory.limitsOnly = true;
      return;
    case 'later':
    case 'market-shut':
    case 'never-reached':
      return;
  }
}

function absorbWithdrawal(view: RowView, memory: RowMemory, order: Order): void {
  if (view.nowMs >= memory.retryAtMs) memory.withdrawals += 1;
  memory.retryAtMs = view.nowMs + view.policy.waits.retryMs;
  if (memory.withdrawals <= WITHDRAWALS_MAX || memory.gaveUp !== null) return;
  memory.gaveUp = {
    reason: 'rejected',
    text: order.text === '' ? 'withdrawn before it was sent' : order.text,
  };
}

/** Cancelled or expired with something left: one step toward the edge, unless it traded. */
function absorbRemainder(view: RowView, memory: RowMemory, order: Order, rest: number): void {
  if (order.status === 'CANCELED' && order.cancelCause === 'self-trade-prevention') {
    const text = 'cancelled by self-trade prevention: an order of the same client rests on the other side';
    memory.parts.push({ quantity: rest, reason: 'rejected', text });
    return;
  }
  if (order.cancelCause === 'risk-reduction-mode') memory.iocOnly = true;
  if (order.terms.timeInForce === 'IOC' || order.cancelCause === 'exchange') {
    memory.retryAtMs = view.nowMs + view.policy.waits.retryMs;
  }
  if (order.filledQuantity > 0 || order.cancelCause === 'band') return;
  const step = memory.stepOf.get(order.orderId) ?? memory.step;
  memory.step = Math.max(memory.step, step + 1);
  if (memory.step <= view.policy.requoteSteps || memory.gaveUp !== null) return;
  memory.gaveUp = view.circuitLocked
    ? { reason: 'circuit-locked', text: 'the price stands at its band and nobody is on the other side' }
    : {
        reason: 'no-liquidity',
        text: 'not filled at the furthest price that market, exchange and approval allow',
      };
}
