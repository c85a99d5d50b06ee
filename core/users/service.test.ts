import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import {
  as,
  DAY,
  headquarters,
  NOW,
  PASSWORD,
  staff,
  usersDesk,
  withChief,
} from '#tests/identity/users-desk.ts';
import type { UsersDesk } from '#tests/identity/users-desk.ts';
import { WRONG_CODES_PER_MINUTE } from './service-claim.ts';

const NO_LIMITS = { orderNotionalE4: null, exitNotionalE4: null };
const DEALER = {
  role: 'dealer',
  branch: 'MUM1',
  accounts: [],
  limits: NO_LIMITS,
  exchangeUsers: [],
} as const;
const dealer = () => ({ ...DEALER, accounts: [], exchangeUsers: [] });
const hq = headquarters();

function desk(folder = scratchFolder().path, key: string | null = hq.key): UsersDesk {
  return usersDesk(folder, key);
}

function letIn(office: UsersDesk, user: string): void {
  const asked = office.asked({ user, name: user, email: '', mobile: '', branch: 'MUM1' });
  if (asked.ok) office.file.append([asked.value]);
  expect(office.handlers.approve({ user, ...dealer() }, as('chief'))).toMatchObject({ ok: true });
}

function reasonOf(answer: { readonly ok: boolean; readonly refusal?: { readonly reason: string } }): string {
  return answer.refusal?.reason ?? 'done';
}

describe('persons of the desk', () => {
  it('are asked for, let in by two, changed, disabled and enabled; memory is what a restart makes of the log', () => {
    const folder = scratchFolder().path;
    const office = withChief(desk(folder));
    const asked = office.asked({ user: 'asha', name: 'Asha', email: '', mobile: '', branch: 'MUM1' });
    if (asked.ok) office.file.append([asked.value]);
    expect(office.port.active('asha')).toBe(null);
    expect(office.handlers.list({ status: 'asked' }).users.map((one) => one.user)).toEqual(['asha']);
    const makers = as('chief', null, 'second');
    expect(office.handlers.approve({ user: 'asha', ...dealer() }, makers)).toMatchObject({
      value: { status: 'active' },
    });
    const limits = { orderNotionalE4: 5_000_000, exitNotionalE4: null };
    office.handlers.setLimits({ user: 'asha', limits, why: 'first week here' }, makers);
    office.handlers.update({ user: 'asha', name: 'Asha K', ...dealer(), branch: 'DEL2' }, makers);
    expect(office.port.active('asha')).toMatchObject({ name: 'Asha K', branch: 'DEL2', limits });
    expect(office.told()).toEqual([]);

    expect(reasonOf(office.handlers.disable({ user: 'asha', why: 'left the firm' }, as('chief')))).toBe(
      'done',
    );
    expect(office.told()).toEqual([
      'sessions of asha ended: user-disabled by chief',
      'runs of asha paused: asha was disabled: left the firm',
    ]);
    expect([office.port.active('asha'), office.port.get('asha')?.status]).toEqual([null, 'disabled']);
    const before = [...office.port.all()];
    office.file.close();

    const again = desk(folder);
    expect([...again.port.all()]).toEqual(before);
    again.start();
    expect(again.told()).toEqual([
      'sessions of asha ended: user-disabled by D1',
      'runs of asha paused: disabled before a restart',
    ]);
    expect(reasonOf(again.handlers.enable({ user: 'asha', why: 'came back' }, makers))).toBe('done');
    expect(again.port.active('asha')).toMatchObject({ branch: 'DEL2', limits });
  });

  it('who may approve exits no more loses the runs, not the sessions', () => {
    const office = withChief(desk());
    letIn(office, 'asha');
    office.handlers.update({ user: 'asha', name: 'Asha', ...dealer(), role: 'admin' }, as('chief'));
    expect(office.told()).toEqual(['runs of asha paused: asha has other rights now']);
  });

  it('the last admin stays', () => {
    const office = withChief(desk());
    expect(reasonOf(office.handlers.disable({ user: 'chief', why: 'he asked for it' }, as('chief')))).toBe(
      'last-admin',
    );
    expect([office.port.adminCount(), office.told()]).toEqual([1, []]);
  });

  it('since there were two admins, that there were is remembered: one can not send the other away and be alone', () => {
    const office = withChief(desk());
    letIn(office, 'asha');
    expect(office.port.hadTwoAdmins()).toBe(false);
    office.handlers.update({ user: 'asha', name: 'Asha', ...dealer(), role: 'admin' }, as('chief'));
    expect(office.port.hadTwoAdmins()).toBe(true);
    office.handlers.disable({ user: 'asha', why: 'sent away' }, as('chief'));
    expect([office.port.adminCount(), office.port.hadTwoAdmins()]).toEqual([1, true]);
  });

  it('prove who they are before their profile changes', async () => {
    const office = withChief(desk());
    letIn(office, 'asha');
    const profile = { name: 'Asha Rao', email: 'asha@example.in', mobile: '+919800000000' };
    const me = as('asha', office.port.get('asha'));
    const wrong = await office.handlers.updateProfile({ ...profile, password: 'a guess' }, me);
    expect([reasonOf(wrong), office.port.get('asha')?.name]).toEqual(['wrong-proof', 'asha']);
    const right = await office.handlers.updateProfile({ ...profile, password: PASSWORD }, me);
    expect(right).toMatchObject({ value: profile });
    expect(office.told()).toEqual(['proof of asha from 10.0.0.7', 'proof of asha from 10.0.0.7']);
    expect(JSON.stringify(office.facts)).not.toContain(PASSWORD);
    expect(reasonOf(office.handlers.me(undefined, as('desk')))).toBe('unknown-user');
  });

  it('can send only what the exchange knows them for', () => {
    const office = withChief(desk());
    letIn(office, 'asha');
    expect(office.port.mayNotSend('asha', 'NSE', '2026-11-18')?.reason).toBe('exchange-id-missing');
  });
});

describe('files of headquarters', () => {
  const other = headquarters();
  const line = JSON.stringify(staff(1, ['west-1']));
  const good = hq.sign(staff(1, ['west-1']));
  it.each([
    ['signed by another', other.sign(staff(1, ['west-1'])), 'set-not-signed'],
    ['changed by one letter', good.replace('MUM1', 'MUM2'), 'set-not-signed'],
    ['without a signature', good.split('\n')[0] ?? '', 'set-not-signed'],
    [
      'with a signature of nothing',
      good.replace(/ed25519 .*/, `ed25519 ${'A'.repeat(86)}`),
      'set-not-signed',
    ],
    ['empty', '', 'set-not-signed'],
    ['with a third line', `${good}{}\n`, 'set-not-signed'],
    ['signed, of no JSON', hq.signLine('{"kind":'), 'set-unreadable'],
    ['signed, not canonical', hq.signLine(line), 'set-unreadable'],
    ['signed, of another version', hq.sign({ ...staff(1, ['west-1']), v: 2 }), 'set-unreadable'],
    ['a list, not a set', hq.sign(list(1, ['west-1'])), 'set-unreadable'],
    ['of another group', hq.sign({ ...staff(1, ['west-1']), group: 'east' }), 'set-of-another-desk'],
    ['over', hq.sign({ ...staff(1, ['west-1']), validUntilMs: NOW }), 'set-expired'],
  ])('%s', (_what, text, wanted) => {
    const office = withChief(desk());
    const head = office.file.head();
    expect(reasonOf(office.handlers.importSet({ text }, as('chief')))).toBe(wanted);
    expect(office.file.head()).toEqual(head);
  });

  it('are of no use to a desk without a key of headquarters', () => {
    const office = withChief(desk(undefined, null));
    expect(reasonOf(office.handlers.importSet({ text: good }, as('chief')))).toBe('set-not-signed');
  });

  it('provision a desk: repeated nothing changes, an older one is refused, who is left out is out', () => {
    const office = withChief(desk());
    const first = hq.sign(staff(3, ['west-1', 'west-2']));
    expect(office.handlers.importSet({ text: first }, as('chief'))).toMatchObject({
      value: { set: 'west-staff', issue: 3, users: 2, repeated: false },
    });
    const head = office.file.head();
    const crlf = first.replaceAll('\n', '\r\n');
    expect(office.handlers.importSet({ text: crlf }, as('chief'))).toMatchObject({
      value: { repeated: true },
    });
    expect(office.file.head()).toEqual(head);
    const older = hq.sign(staff(2, ['west-9']));
    expect(reasonOf(office.handlers.importSet({ text: older }, as('chief')))).toBe('set-too-old');
    expect(office.told()).toEqual([]);
    office.handlers.importSet({ text: hq.sign(staff(4, ['west-2'])) }, as('chief'));
    expect(office.statuses()).toEqual({ chief: 'active', 'west-1': 'disabled', 'west-2': 'active' });
    expect(office.told()).toEqual([
      'sessions of west-1 ended: user-disabled by chief',
      'runs of west-1 paused: issue 4 of west-staff names them no more',
    ]);
  });

  it('revoke at once', () => {
    const office = withChief(desk());
    office.handlers.importSet({ text: hq.sign(staff(1, ['west-1', 'west-2'])) }, as('chief'));
    const text = hq.sign(list(7, ['west-1', 'unknown']));
    expect(office.handlers.importRevocations({ text }, as('chief'))).toEqual({
      ok: true,
      value: { issue: 7, revoked: 2, repeated: false },
    });
    expect(office.told()).toEqual([
      'sessions of west-1 ended: user-disabled by chief',
      'runs of west-1 paused: revoked by issue 7 of left',
    ]);
    expect(office.handlers.importRevocations({ text }, as('chief'))).toMatchObject({
      value: { repeated: true },
    });
    expect(office.statuses()).toMatchObject({ 'west-1': 'disabled', 'west-2': 'active' });
  });

  it('end: sessions close once, nobody is disabled, no run is paused', () => {
    const office = withChief(desk());
    office.handlers.importSet({ text: hq.sign(staff(1, ['west-1'])) }, as('chief'));
    office.at(NOW + 30 * DAY - 1);
    expect([office.tick(), office.port.active('west-1')?.user]).toEqual([[], 'west-1']);
    office.at(NOW + 30 * DAY);
    expect([office.tick(), office.port.active('west-1')]).toEqual([['west-staff'], null]);
    expect(office.told()).toEqual(['sessions of west-1 ended: expired by D1']);
    expect([office.tick(), office.told(), office.statuses()['west-1']]).toEqual([[], [], 'active']);
  });
});

describe('the first password of a person of a set', () => {
  const CODE = '7K2QD-ABCDE-FGHJK-MN0PQ';
  const sets = {
    first: hq.sign(staff(1, ['west-1', 'west-2'], { 'west-1': CODE })),
    same: hq.sign(staff(2, ['west-1', 'west-2'], { 'west-1': CODE })),
    fresh: hq.sign(staff(3, ['west-1', 'west-2'], { 'west-1': 'AAAAA-BBBBB-CCCCC-DDDDD' })),
  };
  const chosen = { user: 'west-1', password: 'a sentence of their own' };

  it('is chosen with the code, once, however it is typed; a newer code chooses anew', async () => {
    const office = withChief(desk());
    const claim = async (code: string, more: object = {}) =>
      reasonOf(await office.handlers.claim({ ...chosen, code, ...more }, as('nobody')));
    office.handlers.importSet({ text: sets.first }, as('chief'));
    expect(await claim('7K2QD-ABCDE-FGHJK-MN0PX')).toBe('wrong-enrolment-code');
    expect(await claim(CODE, { user: 'west-2' })).toBe('wrong-enrolment-code');
    expect(await claim(CODE, { user: 'stranger' })).toBe('wrong-enrolment-code');
    expect(await claim(CODE, { password: 'weak' })).toBe('password-too-weak');
    expect(await claim('7k2qd abcde fghjk mnOpq')).toBe('done');
    expect([...office.passwords]).toEqual([['west-1', chosen.password]]);
    expect(office.told()).toEqual(['sessions of west-1 ended: password-changed by west-1']);
    expect(office.facts.at(-1)).toEqual({ kind: 'user-claimed', v: 1, user: 'west-1', address: '10.0.0.7' });
    expect(await claim(CODE)).toBe('wrong-enrolment-code');
    office.handlers.importSet({ text: sets.same }, as('chief'));
    expect(await claim(CODE)).toBe('wrong-enrolment-code');
    office.handlers.importSet({ text: sets.fresh }, as('chief'));
    expect(await claim('AAAAA-BBBBB-CCCCC-DDDDD')).toBe('done');
  });

  it('is nobody’s who may not work', async () => {
    const office = withChief(desk());
    office.handlers.importSet({ text: sets.first }, as('chief'));
    office.handlers.disable({ user: 'west-1', why: 'not yet here' }, as('chief'));
    const answer = await office.handlers.claim({ ...chosen, code: CODE }, as('nobody'));
    expect([reasonOf(answer), office.passwords.size]).toEqual(['wrong-enrolment-code', 0]);
  });

  it('is not to be guessed: a minute of wrong codes closes the door, also to the right one', async () => {
    const office = withChief(desk());
    office.handlers.importSet({ text: sets.first }, as('chief'));
    const claim = async (code: string) =>
      reasonOf(await office.handlers.claim({ ...chosen, code }, as('nobody')));
    for (let n = 0; n < WRONG_CODES_PER_MINUTE; n++)
      expect(await claim(`guess ${n}`)).toBe('wrong-enrolment-code');
    expect(office.facts.at(-1)).toMatchObject({ kind: 'bound-reached', limit: WRONG_CODES_PER_MINUTE });
    expect(await claim(CODE)).toBe('too-many-attempts');
    office.at(NOW + 60_000);
    expect(await claim(CODE)).toBe('done');
  });

  it('leaves neither code nor its hash in the log', () => {
    const office = withChief(desk());
    office.handlers.importSet({ text: sets.first }, as('chief'));
    expect(JSON.stringify(office.facts)).not.toMatch(/7K2QD|enrolmentCodeHash/i);
  });
});

function list(issue: number, users: readonly string[]) {
  return { kind: 'lifeboat-revocations', v: 1, set: 'left', group: 'west', issue, issuedAtMs: NOW, users };
}
