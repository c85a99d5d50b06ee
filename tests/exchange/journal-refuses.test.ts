import { describe, expect, it, onTestFinished } from 'vitest';
import { VenueConfig } from '#core/exchange/config.ts';
import type { NewOrder, OrderEvent } from '#core/exchange/port.ts';
import { createExchange } from '#core/exchange/service.ts';
import type { Journal } from '#core/journal/port.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { present } from '#core/lib/assert.ts';
import { refuse } from '#core/lib/result.ts';
import { OrderId, RequestId, VenueId } from '#core/model/ids.ts';
import { plainVenue } from '#drill/world/desk-config.ts';
import { createHost } from '#main/host.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { BOOK, CLOCK_OFFSET_MS, rowsOf } from './desk.ts';
import { ScriptedPeer } from './peer.ts';

const ROW = present(rowsOf(1)[0], 'a row of the book');
const INSTRUMENT = present(
  BOOK.instruments.find(({ instrumentId }) => instrumentId === ROW.instrumentId),
  'its contract',
);
const RATE = 50;
const VENUE = VenueId.parse('peer');
const order: NewOrder = {
  kind: 'new',
  requestId: RequestId.parse('R1'),
  orderId: OrderId.parse('O1'),
  account: ROW.account,
  instrument: INSTRUMENT,
  side: 'sell',
  quantity: INSTRUMENT.lotSize,
  type: 'limit',
  priceE4: INSTRUMENT.filePriceE4,
  timeInForce: 'DAY',
};

/** Real gateway, sockets and journal file; the journal refuses while it is told to, as on a full disk. */
async function openLine(clock?: () => number) {
  const folder = scratchFolder();
  const peer = await new ScriptedPeer({ version: '4.4', clockOffsetMs: CLOCK_OFFSET_MS }).open();
  const kept = openScratch(scratchOptions(folder.path));
  const disk = { isFull: false };
  const journal: Journal = {
    desk: kept.desk,
    epoch: kept.epoch,
    reader: kept.reader,
    head: () => kept.head(),
    read: (after, limit) => kept.read(after, limit),
    follow: (after, follower) => kept.follow(after, follower),
    append: (facts, tables) =>
      disk.isFull ? refuse({ reason: 'journal-not-writable', text: 'full' }) : kept.append(facts, tables),
  };
  const heard: OrderEvent[] = [];
  const host = createHost({
    data: folder.path,
    screen: null,
    secrets: simulationSecrets(folder.path),
    clockOffsetMs: CLOCK_OFFSET_MS,
    reached: () => undefined,
  });
  const address = {
    host: '127.0.0.1',
    port: peer.port,
    sender: 'DESK',
    target: 'PEER',
    version: '4.4',
  } as const;
  const exchange = createExchange({
    journal,
    host: { ...host, now: clock ?? (() => host.now()) },
    venues: [VenueConfig.parse(plainVenue(BOOK.instruments, address, { ratePerSecond: RATE, burstMax: 10 }))],
    instrument: (_exchange, _segment, token) => BOOK.instruments.find((one) => one.token === token) ?? null,
    instrumentBySymbol: () => null,
    beginBatch: () => ({
      interpret: (event) => {
        if (!disk.isFull) heard.push(event);
        return [];
      },
      isPlaced: () => true,
    }),
    doubtful: () => [],
    credentials: () => null,
    endpoint: ({ host, port }) => Promise.resolve({ host, port }),
  });
  onTestFinished(async () => {
    await exchange.stop();
    await peer.close();
    kept.close();
  });
  exchange.start();
  const gateway = present(exchange.gateways.get(VENUE), 'the gateway');
  return {
    peer,
    disk,
    heard,
    gateway,
    journal,
    exchange,
    link: () => present(exchange.links()[0], 'the link'),
    until: async (asked: () => boolean) =>
      await expect.poll(asked, { timeout: 10_000, interval: 10 }).toBe(true),
  };
}

describe('a journal that can not be written', () => {
  it('lets no order out: a staged burst that is not committed is as if it never was', async () => {
    const line = await openLine();
    await line.until(() => line.gateway.ready());
    const before = line.link().nextOut;
    line.disk.isFull = true;
    const staged = line.gateway.stage([order]);
    if (!staged.ok) throw new Error(staged.refusal.text);
    expect(line.journal.append(staged.value.facts, staged.value.tables).ok).toBe(false);
    staged.value.abandon();
    line.disk.isFull = false;
    const again = line.gateway.stage([order]);
    if (!again.ok) throw new Error(again.refusal.text);
    expect(line.journal.append(again.value.facts, again.value.tables).ok).toBe(true);
    again.value.write();
    const placed = await line.peer.next('D');
    expect([placed.get(34), line.peer.counts.get('D')]).toEqual([String(before), 1]);
  });

  it('closes the line and keeps it closed; what it could not keep comes again, once', async () => {
    const line = await openLine();
    await line.until(() => line.gateway.ready());
    const { nextIn } = line.link();
    line.disk.isFull = true;
    line.peer.say('8', reportFields());
    await line.until(() => line.link().state === 'down');
    expect([line.gateway.ready(), line.link().nextIn]).toEqual([false, nextIn]);
    expect(line.gateway.stage([order]).ok).toBe(false);
    // It dials again, and has nothing to say that it could not keep.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([line.peer.isUp, line.gateway.ready(), line.heard.length]).toEqual([false, false, 0]);
    line.disk.isFull = false;
    await line.until(() => line.gateway.ready());
    await line.until(() => line.heard.some(({ kind }) => kind === 'order-report'));
    // The loss of the line was told late, but told: what was in flight is a question.
    expect(line.heard.map(({ kind }) => kind)).toEqual(['doubt-raised', 'order-report']);
  });
});

describe('the subscribed rate', () => {
  it('counts every message of the order session: logon, questions and orders', async () => {
    const nowMs = Date.now() + CLOCK_OFFSET_MS;
    const line = await openLine(() => nowMs);
    await line.until(() => line.gateway.ready());
    const sent = line.link().nextOut - 1;
    expect(sent).toBeGreaterThan(1);
    expect(line.gateway.allowance(nowMs)).toBe(RATE - sent);
    const staged = line.gateway.stage([order, order]);
    if (!staged.ok) throw new Error(staged.refusal.text);
    staged.value.write();
    expect(line.gateway.allowance(nowMs)).toBe(RATE - sent - 2);
  });
});

function reportFields(): [number, string | number][] {
  return [
    [37, 'X1'],
    [11, 'R1'],
    [17, 'E1'],
    [150, '0'],
    [39, '0'],
    [1, ROW.account],
    [55, INSTRUMENT.symbol],
    [48, INSTRUMENT.token],
    [22, '8'],
    [54, '2'],
    [38, INSTRUMENT.lotSize],
    [151, INSTRUMENT.lotSize],
    [14, 0],
    [6, 0],
  ];
}
