import { describe, expect, it } from 'vitest';
import { ok } from '#core/lib/result.ts';
import { APPROVAL_LIFE_MS, KEPT_MAX, WAITING_MAX } from './domain.ts';
import { as, asked, CHANGED_PLAN, exitOf, PLAN, restart, stageOf, why } from './service-stage.ts';

describe('what is kept of approvals', () => {
  it('is the same after a restart (I7): waiting, given, refused and spent', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    for (const [n, end] of ['spent', 'refused', 'given', 'waiting'].entries()) {
      const subject = String(n).repeat(64);
      port.persons(exitOf(subject));
      const { approval } = asked(stage);
      if (end === 'refused') handlers.refuse({ approval, why: 'no' }, as('ravi'));
      if (end === 'given' || end === 'spent') handlers.give({ approval }, as('ravi'));
      if (end === 'spent') port.spend(subject, ['asha', 'ravi']);
    }
    const before = stage.service.handlers.list({}, as('head'));
    expect(before.approvals.map(({ state }) => state)).toEqual(['waiting', 'given', 'refused', 'spent']);
    restart(stage);
    expect(stage.service.handlers.list({}, as('head'))).toEqual(before);
    expect(stage.service.port.persons(exitOf('2'.repeat(64)))).toEqual(ok(['asha', 'ravi']));
    expect(why(stage.service.port.persons(exitOf('0'.repeat(64))))).toBe('second-person-needed');
  });

  it('is bounded: fifty wait, and room is made by refusing and by time', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    const nth = (n: number): string => n.toString(16).padStart(64, '0');
    for (let n = 0; n < WAITING_MAX; n += 1)
      expect(why(port.persons(exitOf(nth(n))))).toBe('second-person-needed');
    expect(why(port.persons(exitOf(PLAN)))).toBe('too-many-approvals');
    handlers.refuse({ approval: asked(stage).approval, why: 'room' }, as('head'));
    expect(why(port.persons(exitOf(PLAN)))).toBe('second-person-needed');
    stage.nowMs += APPROVAL_LIFE_MS;
    expect(why(port.persons(exitOf(CHANGED_PLAN)))).toBe('second-person-needed');
  });

  it('is bounded: two hundred are remembered', () => {
    const stage = stageOf();
    for (let n = 0; n < KEPT_MAX + 30; n += 1) {
      stage.service.port.persons(exitOf(n.toString(16).padStart(64, '0')));
      stage.service.handlers.refuse({ approval: asked(stage).approval, why: 'room' }, as('head'));
    }
    expect(stage.service.handlers.list({}, as('head')).approvals.length).toBe(KEPT_MAX);
  });

  it('does not change when the journal takes nothing; what was used stays used', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    const { approval } = asked(stage);
    stage.full = true;
    expect(why(handlers.give({ approval }, as('ravi')))).toBe('journal-not-writable');
    expect(why(port.persons(exitOf(CHANGED_PLAN)))).toBe('journal-not-writable');
    stage.full = false;
    handlers.give({ approval }, as('ravi'));
    stage.full = true;
    port.spend(PLAN, ['asha', 'ravi']);
    expect(why(port.persons(exitOf(PLAN)))).toBe('approval-spent');
  });

  it('ends with its epoch: a restored copy may have forgotten that one was used', () => {
    const stage = stageOf();
    stage.service.port.persons(exitOf(PLAN));
    stage.service.handlers.give({ approval: asked(stage).approval }, as('ravi'));
    stage.journal.append([{ kind: 'epoch-opened', v: 1, why: 'restored-copy', after: null, by: ['a', 'b'] }]);
    expect(why(stage.service.port.persons(exitOf(PLAN)))).toBe('second-person-needed');
  });
});
