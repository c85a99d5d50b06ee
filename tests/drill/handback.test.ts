import { expect, it } from 'vitest';
import { CLEAN, freshSeed, HANDED_BACK, runDrill } from './run-drill.ts';

// Each kind of kill, PostgreSQL and main's scenarios: npm run prove -- handback.
it('closes each row once from three desks, and hands everything back over a wire that cuts, doubles and reorders', async () => {
  const book = ['--positions', '24', '--accounts', '8', '--rate', 'off'];
  const seed = freshSeed('three desks');
  const end = await runDrill(...book, '--seed', seed, '--desks', '3', '--main-link', 'cut,duplicate,reorder');
  expect(end).toMatchObject({ status: 0, report: { ...CLEAN, ...HANDED_BACK } });
  expect(end.report?.handback?.certificate?.split(',')).toHaveLength(3);
});
