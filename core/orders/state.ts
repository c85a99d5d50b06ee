import { assert, present } from '#core/lib/assert.ts';
import type { AccountId, InstrumentId, OrderId, RequestId, RunId } from '#core/model/ids.ts';
import type { Side } from '#core/model/side.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { FillKey } from './events.ts';
import type { ForeignOrder, Order } from './port.ts';
import {
  contractSide,
  contractText,
  exchangeKey,
  fillKeyText,
  rowSide,
  rowText,
  type FillRecord,
  type ForeignRecord,
  type Records,
} from './records.ts';
import { TERMINAL } from './status-table.ts';

const NONE: readonly never[] = [];

/**
 * What the orders service knows: a projection of the log (I7), with sums kept up at each change, so that
 * `reserved` of a row is one look-up however many orders there are.
 *
 * Invariants, asserted at each change: no reservation and no sum is negative; the sums of a contract are those of
 * its rows plus main's orders.
 */
export class OrdersState implements Records {
  readonly #orders = new Map<OrderId, Order>();
  readonly #unsettled = new Set<OrderId>();
  readonly #byRequest = new Map<RequestId, OrderId>();
  readonly #byExchange = new Map<string, OrderId>();
  readonly #byRun = new Map<RunId, OrderId[]>();
  readonly #byRow = new Map<string, OrderId[]>();
  /** Orders of ours that hold a reservation, by contract, oldest first. */
  readonly #holding = new Map<string, Set<OrderId>>();
  /** Contracts in which we hold something, by account. */
  readonly #held = new Map<AccountId, Set<InstrumentId>>();
  readonly #fills = new Map<string, FillRecord>();
  readonly #foreignFills = new Map<string, string[]>();
  readonly #foreign = new Map<string, ForeignRecord>();
  readonly #foreignByRequest = new Map<RequestId, string>();
  /** Units, by row and side: our orders; main's orders of a known product. */
  readonly #ours = new Map<string, number>();
  readonly #mains = new Map<string, number>();
  /** Units, by contract and side: everything; main's orders whose product nobody knows. */
  readonly #contract = new Map<string, number>();
  readonly #unattributed = new Map<string, number>();
  /** Conflicting fills and unresolved orders, by account: what blocks it. */
  readonly #troubles = new Map<AccountId, Map<OrderId, Trouble>>();
  #tradingDate = '';

  /** Date of the trading day that the orders are of; empty before the first order or roll. */
  get tradingDate(): string {
    return this.#tradingDate;
  }

  order(orderId: OrderId): Order | undefined {
    return this.#orders.get(orderId);
  }
  orders(): Iterable<Order> {
    return this.#orders.values();
  }
  unsettled(): Iterable<OrderId> {
    return this.#unsettled;
  }
  orderOfRequest(requestId: RequestId): OrderId | undefined {
    return this.#byRequest.get(requestId);
  }
  orderOfExchange(key: string): OrderId | undefined {
    return this.#byExchange.get(key);
  }
  fill(key: string): FillRecord | undefined {
    return this.#fills.get(key);
  }
  fills(): Iterable<FillRecord> {
    return this.#fills.values();
  }
  foreignFillsOf(key: string): readonly string[] {
    return this.#foreignFills.get(key) ?? NONE;
  }
  /** The contract of a trade that is not ours. */
  foreignContractOf(
    key: FillKey,
  ): { readonly account: AccountId; readonly instrumentId: InstrumentId } | null {
    return this.#fills.get(fillKeyText(key))?.foreign ?? null;
  }
  foreignOrder(key: string): ForeignRecord | undefined {
    return this.#foreign.get(key);
  }
  foreignOrders(): Iterable<ForeignRecord> {
    return this.#foreign.values();
  }
  foreignOfRequest(requestId: RequestId): string | undefined {
    return this.#foreignByRequest.get(requestId);
  }
  ofRun(runId: RunId): readonly Order[] {
    return this.#resolve(this.#byRun.get(runId));
  }
  ofRow(row: RowKey): readonly Order[] {
    return this.#resolve(this.#byRow.get(rowText(row)));
  }
  /** Our orders of the contract that hold a reservation, oldest first. */
  holdingOf(account: AccountId, instrumentId: InstrumentId): readonly Order[] {
    return this.#resolve(this.#holding.get(contractText(account, instrumentId)));
  }

  /** Rows of the account in which an order of ours holds a reservation. */
  rowsHeldBy(account: AccountId): readonly RowKey[] {
    const rows = new Map<string, RowKey>();
    for (const instrumentId of this.#held.get(account) ?? NONE) {
      for (const { terms } of this.holdingOf(account, instrumentId)) rows.set(rowText(terms), terms);
    }
    return [...rows.values()];
  }
  /** An order of the contract is neither done nor failed, or a trade of it has two contents. */
  isInDoubt(account: AccountId, instrumentId: InstrumentId): boolean {
    const isQuestion = this.holdingOf(account, instrumentId).some(
      (order) => order.status === 'IN_DOUBT' || order.status === 'UNRESOLVED_YESTERDAY',
    );
    if (isQuestion) return true;
    for (const orderId of this.#troubles.get(account)?.keys() ?? NONE) {
      if (this.#orders.get(orderId)?.terms.instrumentId === instrumentId) return true;
    }
    return false;
  }

  /** Units pinned on a side of a row: ours, main's of the product, main's that could be of it. */
  reserved(row: RowKey, side: Side): number {
    const key = rowSide(row, side);
    return (
      (this.#ours.get(key) ?? 0) +
      (this.#mains.get(key) ?? 0) +
      (this.#unattributed.get(contractSide(row.account, row.instrumentId, side)) ?? 0)
    );
  }
  /** Units pinned on a side of a contract over all products, main's counted once. */
  reservedOfContract(account: AccountId, instrumentId: InstrumentId, side: Side): number {
    return this.#contract.get(contractSide(account, instrumentId, side)) ?? 0;
  }
  /** Units pinned by our own orders. */
  reservedByUs(row: RowKey, side: Side): number {
    return this.#ours.get(rowSide(row, side)) ?? 0;
  }
  troublesOf(account: AccountId): ReadonlyMap<OrderId, Trouble> | undefined {
    return this.#troubles.get(account);
  }

  putOrder(order: Order): void {
    const before = this.#orders.get(order.orderId);
    if (before === undefined) this.#enter(order);
    this.#orders.set(order.orderId, order);
    this.#hold(order, order.reserved - (before?.reserved ?? 0));
    if (TERMINAL.has(order.status) && order.reserved === 0) this.#unsettled.delete(order.orderId);
    else this.#unsettled.add(order.orderId);
    this.#noteTrouble(order);
  }
  markConflict(orderId: OrderId, isOpen: boolean): void {
    const order = present(this.#orders.get(orderId), 'the order of a conflict');
    if (isOpen) this.#setTrouble(order, 'fill-conflict');
    else {
      this.#setTrouble(order, null);
      this.#noteTrouble(order);
    }
  }
  linkRequest(requestId: RequestId, orderId: OrderId): void {
    assert(
      !this.#byRequest.has(requestId) && !this.#foreignByRequest.has(requestId),
      'a request id is used once (I3)',
    );
    this.#byRequest.set(requestId, orderId);
  }
  linkExchange(key: string, orderId: OrderId): void {
    this.#byExchange.set(key, orderId);
  }
  putFill(text: string, fill: FillRecord): void {
    if (fill.orderId === null && !this.#fills.has(text)) {
      const key = exchangeKey(fill.key.venue, fill.key.exchangeOrderId);
      const known = this.#foreignFills.get(key);
      if (known === undefined) this.#foreignFills.set(key, [text]);
      else known.push(text);
    }
    this.#fills.set(text, fill);
  }
  putForeignOrder(key: string, order: ForeignRecord): void {
    const before = this.#foreign.get(key);
    if (before !== undefined) this.#pin(before, -before.openQuantity);
    this.#foreign.set(key, order);
    this.#pin(order, order.openQuantity);
  }
  linkForeignRequest(requestId: RequestId, key: string): void {
    assert(
      !this.#byRequest.has(requestId) && !this.#foreignByRequest.has(requestId),
      'a request id is used once (I3)',
    );
    this.#foreignByRequest.set(requestId, key);
  }

  /** After a day roll: what is settled since before the day that ended is history, in SQL and in the log. */
  roll(from: string, to: string): void {
    this.#tradingDate = to;
    for (const [orderId, order] of this.#orders) {
      if (order.tradingDate < from && !this.#unsettled.has(orderId)) this.#forget(order);
    }
    for (const [text, fill] of this.#fills) {
      if (fill.key.tradingDate < from && !fill.conflicted) this.#fills.delete(text);
    }
    for (const [key, order] of this.#foreign) if (order.ended) this.#foreign.delete(key);
    this.#foreignFills.clear();
    for (const [text, fill] of this.#fills) {
      if (fill.orderId !== null) continue;
      const key = exchangeKey(fill.key.venue, fill.key.exchangeOrderId);
      this.#foreignFills.set(key, [...(this.#foreignFills.get(key) ?? NONE), text]);
    }
  }

  #enter(order: Order): void {
    assert(order.status === 'PLANNED', 'an order begins as planned');
    if (order.tradingDate > this.#tradingDate) this.#tradingDate = order.tradingDate;
    append(this.#byRow, rowText(order.terms), order.orderId);
    if (order.runId !== null) append(this.#byRun, order.runId, order.orderId);
  }
  #hold(order: Order, delta: number): void {
    const { account, instrumentId, side } = order.terms;
    const contract = contractText(account, instrumentId);
    if (delta !== 0) {
      add(this.#ours, rowSide(order.terms, side), delta);
      add(this.#contract, contractSide(account, instrumentId, side), delta);
    }
    const holding = this.#holding.get(contract);
    if (order.reserved > 0) {
      if (holding !== undefined) holding.add(order.orderId);
      else {
        this.#holding.set(contract, new Set([order.orderId]));
        this.#held.set(account, (this.#held.get(account) ?? new Set<InstrumentId>()).add(instrumentId));
      }
    } else if (holding?.delete(order.orderId) === true && holding.size === 0) {
      this.#holding.delete(contract);
      this.#held.get(account)?.delete(instrumentId);
    }
  }
  #pin(order: ForeignOrder, delta: number): void {
    if (delta === 0) return;
    const { account, instrumentId, product, side } = order;
    const contract = contractSide(account, instrumentId, side);
    add(this.#contract, contract, delta);
    if (product === null) add(this.#unattributed, contract, delta);
    else add(this.#mains, rowSide({ account, instrumentId, product }, side), delta);
  }
  #noteTrouble(order: Order): void {
    const trouble = this.#troubles.get(order.terms.account)?.get(order.orderId);
    if (order.status === 'UNRESOLVED_YESTERDAY') this.#setTrouble(order, 'unresolved-yesterday');
    else if (order.filledQuantity > order.terms.quantity) this.#setTrouble(order, 'overfilled');
    else if (trouble !== undefined && trouble !== 'fill-conflict') this.#setTrouble(order, null);
  }
  #setTrouble(order: Order, trouble: Trouble | null): void {
    const { account } = order.terms;
    const known = this.#troubles.get(account) ?? new Map<OrderId, Trouble>();
    if (trouble === null) known.delete(order.orderId);
    else known.set(order.orderId, trouble);
    if (known.size === 0) this.#troubles.delete(account);
    else this.#troubles.set(account, known);
  }
  #forget(order: Order): void {
    this.#orders.delete(order.orderId);
    for (const { requestId } of order.requests) this.#byRequest.delete(requestId);
    if (order.exchangeOrderId !== null)
      this.#byExchange.delete(exchangeKey(order.venue, order.exchangeOrderId));
    if (order.runId !== null) this.#byRun.delete(order.runId);
    const row = rowText(order.terms);
    const left = (this.#byRow.get(row) ?? []).filter((id) => id !== order.orderId);
    if (left.length === 0) this.#byRow.delete(row);
    else this.#byRow.set(row, left);
  }
  #resolve(ids: Iterable<OrderId> | undefined): readonly Order[] {
    const orders: Order[] = [];
    for (const id of ids ?? NONE) {
      const order = this.#orders.get(id);
      if (order !== undefined) orders.push(order);
    }
    return orders;
  }
}

/** Why an account takes no automation. */
export type Trouble = 'unresolved-yesterday' | 'fill-conflict' | 'overfilled';

function append<Key>(index: Map<Key, OrderId[]>, key: Key, id: OrderId): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [id]);
  else known.push(id);
}

function add(sums: Map<string, number>, key: string, delta: number): void {
  const sum = (sums.get(key) ?? 0) + delta;
  assert(sum >= 0 && Number.isSafeInteger(sum), 'a reserved sum is a whole number of units');
  if (sum === 0) sums.delete(key);
  else sums.set(key, sum);
}
