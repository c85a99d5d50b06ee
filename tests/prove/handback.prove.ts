import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HANDBACK_POINTS, MAIN_POINTS, SCENARIOS } from '#drill/options.ts';
import { CLEAN, HANDED_BACK, runDrillIn, type DrillEnd } from '#tests/drill/run-drill.ts';
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

/** PostgreSQL is restarted when main is back. */
async function drillOverRestart(...args: readonly string[]): Promise<DrillEnd> {
  let restarted: Promise<void> | null = null;
  const hears = (said: string): void => {
    if (said.includes('main is back')) restarted ??= postgres.restart();
  };
  const around = { env: { LIFEBOAT_MAIN_DATABASE_URL: postgres.url }, hears };
  const end = await runDrillIn(around, ...BOOK, ...args);
  await (restarted as Promise<void> | null);
  expect(restarted).not.toBeNull();
  return end;
}

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
    const end = await drillOverRestart('--seed', '2', ...FACTS);
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

// Together they write some 50,000 facts.
describe('20 desks', () => {
  const many = ['--desks', '20', '--positions', '200', '--accounts', '60'];
  const runs: readonly (readonly [name: string, args: readonly string[]])[] = [
    ['alone', []],
    ['over wires that cut, double and reorder', ['--main-link', 'cut,duplicate,reorder']],
    ...kills.map(
      ([target, at]) => [`SIGKILL of the ${target} at ${at}`, ['--kill', target, '--kill-at', at]] as const,
    ),
  ];
  it.each(runs.map(([name, args], index) => [name, index + 1, args] as const))(
    '%s, seed %i',
    async (_name, seed, args) => {
      const end = await drill('--seed', String(seed), ...many, ...args);
      expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
      expect(end.report?.handback?.certificate?.split(',')).toHaveLength(20);
    },
  );

  it('with PostgreSQL restarted in the middle', async () => {
    const end = await drillOverRestart('--seed', '20', ...many);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
    expect(end.report?.handback?.certificate?.split(',')).toHaveLength(20);
  });
});
