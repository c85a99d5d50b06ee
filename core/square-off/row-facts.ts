import type { Fact } from '#core/events.ts';
import type { OrdersPort, PlannedOrder } from '#core/orders/port.ts';
import type { Part, RowAction } from './domain-row-view.ts';
import type { LiveRow } from './live.ts';
import { sideOf } from './view.ts';

/** The contract of an approved row is in no file any more: nothing can be sent for it. */
export function lostContract(deps: { readonly orders: Pick<OrdersPort, 'ofRow'> }, live: LiveRow): RowAction {
  const { approved, left } = live.row;
  const filled = deps.orders
    .ofRow(approved)
    .reduce((sum, order) => sum + (order.runId === live.run.runId ? order.filledQuantity : 0), 0);
  const quantity = Math.max(0, Math.abs(approved.quantity) - left - filled);
  const text = 'the contract is in no file of the day';
  return { kind: 'left-over', parts: [{ quantity, reason: 'unknown-instrument', text }] };
}

/** A slice as it is committed: priced when it is released. */
export function plannedOrder(live: LiveRow, quantity: number, slice: number): PlannedOrder {
  const { account, instrumentId, product, evidence } = live.row.approved;
  return {
    terms: {
      account,
      instrumentId,
      product,
      side: sideOf(live),
      quantity,
      type: 'limit',
      priceE4: null,
      timeInForce: 'DAY',
    },
    evidence,
    runId: live.run.runId,
    slice,
  };
}

/** What of a row goes to the board; its last part ends the row. */
export function leftOver(live: LiveRow, parts: readonly Part[]): readonly Fact[] {
  const { account, instrumentId, product, quantity } = live.row.approved;
  return parts.map((part, index) => ({
    kind: 'row-left-over' as const,
    v: 1 as const,
    runId: live.run.runId,
    account,
    instrumentId,
    product,
    quantity: Math.sign(quantity) * part.quantity,
    reason: part.reason,
    text: part.text,
    final: index === parts.length - 1,
  }));
}

/** The row is flat as far as the run was asked. */
export function flat(live: LiveRow, closedElsewhere: number): Fact {
  const { account, instrumentId, product } = live.row.approved;
  return { kind: 'row-flat', v: 1, runId: live.run.runId, account, instrumentId, product, closedElsewhere };
}
