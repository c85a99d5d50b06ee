import { afterEach, describe, expect, it } from 'vitest';
import { reasonIn, send, webDesk, type Sent, type WebDesk } from '#tests/web-desk.ts';
import { BODY_MAX } from './limits.ts';

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

/** What somebody sends to `sums.add`, what the door calls it. `page`: the cookie and the origin of our own page. */
type Page = { cookie: string; origin: string };
const ATTACKS: readonly (readonly [string, string, number, (page: Page) => Sent])[] = [
  [
    'a page of another site',
    'foreign-origin',
    403,
    (page) => ({ headers: { ...page, origin: 'http://evil.example' } }),
  ],
  ['a page in a sandbox', 'foreign-origin', 403, (page) => ({ headers: { ...page, origin: 'null' } })],
  [
    'our page under TLS that is not there',
    'foreign-origin',
    403,
    (page) => ({ headers: { ...page, origin: page.origin.replace('http', 'https') } }),
  ],
  [
    'another port of this machine',
    'foreign-origin',
    403,
    (page) => ({ headers: { ...page, origin: 'http://127.0.0.1:1' } }),
  ],
  [
    'a browser that says cross-site',
    'foreign-site',
    403,
    (page) => ({ headers: { ...page, 'sec-fetch-site': 'cross-site' } }),
  ],
  [
    'a browser that says same-site',
    'foreign-site',
    403,
    (page) => ({ headers: { ...page, 'sec-fetch-site': 'same-site' } }),
  ],
  [
    'a name that resolves to loopback',
    'host-not-ours',
    403,
    (page) => ({ headers: { ...page, host: 'evil.example' } }),
  ],
  [
    'our address with another port',
    'host-not-ours',
    403,
    (page) => ({ headers: { ...page, host: '127.0.0.1:1' } }),
  ],
  ['a cookie and no word of where from', 'no-origin', 403, ({ cookie }) => ({ headers: { cookie } })],
  [
    'a cookie and a token',
    'two-credentials',
    400,
    (page) => ({ headers: { ...page, authorization: 'Bearer jwt' } }),
  ],
  [
    'a cookie and a key',
    'two-credentials',
    400,
    (page) => ({ headers: { ...page, 'x-api-key': 'lb_good' } }),
  ],
  [
    'a token and a key',
    'two-credentials',
    400,
    () => ({ headers: { authorization: 'Bearer jwt', 'x-api-key': 'lb_good' } }),
  ],
  [
    'two cookies, one slipped in',
    'two-credentials',
    400,
    (page) => ({ headers: { ...page, cookie: `${page.cookie}; ${page.cookie}x` } }),
  ],
  ['a password in Basic', 'credential-unreadable', 400, () => ({ headers: { authorization: 'Basic YTpi' } })],
  [
    'a token without end',
    'credential-unreadable',
    400,
    () => ({ headers: { authorization: `Bearer ${'x'.repeat(5_000)}` } }),
  ],
  [
    'a form',
    'not-json',
    415,
    (page) => ({
      headers: { ...page, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=1&b=2',
    }),
  ],
  [
    'a form with files',
    'not-json',
    415,
    (page) => ({ headers: { ...page, 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' }),
  ],
  [
    'plain text',
    'not-json',
    415,
    (page) => ({ headers: { ...page, 'content-type': 'text/plain' }, body: JSON.stringify(SUM) }),
  ],
  ['text that is no JSON', 'not-json', 415, (page) => ({ headers: page, body: '{"a":' })],
  ['a prototype', 'not-json', 415, (page) => ({ headers: page, body: '{"a":1,"b":2,"__proto__":{"a":3}}' })],
  [
    'a body past the bound',
    'body-too-large',
    413,
    (page) => ({ headers: page, body: 'x'.repeat(BODY_MAX + 1) }),
  ],
  [
    'a body past the bound that does not say so',
    'body-too-large',
    413,
    (page) => ({ headers: page, body: 'x'.repeat(BODY_MAX + 1), chunked: true }),
  ],
  ['a link', 'post-only', 405, (page) => ({ headers: page, method: 'GET' })],
  ['a deletion', 'post-only', 405, (page) => ({ headers: page, method: 'DELETE' })],
];

describe('an attack', () => {
  it.each(ATTACKS)(
    'by %s is %s on both faces, runs nothing and is told',
    async (_who, reason, status, made) => {
      const it = await desk();
      const sent = made(await it.page());
      for (const face of ['rpc', 'api']) {
        const body = sent.body ?? (face === 'rpc' ? { json: SUM } : SUM);
        const bodyless = sent.method === 'GET';
        const answer = await it.ask(`/${face}/sums/add`, bodyless ? sent : { ...sent, body });
        expect([answer.status, reasonIn(answer)]).toEqual([status, reason]);
      }
      expect(it.ran).toEqual([]);
      const origin = { wire: 'http', address: '127.0.0.1' };
      const told = { call: 'sums.add', origin, reason };
      expect(it.refused).toEqual(reason === 'post-only' ? [] : [told, told]);
    },
  );

  it.each([
    ['/..%2f..%2fetc/passwd'],
    ['/../../etc/passwd'],
    ['/../private'],
    ['/..%2fprivate'],
    ['/%2e%2e/%2e%2e/etc/passwd'],
    ['/%252e%252e%252fetc%252fpasswd'],
    ['/%25252e%25252e%25252fetc'],
    ['/..%5c..%5cwindows'],
    ['/index.html%00.png'],
    ['/assets/%c0%ae%c0%ae/etc'],
    ['/rpc/../sums/add'],
  ])('by the path %s is path-climbs', async (path) => {
    const it = await desk();
    for (const method of ['GET', 'POST']) {
      const answer = await it.ask(path, { method });
      expect([answer.status, reasonIn(answer)]).toEqual([403, 'path-climbs']);
    }
    expect(it.refused).toHaveLength(2);
  });

  it('by methods of GET never reaches a call, with its input in the address either', async () => {
    const it = await desk();
    const headers = await it.page();
    const data = encodeURIComponent(JSON.stringify({ json: SUM }));
    for (const path of [`/rpc/sums/add?data=${data}`, '/api/sums/add?a=1&b=2', '/api/sessions/end']) {
      expect((await it.ask(path, { method: 'GET', headers })).status).toBe(405);
    }
    expect([it.ran, it.sessions.size]).toEqual([[], 1]);
  });
});
