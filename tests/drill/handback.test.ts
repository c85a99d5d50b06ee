import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type Postgres } from '#drill/main-server/postgres.ts';
import { HANDBACK_POINTS, MAIN_POINTS } from '#drill/options.ts';
import { freePorts } from '#drill/world/ports.ts';
import { ordersIn, PEER, startPeer, type Peer } from './quickfix-peer.ts';
import { CLEAN, freshSeed, HANDED_BACK, runDrillIn } from './run-drill.ts';

/** Main on a PostgreSQL of this test: each drill makes a database of its own there. */
let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const BOOK = ['--positions', '24', '--accounts', '8', '--rate', 'off'];
/** The desk asks for its orders and plans again and again before it leaves what is in doubt to a person. */
const DOUBT_MS = 240_000;
const FACTS = ['--facts', '2000'];

const drill = (name: string, ...args: readonly string[]) =>
  runDrillIn(
    { env: { LIFEBOAT_MAIN_DATABASE_URL: postgres.url } },
    ...BOOK,
    '--seed',
    freshSeed(name),
    ...args,
  );

// A drill waits more than it works, so some go on at once. 10,000 facts, many seeds: npm run prove -- handback.
describe.concurrent('a handback', () => {
  it(
    'has no certificate while an order is in doubt',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lifeboat-handback-doubt-'));
      const [port = 0] = await freePorts(1);
      const start = (...more: readonly string[]): Promise<Peer> =>
        startPeer({ port, version: '4.4', folder, more });
      const first = await start('--delay-ms', '700');
      const gateway = `fix://${PEER.target}@127.0.0.1:${port}/${PEER.sender}?version=4.4`;
      const exchange = ['--gateway', gateway, '--ledger', first.ledger];
      const ending = drill('in doubt', ...exchange, '--main-scenario', 'healthy');
      // The exchange forgets what it was asked: nobody can say what became of those orders.
      await ordersIn(first.ledger, 2);
      await first.kill();
      const second = await start('--forget', '--id-start', '5000000');
      const end = await ending;
      await second.kill();
      rmSync(folder, { recursive: true, force: true });
      expect(end.report).toMatchObject({ handback: { lost: 0, duplicates: 0, certificate: null } });
      expect(end.report?.unknown).toBeGreaterThan(0);
      expect(end.report?.notYet.join()).toMatch(/doubt/);
    },
    DOUBT_MS,
  );

  const cases: readonly (readonly [name: string, args: readonly string[]])[] = [
    // So slow that main is there again in the middle: no run may stand still by it.
    ['main back in the middle of a run', ['--main-returns', 'mid-run', '--rate', '1']],
    ...MAIN_POINTS.map(
      (at) => [`SIGKILL of main, ${at}`, ['--kill', 'main', '--kill-at', at, ...FACTS]] as const,
    ),
    ...HANDBACK_POINTS.map(
      (at) => [`SIGKILL of the desk, ${at}`, ['--kill', 'desk', '--kill-at', at, ...FACTS]] as const,
    ),
    ['main back with old data', ['--main-scenario', 'old-data']],
    ['main frozen', ['--main-scenario', 'frozen']],
    ['main that obeys the fence', ['--main-scenario', 'obeys']],
  ];
  it.each(cases)('is whole: %s', async (name, args) => {
    const end = await drill(name, ...args);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK, doubleCloses: 0 } });
  });

  it('is whole from three desks, over a wire that cuts, doubles and reorders', async () => {
    const end = await drill('three desks', '--desks', '3', '--main-link', 'cut,duplicate,reorder');
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
    expect(end.report?.handback?.certificate?.split(',')).toHaveLength(3);
  });

  it('is whole with PostgreSQL restarted in the middle of it', async () => {
    const own = await startPostgres();
    let restarted: Promise<void> | null = null;
    const around = {
      env: { LIFEBOAT_MAIN_DATABASE_URL: own.url },
      hears: (said: string): void => {
        if (said.includes('main is back')) restarted ??= own.restart();
      },
    };
    const seed = freshSeed('PostgreSQL restarts');
    const end = await runDrillIn(around, ...BOOK, '--seed', seed, ...FACTS);
    await (restarted as Promise<void> | null);
    await own.stop();
    expect(restarted).not.toBeNull();
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
  });

  it('names every order of a main that ignores the fence', async () => {
    const end = await drill('main ignores the fence', '--main-scenario', 'ignores-fence');
    const handback = { lost: 0, duplicates: 0, certificate: expect.any(String) as string };
    expect(end).toMatchObject({ status: 0, report: { handback, chain: 'ok', mainAgrees: true } });
    expect(end.report?.doubleCloses).toBeGreaterThan(0);
  });
});
