import { describe, expect, it } from 'vitest';
import { present } from '#core/lib/assert.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { CLOCK_OFFSET_MS, instrumentOf, rowsOf, TestDesk } from './desk.ts';
import { ScriptedPeer } from './peer.ts';

/*
 * The whole order path, from a dealer's call to the bytes of a socket and back, against an exchange that says what
 * the test tells it to say.
 */
const [row, other] = rowsOf(3);
const ROW = present(row, 'a row of the book');
const OTHER = present(other, 'another row of the book');
const LOT = instrumentOf(ROW).lotSize;

async function withDesk(
  version: '4.2' | '4.4',
  test: (desk: TestDesk, peer: ScriptedPeer, folder: string) => Promise<TestDesk | void>,
): Promise<void> {
  const folder = scratchFolder();
  const peer = await new ScriptedPeer({ version, clockOffsetMs: CLOCK_OFFSET_MS }).open();
  let desk = await TestDesk.open({ folder: folder.path, port: peer.port, version });
  try {
    await desk.link('up');
    desk = (await test(desk, peer, folder.path)) ?? desk;
  } finally {
    await desk.app.stop();
    await peer.close();
  }
}

describe.each(['4.2', '4.4'] as const)('an order over FIX %s', (version) => {
  it('is placed, acknowledged, replaced, filled in part, refused a cancel, cancelled', () =>
    withDesk(version, async (desk, peer) => {
      const orderId = await desk.place(ROW, 3);
      expect((await desk.order(orderId)).status).toBe('PENDING_NEW');
      const placed = await peer.next('D');
      expect([placed.get(38), placed.get(1), placed.get(40)]).toEqual([String(3 * LOT), ROW.account, '2']);
      peer.report(placed, '0');
      await desk.status(orderId, 'NEW');

      const { priceE4 } = await desk.order(orderId);
      await desk.calls.trades.modify({ orderId, quantity: 2 * LOT, priceE4: present(priceE4, 'a price') });
      const replace = await peer.next('G');
      expect([replace.get(41), replace.get(38)]).toEqual([placed.get(11), String(2 * LOT)]);
      // It fills while the replace is on its way: both count.
      peer.report(placed, 'F', { cum: LOT, last: LOT });
      peer.report(replace, '5', { cum: LOT, quantity: 2 * LOT, status: '1', number: `X-${placed.get(11)}` });
      await desk.status(orderId, 'PARTIALLY_FILLED');
      await desk.until('replaced', async () => (await desk.order(orderId)).quantity === 2 * LOT);

      await desk.calls.trades.cancel({ orderId, reason: 'test' });
      const refused = await peer.next('F');
      expect(refused.get(41)).toBe(replace.get(11));
      peer.refuse(refused, '3', '1');
      await desk.status(orderId, 'PARTIALLY_FILLED');
      await desk.calls.trades.cancel({ orderId, reason: 'test' });
      const cancel = await peer.next('F');
      peer.report(cancel, '4', { cum: LOT, quantity: 2 * LOT, number: `X-${placed.get(11)}` });
      await desk.status(orderId, 'CANCELED');
      const done = await desk.order(orderId);
      expect([done.filledQuantity, done.reserved]).toEqual([LOT, 0]);
      expect(peer.counts.get('D')).toBe(1);
    }));

  it('is rejected by the exchange', () =>
    withDesk(version, async (desk, peer) => {
      const orderId = await desk.place(ROW);
      peer.report(await peer.next('D'), '8', { reason: '0', number: 'NONE', text: 'margin' });
      await desk.status(orderId, 'REJECTED');
      expect((await desk.order(orderId)).reserved).toBe(0);
    }));

  it('is rejected by the session (3): not pending for ever', () =>
    withDesk(version, async (desk, peer) => {
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      peer.say('3', [
        [45, placed.get(34) ?? ''],
        [58, 'tag 77 is not wanted'],
      ]);
      await desk.status(orderId, 'REJECTED');
      expect((await desk.order(orderId)).reserved).toBe(0);
    }));

  it('rests on when the exchange sends news, which this desk does not read', () =>
    withDesk(version, async (desk, peer) => {
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      peer.report(placed, '0', { number: 'X1' });
      await desk.status(orderId, 'NEW');
      peer.say('B', [
        [148, 'lunch'],
        [33, 1],
        [58, 'is at one'],
      ]);
      await desk.calls.trades.cancel({ orderId, reason: 'test' });
      await peer.next('F');
      expect((await desk.order(orderId)).status).toBe('PENDING_CANCEL');
      expect(peer.counts.get('H') ?? 0).toBe(0);
    }));

  it('is refused by the application (j): not pending for ever', () =>
    withDesk(version, async (desk, peer) => {
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      peer.say('j', [
        [45, placed.get(34) ?? ''],
        [372, 'D'],
        [379, placed.get(11) ?? ''],
        [380, 4],
        [58, 'not available'],
      ]);
      await desk.status(orderId, 'REJECTED');
      expect((await desk.order(orderId)).reserved).toBe(0);
    }));
});

describe('an order in flight when the line breaks', () => {
  it('is in doubt, asked about, found filled, and its fill comes once', () =>
    withDesk('4.4', async (desk, peer) => {
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      peer.cut();
      await desk.status(orderId, 'IN_DOUBT');
      const asked = await peer.next('H');
      expect(asked.get(11)).toBe(placed.get(11));
      peer.report(placed, 'F', { cum: LOT, last: LOT, execId: 'T1', number: 'X1' });
      peer.report(placed, 'I', { cum: LOT, status: '2', number: 'X1' });
      await desk.status(orderId, 'FILLED');
      await desk.link('up');
      const { filledQuantity, reserved } = await desk.order(orderId);
      expect([filledQuantity, reserved, peer.counts.get('D')]).toEqual([LOT, 0, 1]);
    }));

  it('never reached the peer: gap-filled, asked about, unknown, dead; never sent again', () =>
    withDesk('4.4', async (desk, peer) => {
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      peer.unhear();
      peer.cut();
      await desk.status(orderId, 'IN_DOUBT');
      const asked = await peer.next('H');
      expect(asked.get(11)).toBe(placed.get(11));
      peer.report(placed, 'I', { status: '8', reason: '5', number: 'NONE' });
      await desk.status(orderId, 'REJECTED');
      expect((await desk.order(orderId)).text).toBe('never reached the exchange');
      expect(peer.counts.get('D')).toBe(1);
    }));

  it('holds its quantity while it is in doubt, and only its own row', () =>
    withDesk('4.4', async (desk, peer) => {
      const lots = Math.abs(ROW.quantity) / LOT;
      peer.deaf = true;
      const orderId = await desk.place(ROW, Math.min(3, lots));
      await peer.next('D');
      peer.cut();
      await desk.status(orderId, 'IN_DOUBT');
      expect((await desk.order(orderId)).reserved).toBe(Math.min(3, lots) * LOT);
      peer.deaf = false;
      const asked = await peer.next('H');
      peer.report(asked, 'I', { status: '0', number: 'X1', quantity: Math.min(3, lots) * LOT });
      await desk.link('up');
      const second = await desk.place(OTHER);
      await peer.next('D');
      expect((await desk.order(second)).status).toBe('PENDING_NEW');
    }));
});

describe('a peer that comes back without its store', () => {
  it('stops the session; after a reset with a reason the desk trades on and the doubt stays', () =>
    withDesk('4.4', async (desk, peer) => {
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      peer.forget();
      await desk.link('stopped');
      await expect(desk.place(OTHER)).rejects.toThrow('not connected and recovered');
      const [link] = await desk.calls.exchange.links();
      const { venue, session } = present(link, 'the link');
      await desk.until('the connection is closed', async () => {
        try {
          await desk.calls.exchange.resetSession({ venue, session, reason: 'the peer lost its store' });
          return true;
        } catch {
          return false;
        }
      });
      const asked = await peer.next('H');
      expect(asked.get(11)).toBe(placed.get(11));
      peer.report(placed, 'I', { status: '8', reason: '5', number: 'NONE' });
      for (let rounds = 0; rounds < 2; rounds += 1) {
        await peer.next('H');
        // Some venues answer with a plain rejection: after lost numbers that proves as little.
        peer.report(placed, '8', { reason: '0', number: 'NONE' });
      }
      await desk.link('up');
      const { status, reserved } = await desk.order(orderId);
      expect([status, reserved]).toEqual(['IN_DOUBT', LOT]);

      const next = await desk.place(OTHER);
      peer.report(await peer.next('D'), '0');
      await desk.status(next, 'NEW');
      expect(peer.counts.get('D')).toBe(2);
    }));

  it('and is cut off in the middle of the agreed reset: the next logon begins at 1 again', () =>
    withDesk('4.4', async (desk, peer) => {
      peer.forget();
      await desk.link('stopped');
      peer.deaf = true;
      const [link] = await desk.calls.exchange.links();
      const { venue, session } = present(link, 'the link');
      await desk.until('reset', async () => {
        try {
          await desk.calls.exchange.resetSession({ venue, session, reason: 'the peer lost its store' });
          return true;
        } catch {
          return false;
        }
      });
      await desk.until('a logon went out and was not answered', async () => {
        const [now] = await desk.calls.exchange.links();
        return now?.state === 'down' && now.nextOut > 1;
      });
      peer.deaf = false;
      await desk.link('up');
      const orderId = await desk.place(ROW);
      peer.report(await peer.next('D'), '0');
      await desk.status(orderId, 'NEW');
      expect(peer.counts.get('D')).toBe(1);
    }));
});
