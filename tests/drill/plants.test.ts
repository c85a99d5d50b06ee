import { describe, expect, it } from 'vitest';
import { PLANTS } from '#drill/plants.ts';
import { freshSeed, runDrill } from './run-drill.ts';

const BOOK = ['--positions', '40', '--accounts', '12', '--rate', 'off'];

describe.concurrent('a desk that is broken on purpose', () => {
  it.each(PLANTS)('is found out: %s', async (plant) => {
    const end = await runDrill(...BOOK, '--seed', freshSeed(plant), '--plant', plant);
    expect(end.report).not.toBeNull();
    expect(end.status).toBe(1);
  });
});
