import { describe, expect, it } from 'vitest';
import { afterHeard, DAMPING, NOTHING_HEARD, observe, type Damping } from './domain-damping.ts';

const HOUR_MS = 3_600_000;

/** A line: each step is what it shows and how long after the step before. Verdicts become facts at once. */
function walk(start: Damping, steps: readonly (readonly ['up' | 'lost', afterMs: number])[], fromMs = 0) {
  let damping = start;
  let nowMs = fromMs;
  const facts: string[] = [];
  for (const [saw, afterMs] of steps) {
    nowMs += afterMs;
    const seen = observe(damping, saw, nowMs, DAMPING);
    damping = seen.damping;
    if (seen.verdict !== null) facts.push(`${nowMs - fromMs} ${seen.verdict}`);
    if (seen.verdict === 'up' || seen.verdict === 'lost') {
      damping = afterHeard(damping, seen.verdict, nowMs, DAMPING);
    }
  }
  return { damping, facts, nowMs };
}

const beats = (count: number, everyMs = 1_000) =>
  Array.from({ length: count }, () => ['up', everyMs] as const);
const misses = (count: number, everyMs = 1_000) =>
  Array.from({ length: count }, () => ['lost', everyMs] as const);
const UP: Damping = { ...NOTHING_HEARD, said: 'up' };

describe('a line to main', () => {
  it.each([
    ['steady from the start: up after the stable time', NOTHING_HEARD, beats(30), ['11000 up']],
    [
      'a miss within the stable time begins it again',
      NOTHING_HEARD,
      [...beats(10), ...misses(1), ...beats(11)],
      ['22000 up'],
    ],
    ['steady: nothing', UP, beats(60), []],
    ['misses enough, but too soon', UP, [...misses(20, 100), ...beats(5)], []],
    ['time enough, but misses too few', UP, [...misses(2, 60_000), ...beats(5)], []],
    ['misses and time', UP, misses(10), ['5000 lost']],
    ['a beat between the misses begins the count again', UP, [...misses(4), ...beats(1), ...misses(4)], []],
    ['lost stays lost', { ...UP, said: 'lost' as const }, misses(100), []],
    ['lost, and up again', UP, [...misses(10), ...beats(12)], ['5000 lost', '21000 up']],
  ])('%s', (_what, start, steps, wanted) => {
    expect(walk(start, steps).facts).toEqual(wanted);
  });

  it('makes a bounded number of facts within an hour, names the bound once, and stays lost at it', () => {
    const flap = [...beats(11), ...misses(5)];
    const { facts, damping } = walk(NOTHING_HEARD, Array.from({ length: 100 }, () => flap).flat());
    const count = (what: string) => facts.filter((fact) => fact.endsWith(what)).length;
    expect([count('up'), count('lost'), count('bound')]).toEqual([DAMPING.upsAnHour, DAMPING.upsAnHour, 1]);
    expect(damping.said).toBe('lost');
  });

  it('comes up again when the hour has a place', () => {
    const full: Damping = { ...NOTHING_HEARD, upsAtMs: [1, 2, 3, 4, 5, 6].map((n) => n * 60_000) };
    expect(walk(full, beats(11), 6 * 60_000).facts).toEqual(['11000 bound']);
    expect(walk(full, beats(11), HOUR_MS + 60_000).facts).toEqual(['11000 up']);
  });

  it('is not lost by a clock that jumps: a clock is no missed beat', () => {
    expect(
      walk(UP, [
        ['lost', 1_000],
        ['lost', HOUR_MS],
      ]).facts,
    ).toEqual([]);
    expect(
      walk(UP, [
        ['lost', 1_000],
        ['lost', -HOUR_MS],
        ['lost', 1_000],
        ['lost', 5_000],
      ]).facts,
    ).toHaveLength(1);
  });
});
