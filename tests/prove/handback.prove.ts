import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HANDBACK_POINTS, MAIN_POINTS, SCENARIOS } from '#drill/options.ts';
import { CLEAN, HANDED_BACK, runDrillIn } from '#tests/drill/run-drill.ts';
import { startPostgres, type Postgres } from '#drill/main-server/postgres.ts';

/** Moments of a kill in all, on either side; LIFEBOAT_HITS asks for fewer or more. */
const HITS = Number(process.env['LIFEBOAT_HITS'] ?? '100');
const FACTS = ['--facts', process.env['LIFEBOAT_FACTS'] ?? '10000'];
const BOOK = ['--positions', '40', '--accounts', '12', '--rate', 'off'];

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const drill = (...args: readonly string[]) =>
  runDrillIn({ env: { LIFEBOAT_MAIN_DATABASE_URL: postgres.url } }, ...BOOK, ...args);

const kills = [
  ...MAIN_POINTS.map((at) => ['main', at] as const),
  ...HANDBACK_POINTS.map((at) => ['desk', at] as const),
];
const moments = Array.from({ length: HITS }, (_, index) => index + 1).map((seed) => {
  const [target, at] = kills[seed % kills.length] ?? (['main', 'any'] as const);
  return [seed, target, at] as const;
});

describe('10,000 facts', () => {
  it.each(moments)('seed %i, SIGKILL of the %s at %s', async (seed, target, at) => {
    const end = await drill('--seed', String(seed), '--kill', target, '--kill-at', at, ...FACTS);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK, killedAt: at } });
  });

  it('over a wire that cuts, doubles and reorders', async () => {
    const end = await drill('--seed', '1', '--main-link', 'cut,duplicate,reorder', ...FACTS);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
  });

  it('with PostgreSQL restarted in the middle', async () => {
    let restarted: Promise<void> | null = null;
    const env = { LIFEBOAT_MAIN_DATABASE_URL: postgres.url };
    const hears = (said: string): void => {
      if (said.includes('main is back')) restarted ??= postgres.restart();
    };
    const end = await runDrillIn({ env, hears }, ...BOOK, '--seed', '2', ...FACTS);
    await (restarted as Promise<void> | null);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
  });
});

/** In these main trades the rows that the desk has closed: what is proven is that every one of them is named. */
const TRADES: ReadonlySet<string> = new Set(['fires-square-off', 'ignores-fence']);

describe.each(SCENARIOS)('main %s', (scenario) => {
  it.each([1, 2, 3, 4, 5])('seed %i', async (seed) => {
    const end = await drill('--seed', String(seed), '--main-scenario', scenario);
    const { mainAgrees, handback } = HANDED_BACK;
    const report = TRADES.has(scenario) ? { mainAgrees, handback } : { ...CLEAN, ...HANDED_BACK };
    expect(end).toMatchObject({ status: 0, report });
  });
});

describe('20 desks', () => {
  it.each([1, 2])('seed %i', async (seed) => {
    const many = ['--desks', '20', '--positions', '200', '--accounts', '60', '--seed', String(seed)];
    const end = await drill(...many);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
    expect(end.report?.handback?.certificate?.split(',')).toHaveLength(20);
  });
});
