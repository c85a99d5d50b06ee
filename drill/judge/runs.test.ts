import { describe, expect, it } from 'vitest';
import type { FactOf } from './handback.ts';
import { judgeRuns } from './runs.ts';

/** A log in short words: what happened, one fact after the other. */
const WORDS = {
  emergency: { kind: 'mode-changed', to: 'EMERGENCY' },
  handback: { kind: 'mode-changed', to: 'HANDBACK' },
  heard: { kind: 'main-heard', state: 'up' },
  lost: { kind: 'main-heard', state: 'lost' },
  started: { kind: 'desk-started' },
  approved: { kind: 'plan-approved', runId: 'R1' },
  resumed: { kind: 'run-resumed', runId: 'R1' },
  flat: { kind: 'row-flat', runId: 'R1' },
  paused: { kind: 'run-paused', runId: 'R1', why: 'main is back' },
  stopped: { kind: 'run-stopped', runId: 'R1', why: 'a new dry run' },
  reset: { kind: 'session-reset', session: 'orders' },
  ended: { kind: 'run-ended', runId: 'R1' },
} as const;

function logOf(story: string): FactOf[] {
  return story.split(' ').map((word, index) => ({
    epoch: 1,
    seq: index + 1,
    atMs: 0,
    kind: '',
    version: 1,
    body: JSON.stringify(WORDS[word as keyof typeof WORDS]),
    hash: '',
  }));
}

describe('runs and a main that comes back', () => {
  const cases: readonly [string, story: string, flatAfterReturn: number, complaints: number][] = [
    ['goes on to its end', 'emergency approved flat heard flat flat ended handback', 2, 0],
    ['stands still by itself', 'emergency approved heard paused', 0, 1],
    ['is stopped', 'emergency approved heard flat stopped', 1, 1],
    ['stands still when persons accept main', 'emergency approved heard handback paused', 0, 0],
    ['stands still after the desk died', 'emergency approved heard started paused', 0, 0],
    ['stands still when a session of orders begins anew', 'emergency approved heard reset paused', 0, 0],
    ['stands still a second time', 'emergency approved started paused resumed heard paused', 0, 1],
    ['closes before main is there', 'emergency approved flat ended heard', 0, 0],
    ['closes when main is lost again', 'emergency approved heard lost flat ended', 0, 0],
  ];
  it.each(cases)('a run that %s: %s', (_what, story, flatAfterReturn, complaints) => {
    const judged = judgeRuns(logOf(story));
    expect([judged.flatAfterReturn, judged.complaints.length]).toEqual([flatAfterReturn, complaints]);
  });
});
