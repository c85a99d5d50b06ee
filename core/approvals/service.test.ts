import { describe, expect, it } from 'vitest';
import { ok } from '#core/lib/result.ts';
import { APPROVAL_LIFE_MS } from './domain.ts';
import {
  as,
  asked,
  CHANGED_PLAN,
  exitOf,
  facts,
  kinds,
  PEOPLE,
  PLAN,
  stageOf,
  why,
} from './service-stage.ts';

describe('a second person', () => {
  it('is asked for, agrees, and the thing is done once under both names', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    expect(why(port.persons(exitOf(PLAN)))).toBe('second-person-needed');
    expect(handlers.give({ approval: asked(stage).approval }, as('ravi'))).toMatchObject({
      value: { state: 'given', given: [{ by: 'ravi', how: 'session' }] },
    });
    expect(port.persons(exitOf(PLAN))).toEqual(ok(['asha', 'ravi']));
    port.spend(PLAN, ['asha', 'ravi']);
    expect(asked(stage).state).toBe('spent');
    expect(why(port.persons(exitOf(PLAN)))).toBe('second-person-needed');
    expect(kinds(stage)).toEqual(['asked', 'given', 'spent', 'asked']);
  });

  it('is written down once, however often the first person asks', () => {
    const stage = stageOf();
    for (let n = 0; n < 3; n += 1) stage.service.port.persons(exitOf(PLAN));
    expect(kinds(stage)).toEqual(['asked']);
  });

  it('is not needed where policy says one, unless the service asks for two', () => {
    const stage = stageOf('one');
    const { port } = stage.service;
    expect(port.persons(exitOf(PLAN))).toEqual(ok(['asha']));
    port.spend(PLAN, ['asha']);
    expect(why(port.persons({ ...exitOf(PLAN), atLeast: 2 }))).toBe('second-person-needed');
    expect(asked(stage).needs).toBe('two');
  });

  it('attack: approval of a changed plan: it lets the approved plan go on and no other', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    handlers.give({ approval: asked(stage).approval }, as('ravi'));
    expect(why(port.persons(exitOf(CHANGED_PLAN)))).toBe('second-person-needed');
    expect(why(port.persons(exitOf(PLAN, 'meera')))).toBe('second-person-needed');
    expect(why(port.persons({ ...exitOf(PLAN), branch: 'B2' }))).toBe('second-person-needed');
    expect(port.persons(exitOf(PLAN))).toEqual(ok(['asha', 'ravi']));
  });

  it('attack: a stricter policy since then is not satisfied by the old approval', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    handlers.give({ approval: asked(stage).approval }, as('ravi'));
    stage.policy = 'remote-signature';
    expect(why(port.persons(exitOf(PLAN)))).toBe('second-person-needed');
  });

  it.each([
    ['asha', 'same-person'],
    ['meera', 'may-not-approve'],
    ['nobody', 'may-not-approve'],
    ['ravi', 'ok'],
    ['head', 'ok'],
  ])('%s: %s', (user, wanted) => {
    const stage = stageOf();
    stage.service.port.persons(exitOf(PLAN));
    expect(why(stage.service.handlers.give({ approval: asked(stage).approval }, as(user)))).toBe(wanted);
    expect(kinds(stage)).toEqual(wanted === 'ok' ? ['asked', 'given'] : ['asked']);
  });

  it('attack: neither a key nor the key’s own owner agrees to what the key asks', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    port.persons({ ...exitOf(PLAN, 'key:k1'), person: 'ravi' });
    const { approval } = asked(stage);
    expect(why(handlers.give({ approval }, as('ravi')))).toBe('same-person');
    const key = { by: 'key:k2', actor: { role: 'key' as const, user: PEOPLE[3] ?? null, session: null } };
    expect(why(handlers.give({ approval }, key))).toBe('may-not-approve');
    expect(why(handlers.give({ approval }, as('head')))).toBe('ok');
  });

  it('who was disabled after giving does not count, and another can give', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    const { approval } = asked(stage);
    handlers.give({ approval }, as('ravi'));
    stage.disabled.add('ravi');
    expect(why(port.persons(exitOf(PLAN)))).toBe('second-person-needed');
    expect(asked(stage)).toMatchObject({ state: 'waiting', mayGive: true });
    handlers.give({ approval }, as('head'));
    expect(port.persons(exitOf(PLAN))).toEqual(ok(['asha', 'head']));
  });

  it('has ten minutes', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    const { approval } = asked(stage);
    handlers.give({ approval }, as('ravi'));
    stage.nowMs += APPROVAL_LIFE_MS - 1;
    expect(port.persons(exitOf(PLAN)).ok).toBe(true);
    stage.nowMs += 1;
    expect(asked(stage).state).toBe('expired');
    expect(why(handlers.give({ approval }, as('head')))).toBe('approval-expired');
    expect(why(port.persons(exitOf(PLAN)))).toBe('second-person-needed');
    expect(kinds(stage)).toEqual(['asked', 'given', 'asked']);
  });

  it('may refuse, and so may the asker; nobody else, and it is over then', () => {
    const stage = stageOf();
    const { port, handlers } = stage.service;
    for (const [user, wanted] of [
      ['ravi', 'ok'],
      ['asha', 'ok'],
      ['meera', 'may-not-approve'],
    ] as const) {
      port.persons(exitOf(PLAN));
      const { approval } = asked(stage);
      expect(why(handlers.refuse({ approval, why: 'wrong branch' }, as(user)))).toBe(wanted);
      expect(why(handlers.give({ approval }, as('head')))).toBe(wanted === 'ok' ? 'approval-refused' : 'ok');
    }
  });

  it('unknown approvals are refused by name', () => {
    const { handlers } = stageOf().service;
    const approval = 'never-asked';
    expect([
      why(handlers.give({ approval }, as('ravi'))),
      why(handlers.refuse({ approval, why: 'why' }, as('ravi'))),
      why(handlers.giveSigned({ approval, name: 'N', signature: 'x' }, as('asha'))),
      why(handlers.giveCode({ approval, name: 'N', code: '1' }, as('asha'))),
    ]).toEqual(Array.from({ length: 4 }, () => 'unknown-approval'));
  });

  it('is shown to the asker, to who may give, and to admins', () => {
    const stage = stageOf();
    stage.service.port.persons(exitOf(PLAN));
    const seen = ['asha', 'ravi', 'meera', 'head'].map((user) => {
      const [one] = stage.service.handlers.list({}, as(user)).approvals;
      return one === undefined ? 'hidden' : `shown, may give: ${one.mayGive}`;
    });
    expect(seen).toEqual([
      'shown, may give: false',
      'shown, may give: true',
      'hidden',
      'shown, may give: true',
    ]);
  });
});

describe('a second person at the same screen', () => {
  const rows: readonly (readonly [user: string, password: string, code: string, wanted: string])[] = [
    ['ravi', 'password of ravi', '123456', 'ok'],
    ['ravi', 'password of ravi', '000000', 'wrong-proof'],
    ['ravi', 'guess', '123456', 'wrong-proof'],
    ['stranger', 'guess', '123456', 'wrong-proof'],
    ['locked', 'guess', '123456', 'locked-out'],
    ['asha', 'password of asha', '123456', 'same-person'],
    ['meera', 'password of meera', '123456', 'may-not-approve'],
  ];
  it.each(rows)('%s with %s and %s: %s', async (user, password, code, wanted) => {
    const stage = stageOf();
    stage.service.port.persons(exitOf(PLAN));
    const input = { approval: asked(stage).approval, user, password, code };
    expect(why(await stage.service.handlers.giveHere(input, as('asha')))).toBe(wanted);
    const given = facts(stage).filter(({ kind }) => kind === 'approval-given');
    const fact = { kind: 'approval-given', v: 1, approval: input.approval, subject: PLAN };
    expect(given).toEqual(wanted === 'ok' ? [{ ...fact, by: 'ravi', how: 'same-screen' }] : []);
  });

  it('does not revive what was refused while the proof was checked', async () => {
    const stage = stageOf();
    stage.service.port.persons(exitOf(PLAN));
    const { approval } = asked(stage);
    const input = { approval, user: 'ravi', password: 'password of ravi', code: '123456' };
    const giving = stage.service.handlers.giveHere(input, as('asha'));
    stage.service.handlers.refuse({ approval, why: 'stop' }, as('head'));
    expect(why(await giving)).toBe('approval-refused');
  });
});
