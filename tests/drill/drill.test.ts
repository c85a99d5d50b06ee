import { describe, expect, it } from 'vitest';
import { FAULTS } from '#drill/exchange/faults.ts';
import { KILL_TARGETS } from '#drill/options.ts';
import { CLEAN, freshSeed, runDrill } from './run-drill.ts';

const BOOK = ['--positions', '40', '--accounts', '12', '--rate', 'off'];

describe.concurrent('a drill', () => {
  it('closes a book of 40 rows, and the ledger agrees', async () => {
    const end = await runDrill(...BOOK, '--seed', freshSeed('clean drill'));
    expect(end).toMatchObject({
      status: 0,
      report: { ...CLEAN, rows: 40, ledger: { agrees: true } },
    });
  });

  it('survives every fault at once: each row is flat, or left with a cause that the ledger shows', async () => {
    const end = await runDrill(...BOOK, '--seed', freshSeed('every fault'), '--faults', FAULTS.join(','));
    expect(end).toMatchObject({ status: 0, report: { duplicates: 0, overclosed: 0, chain: 'ok' } });
  });

  it.each(KILL_TARGETS)('survives a kill of the %s', async (target) => {
    const end = await runDrill(...BOOK, '--seed', freshSeed(`kill of the ${target}`), '--kill', target);
    expect(end).toMatchObject({
      status: 0,
      report: { ...CLEAN, killedAt: expect.any(String) as string },
    });
    expect(end.report?.restarts).toBeGreaterThan(0);
  });

  it('refuses a wrong command line by name, with status 2', async () => {
    const end = await runDrill('--faults', 'typhoon');
    expect(end).toMatchObject({ status: 2, report: null });
    expect(end.said).toContain('unknown fault typhoon');
  });
});
