import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrng } from '#drill/book/prng.ts';
import { readMainHits, type MainPoint } from '#drill/main-server/kill.ts';
import { startPostgres, type Postgres } from '#drill/main-server/postgres.ts';
import { LogWriter, messagesOf } from './desk-log-writer.ts';
import { MainStage, type StageOptions } from './main-stage.ts';
import type { RawDesk } from './raw-desk.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** Each test has desks of its own: the database is one for all. */
let desks = 0;
function writer(options: ConstructorParameters<typeof LogWriter>[1] = {}): LogWriter {
  desks += 1;
  return new LogWriter(`D${desks}`, options);
}

function sendAll(desk: RawDesk, log: LogWriter, after = 0): void {
  for (const message of messagesOf(log, after)) desk.say(message);
}

describe.each(['sqlite', 'postgres'] as const)('main on %s', (kind) => {
  const stage = (options: StageOptions = {}): Promise<MainStage> =>
    new MainStage({ ...options, databaseUrl: kind === 'postgres' ? postgres.url : '' }).start();

  it('has each row once, byte for byte, however often and in whatever order it comes', async () => {
    const main = await stage();
    const log = writer().fill(2_000).sign();
    const desk = await main.welcomed(log);
    const prng = createPrng(5);
    const messages = messagesOf(log, 0);
    // Shuffled within a window, each third one twice.
    while (messages.length > 0) {
      const [message] = messages.splice(prng.int(Math.min(4, messages.length)), 1);
      if (message === undefined) break;
      desk.say(message);
      if (prng.chance(1 / 3)) desk.say(message);
    }
    await desk.acked(log.head.seq);
    expect(await main.stored(log.desk, 1)).toEqual(log.rows);
    // Acknowledged in order and never beyond what came.
    const acks = desk.heard.filter((message) => message.type === 'acked').map(({ seq }) => seq);
    expect(acks).toEqual(acks.toSorted((one, other) => one - other));
    // Everything again, as after a lost acknowledgement.
    const before = desk.heard.length;
    sendAll(desk, log);
    desk.say({ type: 'reconcile', through: log.head });
    await desk.hears('positions');
    expect(desk.heard.slice(before).filter(({ type }) => type === 'not-taken')).toEqual([]);
    expect(await main.stored(log.desk, 1)).toEqual(log.rows);
  });

  it.each<readonly [MainPoint, number]>([
    ['before-commit', 200],
    // What came after the second message went in one transaction or in several.
    ['after-commit-before-ack', 300],
  ])(
    'goes on after a kill %s: what was acknowledged is there, what was not is asked for again',
    async (at, least) => {
      const main = await stage({ kills: [{ at, nth: 3 }] });
      const log = writer().fill(1_200).sign();
      const first = await main.welcomed(log);
      for (const [index, message] of messagesOf(log, 0).entries()) {
        first.say(message);
        // One transaction each, so that the third is in the middle.
        if (index < 2) await first.acked((index + 1) * 100);
      }
      expect(await main.death()).toBe('SIGKILL');
      expect(readMainHits(main.hits).map((hit) => hit.at)).toEqual([at]);
      const acked = first.heard.findLast((message) => message.type === 'acked');
      await main.start();
      const again = await main.welcomed(log);
      const [place] = (await again.hears('welcome')).acked;
      expect(acked?.seq).toBe(200);
      expect(place?.seq).toBeGreaterThanOrEqual(least);
      expect(place?.seq === 200).toBe(least === 200);
      sendAll(again, log, place?.seq);
      await again.acked(log.head.seq);
      expect(await main.stored(log.desk, 1)).toEqual(log.rows);
    },
  );

  it('names rows that were changed and hashed again, by the next signed head', async () => {
    const main = await stage();
    const log = writer({ headEvery: 100 }).fill(549).sign();
    const desk = await main.welcomed(log);
    const tampered = log.tamperedAt(333);
    for (const message of messagesOf(tampered, 0, 50)) desk.say(message);
    const told = await desk.hears('not-taken');
    expect(told).toMatchObject({ epoch: 1, seq: 301, reason: 'signature' });
    expect(told.text).toContain('rows 301 to 400');
    // Chained rows under no head may have been taken; nothing at or after the head that does not fit.
    const stored = await main.stored(log.desk, 1);
    expect(stored.at(-1)?.seq).toBeLessThan(400);
    expect(stored.slice(0, 300)).toEqual(log.rows.slice(0, 300));
    // Not forgotten by a new connection, nor by a new start; and the true rows are not taken over it either.
    await main.kill();
    await main.start();
    const again = await main.welcomed(log);
    expect(await again.hears('not-taken')).toMatchObject({ seq: 301, reason: 'signature' });
    // Persons have looked: what no head stands for is set aside, and the true log goes through.
    await main.ask({ do: 'release', desk: log.desk, epoch: 1 });
    await again.closed;
    const free = await main.welcomed(log);
    expect((await free.hears('welcome')).acked).toEqual([{ epoch: 1, seq: 300 }]);
    sendAll(free, log, 300);
    await free.acked(log.head.seq);
    expect(await main.stored(log.desk, 1)).toEqual(log.rows);
  });

  it.each([
    ['a changed row', 'hash', (log: LogWriter) => spoil(log, 150, { body: '{"kind":"x","v":1}' }), 150],
    ['another time', 'hash', (log: LogWriter) => spoil(log, 150, { atMs: 1 }), 150],
    ['a row that is missing', 'gap', (log: LogWriter) => log.rows.filter(({ seq }) => seq !== 150), 151],
    ['a body that is no text', 'hash', (log: LogWriter) => spoil(log, 150, { body: 'a\u0000b' }), 150],
  ] as const)('does not take %s, nor anything after it', async (_what, reason, change, seq) => {
    const main = await stage();
    const log = writer().fill(300).sign();
    const desk = await main.welcomed(log);
    for (const message of messagesOf({ rows: change(log), heads: log.heads }, 0)) desk.say(message);
    expect(await desk.hears('not-taken')).toMatchObject({ epoch: 1, seq, reason });
    expect(await main.stored(log.desk, 1)).toEqual(log.rows.slice(0, 149));
  });

  it('does not take another row in the place of a stored one', async () => {
    const main = await stage();
    const log = writer().fill(150);
    const desk = await main.welcomed(log);
    sendAll(desk, log);
    await desk.acked(151);
    const { rows } = log.tamperedAt(120);
    desk.say({ type: 'facts', rows: rows.slice(119, 121), heads: [] });
    expect(await desk.hears('not-taken')).toMatchObject({ epoch: 1, seq: 120, reason: 'differs' });
    expect(await main.stored(log.desk, 1)).toEqual(log.rows);
  });

  it('keeps the epochs of a restored desk apart, and the old one ends where the new one begins', async () => {
    const main = await stage();
    const old = writer().fill(400).sign();
    const first = await main.welcomed(old);
    sendAll(first, old);
    await first.acked(401);
    const copy = old.restoredAt(250).fill(300).sign();
    const second = await main.welcomed(copy);
    expect((await second.hears('welcome')).acked).toEqual([{ epoch: 1, seq: 401 }]);
    sendAll(second, copy, 250);
    await second.acked(copy.head.seq, 2);
    expect(await main.stored(old.desk, 1)).toEqual(old.rows);
    expect(await main.stored(old.desk, 2)).toEqual(copy.rows.filter(({ epoch }) => epoch === 2));
    // The file of before turns up again and goes on as if nothing had been.
    old.fill(50).sign();
    const ghost = await main.welcomed(old);
    sendAll(ghost, old, 401);
    expect(await ghost.hears('not-taken')).toMatchObject({ epoch: 1, seq: 402, reason: 'wrong-epoch' });
    expect(await main.stored(old.desk, 1)).toHaveLength(401);
  });

  it('takes no epoch that follows a row which is not the one here', async () => {
    const main = await stage();
    const old = writer().fill(100).sign();
    const first = await main.welcomed(old);
    sendAll(first, old);
    await first.acked(101);
    const other = new LogWriter(old.desk, { headEvery: 7 }).fill(40).sign();
    other.rows.forEach((row, index) => (other.rows[index] = { ...row, hash: row.hash.replaceAll('a', 'b') }));
    const copy = other.restoredAt(41).fill(3).sign();
    const second = await main.welcomed(copy);
    sendAll(second, copy, 41);
    expect(await second.hears('not-taken')).toMatchObject({ epoch: 2, seq: 42, reason: 'wrong-epoch' });
  });

  it('takes twenty desks at once', async () => {
    const main = await stage();
    const logs = Array.from({ length: 20 }, () => writer().fill(400).sign());
    await Promise.all(
      logs.map(async (log) => {
        const desk = await main.welcomed(log);
        sendAll(desk, log);
        await desk.acked(log.head.seq);
        desk.cut();
      }),
    );
    for (const log of logs) expect(await main.stored(log.desk, 1)).toEqual(log.rows);
  });

  it('has one connection a desk: the newest', async () => {
    const main = await stage();
    const log = writer().fill(100).sign();
    const first = await main.welcomed(log);
    const second = await main.welcomed(log);
    await first.closed;
    sendAll(second, log);
    expect(await second.acked(101)).toMatchObject({ seq: 101 });
  });

  it('comes back from an old copy of its store, says so, and takes what it lacks again', async () => {
    const main = await stage();
    const log = writer().fill(600).sign();
    const desk = await main.welcomed(log);
    for (const [index, message] of messagesOf(log, 0).entries()) {
      desk.say(message);
      await desk.acked(Math.min((index + 1) * 100, 601));
    }
    await main.ask({ do: 'become-old', commits: 2 });
    await desk.closed;
    const again = await main.welcomed(log);
    expect((await again.hears('welcome')).acked).toEqual([{ epoch: 1, seq: 500 }]);
    sendAll(again, log, 500);
    await again.acked(601);
    expect(await main.stored(log.desk, 1)).toEqual(log.rows);
  });
});

it('goes on when PostgreSQL is killed and started again in the middle', async () => {
  const main = await new MainStage({ databaseUrl: postgres.url }).start();
  // As fast as a desk can: one transaction is on its way, and the rows of the next are being checked, when it is killed.
  const log = writer().fill(40_000).sign();
  const desk = await main.welcomed(log);
  sendAll(desk, log);
  await desk.acked(1);
  await postgres.restart();
  await desk.acked(log.head.seq);
  expect(desk.heard.filter(({ type }) => type === 'not-taken')).toEqual([]);
  expect(await main.stored(log.desk, 1)).toEqual(log.rows);
});

function spoil(log: LogWriter, seq: number, change: { readonly body?: string; readonly atMs?: number }) {
  return log.rows.map((row) => (row.seq === seq ? { ...row, ...change } : row));
}
