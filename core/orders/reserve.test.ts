import { describe, expect, it } from 'vitest';
import type { OrderReport } from '#core/exchange/port.ts';
import type { OrderId } from '#core/model/ids.ts';
import { VENUE } from '#tests/orders-counterparts.ts';
import {
  done,
  EVIDENCE,
  fillOf,
  planned,
  report,
  ROW,
  testDesk,
  working,
  type TestDesk,
} from '#tests/orders-desk.ts';

type Step = (desk: TestDesk, orderId: OrderId) => void;

const says =
  (word: OrderReport['report'], more: Partial<OrderReport> = {}): Step =>
  (desk, orderId) =>
    void desk.hear(report(desk, orderId, word, more));
const fills =
  (tradeId: string, quantity: number, cum: number): Step =>
  (desk, orderId) =>
    void desk.hear(fillOf(desk, orderId, tradeId, quantity, cum));
const drops: Step = (desk) => void desk.hear({ kind: 'doubt-raised', venue: VENUE, why: 'link-lost' });
const asksCancel: Step = (desk, orderId) => void done(desk.orders.cancel([orderId], 'dealer-1', 'test'));
const asksReplace =
  (quantity: number): Step =>
  (desk, orderId) =>
    void done(desk.orders.replace(orderId, { quantity, priceE4: 1_000_500 }, 'dealer-1'));
const refuses =
  (reason: 'unknown-order' | 'too-late' | 'other'): Step =>
  (desk, orderId) => {
    const requestId = desk.orders.order(orderId)?.requests.at(-1)?.requestId;
    if (requestId === undefined) throw new Error('a request was made');
    desk.hear({ kind: 'request-refused', venue: VENUE, requestId, reason, status: null, text: '' });
  };
const replaced =
  (quantity: number): Step =>
  (desk, orderId) => {
    const requestId = desk.orders.order(orderId)?.requests.at(-1)?.requestId ?? null;
    desk.hear(report(desk, orderId, 'replaced', { requestId, orderQuantity: quantity, priceE4: 1_000_500 }));
  };

/** An order of 100 that is acknowledged; then the steps; then what it is and what it pins. */
const CASES: readonly (readonly [name: string, steps: readonly Step[], status: string, reserved: number])[] =
  [
    ['working: all of it', [], 'NEW', 100],
    [
      'a fill frees what it filled, because the position moved by it',
      [fills('T1', 30, 30)],
      'PARTIALLY_FILLED',
      70,
    ],
    ['filled: nothing', [fills('T1', 30, 30), fills('T2', 70, 100)], 'FILLED', 0],
    ['a cancel asked for frees nothing', [asksCancel], 'PENDING_CANCEL', 100],
    ['a cancel refused frees nothing', [asksCancel, refuses('other')], 'NEW', 100],
    ['a cancel refused as too late is a question', [asksCancel, refuses('too-late')], 'IN_DOUBT', 100],
    ['a cancel of an unknown order is a question', [asksCancel, refuses('unknown-order')], 'IN_DOUBT', 100],
    ['a disconnect frees nothing', [drops], 'IN_DOUBT', 100],
    ['a disconnect after a fill frees nothing', [fills('T1', 30, 30), drops], 'IN_DOUBT', 70],
    ['canceled: OrderQty - CumQty', [asksCancel, says('canceled', { cumQuantity: 0 })], 'CANCELED', 0],
    ['canceled with fills owed: they stay', [says('canceled', { cumQuantity: 40 })], 'CANCELED', 40],
    [
      'owed fills free as they come',
      [says('canceled', { cumQuantity: 40 }), fills('T1', 25, 25)],
      'CANCELED',
      15,
    ],
    ['canceled without CumQty frees nothing', [says('canceled')], 'IN_DOUBT', 100],
    ['expired with fills owed', [says('expired', { cumQuantity: 10 })], 'EXPIRED', 10],
    ['done for the day', [says('done-for-day', { cumQuantity: 0 })], 'DONE_FOR_DAY', 0],
    ['rejected', [says('rejected')], 'REJECTED', 0],
    [
      'rejected with a CumQty is a cancel with fills owed',
      [says('rejected', { cumQuantity: 5 })],
      'CANCELED',
      5,
    ],
    ['a replace holds the larger until answered', [asksReplace(50)], 'PENDING_REPLACE', 100],
    ['a replace done holds the new', [asksReplace(50), replaced(50)], 'NEW', 50],
    ['a replace refused holds the old', [asksReplace(50), refuses('other')], 'NEW', 100],
    ['a replace in doubt holds the larger', [asksReplace(50), drops], 'IN_DOUBT', 100],
    [
      'a fill then a replace done',
      [fills('T1', 30, 30), asksReplace(50), replaced(50)],
      'PARTIALLY_FILLED',
      20,
    ],
    [
      'status tells a CumQty: owed until the fills come',
      [
        drops,
        says('status', { status: 'filled', cumQuantity: 100, leavesQuantity: 0, via: 'status-answer' }),
      ],
      'IN_DOUBT',
      100,
    ],
    [
      'the owed fills come and end the doubt',
      [
        drops,
        says('status', { status: 'filled', cumQuantity: 100, leavesQuantity: 0, via: 'status-answer' }),
        fills('T1', 60, 60),
        fills('T2', 40, 100),
      ],
      'FILLED',
      0,
    ],
    [
      'status says canceled with a CumQty ahead of the fills',
      [drops, says('status', { status: 'canceled', cumQuantity: 20, via: 'status-answer' })],
      'CANCELED',
      20,
    ],
    [
      'status says alive',
      [drops, says('status', { status: 'new', cumQuantity: 0, leavesQuantity: 100, via: 'status-answer' })],
      'NEW',
      100,
    ],
    [
      'a late fill after canceled counts, the order stays ended',
      [says('canceled', { cumQuantity: 0 }), fills('T9', 25, 25)],
      'CANCELED',
      0,
    ],
  ];

describe('what frees quantity (design 4)', () => {
  it.each(CASES)('%s', (_name, steps, status, reserved) => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const orderId = working(desk, 100);
    for (const step of steps) step(desk, orderId);
    const order = desk.orders.order(orderId);
    expect([order?.status, order?.reserved, desk.orders.reserved(ROW, 'sell')]).toEqual([
      status,
      reserved,
      reserved,
    ]);
  });

  it('a planned order pins all of it, a withdrawn one nothing', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const [orderId] = done(desk.orders.plan([planned(60)], []));
    expect(desk.orders.reserved(ROW, 'sell')).toBe(60);
    done(desk.orders.withdraw([orderId ?? ''] as never, 'test'));
    expect(desk.orders.reserved(ROW, 'sell')).toBe(0);
  });
});

describe('reduce-only (I2)', () => {
  const refusals: readonly (readonly [string, number, Parameters<typeof planned>[1], string])[] = [
    ['more than the row', 105, {}, 'more-than-closable'],
    ['the side that would increase', 5, { side: 'buy' }, 'opens-or-increases'],
    ['a product without a position', 5, { product: 'NRML' }, 'opens-or-increases'],
    ['not whole lots', 7, {}, 'quantity-not-whole-lots'],
    ['nothing', 0, {}, 'quantity-not-positive'],
    ['an unknown contract', 5, { instrumentId: 'NSE:X' as never }, 'unknown-instrument'],
  ];
  it.each(refusals)('refuses %s', (_name, quantity, change, reason) => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    expect(desk.orders.plan([planned(quantity, change)], [])).toMatchObject({
      ok: false,
      refusal: { reason },
    });
    expect(desk.news()).toEqual([]);
  });

  it('says what is left beside what is asked, and what pins the rest', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const refused = (asked: number) => {
      const answer = desk.orders.plan([planned(asked)], []);
      return answer.ok ? 'planned' : answer.refusal.text;
    };
    expect(refused(105)).toContain('105 asked, 100 may be closed');
    expect(refused(30)).toBe('planned');
    expect(refused(80)).toContain(
      '80 asked, 70 of 100 may still be closed: 30 are reserved by working orders',
    );
    desk.positions.hold({ ...ROW, product: 'NRML' }, -60);
    expect(refused(30)).toContain(
      '30 asked, 10 of 40 may still be closed in this contract over all products: 30 are reserved by working orders',
    );
  });

  it('plans all or none, each on top of the ones before it', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    expect(desk.orders.plan([planned(60), planned(45)], [])).toMatchObject({
      ok: false,
      refusal: { reason: 'more-than-closable' },
    });
    expect(desk.orders.reserved(ROW, 'sell')).toBe(0);
    expect(done(desk.orders.plan([planned(60), planned(40)], []))).toEqual([
      '20261123-DESK1-000001',
      '20261123-DESK1-000002',
    ]);
  });

  it('holds for opposite products in one contract: their net is all that may be closed', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.positions.hold({ ...ROW, product: 'NRML' }, -70);
    expect(desk.orders.plan([planned(35)], [])).toMatchObject({ refusal: { reason: 'more-than-closable' } });
    expect(desk.orders.plan([planned(5, { product: 'NRML', side: 'buy' })], [])).toMatchObject({
      refusal: { reason: 'more-than-closable' },
    });
    expect(desk.orders.plan([planned(30)], []).ok).toBe(true);
  });

  it('holds for the row too, where the contract would have room', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 50);
    desk.positions.hold({ ...ROW, product: 'NRML' }, 50);
    expect(desk.orders.plan([planned(55)], [])).toMatchObject({ refusal: { reason: 'more-than-closable' } });
    expect(desk.orders.plan([planned(50), planned(50, { product: 'NRML' })], []).ok).toBe(true);
  });

  it('refuses an order without its authority', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const evidence = { ...EVIDENCE, reference: ' ' };
    expect(desk.orders.plan([{ ...planned(5), evidence }], [])).toMatchObject({
      refusal: { reason: 'authority-missing' },
    });
  });
});
