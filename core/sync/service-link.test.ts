import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { FromDesk } from './messages.ts';
import { ABSENT_EVERY_MS, SEND_BUFFER_MAX, SILENT_AT_LEAST_MS, WELCOME_WITHIN_MS } from './service-link.ts';
import { deskLink, playMain, until, WELCOME } from './service-link-stage.ts';

const HELLO = expect.objectContaining({ type: 'hello', v: 1, desk: 'D1', book: null });
const NOW_MS = 1_795_400_000_000;

/** A desk whose link is up. */
async function up() {
  const main = await playMain();
  const desk = deskLink({ url: main.url, caFile: '' });
  await main.said(1);
  main.say(WELCOME);
  await until(() => desk.link.state().state === 'up');
  return { main, desk };
}

describe('the link to main', () => {
  it('comes with its token, says hello, and is up with the welcome', async () => {
    const { main, desk } = await up();
    expect(main.authorization).toEqual(['Bearer secret']);
    expect(main.extensions).toEqual(['']);
    expect(main.heard).toEqual([HELLO]);
    expect(FromDesk.safeParse(main.heard[0]).success).toBe(true);
    expect(desk.states).toEqual(['connecting', 'up']);
    expect(desk.link.state()).toMatchObject({ state: 'up', main: 'OMS', welcome: { beatMs: 1_000 } });
    expect(desk.observed).toEqual(['up']);
    expect(desk.messages).toEqual([WELCOME]);
  });

  it('beats, and takes beats for life', async () => {
    const { main, desk } = await up();
    for (let n = 0; n < 5; n += 1) {
      main.say({ type: 'beat', nowMs: NOW_MS, alive: true });
      await until(() => desk.messages.length === n + 2);
      desk.pass(1_000);
    }
    await main.said(6);
    expect(main.heard[1]).toEqual({ type: 'beat', nowMs: expect.any(Number), mode: 'STANDBY' });
    expect(desk.observed).toEqual(Array.from({ length: 6 }, () => 'up'));
  });

  it('takes any word for life of the line, and the word of main for its own', async () => {
    const { main, desk } = await up();
    main.say({ type: 'beat', nowMs: NOW_MS, alive: false });
    main.say({ type: 'acked', epoch: 1, seq: 4 });
    await until(() => desk.messages.length === 3);
    desk.pass(2_000);
    main.say({ type: 'acked', epoch: 1, seq: 5 });
    await until(() => desk.messages.length === 4);
    expect(desk.observed).toEqual(['up', 'lost', 'lost']);
    expect(desk.link.state().state).toBe('up');
    main.say({ type: 'beat', nowMs: NOW_MS, alive: true });
    await until(() => desk.observed.at(-1) === 'up');
    // The count of missed beats begins anew with every word.
    desk.pass(2_000);
    expect(desk.observed.at(-1)).toBe('lost');
  });

  it('is lost when main is frozen: its socket is open and silent', async () => {
    const { main, desk } = await up();
    main.freeze();
    desk.pass(1_400);
    expect(desk.observed).toEqual(['up']);
    desk.pass(SILENT_AT_LEAST_MS);
    expect(desk.observed.slice(0, 4)).toEqual(['up', 'lost', 'lost', 'lost']);
    expect(desk.link.state()).toMatchObject({
      state: 'down',
      text: expect.stringContaining('main is silent'),
    });
    expect(desk.link.send({ type: 'mapping-ack', mappingEpoch: 1 })).toBe(false);
  });

  it('is given up when no welcome comes, and its absence is told all the time', async () => {
    const main = await playMain();
    const desk = deskLink({ url: main.url, caFile: '' });
    await main.said(1);
    desk.pass(WELCOME_WITHIN_MS);
    expect(desk.link.state()).toMatchObject({ state: 'down', text: 'no welcome within 10 s' });
    const told = desk.observed.length;
    expect(told).toBeGreaterThanOrEqual(WELCOME_WITHIN_MS / ABSENT_EVERY_MS - 1);
    expect(new Set(desk.observed)).toEqual(new Set(['lost']));
  });

  it('comes again after every end, slower each time', async () => {
    const main = await playMain();
    const desk = deskLink({ url: main.url, caFile: '' });
    const pauses: number[] = [];
    for (let n = 1; n <= 7; n += 1) {
      await main.said(n);
      main.cut();
      await until(() => desk.link.state().state === 'down');
      const fromMs = desk.nowMs();
      while (desk.link.state().state === 'down') desk.pass(100);
      pauses.push(desk.nowMs() - fromMs);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it.each<[string, string | Buffer | object, string]>([
    ['no JSON', '{"type":', 'bad message of main: no JSON'],
    ['another type', { type: 'order-everything' }, 'bad message of main: type: invalid_union'],
    ['a wrong shape', { type: 'acked', epoch: 1, seq: -4 }, 'bad message of main: seq: too_small'],
    ['a second welcome', WELCOME, 'bad message of main: a second welcome'],
    ['bytes', Buffer.from('{}'), 'main sent bytes where text was due'],
    ['more than a message may have', ' '.repeat(8 * 1024 * 1024 + 1), 'Max payload size exceeded'],
  ])('ends at %s, names it, counts it, and comes again', async (_what, said, text) => {
    const { main, desk } = await up();
    main.sayRaw(said);
    await until(() => desk.link.state().state === 'down');
    expect(desk.link.state()).toMatchObject({ text, badMessages: text.startsWith('bad') ? 1 : 0 });
    expect(desk.messages).toHaveLength(1);
    desk.pass(1_000);
    await main.said(2);
    expect(main.heard).toEqual([HELLO, HELLO]);
  });

  it('takes nothing before the welcome, and is told why it is refused', async () => {
    const main = await playMain();
    const desk = deskLink({ url: main.url, caFile: '' });
    await main.said(1);
    main.say({ type: 'acked', epoch: 1, seq: 1 });
    await until(() => desk.link.state().state === 'down');
    expect(desk.link.state().text).toBe('bad message of main: acked before the welcome');
    desk.pass(1_000);
    await main.said(2);
    main.say({ type: 'refused', reason: 'unknown-desk', text: 'who is D1?' });
    await until(() => desk.link.state().state === 'down');
    expect(desk.link.state().text).toBe('main refuses this desk: unknown-desk, who is D1?');
    desk.pass(14_900);
    expect(desk.link.state().state).toBe('down');
    desk.pass(200);
    expect(desk.link.state().state).toBe('connecting');
    expect(desk.messages).toEqual([]);
  });

  it('is down since it went down, however often it is dialled again', async () => {
    const { main, desk } = await up();
    desk.pass(900);
    main.say({ type: 'refused', reason: 'busy', text: 'later' });
    await until(() => desk.link.state().state === 'down');
    const { sinceMs } = desk.link.state();
    desk.pass(15_100);
    expect(desk.link.state()).toMatchObject({ state: 'connecting', sinceMs });
    await main.said(2);
    main.say({ type: 'refused', reason: 'busy', text: 'later' });
    await until(() => desk.link.state().state === 'down');
    expect(desk.link.state().sinceMs).toBe(sinceMs);
  });

  it('holds back a sender when main does not read', async () => {
    const { main, desk } = await up();
    main.stopReading();
    const message = { type: 'book-again', why: 'x'.repeat(500) } as const;
    let taken = 0;
    while (desk.link.send(message)) {
      taken += 1;
      expect(taken).toBeLessThan(1_000_000);
    }
    expect(desk.link.buffered()).toBeLessThanOrEqual(SEND_BUFFER_MAX);
    main.readOn();
    await until(() => desk.link.buffered() === 0);
    expect(desk.link.send(message)).toBe(true);
    await main.said(taken + 2);
  });

  it('does not dial without a token, nor where no main is', () => {
    const none = deskLink(null);
    none.pass(60_000);
    expect([none.link.state().state, none.observed]).toEqual(['off', []]);
    const untold = deskLink({ url: 'ws://127.0.0.1:1', caFile: '' }, null);
    untold.pass(60_000);
    expect(untold.link.state()).toMatchObject({ state: 'down', text: expect.stringContaining('main-token') });
    expect(untold.observed).toHaveLength(60);
  });

  it('stops when it is told to, and does not come again', async () => {
    const { main, desk } = await up();
    desk.stop();
    await until(() => main.open() === 0);
    desk.pass(60_000);
    expect(desk.link.state()).toMatchObject({ state: 'down', text: 'the desk stops' });
    expect(desk.observed).toEqual(['up']);
  });
});

describe('where the link goes', () => {
  it.each([
    ['ws://10.0.0.1:9/desk', '', 'ws: goes to loopback only; main needs wss:'],
    ['ws://127.0.0.1.evil.example/desk', '', 'ws: goes to loopback only; main needs wss:'],
    ['http://127.0.0.1/desk', '', 'the URL of main is no wss: URL'],
    ['wss://127.0.0.1:9/desk', '/nowhere/ca.pem', 'the certificates in /nowhere/ca.pem can not be read'],
    ['ws://127.0.0.1:9/desk', '', 'connect ECONNREFUSED 127.0.0.1:9'],
  ])('%s %s: %s', async (url, caFile, text) => {
    const desk = deskLink({ url, caFile });
    await until(() => desk.link.state().state === 'down');
    expect(desk.link.state().text).toBe(text);
  });

  it('over TLS goes to whom the configured certificates name, and to nobody else', async () => {
    const folder = scratchFolder().path;
    const right = await certificate(folder, 'main');
    const other = await certificate(folder, 'other');
    const server = createServer({ cert: readFileSync(right.ca), key: right.key });
    const main = await playMain(server);
    const stranger = deskLink({ url: main.url, caFile: other.ca });
    await until(() => stranger.link.state().state === 'down');
    const unasked = deskLink({ url: main.url, caFile: '' });
    await until(() => unasked.link.state().state === 'down');
    expect(main.authorization).toEqual([]);
    const desk = deskLink({ url: main.url, caFile: right.ca });
    await main.said(1);
    main.say(WELCOME);
    await until(() => desk.link.state().state === 'up');
  });
});

/** A self-signed certificate for 127.0.0.1, of this test and trusted nowhere else. */
async function certificate(
  folder: string,
  name: string,
): Promise<{ readonly ca: string; readonly key: string }> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const ca = join(folder, `${name}.pem`);
  writeFileSync(ca, made.cert);
  return { ca, key: made.private };
}
