import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askMain } from '#drill/main-server/control-client.ts';
import { present } from '#core/lib/assert.ts';
import type { FactOf } from '#drill/judge/handback.ts';
import { Stage } from './stage.ts';

/**
 * Somebody with the key that opens the file, and not the one that signs, changes a fact of a stopped desk and hashes
 * every row after it anew. The more of the traces is taken away, the later it is found; main finds what the desk can not.
 */
let stage: Stage;
/** The fact that is changed, and the place of the last row that main has. */
let victim: FactOf;
let had: { epoch: number; seq: number };
/** What the file held before anybody touched it. */
let honest: readonly FactOf[];
let atMain: readonly string[];

const change = (body: string): string => body.replace('rms-3.csv', 'rms-9.csv');
const listOf = (list: number) => ({
  source: `rms-${list}.csv`,
  asOfMs: stage.now(),
  rows: [{ account: 'C00001', reference: `RMS-${list}` }],
});
const keys = (rows: readonly FactOf[]): readonly string[] =>
  rows.map(({ epoch, seq, hash }) => `${epoch}/${seq} ${hash}`);

beforeAll(async () => {
  stage = await Stage.open();
  await stage.start();
  await stage.mainIsBack();
  for (let list = 1; list <= 6; list += 1) {
    await stage.doors.admin.positions.importShortfall(listOf(list));
  }
  await stage.allHandedOver();
  had = (await stage.doors.admin.sync.status()).handback.acked;
  await stage.stop();
  honest = await stage.facts();
  atMain = keys(await stage.stored(had.epoch));
  victim = present(honest.filter(({ kind }) => kind === 'shortfall-list-imported')[2], 'the third list');
  stage.copy('honest', true);
});
afterAll(() => stage.close());

describe('a fact changed, and everything after it hashed again', () => {
  it('with the signed heads left: the desk and `npm run verify` name the head, and nothing more is written', async () => {
    stage.putBack('honest');
    await stage.forge(victim, change, 'nothing');
    expect(await stage.verify()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('head-mismatch'),
    });
    await stage.start();
    await expect(stage.doors.admin.positions.importShortfall(listOf(7))).rejects.toThrow(
      'the chain is broken',
    );
    await stage.stop();
    expect(keys(await stage.stored(had.epoch))).toEqual(atMain);
  });

  it('without the heads: the witness beside the file knows better, and the desk does not open it', async () => {
    stage.putBack('honest');
    await stage.forge(victim, change, 'heads');
    await expect(stage.start()).rejects.toThrow('is not what this desk had written');
  });

  it('without heads and witness: the desk opens it, and main names the very row', async () => {
    stage.putBack('honest');
    await stage.forge(victim, change, 'all');
    await stage.start();
    await stage.linkUp();
    await stage.patience.until(10_000, async ({ admin }) => {
      const { handback } = await admin.sync.status();
      return handback.notTaken === null ? 'main has not said a word' : null;
    });
    const { handback, notYet } = await stage.doors.admin.sync.status();
    const { epoch, seq } = victim;
    expect(handback.notTaken).toMatchObject({ at: { epoch, seq }, reason: 'differs' });
    expect(notYet).toContainEqual(expect.stringContaining(`seq ${seq}`));
  });

  it('main keeps what it had, and takes nothing after it until persons have looked', async () => {
    expect(keys(await stage.stored(had.epoch))).toEqual(atMain);
    await stage.stop();
    await stage.start();
    await stage.linkUp();
    expect((await stage.doors.admin.sync.status()).handback.notTaken).toMatchObject({
      at: { seq: victim.seq },
    });
  });

  it('with the file as it was, and when persons have looked at main, the rest is handed over', async () => {
    await stage.stop();
    stage.putBack('honest');
    await askMain(stage.main.control, { do: 'release', desk: 'DRILL', epoch: had.epoch });
    await stage.start();
    await stage.linkUp();
    await stage.allHandedOver();
    expect((await stage.doors.admin.sync.status()).handback.notTaken).toBeNull();
    expect(keys(await stage.stored(had.epoch)).slice(0, honest.length)).toEqual(keys(honest));
  });

  it('where there is no such file, two persons go on after the row before it, in a new epoch', async () => {
    await stage.stop();
    const before = keys(await stage.stored(1));
    await stage.forge(victim, change, 'all');
    const both = [
      ['admin', 'recovery'],
      ['dealer', 'recovery'],
    ] as const;
    expect(await stage.epoch(both)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing-to-leave'),
    });
    await stage.start();
    await stage.patience.until(30_000, async ({ admin }) => {
      const { handback } = await admin.sync.status();
      return handback.notTaken === null ? 'main has not said a word' : null;
    });
    await stage.stop();
    expect(await stage.epoch(both)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('epoch 2 is open'),
    });
    expect(await stage.verify()).toMatchObject({ status: 0 });
    await stage.start();
    await stage.signIn('admin');
    await stage.linkUp();
    await stage.allHandedOver();
    const { handback } = await stage.doors.admin.sync.status();
    expect(handback).toMatchObject({ notTaken: null, acked: { epoch: 2 } });
    const [opened] = await stage.stored(2);
    expect(JSON.parse(opened?.body ?? '')).toMatchObject({
      kind: 'epoch-opened',
      after: { epoch: 1, seq: victim.seq - 1 },
    });
    expect(keys(await stage.stored(1))).toEqual(before);
  });
});
