import { readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { commandLineDesk } from './desk-stage.ts';

type Desk = Awaited<ReturnType<typeof commandLineDesk>>;

const open: Desk[] = [];
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close();
});

async function desk(): Promise<Desk> {
  const it = await commandLineDesk();
  open.push(it);
  return it;
}

const FACTORS = { factors: 'correct horse\n123456\n' };
const SIGN_IN = ['sign-in', '--user', 'dealer-1'];
const stored = ({ data }: Desk) => join(data, 'command-line-session.json');
const nameIn = (errors: string): unknown => (JSON.parse(errors) as { reason?: unknown }).reason;

describe('the command line', () => {
  it('is refused by name without a session, and answered with an API key', async () => {
    const it = await desk();
    const refused = await it.run(['sums.who']);
    expect([refused.status, refused.output, nameIn(refused.errors)]).toEqual([1, '', 'no-session']);
    const file = join(it.data, 'key');
    writeFileSync(file, 'lb_good\n', { mode: 0o600 });
    for (const [args, env] of [
      [['sums.who'], { LIFEBOAT_API_KEY: 'lb_good' }],
      [['sums.who', '--key-file', file], {}],
      [['sums.who', '--key-file', file], { LIFEBOAT_API_KEY: 'lb_other' }],
    ] as const) {
      expect(await it.run(args, { env })).toMatchObject({ status: 0, output: '{"by":"key:1"}\n' });
    }
    const dead = await it.run(['sums.who'], { env: { LIFEBOAT_API_KEY: 'lb_dead' } });
    expect([dead.status, nameIn(dead.errors)]).toEqual([1, 'key-unknown']);
  });

  it('signs in with both factors, works, and signs out', async () => {
    const it = await desk();
    expect(await it.run(SIGN_IN, FACTORS)).toMatchObject({
      status: 0,
      output: `Signed in at ${it.url} as dealer-1.\n`,
    });
    expect(statSync(stored(it)).mode & 0o777).toBe(0o600);
    expect(readFileSync(stored(it), 'utf8')).not.toContain('correct horse');
    expect(await it.run(['sums.who'])).toMatchObject({ status: 0, output: '{"by":"dealer-1"}\n' });
    expect((await it.run(['sums.big'])).output).toBe('{"sum":"12345678901234567890"}\n');
    expect((await it.run(['sums.count', '{"to":3}'])).output).toBe('1\n2\n3\n');
    expect((await it.run(['sums.add', '-'], { input: '{"a":1,"b":2}' })).output).toBe('{"sum":3}\n');
    const unlucky = await it.run(['sums.add', '{"a":13,"b":2}']);
    expect([unlucky.status, nameIn(unlucky.errors)]).toEqual([1, 'unlucky']);
    expect((await it.run(['sign-out'])).status).toBe(0);
    expect([it.memory.access.size, readdirSync(it.data)]).toEqual([0, ['desk-address.json']]);
    expect((await it.run(['sign-out'])).status).toBe(1);
  });

  it('ends with 1 when what answers is not ready, and says the answer all the same', async () => {
    const it = await desk();
    const env = { LIFEBOAT_API_KEY: 'lb_good' };
    for (const [is, status] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const ran = await it.run(['sums.ready', JSON.stringify({ is })], { env });
      expect(ran).toMatchObject({ status, output: `{"ready":${is}}\n` });
    }
  });

  it('takes a recovery code in place of the authenticator', async () => {
    const it = await desk();
    expect((await it.run(SIGN_IN, { factors: 'correct horse\nabcd-efgh' })).status).toBe(0);
  });

  it.each([
    ['a wrong password', SIGN_IN, 'wrong\n123456', 'not-let-in'],
    ['a wrong code', SIGN_IN, 'correct horse\n654321', 'not-let-in'],
    ['a person without a second factor', ['sign-in', '--user', 'newcomer'], 'correct horse\n123456', 'enrol'],
  ])('refuses %s and keeps nothing', async (_who, args, factors, reason) => {
    const it = await desk();
    const refused = await it.run(args, { factors });
    expect([refused.status, nameIn(refused.errors)]).toEqual([1, reason]);
    expect(readdirSync(it.data)).toEqual(['desk-address.json']);
  });

  it.each([
    ['nothing', []],
    ['an option that there is not', ['sums.who', '--what']],
    ['more than a call and its input', ['sums.who', '{}', '{}']],
    ['what is no JSON', ['sums.add', '{"a":']],
    ['a password for all to read', ['auth.signIn', '{"user":"dealer-1","password":"correct horse"}']],
    ['a sign-in of nobody', ['sign-in']],
    ['a sign-in without terminal and descriptor', SIGN_IN],
    ['plain HTTP to another machine', ['sums.who', '--desk', 'http://10.1.2.3:80']],
    ['a key file that is not there', ['sums.who', '--key-file', '/nowhere']],
  ])('is misused with %s, and repeats no secret', async (_what, args) => {
    const it = await desk();
    const misused = await it.run(args);
    expect([misused.status, misused.output]).toEqual([2, '']);
    expect(misused.errors).not.toContain('correct horse');
  });

  it('has no answer when no desk runs, or none listens', async () => {
    const it = await desk();
    it.announce('http://127.0.0.1:1');
    expect((await it.run(['sums.who'])).status).toBe(3);
    expect((await it.run(['sums.who', '--desk', it.url])).status).toBe(1);
    writeFileSync(join(it.data, 'desk-address.json'), '');
    expect((await it.run(['sums.who'])).status).toBe(3);
  });
});

describe('the tokens of the command line', () => {
  it('are refreshed by themselves, and the new ones kept', async () => {
    const it = await desk();
    await it.run(SIGN_IN, FACTORS);
    it.expire();
    expect((await it.run(['sums.who'])).output).toBe('{"by":"dealer-1"}\n');
    expect(JSON.parse(readFileSync(stored(it), 'utf8'))).toEqual({
      url: null,
      accessToken: 'access-2',
      refreshToken: 'refresh-2',
    });
    expect(statSync(stored(it)).mode & 0o777).toBe(0o600);
    expect((await it.run(['sums.who'])).status).toBe(0);
    expect(it.memory.refreshes).toBe(1);
  });

  it('are refreshed by one process when several need it at once', async () => {
    const it = await desk();
    await it.run(SIGN_IN, FACTORS);
    it.expire();
    const ran = await Promise.all([1, 2, 3].map(() => it.run(['sums.who'])));
    expect(ran.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(it.memory.refreshes).toBe(1);
  });

  it('are refreshed past the lock of a process that died', async () => {
    const it = await desk();
    await it.run(SIGN_IN, FACTORS);
    it.expire();
    const lock = join(it.data, 'command-line-session.lock');
    writeFileSync(lock, '');
    const longAgo = Date.now() / 1_000 - 60;
    utimesSync(lock, longAgo, longAgo);
    expect((await it.run(['sums.who'])).status).toBe(0);
  });

  it('follow the desk of their folder to another port, and are shown to no other desk', async () => {
    const it = await desk();
    await it.run(SIGN_IN, FACTORS);
    const other = await it.another();
    const elsewhere = await it.run(['sums.who', '--desk', other]);
    expect([elsewhere.status, nameIn(elsewhere.errors)]).toEqual([1, 'no-session']);
    it.announce(other);
    expect((await it.run(['sums.who'])).output).toBe('{"by":"dealer-1"}\n');
    await it.run(['sign-in', it.url, '--user', 'dealer-1'], FACTORS);
    expect((await it.run(['sums.who'])).status).toBe(0);
    expect((await it.run(['sums.who', '--desk', other])).status).toBe(1);
  });

  it('are of no use when the desk has ended their session', async () => {
    const it = await desk();
    await it.run(SIGN_IN, FACTORS);
    it.expire();
    it.memory.refreshToken = 'used by a thief';
    const refused = await it.run(['sums.who']);
    expect([refused.status, nameIn(refused.errors)]).toEqual([1, 'refresh-reused']);
  });
});
