import { describe, expect, it } from 'vitest';
import { DeskId } from '#core/model/ids.ts';
import { createNumbering } from './numbering.ts';
import {
  C1,
  done,
  exchangeId,
  fillOf,
  limit,
  NIFTY,
  planned,
  released,
  report,
  ROW,
  testDesk,
  TODAY,
  tradeOf,
  VENUE,
  working,
  type TestDesk,
} from '#tests/orders-desk.ts';

function deskWith(net = 100): TestDesk {
  const desk = testDesk();
  desk.positions.hold(ROW, net);
  return desk;
}
const doubt = (why: 'link-lost' | 'crash' | 'sequence-lost') =>
  ({ kind: 'doubt-raised', venue: VENUE, why }) as const;
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
      refusal: { reason: 'authority-missing' },
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
        ...{ trade: tradeOf('B1', 100, 1_000_000, 'T1'), status: 'new', leavesQuantity: 100, cumQuantity: 0 },
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
        ...{ kind: 'foreign-order-seen', v: 1, venue: VENUE, exchangeOrderId: exchangeId('M00002' as never) },
        ...{ account: C1, instrumentId: NIFTY, product: 'MIS', side: 'sell', quantity: 20, openQuantity: 20 },
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

describe('recovery (protocols 3)', () => {
  const unknown = (desk: TestDesk, orderId: Parameters<typeof report>[1]) =>
    desk.hear(report(desk, orderId, 'unknown', { via: 'status-answer', exchangeOrderId: null }));

  it('an order that never reached the exchange is dead once a question confirms it', () => {
    const desk = deskWith();
    const orderId = released(desk, 40);
    const requestId = desk.orders.order(orderId)?.requests[0]?.requestId ?? ('' as never);
    desk.hear(doubt('crash'), { kind: 'not-delivered', venue: VENUE, requestIds: [requestId] });
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', reserved: 40 });
    expect(kinds(unknown(desk, orderId))).toEqual(['order-rejected']);
    expect(desk.orders.order(orderId)).toMatchObject({
      ...{ status: 'REJECTED', reserved: 0, text: 'never reached the exchange' },
    });
  });

  it('after lost sequence state "unknown" proves nothing: it stays in doubt (step 7)', () => {
    const desk = deskWith();
    const orderId = released(desk, 40);
    desk.hear(doubt('link-lost'), doubt('sequence-lost'));
    unknown(desk, orderId);
    expect(desk.orders.order(orderId)).toMatchObject({
      status: 'IN_DOUBT',
      doubt: 'unknown-to-exchange',
      reserved: 40,
    });
    desk.hear(doubt('link-lost'));
    unknown(desk, orderId);
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', reserved: 40 });
  });

  it('an order that the exchange has named is not dead because it is unknown now', () => {
    const desk = deskWith();
    const orderId = working(desk, 40);
    desk.hear(doubt('link-lost'));
    unknown(desk, orderId);
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', reserved: 40 });
  });

  it('an answer that is merely late proves nothing', () => {
    const desk = deskWith();
    const orderId = released(desk, 40);
    desk.clock.nowMs += 6000;
    desk.orders.tick();
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', doubt: 'no-answer' });
    expect(desk.gateway.wire.map((command) => command.kind)).toEqual(['new', 'status']);
    unknown(desk, orderId);
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', reserved: 40 });
  });

  it('an order that was given up and lives pins again, and its excess is cancelled', () => {
    const desk = deskWith(40);
    const first = released(desk, 40);
    desk.hear(doubt('link-lost'));
    unknown(desk, first);
    expect(desk.orders.order(first)?.status).toBe('REJECTED');
    const second = working(desk, 40);
    desk.hear(report(desk, first, 'new', { cumQuantity: 0, leavesQuantity: 40 }));
    expect(desk.orders.order(first)).toMatchObject({
      status: 'IN_DOUBT',
      doubt: 'contradicted',
      reserved: 40,
    });
    expect(desk.orders.overcommitted(ROW)).toBe(true);
    desk.settle();
    expect(desk.orders.order(second)?.status).toBe('PENDING_CANCEL');
  });

  it('an old acknowledgement that arrives late does not end a doubt; an answer does', () => {
    const desk = deskWith();
    const orderId = released(desk, 40);
    desk.hear(doubt('link-lost'));
    desk.hear(report(desk, orderId, 'new', { cumQuantity: 0, leavesQuantity: 40 }));
    expect(desk.orders.order(orderId)?.status).toBe('IN_DOUBT');
    const alive = { status: 'new', cumQuantity: 0, leavesQuantity: 40, via: 'status-answer' } as const;
    desk.hear(report(desk, orderId, 'status', alive));
    expect(desk.orders.order(orderId)?.status).toBe('NEW');
  });

  it('a cancel lost with the link can be asked again once the order is found alive', () => {
    const desk = deskWith();
    const orderId = working(desk, 40);
    done(desk.orders.cancel([orderId], 'dealer-1', 'test'));
    desk.hear(doubt('link-lost'));
    const alive = { status: 'new', cumQuantity: 0, leavesQuantity: 40, via: 'status-answer' } as const;
    expect(kinds(desk.hear(report(desk, orderId, 'status', alive)))).toEqual([
      'request-refused',
      'order-confirmed',
    ]);
    expect(done(desk.orders.cancel([orderId], 'dealer-1', 'test')).sent).toEqual([orderId]);
  });

  it('one request at a time', () => {
    const desk = deskWith();
    const orderId = working(desk, 40);
    done(desk.orders.replace(orderId, { quantity: 20, priceE4: 1_000_500 }, 'dealer-1'));
    expect(desk.orders.cancel([orderId], 'dealer-1', 'test')).toMatchObject({
      refusal: { reason: 'request-pending' },
    });
    expect(desk.orders.replace(orderId, { quantity: 10, priceE4: 1_000_500 }, 'dealer-1')).toMatchObject({
      refusal: { reason: 'request-pending' },
    });
  });

  it('a replace never raises the quantity nor goes under what is filled', () => {
    const desk = deskWith();
    const orderId = working(desk, 40);
    desk.hear(fillOf(desk, orderId, 'T1', 20, 20));
    const ask = (quantity: number) =>
      desk.orders.replace(orderId, { quantity, priceE4: 1_000_500 }, 'dealer-1');
    expect(ask(45)).toMatchObject({ refusal: { reason: 'would-raise-quantity' } });
    expect(ask(20)).toMatchObject({ refusal: { reason: 'quantity-not-positive' } });
    expect(ask(25).ok).toBe(true);
  });
});

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

describe('names', () => {
  const desk = DeskId.parse('DESK1');
  it('are never given twice: after a restart, a clock that goes back, a new epoch', () => {
    const first = createNumbering(desk, 1);
    const given = [first.orderId(TODAY), first.orderId(TODAY)];
    const asked = [first.requestId(TODAY), first.requestId('2026-11-24'), first.requestId(TODAY)];
    const second = createNumbering(desk, 1);
    given.forEach((id) => {
      second.seenOrder(id);
    });
    asked.forEach((id) => {
      second.seenRequest(id);
    });
    const epoch = createNumbering(desk, 2);
    const all = [
      ...given,
      ...asked,
      second.orderId(TODAY),
      second.requestId(TODAY),
      second.requestId('2026-11-24'),
      epoch.orderId(TODAY),
      epoch.requestId(TODAY),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(Math.max(...all.filter((id) => !id.includes('-')).map((id) => id.length))).toBeLessThanOrEqual(20);
  });

  it('that were not committed are given again', () => {
    const numbering = createNumbering(desk, 1);
    const given = numbering.orderId(TODAY);
    numbering.settle();
    expect(numbering.orderId(TODAY)).toBe(given);
  });
});
