import { describe, expect, it } from 'vitest';
import { KILL_TARGETS, POINTS } from '#drill/options.ts';
import { PLANTS } from '#drill/plants.ts';
import { CLEAN, runDrill } from '#tests/drill/run-drill.ts';

/** Hits of each target at each point. */
const HITS = Number(process.env['LIFEBOAT_HITS'] ?? '10');
const BOOK = ['--positions', '40', '--accounts', '12', '--rate', 'off'];

const seeds = Array.from({ length: HITS }, (_, index) => index + 1);
const kills = KILL_TARGETS.flatMap((target) => POINTS.map((at) => [target, at] as const));

describe.each(kills)('SIGKILL of the %s at %s', (target, at) => {
  it.each(seeds)('seed %i', async (seed) => {
    const end = await runDrill(...BOOK, '--seed', String(seed), '--kill', target, '--kill-at', at);
    expect(end).toMatchObject({ status: 0, report: { ...CLEAN, killedAt: at } });
  });
});

describe.each(PLANTS)('the planted mistake %s', (plant) => {
  it.each(seeds)('seed %i', async (seed) => {
    const end = await runDrill(...BOOK, '--seed', String(seed), '--plant', plant);
    expect(end.report).not.toBeNull();
    expect(end.status).toBe(1);
  });
});
