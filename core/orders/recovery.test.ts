import { describe, expect, it } from 'vitest';
import { VENUE } from '#tests/orders-counterparts.ts';
import { done, fillOf, released, report, ROW, testDesk, working, type TestDesk } from '#tests/orders-desk.ts';

function deskWith(net = 100): TestDesk {
  const desk = testDesk();
  desk.positions.hold(ROW, net);
  return desk;
}
const doubt = (why: 'link-lost' | 'crash' | 'sequence-lost') =>
  ({ kind: 'doubt-raised', venue: VENUE, why }) as const;
const kinds = (facts: readonly { readonly kind: string }[]) => facts.map((fact) => fact.kind);

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
      status: 'REJECTED',
      reserved: 0,
      text: 'never reached the exchange',
    });
  });

  it('after lost sequence state "unknown" proves nothing: it stays in doubt (step 7)', () => {
    const desk = deskWith();
    const orderId = released(desk, 40);
    desk.hear(doubt('link-lost'), doubt('sequence-lost'));
    unknown(desk, orderId);
    const asBefore = { status: 'IN_DOUBT', doubt: 'sequence-lost', reserved: 40 };
    expect(desk.orders.order(orderId)).toMatchObject(asBefore);
    desk.hear(doubt('link-lost'));
    unknown(desk, orderId);
    expect(desk.orders.order(orderId)).toMatchObject(asBefore);
  });

  it('nor does a rejection without an order number, which some venues give as that answer', () => {
    const desk = deskWith();
    const orderId = released(desk, 40);
    desk.hear(doubt('sequence-lost'));
    const nameless = { exchangeOrderId: null, cumQuantity: 0, status: 'rejected' } as const;
    desk.hear(report(desk, orderId, 'rejected', nameless));
    desk.hear(report(desk, orderId, 'status', { ...nameless, via: 'status-answer' }));
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'IN_DOUBT', reserved: 40 });
    // The drop copy has its own numbers: what it says stands.
    desk.hear(report(desk, orderId, 'rejected', { ...nameless, via: 'drop-copy' }));
    expect(desk.orders.order(orderId)).toMatchObject({ status: 'REJECTED', reserved: 0 });
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
