import { describe, expect, it } from 'vitest';
import {
  C1,
  done,
  exchangeId,
  NIFTY,
  planned,
  report,
  ROW,
  testDesk,
  tradeOf,
  working,
  type TestDesk,
} from '#tests/orders-desk.ts';

/** A desk whose answer was asked for before, so that what is kept of it could be stale. */
function askedDesk(net: number, held: number): TestDesk {
  const desk = testDesk();
  desk.positions.hold(ROW, net);
  working(desk, held);
  expect(desk.orders.blocked(C1)).toBe(null);
  return desk;
}

const manual = (desk: TestDesk, trade: string, quantity: number): void => {
  const exchangeOrderId = exchangeId('M00001' as never);
  desk.hear(
    report(desk, null, 'fill', {
      via: 'drop-copy',
      exchangeOrderId,
      side: 'sell',
      trade: tradeOf(trade, quantity),
    }),
  );
};

const OVER = `${NIFTY} MIS is overcommitted`;

describe('what blocks an account is judged again', () => {
  it('after a trade that is not of this desk, and after the end of the order that was too much', () => {
    const desk = askedDesk(40, 40);
    manual(desk, 'F1', 10);
    expect(desk.orders.blocked(C1)).toBe(OVER);
    desk.settle();
    const [order] = [...desk.orders.orders()];
    desk.hear(report(desk, order?.orderId ?? ('' as never), 'canceled', { cumQuantity: 0 }));
    expect(desk.orders.blocked(C1)).toBe(null);
  });

  it('after an order of its own', () => {
    const desk = askedDesk(80, 40);
    done(desk.orders.plan([planned(40)], []));
    desk.positions.hold(ROW, 60);
    const [first] = [...desk.orders.orders()];
    desk.hear(report(desk, first?.orderId ?? ('' as never), 'fill', { trade: tradeOf('T1', 5) }));
    expect(desk.orders.blocked(C1)).toBe(OVER);
  });

  it('after anything else that can change a position', () => {
    const desk = askedDesk(40, 40);
    desk.positions.hold(ROW, 20);
    desk.journal.append([{ kind: 'desk-started', v: 1, build: 'test' }]);
    expect(desk.orders.blocked(C1)).toBe(OVER);
  });
});
