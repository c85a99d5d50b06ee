import type { OrderId } from '#core/model/ids.ts';
import type { OrderRefusal, PlannedOrder } from '#core/orders/port.ts';
import type { LeftoverReason } from './events.ts';
import type { LiveRow, LiveRows } from './live.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Orders committed as PLANNED in one transaction. */
const PLANS_PER_COMMIT = 200;
/** A row whose orders were refused looks again after this. */
const AGAIN_MS = 200;
/** Refusals to plan that a row may see before it goes to the board. */
const PLAN_REFUSALS_MAX = 5;

export interface Placing {
  readonly live: LiveRow;
  readonly order: PlannedOrder;
}

/** Commits slices as PLANNED, so that they reserve before anything of the row is sent. */
export function createPlacing(deps: EngineDeps, rows: LiveRows) {
  const refusals = new Map<LiveRow, number>();

  /** All or none by transaction; a refused batch is halved until the order that may not be is alone. */
  function planBatch(batch: readonly Placing[]): void {
    const planned = deps.orders.plan(
      batch.map((placing) => placing.order),
      [],
    );
    if (planned.ok) return;
    const [only] = batch;
    if (only === undefined) return;
    if (isForAll(planned.refusal) || batch.length === 1) {
      for (const { live } of batch) refused(live, planned.refusal, batch.length === 1);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    planBatch(batch.slice(0, half));
    planBatch(batch.slice(half));
  }

  function refused(live: LiveRow, refusal: OrderRefusal, alone: boolean): void {
    rows.wake(live, deps.now() + AGAIN_MS);
    const reason = LOST[refusal.reason];
    if (!alone || isForAll(refusal)) return;
    const count = (refusals.get(live) ?? 0) + 1;
    refusals.set(live, count);
    if (reason === undefined && count < PLAN_REFUSALS_MAX) return;
    live.memory.gaveUp = { reason: reason ?? 'overcommitted', text: refusal.text };
    refusals.delete(live);
  }

  return {
    plan(placings: readonly Placing[]): void {
      for (let from = 0; from < placings.length; from += PLANS_PER_COMMIT) {
        planBatch(placings.slice(from, from + PLANS_PER_COMMIT));
      }
    },
    /** A planned order that never went; a refusal leaves it planned, and its row looks again. */
    withdraw(orderIds: readonly OrderId[]): void {
      const planned = orderIds.filter((orderId) => deps.orders.order(orderId)?.status === 'PLANNED');
      if (planned.length === 0 || deps.orders.withdraw(planned, 'no longer wanted by its run').ok) return;
      for (const orderId of planned) {
        const live = rows.ofOrder(orderId);
        if (live !== undefined) rows.wake(live, deps.now() + AGAIN_MS);
      }
    },
  };
}

/** The desk or the venue can not act now: nothing is wrong with the orders themselves. */
const FOR_ALL: ReadonlySet<OrderRefusal['reason']> = new Set<OrderRefusal['reason']>([
  'journal-not-writable',
  'journal-read-only',
  'link-down',
  'not-recovered',
  'rate-exceeded',
  'main-is-up',
]);

function isForAll(refusal: OrderRefusal): boolean {
  return FOR_ALL.has(refusal.reason);
}

/** Refusals that no second try cures, as the board names them. */
const LOST: Readonly<Partial<Record<OrderRefusal['reason'], LeftoverReason>>> = {
  'unknown-instrument': 'unknown-instrument',
  'no-venue': 'link-down',
  'quantity-not-whole-lots': 'odd-lot',
  'quantity-over-freeze': 'freeze-unknown',
  'authority-missing': 'no-authority',
  'account-blocked': 'account-blocked',
  'not-at-home': 'not-at-home',
  'outside-scope': 'outside-scope',
  'quantity-not-positive': 'odd-lot',
};
