import { describe, expect, it } from 'vitest';
import type { OrderReport } from '#core/exchange/port.ts';
import type { OrderId } from '#core/model/ids.ts';
import {
  C1,
  done,
  EVIDENCE,
  exchangeId,
  fillOf,
  limit,
  NIFTY,
  planned,
  released,
  report,
  ROW,
  testDesk,
  tradeOf,
  VENUE,
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

describe("main's orders", () => {
  const seen = (openQuantity: number, more: object = {}) => ({
    ...{ kind: 'foreign-order-seen', v: 1, venue: VENUE, exchangeOrderId: exchangeId('MAIN-1' as never) },
    ...{
      account: C1,
      instrumentId: NIFTY,
      product: 'MIS',
      side: 'sell',
      quantity: 60,
      openQuantity,
      source: 'file',
    },
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

  it('its late fill does not turn the position', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.journal.append([seen(60) as never]);
    const orderId = working(desk, 40);
    desk.hear(
      report(desk, null, 'fill', {
        ...{ via: 'drop-copy', exchangeOrderId: exchangeId('MAIN-1' as never), side: 'sell' },
        ...{ trade: tradeOf('M1', 60), cumQuantity: 60, leavesQuantity: 0, orderQuantity: 60 },
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

describe('release', () => {
  it('sends one burst at most, as the rate allows, and says which went', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const ids = done(desk.orders.plan([planned(20), planned(20), planned(20)], []));
    desk.gateway.left = 2;
    expect(done(desk.orders.release(ids.map((id) => limit(id))))).toEqual({
      sent: ids.slice(0, 2),
      withdrawn: [],
    });
    desk.gateway.left = 0;
    expect(desk.orders.release([limit(ids[2] ?? ('' as never))])).toMatchObject({
      refusal: { reason: 'rate-exceeded' },
    });
    expect(desk.gateway.wire.map((command) => command.requestId)).toEqual(['1Z800011DESK1', '1Z800021DESK1']);
  });

  it('commits before it writes, and passes the named points in order', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    desk.gateway.onWrite = () => {
      desk.points.push(`written after ${desk.journal.entries.length} entries`);
    };
    released(desk, 20);
    expect(desk.points).toEqual(['before-commit', 'commit-write', 'written after 3 entries', 'write-ack']);
    expect(desk.news()).toEqual(['order-planned', 'order-released', 'message-sent']);
  });

  it('sends nothing when the journal refuses, and gives the sequence numbers back (I1)', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const [orderId] = done(desk.orders.plan([planned(20)], []));
    desk.journal.isWritable = false;
    expect(desk.orders.release([limit(orderId ?? ('' as never))])).toMatchObject({
      refusal: { reason: 'journal-not-writable' },
    });
    expect([desk.gateway.wire.length, desk.gateway.abandoned]).toEqual([0, 1]);
    desk.journal.isWritable = true;
    expect(done(desk.orders.release([limit(orderId ?? ('' as never))])).sent).toEqual([orderId]);
  });

  it('never sends an order twice, whatever became of it (I3)', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const orderId = released(desk, 20);
    expect(done(desk.orders.release([limit(orderId), limit(orderId)]))).toEqual({ sent: [], withdrawn: [] });
    desk.hear({ kind: 'doubt-raised', venue: VENUE, why: 'link-lost' });
    expect(done(desk.orders.release([limit(orderId)]))).toEqual({ sent: [], withdrawn: [] });
    expect(desk.gateway.wire).toHaveLength(1);
  });

  it('checks again: what may no longer go is withdrawn and the rest goes', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const [first, second] = done(desk.orders.plan([planned(60), planned(40)], []));
    desk.positions.hold(ROW, 40);
    const result = done(desk.orders.release([limit(first ?? ('' as never)), limit(second ?? ('' as never))]));
    expect(result).toEqual({ sent: [second], withdrawn: [first] });
  });

  it.each([
    ['halted', 'market-closed', 'PLANNED'],
    ['closed', 'market-closed', 'PLANNED'],
    ['open', null, 'PENDING_NEW'],
    ['closing-auction', null, 'PENDING_NEW'],
  ] as const)('while the exchange is %s', (session, reason, status) => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const [orderId = '' as never] = done(desk.orders.plan([planned(20)], []));
    desk.session = session;
    const result = desk.orders.release([limit(orderId)]);
    expect(result.ok ? null : result.refusal.reason).toBe(reason);
    expect(desk.orders.order(orderId)?.status).toBe(status);
  });

  it.each([
    ['off the tick', { priceE4: 1_000_001 }, 'price-not-on-tick'],
    ['outside the band', { priceE4: 5_000_500 }, 'price-outside-band'],
    ['without a price', { priceE4: null }, 'price-missing'],
  ] as const)('withdraws a limit %s', (_name, change, reason) => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const [orderId = '' as never] = done(desk.orders.plan([planned(20)], []));
    expect(done(desk.orders.release([{ ...limit(orderId), ...change }])).withdrawn).toEqual([orderId]);
    expect(desk.orders.order(orderId)?.text).toMatch(reason);
  });

  it('refuses everything new while main is up, and still cancels', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const orderId = working(desk, 20);
    desk.mode = 'main-is-up';
    expect(desk.orders.plan([planned(5)], [])).toMatchObject({ refusal: { reason: 'main-is-up' } });
    expect(desk.orders.release([limit(orderId)])).toMatchObject({ refusal: { reason: 'main-is-up' } });
    expect(done(desk.orders.cancel([orderId], 'dealer-1', 'test')).sent).toEqual([orderId]);
  });

  it('records the funds of the order and never refuses for them', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    expect(desk.orders.order(released(desk, 20))?.fundsE4).toBe(-20 * 1_000_000);
  });
});
