import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ok } from '#core/lib/result.ts';
import {
  as,
  asked,
  CHANGED_PLAN,
  exitOf,
  kinds,
  PLAN,
  signed,
  spoken,
  stageOf,
  why,
} from './service-stage.ts';

describe('headquarters', () => {
  it('agrees by a signature over this asking, recorded with the name and the way', () => {
    const stage = stageOf('remote-signature');
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    const { approval, subject } = asked(stage);
    const input = { approval, name: 'R. Iyer', signature: signed(subject) };
    expect(why(handlers.giveSigned(input, as('asha')))).toBe('ok');
    expect(port.persons(exitOf(PLAN))).toEqual(ok(['asha', 'R. Iyer (remote signature)']));
    handlers.giveSigned({ ...input, name: 'Another' }, as('asha'));
    expect(kinds(stage)).toEqual(['asked', 'given']);
  });

  it('attack: a signature of another asking, by another key, or none is refused', () => {
    const stage = stageOf('remote-signature');
    const { port, handlers } = stage.service;
    port.persons(exitOf(CHANGED_PLAN));
    const other = asked(stage).subject;
    port.persons(exitOf(PLAN));
    const { approval, subject } = asked(stage);
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const wrong = [
      signed(other),
      signed(PLAN),
      signed(subject, stranger),
      '',
      'x',
      signed(subject).slice(0, 80),
    ];
    const got = wrong.map((signature) =>
      why(handlers.giveSigned({ approval, name: 'R', signature }, as('asha'))),
    );
    expect(got).toEqual(wrong.map(() => 'wrong-signature'));
  });

  it('attack: one signature or code lets the same thing happen once', () => {
    for (const policy of ['remote-signature', 'telephone-code'] as const) {
      const stage = stageOf(policy);
      const { port, handlers } = stage.service;
      port.persons(exitOf(PLAN));
      const first = asked(stage);
      const answer = { signature: signed(first.subject), code: spoken(first.subject), name: 'R' };
      const give = (approval: string): string =>
        policy === 'telephone-code'
          ? why(handlers.giveCode({ approval, ...answer }, as('asha')))
          : why(handlers.giveSigned({ approval, ...answer }, as('asha')));
      expect(give(first.approval)).toBe('ok');
      const done = port.persons(exitOf(PLAN));
      port.spend(PLAN, done.ok ? done.value : []);
      port.persons(exitOf(PLAN));
      expect(give(asked(stage).approval)).toBe(
        policy === 'telephone-code' ? 'wrong-code' : 'wrong-signature',
      );
    }
  });

  it('agrees by a code of eight digits, as it is spoken', () => {
    const stage = stageOf('telephone-code');
    const { port, handlers } = stage.service;
    port.persons(exitOf(PLAN));
    const { approval, subject } = asked(stage);
    const code = spoken(subject);
    expect(code).toMatch(/^\d{8}$/);
    const input = { approval, name: 'R. Iyer', code: `${code.slice(0, 4)} ${code.slice(4)}` };
    expect(why(handlers.giveCode(input, as('asha')))).toBe('ok');
    expect(port.persons(exitOf(PLAN))).toEqual(ok(['asha', 'R. Iyer (telephone code)']));
  });

  it('attack: three wrong codes kill the approval, also when the journal can not say so', () => {
    for (const full of [false, true]) {
      const stage = stageOf('telephone-code');
      const { port, handlers } = stage.service;
      port.persons(exitOf(PLAN));
      const { approval, subject } = asked(stage);
      const right = spoken(subject);
      const wrong = right.startsWith('1') ? '20000000' : '10000000';
      stage.full = full;
      const got = [wrong, wrong, wrong, right].map((code) =>
        why(handlers.giveCode({ approval, name: 'R', code }, as('asha'))),
      );
      expect(got).toEqual(['wrong-code', 'wrong-code', 'wrong-code', 'approval-refused']);
      expect(kinds(stage)).toEqual(full ? ['asked'] : ['asked', 'refused']);
    }
  });

  it('is not replaced by a person, nor a person by it', () => {
    const stage = stageOf('remote-signature');
    stage.service.port.persons(exitOf(PLAN));
    const { approval, subject } = asked(stage);
    const { handlers } = stage.service;
    expect(why(handlers.give({ approval }, as('head')))).toBe('may-not-approve');
    expect(asked(stage).mayGive).toBe(false);
    expect(why(handlers.giveCode({ approval, name: 'R', code: spoken(subject) }, as('asha')))).toBe(
      'may-not-approve',
    );
  });

  it('can not answer a desk that has no key of it', () => {
    for (const policy of ['remote-signature', 'telephone-code'] as const) {
      const stage = stageOf(policy, 'no-keys');
      stage.service.port.persons(exitOf(PLAN));
      const { approval, subject } = asked(stage);
      const input = { approval, name: 'R', signature: signed(subject), code: spoken(subject) };
      const { handlers } = stage.service;
      expect(
        policy === 'telephone-code'
          ? why(handlers.giveCode(input, as('asha')))
          : why(handlers.giveSigned(input, as('asha'))),
      ).toBe(policy === 'telephone-code' ? 'wrong-code' : 'wrong-signature');
    }
  });
});
