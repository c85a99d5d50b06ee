import type { GatewayCommand, OrderReport } from '#core/exchange/port.ts';
import { ExchangeOrderId } from '#core/model/ids.ts';
import type { OrderId, RequestId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import { VENUE } from './book.ts';

/** What the venue does with a new order. `fill` fills it, `rest` acknowledges it, `silence` never answers. */
export type Behaviour = (
  order: NewAtVenue,
) => { fill: number; rest: boolean } | { reject: string } | 'silence';

export interface NewAtVenue {
  readonly requestId: Extract<GatewayCommand, { kind: 'new' }>['requestId'];
  readonly orderId: OrderId;
  readonly instrument: Instrument;
  readonly account: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly priceE4: number | null;
  readonly timeInForce: string;
}

interface Resting extends NewAtVenue {
  readonly exchangeOrderId: ExchangeOrderId;
  filled: number;
}

export const fillAll: Behaviour = (order) => ({ fill: order.quantity, rest: false });
export const restAll: Behaviour = () => ({ fill: 0, rest: true });

/** Answers what is on the wire, one message at a time, by the behaviour of the moment. */
export class Venue {
  readonly resting = new Map<OrderId, Resting>();
  /** Every new order that reached the venue, in the order of the wire. */
  readonly sent: NewAtVenue[] = [];
  readonly wire: GatewayCommand[] = [];
  behaviour: Behaviour;
  private readonly report: (event: OrderReport) => void;
  private readonly now: () => number;
  private number = 0;

  constructor(behaviour: Behaviour, report: (event: OrderReport) => void, now: () => number) {
    this.behaviour = behaviour;
    this.report = report;
    this.now = now;
  }

  fill(order: Resting, quantity: number): void {
    order.filled += quantity;
    this.number += 1;
    const full = order.filled === order.quantity;
    if (full) this.resting.delete(order.orderId);
    this.say(order, 'fill', order.requestId, {
      status: full ? 'filled' : 'partially-filled',
      trade: {
        tradeId: `T${this.number}`,
        refersTo: null,
        quantity,
        priceE4: order.priceE4 ?? 1,
        tradedAtMs: this.now(),
        tradingDate: istDate(this.now()),
      },
    });
  }

  /** False when nothing is on the wire. */
  answerOne(): boolean {
    const command = this.wire.shift();
    if (command === undefined) return false;
    if (command.kind === 'new') this.accept(command);
    if (command.kind === 'cancel' && command.order.orderId !== null) {
      const order = this.resting.get(command.order.orderId);
      if (order !== undefined) this.cancel(order, command.requestId, 'requested');
    }
    return true;
  }

  private accept(command: NewAtVenue): void {
    this.sent.push(command);
    const verdict = this.behaviour(command);
    if (verdict === 'silence') return;
    this.number += 1;
    const exchangeOrderId = ExchangeOrderId.parse(`X${this.number}`);
    const order: Resting = { ...command, exchangeOrderId, filled: 0 };
    if ('reject' in verdict) {
      return this.say(order, 'rejected', order.requestId, {
        text: verdict.reject,
        leavesQuantity: 0,
        status: 'rejected',
      });
    }
    this.resting.set(order.orderId, order);
    this.say(order, 'new', order.requestId, { status: 'new' });
    if (verdict.fill > 0) this.fill(order, verdict.fill);
    if (!verdict.rest && order.filled < order.quantity) this.cancel(order, order.requestId, 'ioc');
  }

  private cancel(order: Resting, requestId: RequestId, cause: OrderReport['cancelCause']): void {
    this.resting.delete(order.orderId);
    this.say(order, 'canceled', requestId, { cancelCause: cause, leavesQuantity: 0, status: 'canceled' });
  }

  private say(
    order: Resting,
    kind: OrderReport['report'],
    requestId: RequestId,
    over: Partial<OrderReport>,
  ): void {
    this.report({
      kind: 'order-report',
      venue: VENUE,
      via: 'order-session',
      report: kind,
      requestId,
      exchangeOrderId: order.exchangeOrderId,
      account: null,
      instrumentId: order.instrument.instrumentId,
      side: order.side,
      status: null,
      orderQuantity: order.quantity,
      cumQuantity: order.filled,
      leavesQuantity: order.quantity - order.filled,
      priceE4: order.priceE4,
      trade: null,
      cancelCause: null,
      text: '',
      ...over,
    });
  }
}
