import { describe, expect, it } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import { DeskId } from '#core/model/ids.ts';
import { apply, decide, NEVER_SEEN, outageOf, TABLE, type Signal } from './domain.ts';
import type { Mode } from './events.ts';

const ONE = { personsToDeclareLost: 1 };
const MODES: readonly Mode[] = ['STANDBY', 'SUSPECT', 'EMERGENCY', 'HANDBACK'];

/** The same table in words of its own, so that a changed cell is a decision. */
const WANTED: readonly [Signal, standby: string, suspect: string, emergency: string, handback: string][] = [
  ['main-missed', 'SUSPECT', 'stays', 'stays', 'EMERGENCY'],
  ['main-seen', 'stays', 'STANDBY', 'stays', 'stays'],
  ['person-says-lost', 'SUSPECT', 'stays', 'stays', 'EMERGENCY'],
  ['persons-confirm-lost', 'refused', 'EMERGENCY', 'refused', 'EMERGENCY'],
  ['person-accepts-main', 'refused', 'STANDBY', 'HANDBACK', 'refused'],
  ['reconciled', 'refused', 'refused', 'refused', 'STANDBY'],
];

describe('the mode machine', () => {
  it.each(WANTED)('%s: STANDBY %s, SUSPECT %s, EMERGENCY %s, HANDBACK %s', (signal, ...wanted) => {
    const got = MODES.map((mode) => {
      const decided = decide(mode, signal, ['dealer-1'], 'why', ONE);
      if (!decided.ok) return 'refused';
      return decided.value?.to ?? 'stays';
    });
    expect(got).toEqual(wanted);
  });

  it('has no signal outside the walk', () => {
    expect(MODES.map((mode) => Object.keys(TABLE[mode]))).toEqual(
      MODES.map(() => WANTED.map(([signal]) => signal)),
    );
  });

  it('says from where to where, who and why', () => {
    expect(
      decide('SUSPECT', 'persons-confirm-lost', ['dealer-1'], 'no heartbeat, telephone dead', ONE),
    ).toEqual({
      ok: true,
      value: {
        kind: 'mode-changed',
        v: 1,
        from: 'SUSPECT',
        to: 'EMERGENCY',
        by: ['dealer-1'],
        why: 'no heartbeat, telephone dead',
      },
    });
  });

  it('counts persons, not names said twice', () => {
    const two = { personsToDeclareLost: 2 };
    expect(decide('SUSPECT', 'persons-confirm-lost', ['a', 'a'], 'why', two)).toMatchObject({
      refusal: { reason: 'second-person-needed' },
    });
    expect(decide('SUSPECT', 'persons-confirm-lost', ['a', 'b'], 'why', two).ok).toBe(true);
  });
});

describe('what the log says of main', () => {
  const entry = (atMs: number, fact: Fact): Entry => ({
    desk: DeskId.parse('D1'),
    epoch: 1,
    seq: atMs,
    atMs,
    fact,
  });
  const move = (from: Mode, to: Mode): Fact => ({
    kind: 'mode-changed',
    v: 1,
    from,
    to,
    by: ['a'],
    why: 'why',
  });
  const steps: readonly [atMs: number, Fact, string][] = [
    [10, { kind: 'desk-started', v: 1, build: 'b' }, 'SUSPECT since 10 never-seen lost 10'],
    [20, { kind: 'desk-started', v: 1, build: 'b' }, 'SUSPECT since 10 never-seen lost 10'],
    [30, move('SUSPECT', 'EMERGENCY'), 'EMERGENCY since 30 declared-lost lost 10'],
    [40, move('EMERGENCY', 'HANDBACK'), 'HANDBACK since 40 up lost -'],
    [50, move('HANDBACK', 'EMERGENCY'), 'EMERGENCY since 50 declared-lost lost 50'],
    [60, move('EMERGENCY', 'HANDBACK'), 'HANDBACK since 60 up lost -'],
    [70, move('HANDBACK', 'STANDBY'), 'STANDBY since 70 up lost -'],
    [80, { kind: 'desk-started', v: 1, build: 'b' }, 'STANDBY since 70 up lost -'],
    [90, move('STANDBY', 'SUSPECT'), 'SUSPECT since 90 lost lost 90'],
  ];

  it('follows every move; one outage goes on from suspicion into the emergency', () => {
    let view = NEVER_SEEN;
    const said = steps.map(([atMs, fact]) => {
      view = apply(view, entry(atMs, fact));
      return `${view.mode} since ${view.sinceMs} ${view.main} lost ${view.lostSinceMs ?? '-'}`;
    });
    expect(said).toEqual(steps.map(([, , wanted]) => wanted));
  });
});

describe('the outage clock', () => {
  const minutes = (count: number): number => count * 60_000;
  it.each([
    [0, false, false],
    [minutes(5) - 1, false, false],
    [minutes(5), true, false],
    [minutes(120), true, false],
    [minutes(120) + 1, true, true],
    [-1, false, false],
  ])('after %d ms: reportable %s, overdue %s', (lasts, reportable, reportOverdue) => {
    expect(outageOf(1_000, 1_000 + lasts)).toEqual({
      startedAtMs: 1_000,
      lastsMs: Math.max(0, lasts),
      reportable,
      reportableAtMs: 1_000 + minutes(5),
      reportDueAtMs: 1_000 + minutes(120),
      reportOverdue,
    });
  });
});
