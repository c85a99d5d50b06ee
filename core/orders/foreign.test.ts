import { describe, expect, it } from 'vitest';
import type { OrderReport } from '#core/exchange/port.ts';
import { VENUE } from '#tests/orders-counterparts.ts';
import {
  C1,
  done,
  exchangeId,
  fillOf,
  NIFTY,
  planned,
  report,
  ROW,
  testDesk,
  tradeOf,
  working,
} from '#tests/orders-desk.ts';

describe("main's orders", () => {
  const seen = (openQuantity: number, more: object = {}) => ({
    kind: 'foreign-order-seen',
    v: 1,
    venue: VENUE,
    exchangeOrderId: exchangeId('MAIN-1' as never),
    account: C1,
    instrumentId: NIFTY,
    product: 'MIS',
    side: 'sell',
    quantity: 60,
    openQuantity,
    source: 'file',
    ...more,
  });

  it("main's pending order that cannot be cancelled pins its quantity", () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.journal.append([seen(60) as never]);
    expect(desk.orders.reserved(ROW, 'sell')).toBe(60);
    expect(desk.orders.plan([planned(45)], [])).toMatchObject({ refusal: { reason: 'more-than-closable' } });
    const foreign = desk.orders.foreignOrders().map((order) => order.exchangeOrderId);
    expect(done(desk.orders.cancelForeign(foreign, 'dealer-1'))).toEqual({ sent: 1 });
    const [command] = desk.gateway.wire;
    const requestId = command?.requestId;
    if (requestId === undefined) throw new Error('a cancel was sent');
    desk.hear({
      kind: 'request-refused',
      venue: VENUE,
      requestId,
      reason: 'other',
      status: null,
      text: 'no right',
    });
    expect(desk.orders.foreignOrders()).toMatchObject([
      { cancel: 'refused', openQuantity: 60, text: 'no right' },
    ]);
    expect(desk.orders.reserved(ROW, 'sell')).toBe(60);
    expect(desk.orders.plan([planned(40)], []).ok).toBe(true);
  });

  it('a cancel that was lost with the link is no refusal: it is asked again, and pins until it is done', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.journal.append([seen(60) as never]);
    const foreign = desk.orders.foreignOrders().map((order) => order.exchangeOrderId);
    expect(done(desk.orders.cancelForeign(foreign, 'dealer-1'))).toEqual({ sent: 1 });
    desk.hear({ kind: 'doubt-raised', venue: VENUE, why: 'link-lost' });
    expect(desk.orders.foreignOrders()).toMatchObject([{ cancel: 'none', openQuantity: 60 }]);
    expect(desk.orders.reserved(ROW, 'sell')).toBe(60);
    expect(done(desk.orders.cancelForeign(foreign, 'dealer-1'))).toEqual({ sent: 1 });
  });

  it('its late fill does not turn the position', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.journal.append([seen(60) as never]);
    const orderId = working(desk, 40);
    desk.hear(
      report(desk, null, 'fill', {
        via: 'drop-copy',
        exchangeOrderId: exchangeId('MAIN-1' as never),
        side: 'sell',
        trade: tradeOf('M1', 60),
        cumQuantity: 60,
        leavesQuantity: 0,
        orderQuantity: 60,
      }),
    );
    desk.settle();
    expect([desk.positions.net(ROW), desk.orders.reserved(ROW, 'sell')]).toEqual([40, 40]);
    expect(desk.orders.overcommitted(ROW)).toBe(false);
    desk.hear(fillOf(desk, orderId, 'T1', 40, 40));
    expect([desk.positions.net(ROW), desk.orders.reserved(ROW, 'sell')]).toEqual([0, 0]);
    expect(desk.orders.plan([planned(5)], [])).toMatchObject({ refusal: { reason: 'opens-or-increases' } });
  });

  it('an unattributed one pins on every row it could be of', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.journal.append([seen(60, { product: null }) as never]);
    expect(desk.orders.reserved(ROW, 'sell')).toBe(60);
    expect(desk.orders.reserved({ ...ROW, product: 'NRML' }, 'sell')).toBe(60);
  });

  it('pins no less when an old fill of it comes after the list that counted it', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.journal.append([seen(20) as never]);
    const late = { via: 'drop-copy', exchangeOrderId: exchangeId('MAIN-1' as never), side: 'sell' } as const;
    desk.hear(report(desk, null, 'fill', { ...late, trade: tradeOf('M1', 40), orderQuantity: 60 }));
    expect(desk.orders.reserved(ROW, 'sell')).toBe(20);
    desk.hear(report(desk, null, 'fill', { ...late, trade: tradeOf('M2', 15), orderQuantity: 60 }));
    expect(desk.orders.reserved(ROW, 'sell')).toBe(5);
  });
});

describe('whose trade it is', () => {
  const told = { via: 'drop-copy', side: 'sell', trade: tradeOf('M1', 40) } as const;
  const mains = { ...told, exchangeOrderId: exchangeId('MAIN-1' as never) };

  it.each<[string, Partial<OrderReport>, boolean]>([
    ['is known when the report names account, contract, side and order', mains, true],
    ['is not known without an account', { ...mains, account: null }, false],
    ['is not known without a side', { ...mains, side: null }, false],
    ['is not known without an order number', { ...mains, exchangeOrderId: null }, false],
  ])('%s', (_name, said, expected) => {
    const desk = testDesk();
    expect(desk.orders.beginBatch().isPlaced(report(desk, null, 'fill', said))).toBe(expected);
  });

  it('is known without an account when an earlier word of the same batch named the order', () => {
    const desk = testDesk();
    const batch = desk.orders.beginBatch();
    batch.interpret(report(desk, null, 'new', { ...mains, trade: null, orderQuantity: 60 }));
    const fill = report(desk, null, 'fill', { ...mains, account: null, side: null });
    expect(batch.isPlaced(fill)).toBe(true);
  });

  it('is known for our own order by our request id alone', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const fill = report(desk, working(desk, 40), 'fill', {
      account: null,
      side: null,
      trade: tradeOf('T1', 40),
    });
    expect(desk.orders.beginBatch().isPlaced(fill)).toBe(true);
  });
});
