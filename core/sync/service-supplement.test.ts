import { describe, expect, it, onTestFinished } from 'vitest';
import { ASKED, certificateAt, compared, notYet } from './service-certificate-stage.ts';
import { openDesk } from './service-handback-stage.ts';
import { filled, mainsFill, orderOf } from './stage-facts.ts';

describe('an order that still works', () => {
  it('is handed over by its number at the exchange, and named', () => {
    const { desk, settled } = compared();
    desk.around.orders.set(orderOf('O2', 'NEW').orderId, orderOf('O2', 'NEW', { reserved: 65 }));
    expect(desk.handlers.handOver({ orderId: 'O2' }, ASKED)).toMatchObject({ ok: true });
    settled();
    expect(desk.port.status().handedOver).toEqual(['O2']);
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    expect(certificateAt(desk, 0).content).toMatchObject({
      handedOver: [{ orderId: 'O2', exchangeOrderId: 'XO2', openQuantity: 65, by: ['head', 'admin'] }],
    });
  });

  it.each([
    ['unknown', 'O9', 'unknown-order'],
    ['no id at all', '', 'unknown-order'],
    ['ended', 'O1', 'not-working'],
    ['in doubt', 'O3', 'order-in-doubt'],
  ])('is not handed over when it is %s', (_name, orderId, reason) => {
    const { desk } = compared();
    desk.around.orders.set(orderOf('O3', 'IN_DOUBT').orderId, orderOf('O3', 'IN_DOUBT'));
    expect(desk.handlers.handOver({ orderId }, ASKED)).toMatchObject({ refusal: { reason } });
  });
});

describe('after the certificate', () => {
  it('what comes later makes a supplement, which closes later', () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ refusal: { reason: 'not-yet' } });
    desk.append([filled('O1', '900', 'T9')]);
    desk.handlers.reconcile();
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const [first, second] = desk.port.status().certificates;
    expect(second?.supplementOf).toBe(first?.id);
    const supplement = certificateAt(desk, 1).content;
    expect(supplement.opening.seq).toBe((first?.closing.seq ?? 0) + 1);
    expect(supplement.totals.trades).toBe(1);
  });

  it('counts each trade of main once, in the one that closes after it', () => {
    const { main, desk, settled } = compared();
    const trade = (n: number): void => desk.append([mainsFill(`M${n}`, `T${n}`, { account: 'C2' })]);
    trade(100);
    settled();
    // Main has not got this one when the certificate is signed.
    trade(101);
    desk.handlers.sign(undefined, ASKED);
    settled();
    desk.append([filled('O1', '900', 'T9')]);
    desk.handlers.reconcile();
    settled();
    desk.handlers.sign(undefined, ASKED);
    expect(main.log().filter((row) => row.includes('foreign-fill-seen')).length).toBe(2);
    expect([0, 1].map((at) => certificateAt(desk, at).content.totals.mainsTrades)).toEqual([1, 1]);
  });

  it("main's own trades do not make its comparison old: main is the authority again", () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    desk.append([filled('O1', '900', 'T9')]);
    settled();
    desk.handlers.reconcile();
    settled();
    desk.append([mainsFill('M7', 'T7')]);
    settled();
    expect(notYet(desk)).toBe('');
  });

  it("main's own trades need none", () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    desk.append([mainsFill('M7', 'T7')]);
    settled();
    expect(notYet(desk)).toContain('Nothing happened that a certificate has not covered.');
  });

  it('the next emergency has a certificate of its own', () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    settled();
    desk.move('STANDBY', 'SUSPECT');
    desk.move('SUSPECT', 'EMERGENCY');
    const opening = desk.journal.head().seq;
    desk.move('EMERGENCY', 'HANDBACK');
    settled();
    desk.handlers.reconcile();
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    expect(certificateAt(desk, -1).content).toMatchObject({ supplementOf: null, opening: { seq: opening } });
  });
});

it('memory is the replay of the log', () => {
  const { path, line, desk, settled } = compared();
  desk.append([mainsFill('M1', 'T1')]);
  desk.handlers.fence({ why: 'main is back' }, ASKED);
  settled();
  desk.handlers.reconcile();
  settled();
  const { linkSinceMs: _link, handback, ...before } = desk.port.status();
  line.cut();
  desk.close();
  const again = openDesk(path, line, desk.around);
  onTestFinished(() => again.close());
  const { linkSinceMs: _again, handback: after, ...now } = again.port.status();
  expect({ ...now, link: before.link, notYet: before.notYet }).toEqual(before);
  expect(after.acked).toEqual(handback.acked);
});
