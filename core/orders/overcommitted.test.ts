import { describe, expect, it } from 'vitest';
import {
  C1,
  done,
  exchangeId,
  limit,
  NIFTY,
  planned,
  released,
  report,
  ROW,
  testDesk,
  tradeOf,
  working,
  type TestDesk,
} from '#tests/orders-desk.ts';

function deskWith(net = 100): TestDesk {
  const desk = testDesk();
  desk.positions.hold(ROW, net);
  return desk;
}

describe('overcommitted (I2)', () => {
  it('overcommitted by a manual trade: the excess goes newest first, planned first, nothing more is released', () => {
    const desk = deskWith();
    const first = working(desk, 40);
    const second = working(desk, 40);
    const [third = '' as never] = done(desk.orders.plan([planned(20)], []));
    const manual = {
      via: 'drop-copy',
      exchangeOrderId: exchangeId('M00001' as never),
      side: 'sell',
    } as const;
    desk.hear(report(desk, null, 'fill', { ...manual, trade: tradeOf('F1', 45) }));
    expect([desk.orders.overcommitted(ROW), desk.orders.blocked(C1)]).toEqual([
      true,
      `${NIFTY} MIS is overcommitted`,
    ]);
    expect(desk.orders.plan([planned(5)], [])).toMatchObject({ refusal: { reason: 'more-than-closable' } });
    expect(done(desk.orders.release([limit(third)])).withdrawn).toEqual([third]);
    desk.settle();
    const status = (id: typeof first) => desk.orders.order(id)?.status;
    expect([status(first), status(second), status(third)]).toEqual(['NEW', 'PENDING_CANCEL', 'WITHDRAWN']);
    desk.hear(report(desk, second, 'canceled', { cumQuantity: 0 }));
    expect([desk.orders.overcommitted(ROW), desk.orders.reserved(ROW, 'sell')]).toEqual([false, 40]);
  });

  it('an order whose first answer is to come is cancelled when it has come', () => {
    const desk = deskWith(40);
    const orderId = released(desk, 40);
    desk.positions.hold(ROW, 20);
    desk.hear(
      report(desk, null, 'fill', {
        side: 'buy',
        exchangeOrderId: exchangeId('M00009' as never),
        trade: tradeOf('F9', 5),
      }),
    );
    desk.settle();
    expect(desk.gateway.wire).toHaveLength(1);
    desk.hear(report(desk, orderId, 'new', { cumQuantity: 0, leavesQuantity: 40 }));
    desk.settle();
    expect(desk.orders.order(orderId)?.status).toBe('PENDING_CANCEL');
  });
});

describe('the next morning', () => {
  it('does not resume: what was planned is withdrawn, doubts become yesterday’s and block their account', () => {
    const desk = deskWith();
    const resting = working(desk, 20);
    const inDoubt = released(desk, 20);
    const [waiting = '' as never] = done(desk.orders.plan([planned(20)], []));
    desk.clock.nowMs += 18 * 3_600_000;
    const again = testDesk({ entries: desk.journal.entries });
    again.clock.nowMs = desk.clock.nowMs;
    again.positions.hold(ROW, 100);
    expect(done(again.orders.release([limit(waiting)]))).toEqual({ sent: [], withdrawn: [waiting] });
    done(again.orders.rollDay('2026-11-24'));
    const status = (id: typeof resting) => again.orders.order(id)?.status;
    expect([status(resting), status(inDoubt), status(waiting)]).toEqual([
      'EXPIRED',
      'UNRESOLVED_YESTERDAY',
      'WITHDRAWN',
    ]);
    expect(again.orders.blocked(C1)).toContain('unresolved-yesterday');
    expect(again.orders.plan([planned(5)], [])).toMatchObject({ refusal: { reason: 'account-blocked' } });
    expect(again.gateway.wire).toEqual([]);
    const decision = {
      outcome: 'never-reached',
      cumQuantity: 0,
      by: ['a', 'b'],
      reason: 'not in the trade file',
    } as const;
    done(again.orders.decideDoubt(inDoubt, decision));
    expect(again.orders.blocked(C1)).toBe(null);
    expect(done(again.orders.rollDay('2026-11-24'))).toBe(null);
  });
});
