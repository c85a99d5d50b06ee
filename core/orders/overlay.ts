import type { OrderId, RequestId } from '#core/model/ids.ts';
import type { Order } from './port.ts';
import { exchangeKey, type FillRecord, type ForeignRecord, type Records } from './records.ts';

/**
 * Records as they will be once the facts decided so far are committed: reads fall through to the base, puts stay
 * here. So several messages are decided on one after the other and committed in one transaction, and memory
 * changes only after it.
 */
export class Overlay implements Records {
  readonly #base: Records;
  readonly #orders = new Map<OrderId, Order>();
  readonly #byRequest = new Map<RequestId, OrderId>();
  readonly #byExchange = new Map<string, OrderId>();
  readonly #fills = new Map<string, FillRecord>();
  readonly #foreignFills = new Map<string, string[]>();
  readonly #foreign = new Map<string, ForeignRecord>();
  readonly #foreignByRequest = new Map<RequestId, string>();

  constructor(base: Records) {
    this.#base = base;
  }

  order(orderId: OrderId): Order | undefined {
    return this.#orders.get(orderId) ?? this.#base.order(orderId);
  }
  *unsettled(): Iterable<OrderId> {
    yield* this.#base.unsettled();
    // An order that had ended may be shown alive within the batch.
    for (const [orderId, order] of this.#orders) {
      const before = this.#base.order(orderId);
      if (before === undefined || (before.reserved === 0 && order.reserved > 0)) yield orderId;
    }
  }
  orderOfRequest(requestId: RequestId): OrderId | undefined {
    return this.#byRequest.get(requestId) ?? this.#base.orderOfRequest(requestId);
  }
  orderOfExchange(key: string): OrderId | undefined {
    return this.#byExchange.get(key) ?? this.#base.orderOfExchange(key);
  }
  fill(key: string): FillRecord | undefined {
    return this.#fills.get(key) ?? this.#base.fill(key);
  }
  foreignFillsOf(key: string): readonly string[] {
    const own = this.#foreignFills.get(key);
    return own === undefined ? this.#base.foreignFillsOf(key) : [...this.#base.foreignFillsOf(key), ...own];
  }
  foreignOrder(key: string): ForeignRecord | undefined {
    return this.#foreign.get(key) ?? this.#base.foreignOrder(key);
  }
  *foreignOrders(): Iterable<ForeignRecord> {
    for (const order of this.#base.foreignOrders()) {
      yield this.#foreign.get(exchangeKey(order.venue, order.exchangeOrderId)) ?? order;
    }
    for (const [key, order] of this.#foreign) if (this.#base.foreignOrder(key) === undefined) yield order;
  }
  foreignOfRequest(requestId: RequestId): string | undefined {
    return this.#foreignByRequest.get(requestId) ?? this.#base.foreignOfRequest(requestId);
  }

  putOrder(order: Order): void {
    this.#orders.set(order.orderId, order);
  }
  markConflict(): void {
    // Decides nothing within a batch: it blocks releases, which read the state.
  }
  linkRequest(requestId: RequestId, orderId: OrderId): void {
    this.#byRequest.set(requestId, orderId);
  }
  linkExchange(key: string, orderId: OrderId): void {
    this.#byExchange.set(key, orderId);
  }
  putFill(text: string, fill: FillRecord): void {
    if (fill.orderId === null && this.fill(text) === undefined) {
      const key = exchangeKey(fill.key.venue, fill.key.exchangeOrderId);
      const known = this.#foreignFills.get(key);
      if (known === undefined) this.#foreignFills.set(key, [text]);
      else known.push(text);
    }
    this.#fills.set(text, fill);
  }
  putForeignOrder(key: string, order: ForeignRecord): void {
    this.#foreign.set(key, order);
  }
  linkForeignRequest(requestId: RequestId, key: string): void {
    this.#foreignByRequest.set(requestId, key);
  }
}
