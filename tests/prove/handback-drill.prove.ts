import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '#drill/world/ports.ts';
import { startPostgres, type Postgres } from '#drill/main-server/postgres.ts';
import { ordersIn, PEER, startPeer, type Peer } from '#tests/drill/quickfix-peer.ts';
import { CLEAN, freshSeed, HANDED_BACK, runDrill, runDrillIn } from '#tests/drill/run-drill.ts';

/** Main on a PostgreSQL of this test: each drill makes a database of its own there. */
let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const BOOK = ['--positions', '24', '--accounts', '8', '--rate', 'off'];
const onPostgres = () => ({ env: { LIFEBOAT_MAIN_DATABASE_URL: postgres.url } });

describe('a handback', () => {
  it.each([
    ['kill of main', ['--kill', 'main']],
    ['kill of main at any moment', ['--kill', 'main', '--kill-at', 'any', '--facts', '2000']],
    ['kill of the desk after it sent', ['--kill', 'desk', '--kill-at', 'handback-send']],
    ['kill of the desk at an acknowledgement', ['--kill', 'desk', '--kill-at', 'handback-ack']],
    ['link cut', ['--main-link', 'cut']],
    ['main frozen', ['--main-scenario', 'frozen']],
    ['main back with old data', ['--main-scenario', 'old-data']],
    ['main back in the middle of a run', ['--main-returns', 'mid-run']],
  ])('is whole: %s', async (name, args) => {
    const end = await runDrillIn(onPostgres(), ...BOOK, '--seed', freshSeed(name), ...args);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
  });

  it('is whole when PostgreSQL restarts in the middle of it', async () => {
    let restarted: Promise<void> | null = null;
    const hears = (said: string): void => {
      if (said.includes('main is back')) restarted ??= postgres.restart();
    };
    const seed = freshSeed('PostgreSQL restarts');
    const end = await runDrillIn({ ...onPostgres(), hears }, ...BOOK, '--seed', seed, '--facts', '4000');
    await (restarted as Promise<void> | null);
    expect(restarted).not.toBeNull();
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
  });

  it('is whole from three desks', async () => {
    const seed = freshSeed('three desks');
    const end = await runDrillIn(onPostgres(), ...BOOK, '--seed', seed, '--desks', '3');
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
    expect(end.report?.handback?.certificate?.split(',')).toHaveLength(3);
  });
});

describe("main's own square-off", () => {
  it('closes no row twice where main obeys the fence', async () => {
    const seed = freshSeed('main obeys');
    const end = await runDrill(...BOOK, '--seed', seed, '--main-scenario', 'obeys');
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK, doubleCloses: 0 } });
  });

  it('is seen and named, order by order, where main ignores it', async () => {
    const seed = freshSeed('main ignores the fence');
    const end = await runDrill(...BOOK, '--seed', seed, '--main-scenario', 'ignores-fence');
    const handback = { lost: 0, duplicates: 0, certificate: expect.any(String) as string };
    expect(end).toMatchObject({ status: 0, report: { handback, chain: 'ok', mainAgrees: true } });
    expect(end.report?.doubleCloses).toBeGreaterThan(0);
  });
});

describe('a certificate', () => {
  it('is refused while an order is in doubt', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lifeboat-handback-doubt-'));
    const [port = 0] = await freePorts(1);
    const start = (...more: readonly string[]): Promise<Peer> =>
      startPeer({ port, version: '4.4', folder, more });
    const first = await start('--delay-ms', '700');
    const gateway = `fix://${PEER.target}@127.0.0.1:${port}/${PEER.sender}?version=4.4`;
    const exchange = ['--gateway', gateway, '--ledger', first.ledger];
    const drill = runDrill(
      ...BOOK,
      '--seed',
      freshSeed('in doubt'),
      ...exchange,
      '--main-scenario',
      'healthy',
    );
    // The exchange forgets what it was asked: nobody can say what became of those orders.
    await ordersIn(first.ledger, 2);
    await first.kill();
    const second = await start('--forget', '--id-start', '5000000');
    const end = await drill;
    await second.kill();
    rmSync(folder, { recursive: true, force: true });
    expect(end.report).toMatchObject({ handback: { lost: 0, duplicates: 0, certificate: null } });
    expect(end.report?.unknown).toBeGreaterThan(0);
    expect(end.report?.notYet.join()).toMatch(/doubt/);
  });
});
