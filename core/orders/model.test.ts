import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OrderId } from '#core/model/ids.ts';
import type { Order } from './port.ts';
import { limit, planned, ROW, testDesk, type TestDesk } from '#tests/orders-desk.ts';
import { ModelExchange } from '#tests/orders-exchange.ts';

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
          const excess = desk.orders.reserved(ROW, 'sell') - desk.positions.closable(ROW, 'sell');
          expect(plannedUnits() > before && excess > 0).toBe(false);
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
