import { afterEach, describe, expect, it } from 'vitest';
import { reasonIn, send, webDesk, type Sent, type WebDesk } from '#tests/web-desk.ts';
import { BODY_MAX, CALLS_PER_SECOND, GUESSES_PER_MINUTE } from './limits.ts';

const open: WebDesk[] = [];
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close();
});

async function desk() {
  const it = await webDesk();
  open.push(it);
  const ask = (path: string, sent: Sent = {}) => send(it.web.port, path, sent);
  const signIn = async (user = 'dealer-1') => {
    const answer = await ask('/api/auth/signIn', { body: { user } });
    return String(answer.headers['set-cookie']);
  };
  /** As a page of ours sends it. */
  const page = async () => ({
    cookie: (await signIn()).split(';')[0] ?? '',
    origin: `http://127.0.0.1:${it.web.port}`,
  });
  return { ...it, ask, signIn, page };
}

const SUM = { a: 1, b: 2 };

describe('the web door', () => {
  it('lets no call work without a credential, not even from loopback, and tells no shape', async () => {
    const { ask, ran } = await desk();
    for (const [path, body] of [
      ['/rpc/sums/add', { json: SUM }],
      ['/api/sums/add', SUM],
      ['/api/sums/add', { a: 'x' }],
    ] as const) {
      const answer = await ask(path, { body });
      expect([answer.status, reasonIn(answer)]).toEqual([401, 'no-session']);
    }
    expect(ran).toEqual([]);
  });

  it('carries a sign-in as a cookie that no script reads and no other site sends', async () => {
    const { ask, signIn, page, web } = await desk();
    expect(await signIn()).toBe(
      `lifeboat_session_${web.port}=secret-1; HttpOnly; SameSite=Strict; Path=/; Max-Age=3600`,
    );
    const headers = await page();
    const ended = await ask('/api/sessions/end', { headers });
    expect(String(ended.headers['set-cookie'])).toContain(`lifeboat_session_${web.port}=; `);
    expect(String(ended.headers['set-cookie'])).toContain('Max-Age=0');
    expect(reasonIn(await ask('/api/sums/add', { body: SUM, headers }))).toBe('session-ended');
    // A dead cookie keeps nobody from signing in again.
    expect((await ask('/api/auth/signIn', { body: { user: 'dealer-2' }, headers })).status).toBe(200);
  });

  it('gives each sign-in a new secret: one that was planted beforehand opens nothing', async () => {
    const { ask, web } = await desk();
    const planted = { cookie: `lifeboat_session_${web.port}=planted`, origin: web.url };
    const signedIn = await ask('/api/auth/signIn', { body: { user: 'dealer-1' }, headers: planted });
    expect(String(signedIn.headers['set-cookie'])).not.toContain('planted');
    expect((await ask('/api/sums/who', { headers: planted })).status).toBe(401);
  });

  it('takes a cookie, a bearer token or an API key in either header', async () => {
    const it = await desk();
    it.sessions.set('jwt', 'dealer-7');
    const who = async (headers: Record<string, string>) =>
      (await it.ask('/api/sums/who', { headers })).body as unknown;
    expect(await who(await it.page())).toEqual({ by: 'dealer-1' });
    expect(await who({ authorization: 'Bearer jwt' })).toEqual({ by: 'dealer-7' });
    expect(await who({ authorization: 'bearer lb_good' })).toEqual({ by: 'key:1' });
    expect(await who({ 'x-api-key': 'lb_good' })).toEqual({ by: 'key:1' });
  });

  it('answers the same over both HTTP faces: value, refusal, bad input, bug', async () => {
    const it = await desk();
    const headers = await it.page();
    const sum = (body: unknown) => it.ask('/api/sums/add', { body, headers });
    expect(await sum(SUM)).toMatchObject({ status: 200, body: { sum: 3 } });
    expect(await sum({ a: 4, b: 0 })).toMatchObject({ status: 200, body: { sum: 4 } });
    expect(await sum({ a: 13, b: 2 })).toMatchObject({
      status: 409,
      body: { code: 'REFUSED', defined: true, data: { reason: 'unlucky', text: 'Not with 13.' } },
    });
    expect(await sum({ a: 'x', b: 2 })).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    const bug = await sum({ a: 66, b: 1 });
    expect(bug).toMatchObject({ status: 500, body: { code: 'INTERNAL', data: { id: 'bug-1' } } });
    expect(JSON.stringify(bug.body)).not.toContain('secret of the house');
    expect(it.bugs).toEqual(['bug-1 sums.add: secret of the house']);
    expect(it.ran[0]).toBe('dealer-1: 1+2');
    const rpc = await it.ask('/rpc/sums/add', { body: { json: SUM }, headers });
    expect(rpc.body).toEqual({ json: { sum: 3 } });
  });

  it.each([
    ['no body and no type', undefined, {}],
    ['no body, yet a type', undefined, { 'content-type': 'application/json' }],
    ['an empty object', {}, {}],
  ])('takes %s for a call without input', async (_what, body, more) => {
    const { ask, page } = await desk();
    for (const face of ['api', 'rpc']) {
      const headers = { ...(await page()), ...more };
      expect((await ask(`/${face}/sums/who`, { headers, body })).status).toBe(200);
    }
  });

  it('never runs a call whose contract states no permission, nor lets a wrong answer out', async () => {
    const { ask, page, ran } = await desk();
    const headers = await page();
    expect((await ask('/api/sums/unstated', { body: {}, headers })).status).toBe(403);
    expect(ran).toEqual([]);
    expect(await ask('/api/sums/lies', { headers })).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL' },
    });
  });

  it('tells only who is signed in what can be called, and by which credentials', async () => {
    const { ask, page, web } = await desk();
    const headers = await page();
    for (const path of ['/openapi.json', '/api/openapi.json']) {
      expect(reasonIn(await ask(path, { method: 'GET' }))).toBe('no-session');
      const dead = { 'x-api-key': 'lb_dead' };
      expect((await ask(path, { method: 'GET', headers: dead })).status).toBe(401);
      expect(await ask(path, { method: 'GET', headers })).toMatchObject({
        status: 200,
        body: {
          paths: {
            '/sums/add': { post: { operationId: 'sums.add' } },
            '/auth/signIn': { post: { security: [] } },
          },
          security: [{ cookie: [] }, { bearer: [] }, { apiKey: [] }],
          components: {
            securitySchemes: {
              cookie: { in: 'cookie', name: `lifeboat_session_${web.port}` },
              bearer: { scheme: 'bearer' },
              apiKey: { in: 'header', name: 'X-API-Key' },
            },
          },
        },
      });
    }
  });

  it('sends its security headers with every answer, and none that opens it to another origin', async () => {
    const { ask } = await desk();
    for (const path of ['/health', '/rpc/none', '/api/sums/add', '/nothing', '/%', '/../up', '/a%ff']) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { headers } = await ask(path, { method });
        expect(headers['content-security-policy']).toContain("default-src 'none'");
        expect(headers['strict-transport-security']).toBeUndefined();
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    }
  });
});

describe('a script that is no browser', () => {
  it('says so beside its cookie', async () => {
    const it = await desk();
    const { cookie } = await it.page();
    const answer = await it.ask('/api/sums/add', { body: SUM, headers: { cookie, 'x-lifeboat': '1' } });
    expect(answer.body).toEqual({ sum: 3 });
  });
});

describe('the screen', () => {
  it('is served to anybody: it holds nothing', async () => {
    const { ask } = await desk();
    expect((await ask('/', { method: 'GET' })).body).toBe('the screen');
    for (const path of ['/private', '/a%20b', '/a%2520b', '/..a/b..c']) {
      expect((await ask(path, { method: 'GET' })).status).toBe(404);
    }
  });
});

describe('the bounds', () => {
  it('take an import that is larger than other calls, from a live session only', async () => {
    const it = await desk();
    const body = { text: 'x'.repeat(2 * BODY_MAX) };
    expect(reasonIn(await it.ask('/api/sums/importNumbers', { body }))).toBe('body-too-large');
    expect(reasonIn(await it.ask('/api/sums/importNumbers', { body, chunked: true }))).toBe('body-too-large');
    expect(it.refused.map(({ call }) => call)).toEqual(['sums.importNumbers', 'sums.importNumbers']);
    const headers = await it.page();
    const answer = await it.ask('/api/sums/importNumbers', { body, headers });
    expect(answer.body).toEqual({ length: 2 * BODY_MAX });
  });

  it('slow down guesses of one address, and nothing else', async () => {
    const it = await desk();
    for (let n = 0; n < GUESSES_PER_MINUTE; n += 1) await it.signIn();
    const refused = await it.ask('/rpc/auth/signIn', { body: { json: { user: 'dealer-1' } } });
    expect([refused.status, reasonIn(refused)]).toEqual([429, 'too-many-requests']);
    expect(refused.headers['retry-after']).toBe('2');
    expect(it.refused.at(-1)).toMatchObject({ call: 'auth.signIn', reason: 'too-many-requests' });
    expect((await it.ask('/api/auth/state')).status).toBe(200);
    it.clock.monotonicMs += 2_000;
    expect((await it.ask('/api/auth/signIn', { body: { user: 'dealer-1' } })).status).toBe(200);
  });

  it('hold for all requests of one address together', async () => {
    const it = await desk();
    const statuses: number[] = [];
    for (let n = 0; n <= CALLS_PER_SECOND; n += 1) {
      statuses.push((await it.ask('/health', { method: 'GET' })).status);
    }
    expect([statuses.at(-2), statuses.at(-1)]).toEqual([200, 429]);
  });
});
