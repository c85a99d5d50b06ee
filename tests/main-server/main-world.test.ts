import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bookKey, type NetRow } from '#core/sync/messages.ts';
import { makeBook } from '#drill/book/make.ts';
import { writeBook } from '#drill/book/write.ts';
import { askVenue } from '#drill/exchange/control-client.ts';
import { startChild, type Child } from '#drill/world/child.ts';
import { freePorts } from '#drill/world/ports.ts';
import { followed } from './followed.ts';
import { LogWriter, messagesOf } from './desk-log-writer.ts';
import { MainStage } from './main-stage.ts';
import { helloOf, type RawDesk } from './raw-desk.ts';

const MAIN = join(import.meta.dirname, '../../drill/main-server/main.ts');
const VENUE = join(import.meta.dirname, '../../drill/exchange/main.ts');
const book = makeBook({ seed: 3, accounts: 12, positions: 60, tradingDate: '2026-11-23' });

let main: MainStage;
let log: LogWriter;
beforeEach(() => {
  main = new MainStage();
  writeBook(book, main.path('book'));
  log = new LogWriter('D1').fill(20).sign();
});
const start = (...more: string[]): Promise<MainStage> => main.start([`--book=${main.path('book')}`, ...more]);

describe('who may come in', () => {
  it.each([
    ['another token', 'wrong-token', 'not it', {}],
    ['another version', 'wrong-version', undefined, { v: 2 }],
  ] as const)('not with %s', async (_what, reason, token, more) => {
    await start();
    const desk = await main.dial(token);
    desk.sayText(JSON.stringify({ ...helloOf(log), ...more }));
    expect(await desk.hears('refused')).toMatchObject({ reason });
    expect(await desk.closed).toContain('1013');
  });

  it('not with another key than the one of the first time, nor as a desk that nobody registered', async () => {
    await start();
    await main.welcomed(log);
    const other = await main.dial();
    other.say(helloOf(new LogWriter('D1', { seed: 9 })));
    expect(await other.hears('refused')).toMatchObject({ reason: 'wrong-key' });
    await main.stop();
    const desks = [{ desk: 'D2', token: 'two', publicKey: new LogWriter('D2').publicKey }];
    writeFileSync(main.path('token'), JSON.stringify({ desks }));
    await start();
    const stranger = await main.dial('two');
    stranger.say(helloOf(log));
    expect(await stranger.hears('refused')).toMatchObject({ reason: 'unknown-desk' });
    const known = await main.dial('two');
    known.say(helloOf(new LogWriter('D2', { seed: 9 })));
    expect(await known.hears('refused')).toMatchObject({ reason: 'wrong-key' });
  });

  it.each([
    ['no JSON', '{'],
    ['no message', '{"type":"facts"}'],
    ['a message before hello', '{"type":"beat","nowMs":1,"mode":"STANDBY"}'],
  ])('nobody who says %s', async (_what, text) => {
    await start();
    const desk = await main.dial();
    desk.sayText(text);
    expect(await desk.closed).toContain('1008');
  });
});

describe('the book', () => {
  it('comes whole at first, and as what changed since when the desk has it already', async () => {
    await start();
    const first = await main.welcomed(log);
    await first.hears('snapshot-end');
    const rows = [...(followed(first.heard).parts.get('positions')?.values() ?? [])];
    expect(rows).toHaveLength(book.positions.length);
    expect(rows.map((row) => Number(row['quantity']))).toEqual(book.positions.map((row) => row.quantity));
    const changed = { ...rows[0], quantity: '7' };
    await main.ask({ do: 'book', part: 'positions', upserts: [changed], cuts: ['NSE:CM last-trade 9'] });
    await main.ask({ do: 'book', part: 'users', removes: ['ravi'] });
    await first.hears('delta', ({ part }) => part === 'users');
    const has = followed(first.heard);
    expect(has.parts.get('positions')?.get(bookKey('positions', changed))).toEqual(changed);
    expect([has.snapshots, has.cuts]).toEqual([1, ['NSE:CM last-trade 9']]);
    // A desk that was away gets what it missed; one that asks, or is ahead of main, gets all of it.
    const place = { book: `MAIN-${book.tradingDate}`, version: has.version };
    const again = await main.welcomed(log, { book: { ...place, version: has.version - 1 } });
    await again.hears('delta');
    expect(again.heard.filter(({ type }) => type === 'snapshot-begin')).toEqual([]);
    again.say({ type: 'book-again', why: 'test' });
    await again.hears('snapshot-end');
    const ahead = await main.welcomed(log, { book: { ...place, version: has.version + 5 } });
    await ahead.hears('snapshot-end');
    expect(followed(ahead.heard).parts).toEqual(has.parts);
  });

  it('is an old one after main came back from a copy', async () => {
    await start();
    const fresh = await main.welcomed(log);
    await fresh.hears('snapshot-end');
    const before = followed(fresh.heard);
    await main.kill();
    await start('--scenario=old-data');
    const place = { book: `MAIN-${book.tradingDate}`, version: before.version };
    const desk = await main.welcomed(log, { book: place });
    await desk.hears('snapshot-end');
    const old = followed(desk.heard);
    expect(old.version).toBeLessThan(before.version);
    expect(old.asOfMs).toBeLessThan(before.asOfMs);
    expect(old.parts.get('positions')).not.toEqual(before.parts.get('positions'));
  });
});

describe('a main that', () => {
  it('is frozen says nothing on an open line, and goes on where it stopped', async () => {
    await start();
    const desk = await main.welcomed(log);
    await desk.hears('beat');
    await main.ask({ do: 'scenario', name: 'frozen' });
    const silentFrom = desk.heard.length;
    for (const message of messagesOf(log, 0)) desk.say(message);
    const late = await main.dial();
    late.say(helloOf(new LogWriter('D2')));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect([desk.heard.length, late.heard.length]).toEqual([silentFrom, 0]);
    await main.ask({ do: 'scenario', name: 'healthy' });
    await desk.acked(21);
    await late.hears('welcome');
  });

  it('refuses says so, to those who are there as well', async () => {
    await start();
    const desk = await main.welcomed(log);
    await main.ask({ do: 'scenario', name: 'refusing' });
    await desk.closed;
    const again = await main.dial();
    again.say(helloOf(log));
    expect(await again.hears('refused')).toMatchObject({ reason: 'busy' });
  });

  it('is slow has a small window and takes its time', async () => {
    await start('--scenario=slow');
    const desk = await main.welcomed(log);
    expect((await desk.hears('welcome')).window).toBe(500);
    const fromMs = performance.now();
    for (const message of messagesOf(log, 0)) desk.say(message);
    await desk.acked(21);
    expect(performance.now() - fromMs).toBeGreaterThan(200);
  });
});

it('keeps a certificate that the desk signed, once', async () => {
  await start();
  const desk = await main.welcomed(log);
  const text = '{"format":"lifeboat-certificate"}';
  const sign = (of: string): string =>
    Buffer.from(log.signer.sign(Buffer.from(`lifeboat-certificate\n${of}`))).toString('hex');
  desk.say({ type: 'certificate', id: 'FALSE', text, signature: sign(`${text} `) });
  desk.say({ type: 'certificate', id: 'C-1', text, signature: sign(text) });
  await desk.hears('certificate-kept', ({ id }) => id === 'C-1');
  desk.say({ type: 'certificate', id: 'C-1', text: `${text} `, signature: sign(`${text} `) });
  desk.say({ type: 'certificate', id: 'C-2', text, signature: sign(text) });
  await desk.hears('certificate-kept', ({ id }) => id === 'C-2');
  const kept = desk.heard.filter((message) => message.type === 'certificate-kept').map(({ id }) => id);
  expect(kept).toEqual(['C-1', 'C-2']);
});

it('gives an account to another desk only when the one before has let it go', async () => {
  await start();
  await main.ask({ do: 'map', homes: { D1: ['A', 'B'], D2: ['C'] } });
  const one = await main.welcomed(log);
  const two = await main.welcomed(new LogWriter('D2'));
  for (const desk of [one, two]) {
    const { mappingEpoch } = await desk.hears('mapping');
    desk.say({ type: 'mapping-ack', mappingEpoch });
  }
  await main.ask({ do: 'map', homes: { D1: ['A'], D2: ['B', 'C'] } });
  const less = await one.hears('mapping', ({ accounts }) => accounts.length === 1);
  await two.hears('beat');
  expect(two.heard.filter((message) => message.type === 'mapping').map(({ accounts }) => accounts)).toEqual([
    ['C'],
  ]);
  one.say({ type: 'mapping-ack', mappingEpoch: less.mappingEpoch });
  const more = await two.hears('mapping', ({ accounts }) => accounts.length === 2);
  expect(more.mappingEpoch).toBeGreaterThan(less.mappingEpoch);
});

describe('with an exchange', () => {
  let venue: Child;
  let control: number;
  const stage = async (...more: string[]): Promise<void> => {
    [control = 0] = await freePorts(1);
    mkdirSync(main.path('venue'), { recursive: true });
    const args = [`--book=${main.path('book/book.json')}`, `--ledger=${main.path('venue/ledger')}`];
    const offset = `--clock-offset=${book.asOfMs - Date.now()}`;
    venue = await startChild(VENUE, [...args, `--control-port=${control}`, '--with-parent', offset]);
    await start(`--venue-control=${control}`, ...more);
  };
  const ownOrders = async (): Promise<
    readonly { readonly account: string; readonly enteredAtMs: number }[]
  > => {
    const { orders } = await askVenue(control, { do: 'orders', owner: 'MAIN' });
    return (orders as { readonly account: string; readonly enteredAtMs: number }[]).filter(
      ({ enteredAtMs }) => enteredAtMs >= book.asOfMs,
    );
  };
  const positions = async (desk: RawDesk): Promise<readonly NetRow[]> => {
    desk.say({ type: 'reconcile', through: { epoch: 1, seq: 0 } });
    return (await desk.hears('positions')).rows;
  };

  it('names its resting orders to who asks for a fence, and holds its square-off', async () => {
    await stage('--scenario=obeys');
    const desk = await main.welcomed(log);
    desk.say({ type: 'fence', fence: 'F1', accounts: [], why: 'emergency' });
    const told = await desk.hears('fenced');
    expect(told.obeyed).toBe(true);
    expect(told.late.map(({ exchangeOrderId }) => exchangeOrderId)).toEqual(
      book.mainOrders.map(({ exchangeOrderId }) => `${exchangeOrderId}`),
    );
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await ownOrders()).toEqual([]);
    await main.ask({ do: 'fire' });
    expect(await ownOrders()).toEqual([]);
    desk.say({ type: 'lift-fence', fence: 'F1' });
    desk.say({ type: 'reconcile', through: { epoch: 1, seq: 0 } });
    await desk.hears('positions');
    expect((await main.ask({ do: 'fire' }))['fired']).toBeGreaterThan(0);
    await venue.stop();
  });

  it('that it ignores, it fires, and counts its own trades', async () => {
    await stage('--scenario=ignores-fence');
    const desk = await main.welcomed(log);
    desk.say({ type: 'fence', fence: 'F1', accounts: [], why: 'emergency' });
    expect(await desk.hears('fenced')).toMatchObject({ obeyed: false });
    const open = book.positions.filter(({ product }) => product === 'MIS');
    await expect.poll(async () => (await ownOrders()).length, { timeout: 20_000 }).toBe(open.length);
    const trades = (await askVenue(control, { do: 'trades', owner: 'MAIN' }))['trades'] as {
      readonly account: string;
      readonly instrumentId: string;
      readonly tradeNumber: string;
      readonly side: string;
      readonly quantity: number;
    }[];
    const last = Math.max(...book.dayTrades.map(({ tradeNumber }) => tradeNumber));
    const nets = new Map(book.positions.map((row) => [`${row.account} ${row.instrumentId}`, row.quantity]));
    for (const { account, instrumentId, tradeNumber, side, quantity } of trades) {
      if (Number(tradeNumber) <= last) continue;
      const key = `${account} ${instrumentId}`;
      nets.set(key, (nets.get(key) ?? 0) + (side === 'buy' ? quantity : -quantity));
    }
    const atMain = new Map<string, number>();
    for (const { account, instrumentId, net } of await positions(desk)) {
      const key = `${account} ${instrumentId}`;
      atMain.set(key, (atMain.get(key) ?? 0) + net);
    }
    expect(Object.fromEntries(atMain)).toEqual(Object.fromEntries(nets));
    await main.stop();
    await venue.stop();
  });
});

it('prints where it is, and ends when its starter is gone', () => {
  const args = [`--token-file=${main.path('token')}`, `--folder=${main.folder}`];
  const ended = spawnSync(process.execPath, [MAIN, ...args], { input: '', encoding: 'utf8' });
  expect(ended.status).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/desk$/),
  });
});
