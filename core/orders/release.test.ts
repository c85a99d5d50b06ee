import { describe, expect, it } from 'vitest';
import { VENUE } from '#tests/orders-counterparts.ts';
import { done, limit, planned, released, ROW, testDesk, working } from '#tests/orders-desk.ts';

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

  it.each(['not-at-home', 'outside-scope'] as const)('sends nothing new for a row that is %s', (reason) => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    const atWork = working(desk, 20);
    const [orderId = '' as never] = done(desk.orders.plan([planned(5)], []));
    desk.outside = { reason, text: 'not ours to close' };
    expect(desk.orders.plan([planned(5)], [])).toMatchObject({ refusal: { reason } });
    expect(desk.orders.place({ ...planned(5), reference: null })).toMatchObject({ refusal: { reason } });
    expect(done(desk.orders.release([limit(orderId)])).withdrawn).toEqual([orderId]);
    expect(desk.orders.replace(atWork, { quantity: 10, priceE4: 1_000_000 }, 'dealer-1')).toMatchObject({
      refusal: { reason },
    });
    expect(done(desk.orders.cancel([atWork], 'dealer-1', 'test')).sent).toEqual([atWork]);
  });

  it('records the funds of the order and never refuses for them', () => {
    const desk = testDesk();
    desk.positions.hold(ROW, 100);
    expect(desk.orders.order(released(desk, 20))?.fundsE4).toBe(-20 * 1_000_000);
  });
});
