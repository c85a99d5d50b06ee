import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountId, InstrumentId } from '#core/model/ids.ts';
import type { FactOf } from '#drill/judge/handback.ts';
import { askVenue } from '#drill/exchange/control-client.ts';
import { readLedger } from '#drill/judge/read.ts';
import { handBack } from '#drill/rehearsal/handing-back.ts';
import { agreed } from '#drill/world/seats.ts';
import { Stage } from './stage.ts';

/**
 * A desk whose file was put back from an old copy, in two ways: the journal alone, so that the witness beside it knows
 * better; and the whole folder, so that only main does.
 */
let stage: Stage;
/** Rows that the desk wrote and that its file lost each time. */
const before: FactOf[] = [];
/** Last row of the copies. */
let copied = 0;
let copiedWhole = 0;

const BOTH = [
  ['admin', 'recovery'],
  ['dealer', 'recovery'],
] as const;
const keys = (rows: readonly FactOf[]): readonly string[] =>
  rows.map(({ epoch, seq, hash }) => `${epoch}/${seq} ${hash}`);
const ordersSent = (): number =>
  readLedger(stage.world.ledger).filter((one) => one.kind === 'accepted' && one.owner === 'LIFEBOAT').length;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.start();
});
afterAll(() => stage.close());

describe('a desk that worked, handed everything over and stopped', () => {
  it('was copied in the middle of the emergency, with an order that rests', async () => {
    await stage.emergency();
    const evidence = {
      authority: 'rms-decision' as const,
      reference: 'RMS-1',
      channel: 'desk',
      instructedAtMs: stage.now(),
    };
    await stage.doors.dealer.trades.place({
      account: AccountId.parse('C00001'),
      instrumentId: InstrumentId.parse('NSE:SBIN'),
      product: 'MIS',
      side: 'sell',
      quantity: 10,
      type: 'limit',
      priceE4: 9_200_000,
      timeInForce: 'DAY',
      evidence,
    });
    await stage.patience.until(5_000, async ({ dealer }) => {
      const [order] = await dealer.orders.list({ which: 'all' });
      return order?.status === 'NEW' ? null : `the order is ${order?.status ?? 'unknown'}`;
    });
    stage.copy('copy');
    copied = (await stage.facts()).length;
    expect(existsSync(stage.path('copy', 'desk.db'))).toBe(true);
  });

  it('went on, closed everything, and main has all of it with a certificate', async () => {
    const { patience } = stage;
    await stage.exit();
    await stage.mainIsBack();
    expect(await handBack(patience)).toMatchObject({ certificate: expect.stringMatching(/^DRILL-1-/) });
    const { handback } = await stage.doors.admin.sync.status();
    expect(handback).toMatchObject({ waiting: 0, acked: { epoch: 1 } });
    expect(handback.acked.seq).toBeGreaterThan(copied);
  });

  it('opens no new epoch: it runs, and then there is nothing to leave', async () => {
    expect(await stage.epoch(BOTH)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('(journal-in-use)'),
    });
    await stage.stop();
    expect(await stage.epoch(BOTH)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('(nothing-to-leave)'),
    });
    before.push(...(await stage.facts()));
  });
});

describe('its file, put back from the copy', () => {
  let atMain: readonly FactOf[];
  let sent: number;

  it('is not opened, and nothing goes to main', async () => {
    atMain = await stage.stored(1);
    sent = ordersSent();
    stage.putBack('copy');
    await expect(stage.start()).rejects.toThrow(
      `restored-copy: the file ends at seq ${copied}, this desk had written up to ${before.length}; two persons may open a new epoch`,
    );
    expect(keys(await stage.stored(1))).toEqual(keys(atMain));
  });

  it.each([
    ['one person twice', ['admin', 'recovery'], ['admin', 'recovery'], 'two-persons-needed'],
    ['a wrong code', ['admin', 'recovery'], ['dealer', 'wrong'], 'not-let-in'],
  ] as const)('is not gone on with by %s', async (_what, one, other, reason) => {
    expect(await stage.epoch([one, other])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`(${reason})`),
    });
    expect(await stage.facts()).toHaveLength(copied);
  });

  it('is gone on with by two persons, in a new epoch after its last row', async () => {
    expect(
      await stage.epoch([
        ['admin', 'recovery'],
        ['dealer', 'authenticator'],
      ]),
    ).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('epoch 2 is open'),
    });
    const facts = await stage.facts();
    const { epoch, seq, hash } = before[copied - 1] ?? {};
    expect(facts[copied]).toMatchObject({ epoch: 2, seq: copied + 1, kind: 'epoch-opened' });
    expect(JSON.parse(facts[copied]?.body ?? '')).toMatchObject({
      why: 'restored-copy',
      after: { epoch, seq, hash },
      by: ['ravi', 'asha'],
    });
    expect(await stage.verify()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/2 epochs[^]*ok\n$/),
    });
  });

  it('starts in the emergency of the copy; its order is in doubt, and no session goes on by itself', async () => {
    await stage.start();
    await expect(stage.doors.admin.sync.status()).rejects.toMatchObject({
      data: { reason: 'session-ended' },
    });
    await stage.signIn('admin', 'dealer');
    expect(await stage.doors.dealer.mode.get()).toMatchObject({ mode: 'EMERGENCY' });
    expect(await stage.doors.dealer.orders.list({ which: 'all' })).toMatchObject([{ status: 'IN_DOUBT' }]);
    await stage.patience.until(10_000, async ({ dealer }) => {
      const stopped = (await dealer.exchange.links()).filter(({ state }) => state === 'stopped');
      return stopped.length === 2 ? null : `${stopped.length} sessions are stopped`;
    });
    const links = await stage.doors.dealer.exchange.links();
    expect(links.filter(({ state }) => state === 'stopped')).toMatchObject([
      { session: 'orders', why: expect.stringContaining('MsgSeqNum too low') },
      { session: 'drop-copy', why: expect.stringContaining('MsgSeqNum too low') },
    ]);
    const { notYet } = await stage.doors.admin.sync.status();
    expect(notYet).toContainEqual(expect.stringContaining('1 order is in doubt'));
  });

  it('learns from the exchange what it forgot, when persons of both sides reset the sessions', async () => {
    const { admin, dealer } = stage.doors;
    await askVenue(stage.world.file.ports.control, { do: 'amnesia' });
    for (const { venue, session, state } of await dealer.exchange.links()) {
      if (state !== 'stopped') continue;
      const reason = 'a copy was put back';
      await agreed(() => admin.exchange.resetSession({ venue, session, reason }), dealer);
    }
    await stage.linksUp();
    // The exit had cancelled it; nothing of the exit is known here but as somebody's trades, and nothing is sent again.
    expect(await dealer.orders.list({ which: 'all' })).toMatchObject([{ status: 'CANCELED' }]);
    const date = stage.world.book.tradingDate;
    const { trades } = await dealer.trades.history({ account: null, from: date, to: date });
    const forgotten = before.filter(({ kind }) => kind === 'order-filled');
    expect(trades.filter(({ orderId }) => orderId !== null)).toEqual([]);
    expect(trades.length).toBeGreaterThan(forgotten.length);
    expect(ordersSent()).toBe(sent);
  });

  it('hands its new epoch over, and nothing is mixed with the old one', async () => {
    expect(await handBack(stage.patience)).toMatchObject({
      certificate: expect.stringMatching(/^DRILL-2-/),
      complaints: [],
    });
    expect(keys(await stage.stored(1))).toEqual(keys(atMain));
    const { handback } = await stage.doors.admin.sync.status();
    expect(handback).toMatchObject({ waiting: 0, notTaken: null, text: '', acked: { epoch: 2 } });
    const mine = (await stage.facts()).filter(({ epoch }) => epoch === 2);
    const through = mine.filter(({ seq }) => seq <= handback.acked.seq);
    expect(keys(await stage.stored(2))).toEqual(keys(through));
    // The old epoch goes on at main behind the row from which the new one begins.
    expect(atMain.at(-1)?.seq).toBeGreaterThan(copied);
    expect(mine[0]?.seq).toBe(copied + 1);
  });
});

describe('its whole folder, put back', () => {
  let atMain: readonly FactOf[];
  let says: string;

  it('starts as if nothing had been; main knows better, the desk says so and hands nothing over', async () => {
    await stage.stop();
    stage.copy('folder', true);
    copiedWhole = (await stage.facts()).length;
    await stage.start();
    await stage.linkUp();
    for (let list = 1; list <= 20; list += 1) {
      const rows = [{ account: 'C00001', reference: `RMS-${list}` }];
      const source = `rms-${list}.csv`;
      await stage.doors.admin.positions.importShortfall({ source, asOfMs: stage.now(), rows });
    }
    await stage.allHandedOver();
    await stage.stop();
    before.push(...(await stage.facts()));
    stage.putBack('folder');
    expect(await stage.verify()).toMatchObject({ status: 0 });
    expect(await stage.epoch(BOTH)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('(nothing-to-leave)'),
    });
    atMain = await stage.stored(2);
    await stage.start();
    await stage.linkUp();
    const { handback, notYet } = await stage.doors.admin.sync.status();
    says = handback.text;
    expect(says).toContain(`Main has facts of this desk up to epoch 2, seq ${atMain.at(-1)?.seq}`);
    expect(says).toContain('it is an old copy. Nothing is handed over; two persons may open a new epoch');
    expect(notYet).toContain(says);
    await stage.patience.pause(1_000);
    expect(keys(await stage.stored(2))).toEqual(keys(atMain));
    await stage.stop();
  });

  it("is gone on with on main's word only, after the last row that main had acknowledged to it", async () => {
    // What main said is a fact of the copy: nobody has to type it.
    expect((await stage.facts()).filter(({ kind }) => kind === 'main-has-more')).toHaveLength(1);
    expect(await stage.epoch(BOTH)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('epoch 3 is open'),
    });
    const opened = (await stage.facts()).findLast(({ kind }) => kind === 'epoch-opened');
    const { after } = JSON.parse(opened?.body ?? '') as { after: FactOf };
    expect(after.seq).toBeLessThanOrEqual(copiedWhole);
    expect(keys(atMain)).toContain(keys([after])[0]);
    expect(await stage.verify()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/left {4}epoch 2, seq \d+, left: \d+ rows[^]*ok\n$/),
    });
  });

  it('hands its third epoch over, and the second stays as main has it', async () => {
    await stage.start();
    await stage.signIn('admin');
    await stage.linkUp();
    await stage.allHandedOver();
    const { handback } = await stage.doors.admin.sync.status();
    expect(handback).toMatchObject({ text: '', notTaken: null, acked: { epoch: 3 } });
    const mine = (await stage.facts()).filter(({ epoch, seq }) => epoch === 3 && seq <= handback.acked.seq);
    expect(keys(await stage.stored(3))).toEqual(keys(mine));
    expect(keys(await stage.stored(2))).toEqual(keys(atMain));
  });
});

it('the judge has no complaint: nothing lost, nothing twice, every trade counted once', async () => {
  await stage.stop();
  await stage.main.process.stop();
  expect(await stage.judge(before)).toMatchObject({
    handback: { lost: 0, duplicates: 0, certificate: expect.stringMatching(/^DRILL-2-/) },
    mainAgrees: true,
    chainAtMain: 'ok',
    doubleCloses: 0,
    complaints: [],
  });
});
