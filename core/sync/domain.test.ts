import { describe, expect, it } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import { DeskId } from '#core/model/ids.ts';
import type { Doing } from '#core/lib/procedure.ts';
import { allows, modeRefusal } from './domain-allows.ts';
import { coverOf, EVERYTHING, scopeText } from './domain-scope.ts';
import { apply, decide, NEVER_SEEN, outageOf, TABLE, type Signal } from './domain.ts';
import type { Mode, ModeChanged } from './events.ts';

const ONE = { personsToDeclareLost: 1 };
const FO = { segments: ['NSE:FO'], accounts: ['C1', 'C2'] };
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
      const said = { signal, by: ['dealer-1'], why: 'why', sign: 'person' as const };
      const decided = decide({ mode, scope: EVERYTHING }, said, ONE);
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

  const confirm = { signal: 'persons-confirm-lost', by: ['a'], why: 'no heartbeat', sign: 'person' } as const;
  const suspect = { mode: 'SUSPECT', scope: EVERYTHING } as const;

  it('says from where to where, who, why, by what sign and for what', () => {
    const scope = { segments: ['NSE:FO', 'MCX:COM', 'NSE:FO'], accounts: [] };
    expect(decide(suspect, { ...confirm, scope, lostSinceMs: 7 }, ONE)).toEqual({
      ok: true,
      value: {
        kind: 'mode-changed',
        v: 1,
        from: 'SUSPECT',
        to: 'EMERGENCY',
        by: ['a'],
        why: 'no heartbeat',
        sign: 'person',
        scope: { segments: ['MCX:COM', 'NSE:FO'], accounts: [] },
        lostSinceMs: 7,
      },
    });
  });

  it('goes on with the scope that it had when main is lost again, and takes the one that a person names', () => {
    const handback = { mode: 'HANDBACK', scope: FO } as const;
    const again = { signal: 'main-missed', by: [], why: 'why', sign: 'link' } as const;
    expect(decide(handback, again, ONE)).toMatchObject({ value: { scope: FO } });
    expect(decide(handback, { ...confirm, scope: EVERYTHING }, ONE)).toMatchObject({
      value: { scope: EVERYTHING },
    });
  });

  it('counts persons, not names said twice', () => {
    const two = { personsToDeclareLost: 2 };
    expect(decide(suspect, { ...confirm, by: ['a', 'a'] }, two)).toMatchObject({
      refusal: { reason: 'second-person-needed' },
    });
    expect(decide(suspect, { ...confirm, by: ['a', 'b'] }, two).ok).toBe(true);
  });
});

describe('what a mode allows', () => {
  const WANTED_ALLOWED: readonly [Doing, standby: string, suspect: string, emergency: string, hb: string][] =
    [
      ['trade', 'no', 'no', 'yes', 'no'],
      ['dry-run', 'yes', 'yes', 'yes', 'yes'],
      ['follow', 'yes', 'yes', 'no', 'no'],
      ['hand-back', 'yes', 'no', 'no', 'yes'],
      ['import', 'yes', 'yes', 'yes', 'no'],
    ];
  it.each(WANTED_ALLOWED)('%s: STANDBY %s, SUSPECT %s, EMERGENCY %s, HANDBACK %s', (what, ...wanted) => {
    expect(MODES.map((mode) => (allows(mode, what) ? 'yes' : 'no'))).toEqual(wanted);
  });

  it('is refused by a name, and says in which mode it is done', () => {
    expect(modeRefusal('STANDBY', 'trade')).toMatchObject({ reason: 'main-is-up' });
    expect(modeRefusal('HANDBACK', 'import')).toEqual({
      reason: 'mode-refuses',
      text: 'The desk is in HANDBACK: files are taken in only in STANDBY and SUSPECT and EMERGENCY.',
    });
    expect(modeRefusal('EMERGENCY', 'trade')).toBeNull();
  });
});

describe('a scope', () => {
  it.each([
    [EVERYTHING, 'C9', 'BSE', 'CM', true],
    [FO, 'C1', 'NSE', 'FO', true],
    [FO, 'C9', 'NSE', 'FO', false],
    [FO, 'C1', 'NSE', 'CM', false],
    [{ segments: [], accounts: ['C1'] }, 'C1', 'MCX', 'COM', true],
    [{ segments: [], accounts: ['C1'] }, 'C2', 'MCX', 'COM', false],
    [{ segments: ['MCX:COM'], accounts: [] }, 'C9', 'MCX', 'COM', true],
  ])('%j covers %s in %s:%s: %s', (scope, account, exchange, segment, covered) => {
    expect(coverOf(scope)(account, exchange, segment)).toBe(covered);
  });

  it('has one text to sign, which is no other scope’s', () => {
    const text = (segments: string[], accounts: string[]) =>
      scopeText('D1', '2026-11-23', { segments, accounts });
    expect(text(['NSE:FO', 'MCX:COM', 'NSE:FO'], ['C2', 'C1'])).toBe(
      'lifeboat scope D1 2026-11-23 ["MCX:COM","NSE:FO"] ["C1","C2"]',
    );
    expect(text([], [])).toBe('lifeboat scope D1 2026-11-23 [] []');
    expect(text([], ['C1,C2'])).not.toBe(text([], ['C1', 'C2']));
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
  const move = (from: Mode, to: Mode, more: Partial<ModeChanged> = {}): Fact => ({
    kind: 'mode-changed',
    v: 1,
    from,
    to,
    by: ['a'],
    why: 'why',
    ...more,
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

  it('keeps the scope of an emergency through the handback, and no longer', () => {
    let view = NEVER_SEEN;
    const scopes = [
      move('SUSPECT', 'EMERGENCY', { scope: FO }),
      move('EMERGENCY', 'HANDBACK'),
      move('HANDBACK', 'EMERGENCY', { scope: FO }),
      move('EMERGENCY', 'HANDBACK'),
      move('HANDBACK', 'STANDBY'),
      move('STANDBY', 'SUSPECT'),
      // A log of before knows no scope: everything.
      move('SUSPECT', 'EMERGENCY'),
    ].map((fact, n) => {
      view = apply(view, entry(n, fact));
      return view.scope;
    });
    expect(scopes).toEqual([FO, FO, FO, FO, EVERYTHING, EVERYTHING, EVERYTHING]);
  });

  it('counts the outage from the first beat that was missed', () => {
    const up = apply(NEVER_SEEN, entry(10, move('SUSPECT', 'STANDBY')));
    expect(apply(up, entry(90, move('STANDBY', 'SUSPECT', { lostSinceMs: 86 }))).lostSinceMs).toBe(86);
  });

  it('knows what the link said last, and that a person’s word is not the link’s', () => {
    const heard = (sign: 'link' | 'person'): Fact => ({
      kind: 'main-heard',
      v: 1,
      state: 'up',
      sign,
      why: 'beats',
    });
    const view = apply(NEVER_SEEN, entry(5, heard('link')));
    expect(view.heard).toEqual({ state: 'up', sinceMs: 5, why: 'beats' });
    expect(apply(view, entry(6, heard('person')))).toBe(view);
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
