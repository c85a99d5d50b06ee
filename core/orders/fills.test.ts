import { describe, expect, it } from 'vitest';
import { VENUE } from '#tests/orders-counterparts.ts';
import {
  C1,
  done,
  exchangeId,
  fillOf,
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
const kinds = (facts: readonly { readonly kind: string }[]) => facts.map((fact) => fact.kind);

describe('fills (I4)', () => {
  it('takes a fill before the acknowledgement, and both', () => {
    const desk = deskWith();
    const orderId = released(desk, 100);
    desk.hear(fillOf(desk, orderId, 'T1', 40, 40));
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'PARTIALLY_FILLED', filledQuantity: 40 });
    expect(desk.hear(report(desk, orderId, 'new', { cumQuantity: 0 }))).toEqual([]);
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'PARTIALLY_FILLED', reserved: 60 });
  });

  it('counts a trade once over order session and drop copy, in either order', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    const first = fillOf(desk, orderId, 'T1', 40, 40, { via: 'drop-copy', requestId: null });
    const second = fillOf(desk, orderId, 'T1', 40, 40);
    expect(kinds([...desk.hear(first), ...desk.hear(second), ...desk.hear(second)])).toEqual([
      'order-filled',
    ]);
    expect(desk.positions.net(ROW)).toBe(60);
  });

  it('counts it once within one batch', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    const fill = fillOf(desk, orderId, 'T1', 40, 40);
    expect(kinds(desk.hear(fill, { ...fill, via: 'drop-copy' }))).toEqual(['order-filled']);
  });

  it('a fill conflict is journalled, the row in doubt, the account blocked until persons decide', () => {
    const desk = deskWith();
    const orderId = working(desk, 40);
    desk.hear(fillOf(desk, orderId, 'T1', 20, 20));
    const other = fillOf(desk, orderId, 'T1', 25, 25, { via: 'drop-copy' });
    expect(kinds(desk.hear(other))).toEqual(['fill-conflicted', 'order-in-doubt']);
    expect(desk.orders.order(orderId)).toMatchObject({
      status: 'IN_DOUBT',
      filledQuantity: 20,
      reserved: 20,
    });
    expect(desk.orders.blocked(C1)).toContain('fill-conflict');
    expect(desk.orders.isInDoubt(NIFTY, C1)).toBe(true);
    expect(desk.orders.plan([planned(5)], [])).toMatchObject({ refusal: { reason: 'account-blocked' } });
    expect(desk.hear(other)).toEqual([]);
    const decision = { outcome: 'canceled', cumQuantity: 20, reason: 'checked with the exchange' } as const;
    expect(desk.orders.decideDoubt(orderId, { ...decision, by: ['a'] })).toMatchObject({
      refusal: { reason: 'second-person-needed' },
    });
    done(desk.orders.decideDoubt(orderId, { ...decision, by: ['a', 'b'] }));
    expect([desk.orders.blocked(C1), desk.orders.reserved(ROW, 'sell')]).toEqual([null, 0]);
  });

  it('a bust reverses its fill by reference, once, and the row reopens', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    desk.hear(fillOf(desk, orderId, 'T1', 100, 100));
    expect(desk.positions.net(ROW)).toBe(0);
    const bust = report(desk, orderId, 'bust', { trade: tradeOf('B1', 100, 1_000_000, 'T1') });
    expect(kinds([...desk.hear(bust), ...desk.hear({ ...bust, via: 'drop-copy' })])).toEqual(['fill-busted']);
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'FILLED', filledQuantity: 0, reserved: 0 });
    expect(desk.positions.net(ROW)).toBe(100);
    expect(desk.hear(fillOf(desk, orderId, 'T1', 100, 100, { via: 'drop-copy' }))).toEqual([]);
    expect(desk.orders.plan([planned(100)], []).ok).toBe(true);
  });

  it('a late copy of its end still counts what the bust took back: nothing is owed by it', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    desk.hear(fillOf(desk, orderId, 'T1', 40, 40), report(desk, orderId, 'canceled', { cumQuantity: 40 }));
    desk.hear(report(desk, orderId, 'bust', { trade: tradeOf('B1', 40, 1_000_000, 'T1') }));
    expect(desk.hear(report(desk, orderId, 'canceled', { cumQuantity: 40, via: 'drop-copy' }))).toEqual([]);
    expect(desk.orders.order(orderId)?.reserved).toBe(0);
  });

  it('a bust that puts the order back into the book pins again', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    desk.hear(fillOf(desk, orderId, 'T1', 100, 100));
    desk.hear(
      report(desk, orderId, 'bust', {
        trade: tradeOf('B1', 100, 1e6, 'T1'),
        status: 'new',
        leavesQuantity: 100,
        cumQuantity: 0,
      }),
    );
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', reserved: 100 });
  });

  it('a bust before its fill keeps the fill from counting', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    desk.hear(report(desk, orderId, 'bust', { trade: tradeOf('B1', 40, 1_000_000, 'T1') }));
    desk.hear(fillOf(desk, orderId, 'T1', 40, 40));
    expect([desk.orders.order(orderId)?.filledQuantity, desk.positions.net(ROW)]).toEqual([0, 100]);
  });

  it('a correction changes quantity and value; a late copy of the first content is no conflict', () => {
    const desk = deskWith();
    const orderId = working(desk, 100);
    const first = fillOf(desk, orderId, 'T1', 40, 40);
    desk.hear(first);
    desk.hear(report(desk, orderId, 'correct', { trade: tradeOf('K1', 30, 1_000_500, 'T1') }));
    expect(desk.orders.order(orderId)).toMatchObject({ filledQuantity: 30, filledValueE4: 30 * 1_000_500 });
    expect(desk.hear({ ...first, via: 'drop-copy' })).toEqual([]);
  });

  it('a fill of an unknown order is foreign, with the product of main’s list, else without', () => {
    const desk = deskWith();
    const foreign = { via: 'drop-copy', side: 'sell', orderQuantity: 20 } as const;
    const [unknown] = desk.hear(
      report(desk, null, 'fill', {
        ...foreign,
        exchangeOrderId: exchangeId('M00001' as never),
        trade: tradeOf('F1', 20),
      }),
    );
    expect(unknown).toMatchObject({ kind: 'foreign-fill-seen', product: null, quantity: 20 });
    desk.journal.append([
      {
        kind: 'foreign-order-seen',
        v: 1,
        venue: VENUE,
        exchangeOrderId: exchangeId('M00002' as never),
        account: C1,
        instrumentId: NIFTY,
        product: 'MIS',
        side: 'sell',
        quantity: 20,
        openQuantity: 20,
        source: 'file',
      },
    ]);
    const [known] = desk.hear(
      report(desk, null, 'fill', {
        ...foreign,
        exchangeOrderId: exchangeId('M00002' as never),
        trade: tradeOf('F2', 20),
      }),
    );
    expect(known).toMatchObject({ kind: 'foreign-fill-seen', product: 'MIS' });
  });

  it('a fill that came before we knew its order number is adopted, and counts once', () => {
    const desk = deskWith();
    const orderId = released(desk, 100);
    const early = fillOf(desk, orderId, 'T1', 40, 40, {
      via: 'drop-copy',
      requestId: null,
      leavesQuantity: 60,
    });
    expect(kinds(desk.hear(early))).toEqual(['foreign-fill-seen', 'foreign-order-seen']);
    const facts = desk.hear(report(desk, orderId, 'new', { cumQuantity: 0, leavesQuantity: 100 }));
    expect(kinds(facts)).toEqual(['order-acknowledged', 'foreign-order-ended', 'order-filled']);
    expect(desk.hear(fillOf(desk, orderId, 'T1', 40, 40))).toEqual([]);
    expect([desk.orders.order(orderId)?.filledQuantity, desk.positions.net(ROW)]).toEqual([40, 60]);
    expect(desk.orders.reserved(ROW, 'sell')).toBe(60);
  });

  it('a venue that gives its order numbers again does not merge two orders', () => {
    const desk = deskWith();
    const first = working(desk, 40);
    desk.hear(fillOf(desk, first, '1', 40, 40));
    const second = released(desk, 60);
    const again = { exchangeOrderId: exchangeId(first), cumQuantity: 0 };
    desk.hear(report(desk, second, 'new', again));
    const facts = desk.hear(fillOf(desk, second, '1', 60, 60, { exchangeOrderId: exchangeId(first) }));
    expect(kinds(facts)).toEqual(['fill-conflicted', 'order-in-doubt']);
    expect([desk.orders.order(first)?.filledQuantity, desk.orders.order(second)?.reserved]).toEqual([40, 60]);
  });

  it('self-trade prevention is a cause of its own', () => {
    const desk = deskWith();
    const orderId = working(desk, 40);
    desk.hear(report(desk, orderId, 'canceled', { cumQuantity: 0, cancelCause: 'self-trade-prevention' }));
    expect(desk.orders.order(orderId)).toMatchObject({
      status: 'CANCELED',
      cancelCause: 'self-trade-prevention',
    });
  });
});
