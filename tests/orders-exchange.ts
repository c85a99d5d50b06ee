import type {
  CancelOrder,
  GatewayCommand,
  NewOrder,
  OrderEvent,
  OrderReport,
  ReplaceOrder,
} from '#core/exchange/port.ts';
import { ExchangeOrderId, type OrderId, type RequestId } from '#core/model/ids.ts';
import { signOf } from '#core/model/side.ts';
import { VENUE } from '#tests/orders-counterparts.ts';
import { C1, NIFTY, tradeOf, type TestDesk } from '#tests/orders-desk.ts';
import { assert } from '#core/lib/assert.ts';

/** An order as the model exchange has it: the truth that no message can change. */
export interface Held {
  readonly id: ExchangeOrderId;
  readonly command: NewOrder;
  quantity: number;
  cum: number;
  busted: number;
  state: 'alive' | 'ended';
}

/**
 * A tiny exchange and the wires to it. Commands travel in order; a drop loses those under way and keeps the
 * reports for a resend. The drop copy lags, repeats and skips nothing. Its own book is the judge.
 */
export class ModelExchange {
  readonly held: Held[] = [];
  readonly desk: TestDesk;
  readonly coming: GatewayCommand[] = [];
  readonly reports: OrderEvent[] = [];
  readonly copies: OrderReport[] = [];
  readonly everSent = new Set<RequestId>();
  readonly newOf = new Set<OrderId>();
  readonly trades: {
    readonly held: Held;
    readonly tradeId: string;
    readonly quantity: number;
    busted: boolean;
  }[] = [];
  manual = 0;
  #trade = 0;

  constructor(desk: TestDesk) {
    this.desk = desk;
    desk.gateway.onWrite = (commands) => {
      for (const command of commands) {
        assert(!this.everSent.has(command.requestId), 'a request id goes out once (I3)');
        this.everSent.add(command.requestId);
        if (command.kind === 'new') {
          assert(!this.newOf.has(command.orderId), 'an order goes out once (I3)');
          this.newOf.add(command.orderId);
        }
        this.coming.push(command);
      }
    };
  }

  report(held: Held, word: OrderReport['report'], more: Partial<OrderReport> = {}): OrderReport {
    const { requestId, side } = held.command;
    return {
      kind: 'order-report',
      venue: VENUE,
      via: 'order-session',
      report: word,
      requestId,
      exchangeOrderId: held.id,
      account: C1,
      instrumentId: NIFTY,
      side,
      status: null,
      orderQuantity: held.quantity,
      cumQuantity: held.cum,
      priceE4: null,
      trade: null,
      cancelCause: null,
      leavesQuantity: held.state === 'alive' ? held.quantity - held.cum : 0,
      text: '',
      ...more,
    };
  }
  tell(report: OrderReport): void {
    this.reports.push(report);
    this.copies.push({ ...report, via: 'drop-copy' });
  }

  /** The next command arrives at the exchange. */
  take(fate: number): void {
    const command = this.coming.shift();
    if (command === undefined) return;
    if (command.kind === 'new') this.#takeNew(command, fate);
    else if (command.kind === 'cancel') this.#takeCancel(command);
    else if (command.kind === 'replace') this.#takeReplace(command);
    else if (command.kind === 'status')
      this.answer(this.#find(command.order.orderId), command.order.originalRequestId);
  }
  #find(orderId: OrderId | null): Held | undefined {
    return this.held.find((one) => one.command.orderId === orderId);
  }
  #takeNew(command: NewOrder, fate: number): void {
    const id = ExchangeOrderId.parse(`E${this.held.length + 1}`);
    const held: Held = { id, command, quantity: command.quantity, cum: 0, busted: 0, state: 'alive' };
    this.held.push(held);
    if (fate % 7 === 0) {
      held.state = 'ended';
      this.tell(this.report(held, 'rejected', { exchangeOrderId: null, text: 'no' }));
      return;
    }
    if (fate % 3 === 0) this.fill(held, 5);
    this.tell(this.report(held, 'new', { cumQuantity: 0, leavesQuantity: held.quantity }));
  }
  #takeCancel(command: CancelOrder): void {
    const held = this.#find(command.order.orderId);
    const { requestId } = command;
    const refusal = { kind: 'request-refused', venue: VENUE, requestId, text: '' } as const;
    if (held === undefined) this.reports.push({ ...refusal, reason: 'unknown-order', status: null });
    else if (held.state === 'ended') this.reports.push({ ...refusal, reason: 'too-late', status: 'filled' });
    else this.end(held);
  }
  #takeReplace(command: ReplaceOrder): void {
    const held = this.#find(command.order.orderId);
    const { requestId, quantity, priceE4 } = command;
    if (held === undefined || held.state === 'ended' || quantity <= held.cum) {
      this.reports.push({
        kind: 'request-refused',
        venue: VENUE,
        requestId,
        reason: 'too-late',
        status: null,
        text: '',
      });
      return;
    }
    held.quantity = quantity;
    this.tell(this.report(held, 'replaced', { requestId, priceE4 }));
  }
  answer(held: Held | undefined, requestId: RequestId | null): void {
    const via = 'status-answer' as const;
    if (held === undefined) {
      this.reports.push({
        kind: 'order-report',
        venue: VENUE,
        via,
        report: 'unknown',
        requestId,
        exchangeOrderId: null,
        account: null,
        instrumentId: null,
        side: null,
        status: null,
        orderQuantity: null,
        cumQuantity: null,
        leavesQuantity: null,
        priceE4: null,
        trade: null,
        cancelCause: null,
        text: '',
      });
      return;
    }
    const filled = held.cum >= held.quantity;
    const status =
      held.state === 'alive' ? (held.cum > 0 ? 'partially-filled' : 'new') : filled ? 'filled' : 'canceled';
    this.reports.push(this.report(held, 'status', { via, status }));
  }
  fill(held: Held, quantity: number): void {
    const filled = Math.min(quantity, held.quantity - held.cum);
    if (held.state === 'ended' || filled <= 0) return;
    held.cum += filled;
    if (held.cum === held.quantity) held.state = 'ended';
    const tradeId = `T${(this.#trade += 1)}`;
    this.trades.push({ held, tradeId, quantity: filled, busted: false });
    this.tell(this.report(held, 'fill', { trade: tradeOf(tradeId, filled) }));
  }
  end(held: Held): void {
    if (held.state === 'ended') return;
    held.state = 'ended';
    this.tell(this.report(held, 'canceled'));
  }
  bust(index: number): void {
    const trade = this.trades[index % Math.max(1, this.trades.length)];
    if (trade === undefined || trade.busted || trade.held.state === 'alive') return;
    trade.busted = true;
    trade.held.busted += trade.quantity;
    const annulled = tradeOf(`B${(this.#trade += 1)}`, trade.quantity, 1_000_000, trade.tradeId);
    this.tell(this.report(trade.held, 'bust', { trade: annulled, cumQuantity: null, leavesQuantity: 0 }));
  }
  /** A trade of somebody else in the same row's contract, seen on the drop copy alone. */
  trade(quantity: number): void {
    this.manual += quantity;
    const tradeId = `M${(this.#trade += 1)}`;
    this.copies.push({
      kind: 'order-report',
      venue: VENUE,
      via: 'drop-copy',
      report: 'fill',
      requestId: null,
      status: null,
      exchangeOrderId: ExchangeOrderId.parse(tradeId),
      account: C1,
      instrumentId: NIFTY,
      side: 'sell',
      orderQuantity: quantity,
      cumQuantity: quantity,
      leavesQuantity: 0,
      priceE4: null,
      cancelCause: null,
      trade: tradeOf(tradeId, quantity),
      text: '',
    });
  }

  /** The link drops, loses what was under way, comes back; missed reports are sent again; doubts are asked about. */
  drop(cancelsOnDisconnect: boolean): void {
    const lost = this.coming.splice(0).map((command) => command.requestId);
    this.desk.hear({ kind: 'doubt-raised', venue: VENUE, why: 'link-lost' });
    if (cancelsOnDisconnect)
      this.held.forEach((held) => {
        this.end(held);
      });
    if (lost.length > 0) this.desk.hear({ kind: 'not-delivered', venue: VENUE, requestIds: lost });
    this.hearAll();
    for (const order of this.desk.orders.orders()) {
      if (order.status === 'IN_DOUBT')
        this.answer(this.#find(order.orderId), order.requests[0]?.requestId ?? null);
    }
    this.hearAll();
  }
  hear(repeat: boolean): void {
    const event = this.reports.shift();
    if (event === undefined) return;
    this.desk.hear(event);
    if (repeat) this.desk.hear(event);
  }
  hearCopy(repeat: boolean): void {
    const copy = this.copies.shift();
    if (copy === undefined) return;
    this.desk.hear(copy);
    if (repeat) this.desk.hear(copy);
  }
  hearAll(): void {
    while (this.reports.length > 0) this.hear(false);
  }

  /** The true net of the row, after every trade that stands. */
  net(baseline: number): number {
    const ours = this.held.reduce(
      (sum, held) => sum + signOf(held.command.side) * (held.cum - held.busted),
      0,
    );
    return baseline + ours - this.manual;
  }
}
