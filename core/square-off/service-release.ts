import { assert, present } from '#core/lib/assert.ts';
import type { ExchangeOrderId, OrderId, VenueId } from '#core/model/ids.ts';
import type { Release } from '#core/orders/port.ts';
import { takesEntry } from './domain-row.ts';
import type { LiveRow, LiveRows } from './live.ts';
import { isOver } from './plan-quantity.ts';
import { compareTurns } from './plan-rate.ts';
import type { Turn } from './plan-rate.ts';
import { Queue } from './queue.ts';
import type { EngineDeps } from './service-engine.ts';
import { hedgeView, phaseOf, priceRow } from './view.ts';

/** Messages committed and written in one turn, below what a gateway takes in a burst. */
const BURST_MAX = 100;

interface Waiting extends Turn {
  readonly live: LiveRow;
  readonly orderId: OrderId;
}

interface Lane {
  readonly venue: VenueId;
  readonly orders: Queue<Waiting>;
}

/** What leaves the desk, venue by venue: cancels first, then orders in the order of urgency, at the permitted rate. */
export function createReleases(deps: EngineDeps, rows: LiveRows) {
  const lanes = new Map<VenueId, Lane>();
  const cancels: { readonly orderId: OrderId; readonly by: string; readonly why: string }[] = [];
  const foreign: { readonly exchangeOrderId: ExchangeOrderId; readonly by: string }[] = [];

  function laneOf(venue: VenueId): Lane {
    const lane = lanes.get(venue) ?? { venue, orders: new Queue<Waiting>(compareTurns) };
    lanes.set(venue, lane);
    return lane;
  }

  function burstOf(venue: VenueId): number {
    const gateway = deps.exchange.gateways.get(venue);
    if (gateway === undefined || !gateway.ready()) return 0;
    return Math.min(BURST_MAX, gateway.burstMax, Math.floor(gateway.allowance(deps.now())));
  }

  /** What did not go (rate, link) and is still working waits for the next tick. */
  function cancelBatch(batch: readonly OrderId[], by: string, why: string): void {
    const done = deps.orders.cancel(batch, by, why);
    const sent = new Set(done.ok ? done.value.sent : []);
    for (const orderId of batch) {
      const status = deps.orders.order(orderId)?.status;
      if (!sent.has(orderId) && (status === 'NEW' || status === 'PARTIALLY_FILLED'))
        cancels.push({ orderId, by, why });
    }
  }

  /** True when a cancel went out and others wait. */
  function sendCancels(): boolean {
    const batch: OrderId[] = [];
    const free = new Map<VenueId, number>();
    const later: typeof cancels = [];
    const first = cancels[0];
    for (const waiting of cancels) {
      const { venue, status } = present(deps.orders.order(waiting.orderId), 'the order of a cancel');
      if (isOver(status)) continue;
      const left = free.get(venue) ?? burstOf(venue);
      if (left <= 0 || waiting.by !== first?.by || batch.length >= BURST_MAX) {
        free.set(venue, left);
        later.push(waiting);
        continue;
      }
      free.set(venue, left - 1);
      batch.push(waiting.orderId);
    }
    cancels.splice(0, cancels.length, ...later);
    if (batch.length === 0 || first === undefined) return false;
    cancelBatch(batch, first.by, first.why);
    return later.length > 0;
  }

  function sendForeign(): boolean {
    const first = foreign[0];
    if (first === undefined) return false;
    const free = Math.max(0, ...[...deps.exchange.gateways.keys()].map(burstOf));
    const batch = foreign.slice(0, free).filter((one) => one.by === first.by);
    if (batch.length === 0) return false;
    const sent = deps.orders.cancelForeign(
      batch.map((one) => one.exchangeOrderId),
      first.by,
    );
    if (!sent.ok && sent.refusal.reason !== 'not-supported' && sent.refusal.reason !== 'unknown-order')
      return false;
    foreign.splice(0, batch.length);
    return foreign.length > 0;
  }

  function sendOrders(lane: Lane): boolean {
    const room = burstOf(lane.venue);
    const batch: { waiting: Waiting; release: Release }[] = [];
    const promised = new Map<string, number>();
    while (batch.length < room) {
      const waiting = lane.orders.pop();
      if (waiting === undefined) break;
      waiting.live.queued.delete(waiting.orderId);
      const release = releaseOf(waiting, promised);
      if (release === null) rows.mark(waiting.live);
      else batch.push({ waiting, release });
    }
    if (batch.length === 0) return false;
    const done = deps.orders.release(batch.map((one) => one.release));
    if (!done.ok) {
      for (const { waiting } of batch) put(lane, waiting);
      return false;
    }
    for (const { waiting } of batch) {
      waiting.live.memory.stepOf.set(waiting.orderId, waiting.live.memory.step);
      // Held by rate or session: neither sent nor withdrawn.
      if (deps.orders.order(waiting.orderId)?.status === 'PLANNED') put(lane, waiting);
    }
    return done.value.sent.length > 0 && lane.orders.size > 0;
  }

  /** The order as it goes out now; null when its row must be looked at again first. */
  function releaseOf(waiting: Waiting, promised: Map<string, number>): Release | null {
    const { live, orderId } = waiting;
    const order = deps.orders.order(orderId);
    const instrument = deps.instruments.get(live.row.approved.instrumentId);
    if (order?.status !== 'PLANNED' || instrument === null || live.run.state !== 'running') return null;
    if (live.row.status !== 'open' || live.memory.gaveUp !== null) return null;
    const nowMs = deps.now();
    if (!takesEntry(phaseOf(deps, instrument, nowMs)) || deps.orders.blocked(order.terms.account) !== null)
      return null;
    const { hedgeRoom } = hedgeView(deps, rows, live, instrument);
    if (hedgeRoom !== null) {
      const group = `${live.run.runId}|${live.row.approved.group}`;
      const lots = order.terms.quantity / instrument.lotSize;
      const taken = (promised.get(group) ?? 0) + lots;
      if (taken * instrument.lotSize > hedgeRoom) return null;
      promised.set(group, taken);
    }
    const priced = priceRow(deps, live, instrument, nowMs);
    if (priced === null) return null;
    const { type, priceE4, timeInForce, reference } = priced;
    return { orderId, type, priceE4, timeInForce, reference };
  }

  function put(lane: Lane, waiting: Waiting): void {
    waiting.live.queued.add(waiting.orderId);
    lane.orders.push(waiting);
  }

  return {
    /** Puts planned orders of a row in their venue's queue; one that is there already stays where it is. */
    queue(live: LiveRow, orderIds: readonly OrderId[]): void {
      for (const orderId of orderIds) {
        if (live.queued.has(orderId)) continue;
        const order = present(deps.orders.order(orderId), 'a planned order');
        const { proprietary, deadlineMs, leg } = live.row.approved;
        const turn = live.orderIds.indexOf(orderId);
        assert(turn >= 0, 'an order of the row is known to the row');
        put(laneOf(order.venue), {
          live,
          orderId,
          proprietary,
          deadlineMs,
          leg,
          turn,
          index: live.row.index,
        });
      }
    },
    cancel(orderIds: readonly OrderId[], by: string, why: string): void {
      for (const orderId of orderIds) cancels.push({ orderId, by, why });
    },
    cancelForeign(exchangeOrderIds: readonly ExchangeOrderId[], by: string): void {
      for (const exchangeOrderId of exchangeOrderIds) foreign.push({ exchangeOrderId, by });
    },
    /** Sends what the rate allows now. True when something went and more could go at once. */
    send(): boolean {
      let more = cancels.length > 0 && sendCancels();
      more = (foreign.length > 0 && sendForeign()) || more;
      for (const lane of lanes.values()) more = (lane.orders.size > 0 && sendOrders(lane)) || more;
      return more;
    },
    backlog(venue: VenueId): number {
      return lanes.get(venue)?.orders.size ?? 0;
    },
  };
}
