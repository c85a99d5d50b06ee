import { spawnSync } from 'node:child_process';
import { createPublicKey, createHmac, verify } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { as, usersDesk, withChief } from './users-desk.ts';

const HEADQUARTERS = fileURLToPath(new URL('../../main/headquarters.ts', import.meta.url));
const SUBJECT = '3f'.repeat(32);
const DAY = 86_400_000;

/** Runs the tool as a person does. `phrase` comes on descriptor 0. */
function headquarters(words: readonly string[], phrase?: string) {
  const env = { ...process.env, LIFEBOAT_PASSPHRASE_FD: phrase === undefined ? undefined : '0' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [HEADQUARTERS, ...words], {
    encoding: 'utf8',
    env,
    input: phrase ?? '',
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

/** An office with keys: paths by name, and its public key. */
function office(phrase?: string) {
  const { path } = scratchFolder();
  const made = headquarters(['keys', '--out', join(path, 'keys')], phrase);
  expect(made).toMatchObject({ status: 0 });
  const at = (name: string): string => join(path, name);
  return {
    at,
    key: at('keys/headquarters-key.json'),
    telephone: at('keys/telephone-key.json'),
    publicHex: readFileSync(at('keys/headquarters-public-key.txt'), 'utf8').trim(),
    write(name: string, value: unknown): string {
      writeFileSync(at(name), JSON.stringify(value));
      return at(name);
    },
  };
}

const person = (user: string, more: object = {}) => ({
  user,
  name: `Person ${user}`,
  role: 'dealer',
  branch: 'MUM1',
  ...more,
});
const draft = (issue: number, users: readonly object[]) => ({
  set: 'west-staff',
  group: 'west',
  issue,
  validDays: 30,
  users,
});

describe('npm run headquarters', () => {
  it('signs a set and a revocation list that a desk takes in; its code opens the first password', async () => {
    const hq = office();
    const persons = [person('west-1', { newCode: true, mobile: '+919800000000' }), person('west-2')];
    const before = Date.now();
    const signed = headquarters([
      'sign-users',
      hq.write('set.json', draft(1, persons)),
      '--key',
      hq.key,
      '--out',
      hq.at('set.txt'),
      '--codes',
      hq.at('codes.txt'),
    ]);
    expect(signed).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/issue 1 of west-staff, 2 persons/),
    });
    const [, user = '', code = ''] = /^(\S+)\t(\S+)\n$/.exec(readFileSync(hq.at('codes.txt'), 'utf8')) ?? [];
    expect([user, code]).toEqual(['west-1', expect.stringMatching(/^(\w{5}-){3}\w{5}$/)]);
    expect(statSync(hq.at('codes.txt')).mode & 0o777).toBe(0o600);

    const desk = withChief(usersDesk(scratchFolder().path, hq.publicHex));
    desk.at(before);
    const text = readFileSync(hq.at('set.txt'), 'utf8');
    expect(text).not.toContain(code);
    const came = desk.handlers.importSet({ text }, as('chief'));
    expect(came).toMatchObject({ value: { set: 'west-staff', issue: 1, users: 2, repeated: false } });
    const until = came.ok ? came.value.validUntilMs : 0;
    expect(until - before).toBeGreaterThanOrEqual(30 * DAY);
    expect(desk.port.active('west-1')).toMatchObject({
      mobile: '+919800000000',
      role: 'dealer',
      branch: 'MUM1',
    });
    const choice = { user, code, password: 'a sentence of their own' };
    expect(await desk.handlers.claim(choice, as('nobody'))).toMatchObject({ ok: true });
    expect([...desk.passwords.keys()]).toEqual(['west-1']);
    desk.at(until);
    expect(desk.port.active('west-1')).toBe(null);
    desk.at(before);

    const list = hq.write('left.json', { set: 'left', group: 'west', issue: 1, users: ['west-1'] });
    const revoked = headquarters(['sign-revocations', list, '--key', hq.key, '--out', hq.at('left.txt')]);
    expect(revoked).toMatchObject({ status: 0, stderr: '' });
    desk.handlers.importRevocations({ text: readFileSync(hq.at('left.txt'), 'utf8') }, as('chief'));
    expect(desk.statuses()).toEqual({ chief: 'active', 'west-1': 'disabled', 'west-2': 'active' });
  });

  it('signs approvals and makes telephone codes that the public formula gives', () => {
    const hq = office();
    const text = Buffer.from(`lifeboat approval ${SUBJECT}`);
    const signature = headquarters(['sign', SUBJECT, '--key', hq.key]);
    const publicKey = createPublicKey({ key: Buffer.from(hq.publicHex, 'hex'), format: 'der', type: 'spki' });
    expect(verify(null, text, publicKey, Buffer.from(signature.stdout, 'base64url'))).toBe(true);
    const { key } = JSON.parse(readFileSync(hq.telephone, 'utf8')) as { key: string };
    const hmac = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest();
    const wanted = (hmac.readUInt32BE((hmac[31] ?? 0) & 15) & 0x7fffffff) % 100_000_000;
    const code = headquarters(['code', SUBJECT, '--telephone-key', hq.telephone]);
    expect([code.status, code.stdout]).toEqual([0, String(wanted).padStart(8, '0')]);
  });

  it('keeps keys under a passphrase, readable by their owner only', () => {
    const hq = office('a sentence of the office');
    for (const path of [hq.key, hq.telephone]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
        key: { argon2: expect.stringMatching(/^\$argon2id/) },
      });
    }
    expect(headquarters(['sign', SUBJECT, '--key', hq.key], 'a sentence of the office').status).toBe(0);
    expect(headquarters(['sign', SUBJECT, '--key', hq.key], 'a guess at the sentence')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not the passphrase'),
    });
    expect(headquarters(['sign', SUBJECT, '--key', hq.key])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('LIFEBOAT_PASSPHRASE_FD'),
    });
  });

  it('warns of bare keys, and does not use them when others can read them', () => {
    const hq = office();
    expect(headquarters(['keys', '--out', hq.at('more')]).stderr).toMatch(/warning: without a passphrase/);
    chmodSync(hq.key, 0o644);
    expect(headquarters(['sign', SUBJECT, '--key', hq.key])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('chmod 600'),
    });
  });

  it('refuses by name with 1, and is misused with 2; nothing is written then', () => {
    const hq = office();
    let drafts = 0;
    const set = (value: unknown): string[] => [
      'sign-users',
      hq.write(`draft-${++drafts}.json`, value),
      '--key',
      hq.key,
      '--out',
      hq.at('never.txt'),
    ];
    writeFileSync(hq.at('no.json'), '{');
    const cases: readonly [readonly string[], 1 | 2, RegExp][] = [
      [[], 2, /a command is wanted/],
      [['toString'], 2, /no command toString/],
      [['keys'], 2, /needs --out/],
      [['keys', 'x', '--out', hq.at('y')], 2, /keys takes --out only/],
      [['sign', SUBJECT], 2, /needs --key/],
      [['sign', '--key', hq.key], 2, /takes one thing/],
      [['code', SUBJECT, '--key', hq.key], 2, /takes no --key/],
      [['sign', SUBJECT, '--what'], 2, /--what/],
      [['keys', '--out', hq.at('keys')], 1, /there already/],
      [['sign', 'abc', '--key', hq.key], 1, /64 hexadecimal/],
      [['sign', SUBJECT, '--key', hq.at('none')], 1, /there is no file/],
      [['sign', SUBJECT, '--key', hq.at('no.json')], 1, /no key file/],
      [['sign', SUBJECT, '--key', hq.telephone], 1, /holds a telephone-key/],
      [set(draft(1, [person('Upper')])), 1, /users\[0\].user/],
      [set(draft(1, [person('west-1', { rolle: 'admin' })])), 1, /rolle/],
      [set(draft(1, [person('west-1'), person('west-1')])), 1, /twice/],
      [set(draft(1, [person('west-1', { newCode: true })])), 1, /--codes/],
      [set({ ...draft(1, [person('west-1')]), validDays: 4000 }), 1, /validDays/],
      [['sign-users', hq.at('no.json'), '--key', hq.key, '--out', hq.at('never.txt')], 1, /no JSON/],
    ];
    for (const [words, status, text] of cases) {
      const answer = headquarters(words);
      expect([words, answer.status, answer.stdout]).toEqual([words, status, '']);
      expect(answer.stderr).toMatch(text);
    }
    expect(() => statSync(hq.at('never.txt'))).toThrow('ENOENT');
  });

  it('refuses a short passphrase for keys that protect every desk', () => {
    const answer = headquarters(['keys', '--out', join(scratchFolder().path, 'k')], 'short');
    expect([answer.status, answer.stderr]).toEqual([1, expect.stringContaining('shorter than 12')]);
  });
});
