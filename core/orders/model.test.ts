import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
import type { Order } from './port.ts';
import {
  C1,
  limit,
  NIFTY,
  planned,
  ROW,
  testDesk,
  tradeOf,
  VENUE,
  type TestDesk,
} from '#tests/orders-desk.ts';

/** An order as the model exchange has it: the truth that no message can change. */
interface Held {
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
class ModelExchange {
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
        expect(this.everSent.has(command.requestId), 'a request id goes out once (I3)').toBe(false);
        this.everSent.add(command.requestId);
        if (command.kind === 'new') {
          expect(this.newOf.has(command.orderId), 'an order goes out once (I3)').toBe(false);
          this.newOf.add(command.orderId);
        }
        this.coming.push(command);
      }
    };
  }

  report(held: Held, word: OrderReport['report'], more: Partial<OrderReport> = {}): OrderReport {
    const { requestId, side } = held.command;
    return {
      ...{ kind: 'order-report', venue: VENUE, via: 'order-session', report: word, requestId },
      ...{ exchangeOrderId: held.id, account: C1, instrumentId: NIFTY, side, status: null },
      ...{
        orderQuantity: held.quantity,
        cumQuantity: held.cum,
        priceE4: null,
        trade: null,
        cancelCause: null,
      },
      ...{ leavesQuantity: held.state === 'alive' ? held.quantity - held.cum : 0, text: '', ...more },
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
        ...{ kind: 'order-report', venue: VENUE, via, report: 'unknown', requestId, exchangeOrderId: null },
        ...{
          account: null,
          instrumentId: null,
          side: null,
          status: null,
          orderQuantity: null,
          cumQuantity: null,
        },
        ...{ leavesQuantity: null, priceE4: null, trade: null, cancelCause: null, text: '' },
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
      ...{
        kind: 'order-report',
        venue: VENUE,
        via: 'drop-copy',
        report: 'fill',
        requestId: null,
        status: null,
      },
      ...{ exchangeOrderId: ExchangeOrderId.parse(tradeId), account: C1, instrumentId: NIFTY, side: 'sell' },
      ...{
        orderQuantity: quantity,
        cumQuantity: quantity,
        leavesQuantity: 0,
        priceE4: null,
        cancelCause: null,
      },
      ...{ trade: tradeOf(tradeId, quantity), text: '' },
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

const Step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('place' as const), n: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('plan' as const), n: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), n: fc.nat(9) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('take' as const), n: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fill' as const), n: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), n: fc.nat(9) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('hear' as const), n: fc.nat(3) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('copy' as const), n: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), n: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('late' as const), n: fc.constant(0) }) },
);
const Outside = fc.oneof(
  { weight: 12, arbitrary: Step },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('manual' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bust' as const), n: fc.nat(9) }) },
);
type Stepped = { readonly do: string; readonly n: number };

function pick<Item>(items: readonly Item[], n: number): Item | undefined {
  return items[n % Math.max(1, items.length)];
}

function act(desk: TestDesk, exchange: ModelExchange, step: Stepped): void {
  const { n } = step;
  const orders = [...desk.orders.orders()];
  switch (step.do) {
    case 'place': {
      const { terms, evidence } = planned(n * 5);
      desk.orders.place({ terms, evidence, reference: null });
      return;
    }
    case 'plan':
      desk.orders.plan([planned(n * 5), planned(5)], []);
      return;
    case 'release':
      desk.orders.release(
        orders.filter((_, index) => index % 3 !== n % 3).map((order) => limit(order.orderId)),
      );
      return;
    case 'cancel':
      desk.orders.cancel([pick(orders, n)?.orderId ?? ('' as OrderId)], 'dealer-1', 'test');
      return;
    case 'replace': {
      const order = pick(orders, n);
      if (order !== undefined) {
        const quantity = Math.max(5, order.terms.quantity - 5);
        desk.orders.replace(order.orderId, { quantity, priceE4: 1_000_500 }, 'dealer-1');
      }
      return;
    }
    case 'take':
      exchange.take(n);
      return;
    case 'fill': {
      const held = pick(exchange.held, n);
      if (held !== undefined) exchange.fill(held, ((n % 4) + 1) * 5);
      return;
    }
    case 'end': {
      const held = pick(exchange.held, n);
      if (held !== undefined) exchange.end(held);
      return;
    }
    case 'hear':
      exchange.hear(n === 0);
      return;
    case 'copy':
      exchange.hearCopy(n === 0);
      return;
    case 'drop':
      exchange.drop(n === 0);
      return;
    case 'late':
      desk.clock.nowMs += 6000;
      desk.orders.tick();
      return;
    case 'manual':
      exchange.trade(n * 5);
      return;
    default:
      exchange.bust(n);
  }
}

/** Reservation by the words of design 4, from nothing but the order's public face. */
function oracleReserved(order: Order): number {
  const { status, terms, filledQuantity, toldQuantity } = order;
  if (status === 'PLANNED') return terms.quantity;
  const ended = ['WITHDRAWN', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'DONE_FOR_DAY'].includes(status);
  return ended ? Math.max(0, toldQuantity - filledQuantity) : Math.max(0, terms.quantity - filledQuantity);
}

function check(desk: TestDesk): void {
  let sum = 0;
  for (const order of desk.orders.orders()) {
    expect(order.reserved).toBe(oracleReserved(order));
    expect(order.filledQuantity).toBeLessThanOrEqual(order.terms.quantity);
    sum += order.reserved;
  }
  expect(desk.orders.reserved(ROW, 'sell')).toBe(sum);
}

/** Every message is heard, every doubt asked about, until nothing moves. */
function comeToRest(desk: TestDesk, exchange: ModelExchange): void {
  for (let round = 0; round < 4; round += 1) {
    while (exchange.coming.length > 0) exchange.take(1);
    exchange.hearAll();
    while (exchange.copies.length > 0) exchange.hearCopy(false);
    desk.settle();
    exchange.drop(false);
    desk.settle();
  }
}

function sameAsReplay(desk: TestDesk): void {
  const again = testDesk({ entries: desk.journal.entries });
  expect([...again.orders.orders()]).toEqual([...desk.orders.orders()]);
  expect(again.orders.reserved(ROW, 'sell')).toBe(desk.orders.reserved(ROW, 'sell'));
}

function run(steps: readonly Stepped[], each: (desk: TestDesk, exchange: ModelExchange) => void) {
  const desk = testDesk();
  desk.positions.hold(ROW, 60);
  const exchange = new ModelExchange(desk);
  for (const step of steps) {
    act(desk, exchange, step);
    check(desk);
    desk.settle();
    each(desk, exchange);
  }
  comeToRest(desk, exchange);
  check(desk);
  each(desk, exchange);
  return { desk, exchange };
}

describe('any interleaving of commands, reports, copies, repeats, drops and late fills', () => {
  it('never turns the position, sends one order an intent, counts each fill once (I2, I3, I4, I7)', () => {
    fc.assert(
      fc.property(fc.array(Step, { minLength: 5, maxLength: 90 }), (steps) => {
        const { desk, exchange } = run(steps, (now, venue) => {
          // The judge: what is at the exchange or on its way could all fill, and still the row would not turn.
          const alive = venue.held.reduce(
            (sum, one) => sum + (one.state === 'alive' ? one.quantity - one.cum : 0),
            0,
          );
          const coming = venue.coming.reduce((sum, one) => sum + (one.kind === 'new' ? one.quantity : 0), 0);
          expect(venue.net(60) - alive - coming).toBeGreaterThanOrEqual(0);
          expect(now.orders.reserved(ROW, 'sell')).toBeLessThanOrEqual(now.positions.closable(ROW, 'sell'));
        });
        for (const held of exchange.held) {
          expect(desk.orders.order(held.command.orderId)?.filledQuantity).toBe(held.cum);
        }
        expect([...desk.orders.orders()].filter((order) => order.status === 'IN_DOUBT')).toEqual([]);
        expect(desk.positions.net(ROW)).toBe(exchange.net(60));
        sameAsReplay(desk);
      }),
      { numRuns: 300 },
    );
  });

  it('with manual trades and busts: no commit of ours makes too much, what is too much goes (I2)', () => {
    fc.assert(
      fc.property(fc.array(Outside, { minLength: 5, maxLength: 90 }), (steps) => {
        const desk = testDesk();
        desk.positions.hold(ROW, 60);
        const exchange = new ModelExchange(desk);
        const plannedUnits = () =>
          desk.journal.entries.reduce(
            (sum, { fact }) => sum + (fact.kind === 'order-planned' ? fact.terms.quantity : 0),
            0,
          );
        for (const step of steps) {
          const before = plannedUnits();
          act(desk, exchange, step);
          check(desk);
          if (plannedUnits() > before) {
            expect(desk.orders.reserved(ROW, 'sell')).toBeLessThanOrEqual(
              desk.positions.closable(ROW, 'sell'),
            );
          }
          desk.settle();
        }
        comeToRest(desk, exchange);
        expect(desk.orders.overcommitted(ROW)).toBe(false);
        sameAsReplay(desk);
      }),
      { numRuns: 200 },
    );
  });
});
