import { assert, present } from '#core/lib/assert.ts';
import type { ExchangeOrderId, OrderId, VenueId } from '#core/model/ids.ts';
import type { Release } from '#core/orders/port.ts';
import { takesEntry } from '#core/model/calendar.ts';
import type { LiveRow, LiveRows } from './live.ts';
import { isOver } from './plan-quantity.ts';
import { compareTurns } from './plan-rate.ts';
import type { Turn } from './plan-rate.ts';
import { Queue } from './queue.ts';
import type { EngineDeps } from './engine-deps.ts';
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

interface Cancelling {
  readonly orderId: OrderId;
  readonly by: string;
  readonly why: string;
}

/** What leaves the desk, venue by venue: cancels first, then orders in the order of urgency, at the permitted rate. */
export class Releases {
  private readonly deps: EngineDeps;
  private readonly rows: LiveRows;
  private readonly lanes = new Map<VenueId, Lane>();
  private readonly cancels: Cancelling[] = [];
  private readonly foreign: { readonly exchangeOrderId: ExchangeOrderId; readonly by: string }[] = [];

  constructor(deps: EngineDeps, rows: LiveRows) {
    this.deps = deps;
    this.rows = rows;
  }

  private laneOf(venue: VenueId): Lane {
    const lane = this.lanes.get(venue) ?? { venue, orders: new Queue<Waiting>(compareTurns) };
    this.lanes.set(venue, lane);
    return lane;
  }

  private burstOf(venue: VenueId): number {
    const gateway = this.deps.exchange.gateways.get(venue);
    if (gateway === undefined || !gateway.ready()) return 0;
    return Math.min(BURST_MAX, gateway.burstMax, Math.floor(gateway.allowance(this.deps.now())));
  }

  /** What did not go (rate, link) and is still working waits for the next tick. */
  private cancelBatch(batch: readonly OrderId[], by: string, why: string): void {
    const done = this.deps.orders.cancel(batch, by, why);
    const sent = new Set(done.ok ? done.value.sent : []);
    for (const orderId of batch) {
      const status = this.deps.orders.order(orderId)?.status;
      if (!sent.has(orderId) && (status === 'NEW' || status === 'PARTIALLY_FILLED'))
        this.cancels.push({ orderId, by, why });
    }
  }

  /** True when a cancel went out and others wait. */
  private sendCancels(): boolean {
    const batch: OrderId[] = [];
    const free = new Map<VenueId, number>();
    const later: Cancelling[] = [];
    const first = this.cancels[0];
    for (const waiting of this.cancels) {
      const { venue, status } = present(this.deps.orders.order(waiting.orderId), 'the order of a cancel');
      if (isOver(status)) continue;
      const left = free.get(venue) ?? this.burstOf(venue);
      if (left <= 0 || waiting.by !== first?.by || batch.length >= BURST_MAX) {
        free.set(venue, left);
        later.push(waiting);
        continue;
      }
      free.set(venue, left - 1);
      batch.push(waiting.orderId);
    }
    this.cancels.splice(0, this.cancels.length, ...later);
    if (batch.length === 0 || first === undefined) return false;
    this.cancelBatch(batch, first.by, first.why);
    return later.length > 0;
  }

  /** Main's orders, as far as the rate goes; what did not go is asked again at the next tick. */
  private sendForeign(): boolean {
    const [first] = this.foreign;
    const free = Math.max(0, ...[...this.deps.exchange.gateways.keys()].map((venue) => this.burstOf(venue)));
    if (first === undefined || free === 0) return false;
    const asked = this.foreign.splice(0, free);
    const mine = asked.filter((one) => one.by === first.by);
    const ids = mine.map((one) => one.exchangeOrderId);
    const done = this.deps.orders.cancelForeign(ids, first.by);
    const never =
      !done.ok && (done.refusal.reason === 'not-supported' || done.refusal.reason === 'unknown-order');
    const left = new Set<ExchangeOrderId>();
    for (const order of this.deps.orders.foreignOrders())
      if (order.cancel === 'none') left.add(order.exchangeOrderId);
    const again = never ? [] : mine.filter((one) => left.has(one.exchangeOrderId));
    this.foreign.unshift(...asked.filter((one) => one.by !== first.by), ...again);
    return done.ok && this.foreign.length > again.length;
  }

  private sendOrders(lane: Lane): boolean {
    const room = this.burstOf(lane.venue);
    const batch: { waiting: Waiting; release: Release }[] = [];
    const promised = new Map<string, number>();
    while (batch.length < room) {
      const waiting = lane.orders.pop();
      if (waiting === undefined) break;
      waiting.live.queued.delete(waiting.orderId);
      const release = this.releaseOf(waiting, promised);
      if (release === null) this.rows.mark(waiting.live);
      else batch.push({ waiting, release });
    }
    if (batch.length === 0) return false;
    const done = this.deps.orders.release(batch.map((one) => one.release));
    if (!done.ok) {
      for (const { waiting } of batch) this.put(lane, waiting);
      return false;
    }
    for (const { waiting } of batch) {
      waiting.live.memory.stepOf.set(waiting.orderId, waiting.live.memory.step);
      // Held by rate or session: neither sent nor withdrawn.
      if (this.deps.orders.order(waiting.orderId)?.status === 'PLANNED') this.put(lane, waiting);
    }
    return done.value.sent.length > 0 && lane.orders.size > 0;
  }

  /** The order as it goes out now; null when its row must be looked at again first. */
  private releaseOf(waiting: Waiting, promised: Map<string, number>): Release | null {
    const { live, orderId } = waiting;
    const order = this.deps.orders.order(orderId);
    const instrument = this.deps.instruments.get(live.row.approved.instrumentId);
    if (order?.status !== 'PLANNED' || instrument === null || live.run.state !== 'running') return null;
    if (live.row.status !== 'open' || live.memory.gaveUp !== null) return null;
    const nowMs = this.deps.now();
    if (
      !takesEntry(phaseOf(this.deps, instrument, nowMs)) ||
      this.deps.orders.blocked(order.terms.account) !== null
    )
      return null;
    const { hedgeRoom } = hedgeView(this.deps, this.rows, live, instrument);
    if (hedgeRoom !== null) {
      const group = `${live.run.runId}|${live.row.approved.group}`;
      const lots = order.terms.quantity / instrument.lotSize;
      const taken = (promised.get(group) ?? 0) + lots;
      if (taken * instrument.lotSize > hedgeRoom) return null;
      promised.set(group, taken);
    }
    const priced = priceRow(this.deps, live, instrument, nowMs);
    if (priced === null) return null;
    const { type, priceE4, timeInForce, reference } = priced;
    return { orderId, type, priceE4, timeInForce, reference };
  }

  private put(lane: Lane, waiting: Waiting): void {
    waiting.live.queued.add(waiting.orderId);
    lane.orders.push(waiting);
  }

  /** Puts planned orders of a row in their venue's queue; one that is there already stays where it is. */
  queue(live: LiveRow, orderIds: readonly OrderId[]): void {
    for (const orderId of orderIds) {
      if (live.queued.has(orderId)) continue;
      const order = present(this.deps.orders.order(orderId), 'a planned order');
      const { proprietary, deadlineMs, leg } = live.row.approved;
      const turn = live.orderIds.indexOf(orderId);
      assert(turn >= 0, 'an order of the row is known to the row');
      this.put(this.laneOf(order.venue), {
        live,
        orderId,
        proprietary,
        deadlineMs,
        leg,
        turn,
        index: live.row.index,
      });
    }
  }

  cancel(orderIds: readonly OrderId[], by: string, why: string): void {
    for (const orderId of orderIds) this.cancels.push({ orderId, by, why });
  }

  cancelForeign(exchangeOrderIds: readonly ExchangeOrderId[], by: string): void {
    for (const exchangeOrderId of exchangeOrderIds) this.foreign.push({ exchangeOrderId, by });
  }

  /** Sends what the rate allows now. True when something went and more could go at once. */
  send(): boolean {
    let more = this.cancels.length > 0 && this.sendCancels();
    more = (this.foreign.length > 0 && this.sendForeign()) || more;
    for (const lane of this.lanes.values()) more = (lane.orders.size > 0 && this.sendOrders(lane)) || more;
    return more;
  }

  backlog(venue: VenueId): number {
    return this.lanes.get(venue)?.orders.size ?? 0;
  }
}
