import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { STALE_AFTER_MS } from './domain-follow-view.ts';
import type { Mode } from './events.ts';
import type { FromDesk } from './messages.ts';
import { deskThatFollows, PlayedBook, position, scriptedLink } from './service-follow-stage.ts';
import { deskLink, playMain, until, WELCOME } from './service-link-stage.ts';

const book = (name = 'B') => new PlayedBook(name, { positions: [position('C1', 75), position('C2', -150)] });

async function following() {
  const folder = scratchFolder().path;
  const link = scriptedLink();
  const main = book();
  const desk = deskThatFollows({ folder, link });
  link.say(...main.snapshot());
  await until(() => desk.files.length === 1);
  desk.files.length = 0;
  return { folder, link, main, desk };
}

describe('the mode of the desk', () => {
  it.each<Mode>(['EMERGENCY', 'HANDBACK'])(
    '%s takes nothing of main’s book; afterwards main is asked for it',
    async (mode) => {
      const { link, main, desk } = await following();
      desk.around.mode = mode;
      expect(desk.port.book()).toMatchObject({
        stale: true,
        text: expect.stringContaining(`not taken in ${mode}`),
      });
      link.say(main.delta('positions', [position('C1', 0)]), ...main.snapshot());
      desk.pass(10_000);
      expect([desk.handed(), link.asked(), desk.of('book-followed').length]).toEqual([[], [], 1]);
      // It says what it has, so that main does not send all of it in vain.
      expect(desk.port.place()).toEqual({ book: 'B', version: 1 });
      desk.around.mode = 'STANDBY';
      desk.pass(250);
      expect(link.asked()).toEqual([`main's book was not taken in ${mode}`]);
      expect(desk.port.book()).toMatchObject({ stale: true });
      link.say(...main.snapshot());
      await until(() => desk.files.length === 1);
      expect(desk.port.book()).toMatchObject({ version: 2, stale: false });
      expect(desk.of('book-broken')).toEqual([]);
    },
  );

  it('that changes while a snapshot comes: nothing of it is in force', async () => {
    const { link, main, desk } = await following();
    link.say(main.delta('positions', [position('C1', 0)]));
    await desk.wrote(2);
    link.say(...book('B2').snapshot().slice(0, -1));
    desk.around.mode = 'EMERGENCY';
    desk.pass(1_000);
    await desk.quiet();
    link.say({ type: 'snapshot-end', book: 'B2', version: 1 });
    desk.around.mode = 'STANDBY';
    await until(() => {
      desk.pass(0);
      return link.asked().length === 1;
    });
    expect([desk.handed(), desk.of('book-followed').length, desk.of('book-broken')]).toEqual([[], 1, []]);
  });

  it('that changes for a moment: what was missed in it is asked for, whatever was put in force after it', async () => {
    const { link, main, desk } = await following();
    link.say(main.delta('positions', [position('C1', 1)]));
    await desk.wrote(2);
    desk.around.mode = 'EMERGENCY';
    link.say(main.delta('positions', [position('C1', 2)]));
    desk.around.mode = 'STANDBY';
    desk.pass(1_000);
    await until(() => desk.files.length === 1);
    expect(desk.port.book()).toMatchObject({ version: 2, stale: true });
    await until(() => {
      desk.pass(0);
      return link.asked().length === 1;
    });
    link.say(...main.snapshot());
    await until(() => desk.port.book()?.stale === false);
    expect(desk.port.book()).toMatchObject({ version: 3 });
  });

  it('that changes while the checksums are looked at: nothing of it is in force', async () => {
    const link = scriptedLink();
    const desk = deskThatFollows({ folder: scratchFolder().path, link });
    link.say(...book().snapshot());
    // The desk takes the messages in turns: the last one is not yet looked at.
    desk.around.mode = 'EMERGENCY';
    await desk.quiet();
    desk.pass(1_000);
    expect([desk.handed(), desk.of('book-followed'), desk.of('book-broken')]).toEqual([[], [], []]);
  });

  it('that changes before a part is handed on: it is handed on afterwards', async () => {
    const { link, main, desk } = await following();
    desk.refusals.set('positions', 'another import is running');
    link.say(main.delta('positions', [position('C1', 1)]));
    await desk.wrote(2);
    desk.pass(1_000);
    await until(() => desk.port.book()?.text === 'positions of main: another import is running');
    desk.refusals.clear();
    desk.around.mode = 'EMERGENCY';
    desk.pass(60_000);
    expect(desk.handed()).toEqual([]);
    desk.around.mode = 'SUSPECT';
    desk.pass(250);
    await until(() => desk.files.length === 1);
    expect(desk.handed()).toEqual(['positions main:B/2 2']);
  });
});

describe('an old book says so', () => {
  it('when the link is down, and when main is silent on one that is up', async () => {
    const { link, desk } = await following();
    expect(desk.port.book()).toMatchObject({ stale: false, text: 'as main has it' });
    desk.pass(STALE_AFTER_MS);
    expect(desk.port.book()).toMatchObject({ stale: true, text: 'no word of main for 15 s' });
    link.say({ type: 'beat', nowMs: 1, alive: true });
    expect(desk.port.book()).toMatchObject({ stale: false });
    link.become('down');
    expect(desk.port.book()).toMatchObject({ stale: true, text: expect.stringContaining('no link to main') });
  });

  it('and a part that its service refuses is offered again, ever more slowly', async () => {
    const { link, main, desk } = await following();
    desk.refusals.set('positions', 'line 1: no such contract');
    link.say(main.delta('positions', [position('C1', 1)]));
    await desk.wrote(2);
    desk.pass(1_000);
    await until(() => desk.port.book()?.text === 'positions of main: line 1: no such contract');
    desk.refusals.clear();
    desk.pass(1_000);
    expect(desk.handed()).toEqual([]);
    desk.pass(1_000);
    await until(() => {
      desk.pass(0);
      return desk.files.length === 1;
    });
    expect(desk.port.book()).toMatchObject({ stale: false });
  });
});

describe('the home of accounts', () => {
  const mapping = (mappingEpoch: number, ...accounts: string[]) =>
    ({ type: 'mapping', mappingEpoch, accounts }) as const;
  const acks = (sent: readonly FromDesk[]) =>
    sent.flatMap((one) => (one.type === 'mapping-ack' ? [one.mappingEpoch] : []));

  it('is this desk until main says otherwise, and moves by main alone', async () => {
    const { folder, link, desk } = await following();
    expect([desk.port.isHome('C1'), desk.port.mappingEpoch()]).toEqual([true, 0]);
    link.say(mapping(3, 'C1', 'C3'));
    expect(desk.of('mapping-changed')).toEqual([
      { kind: 'mapping-changed', v: 1, mappingEpoch: 3, accounts: ['C1', 'C3'] },
    ]);
    expect(acks(link.sent)).toEqual([3]);
    // Said again: acknowledged again. An older one: neither taken nor acknowledged.
    link.say(mapping(3, 'C1', 'C3'), mapping(2, 'C2'));
    expect(acks(link.sent)).toEqual([3, 3]);
    link.become('down');
    expect(['C1', 'C2', 'C3'].map((account) => desk.port.isHome(account))).toEqual([true, false, true]);
    await desk.close();
    const next = deskThatFollows({ folder });
    expect([next.port.isHome('C2'), next.port.isHome('C3'), next.port.mappingEpoch()]).toEqual([
      false,
      true,
      3,
    ]);
  });

  it('does not move in an emergency; what main said then is taken afterwards', async () => {
    const { link, desk } = await following();
    desk.around.mode = 'EMERGENCY';
    link.say(mapping(1, 'C9'));
    desk.pass(10_000);
    expect([desk.port.isHome('C1'), acks(link.sent)]).toEqual([true, []]);
    desk.around.mode = 'STANDBY';
    desk.pass(250);
    expect([desk.port.isHome('C1'), desk.port.isHome('C9'), acks(link.sent)]).toEqual([false, true, [1]]);
  });

  it('is acknowledged when the link can take it', async () => {
    const { link, desk } = await following();
    link.say(mapping(1, 'C1'));
    link.become('down');
    link.say(mapping(2, 'C1'));
    expect(acks(link.sent)).toEqual([1]);
    link.become('up');
    desk.pass(250);
    expect(acks(link.sent)).toEqual([1, 2]);
    expect(desk.of('mapping-changed')).toHaveLength(2);
  });
});

describe('with a real main', () => {
  /** A desk whose link and following are wired as in the composer. */
  function wired(url: string, folder: string) {
    const place: { now: () => { book: string; version: number } | null } = { now: () => null };
    const hello = () =>
      ({
        type: 'hello',
        v: 1,
        desk: 'D1',
        epoch: 1,
        publicKey: 'ab',
        build: 'test',
        book: place.now(),
        mappingEpoch: 0,
      }) as const;
    const wire = deskLink({ url, caFile: '' }, 'secret', { hello });
    const desk = deskThatFollows({ folder, link: wire.link });
    place.now = () => desk.port.place();
    return { wire, desk };
  }

  it('follows over a restart in the middle, and says in its hello where it is', async () => {
    const folder = scratchFolder().path;
    const main = await playMain();
    const played = book();
    const first = wired(main.url, folder);
    await main.said(1);
    main.say(WELCOME);
    for (const message of played.snapshot(1)) main.say(message);
    await until(() => first.desk.files.length === 1);
    main.say(played.delta('positions', [position('C1', 50)]));
    await first.desk.wrote(2);
    first.wire.stop();
    await first.desk.close();

    const second = wired(main.url, folder);
    await main.said(2);
    main.say(WELCOME);
    main.say({ ...played.delta('positions', [position('C1', 25)]) });
    await until(() => second.desk.of('book-broken').length === 1);
    second.desk.pass(0);
    await main.said(3);
    for (const message of played.snapshot(1)) main.say(message);
    await until(() => second.desk.files.length === 1);
    expect(second.desk.handed()).toEqual(['positions main:B/3 2']);
    expect(main.heard).toMatchObject([
      { type: 'hello', book: null },
      { type: 'hello', book: { book: 'B', version: 1 } },
      { type: 'book-again', why: 'version 3 came after 1' },
    ]);
  });
});
