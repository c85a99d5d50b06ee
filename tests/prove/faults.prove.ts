import { describe, expect, it } from 'vitest';
import { FAULTS } from '#drill/exchange/faults.ts';
import { CLEAN, runDrill } from '#tests/drill/run-drill.ts';

/** Seeds of each fault; LIFEBOAT_SEEDS asks for fewer or more. */
const SEEDS = Number(process.env['LIFEBOAT_SEEDS'] ?? '50');
const BOOK = ['--positions', '40', '--accounts', '12', '--rate', 'off'];
/** These change nothing of what the exchange does with an order: alone, they leave no row open. */
const HARMLESS: ReadonlySet<string> = new Set(['partial', 'duplicate', 'disorder', 'disconnect', 'garbage']);

const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);

describe.each([...FAULTS.map((name) => [name] as const), [FAULTS.join(',')] as const])(
  'fault %s',
  (faults) => {
    it.each(seeds)('seed %i', async (seed) => {
      const end = await runDrill(...BOOK, '--seed', String(seed), '--faults', faults);
      const report = HARMLESS.has(faults) ? CLEAN : { duplicates: 0, overclosed: 0, chain: 'ok' };
      expect(end).toMatchObject({ status: 0, report });
    });
  },
);
