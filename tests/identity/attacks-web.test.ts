import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BODY_MAX } from '#core/web/limits.ts';
import { reasonIn, send, type Sent } from '#tests/web-desk.ts';
import { freshAddress } from './attack.ts';
import { withStaff } from './people.ts';
import { ofKind, openStage, type Stage } from './stage.ts';
import { overHttp, type Hands } from './wires.ts';

let stage: Stage;
/** Of the admin: what a page of a stranger would love to ride on. */
const hands: Hands = {};
beforeAll(async () => {
  stage = await openStage({ desk: 'WEB' });
  const { ravi } = await withStaff(stage, []);
  await ravi.enter(overHttp(stage, hands));
});
afterAll(() => stage.close());

const EVIL = 'https://evil.example';
const large = (): string => JSON.stringify({ user: 'ravi', password: 'x'.repeat(BODY_MAX) });
const file = (): string => JSON.stringify({ json: { source: 'a.csv', text: 'x'.repeat(BODY_MAX) } });

interface WebAttack {
  readonly what: string;
  readonly path: string;
  /** Read when the desk stands: its address is in it. */
  readonly sent: () => Sent;
  readonly status: number;
  readonly reason: string;
  /** How the journal names what was asked. */
  readonly call: string;
}

/** With the admin's cookie, as his browser would send it along. */
const ridden = (more: Readonly<Record<string, string>>) => () => ({
  headers: { cookie: hands.cookie ?? '', ...more },
  body: { json: { user: 'ravi' } },
});
const REVOKE = { path: '/rpc/sessions/revokeAll', call: 'sessions.revokeAll' };
const SIGN_IN = { path: '/api/auth/signIn', call: 'auth.signIn' };
const climb = (path: string, call = '/*'): WebAttack => ({
  what: `a path that climbs: ${path}`,
  path,
  sent: () => ({ method: 'GET' }),
  status: 403,
  reason: 'path-climbs',
  call,
});

const ATTACKS: readonly WebAttack[] = [
  {
    ...REVOKE,
    what: 'a page of another origin',
    sent: ridden({ origin: EVIL }),
    status: 403,
    reason: 'foreign-origin',
  },
  {
    ...REVOKE,
    what: 'a page on another port of this machine',
    sent: ridden({ origin: 'http://127.0.0.1:1' }),
    status: 403,
    reason: 'foreign-origin',
  },
  {
    ...REVOKE,
    what: 'a page without an origin (sandboxed)',
    sent: ridden({ origin: 'null' }),
    status: 403,
    reason: 'foreign-origin',
  },
  {
    ...REVOKE,
    what: 'a form of another site',
    sent: ridden({ 'sec-fetch-site': 'cross-site' }),
    status: 403,
    reason: 'foreign-site',
  },
  {
    ...REVOKE,
    what: 'a page of the same site, not of the same origin',
    sent: ridden({ 'sec-fetch-site': 'same-site' }),
    status: 403,
    reason: 'foreign-site',
  },
  {
    ...REVOKE,
    what: 'a cookie that does not say whence it comes',
    sent: ridden({}),
    status: 403,
    reason: 'no-origin',
  },
  {
    ...REVOKE,
    what: 'a name that resolves to this desk',
    sent: ridden({ host: 'evil.example', origin: 'http://evil.example' }),
    status: 403,
    reason: 'host-not-ours',
  },
  {
    ...REVOKE,
    what: 'a form that needs no leave of a browser',
    sent: () => ({
      headers: { cookie: hands.cookie ?? '', origin: stage.url, 'content-type': 'text/plain' },
      body: '{"json":{"user":"ravi"}}',
    }),
    status: 415,
    reason: 'not-json',
  },
  {
    ...REVOKE,
    what: 'a body that does not say what it is',
    sent: () => ({
      headers: { cookie: hands.cookie ?? '', origin: stage.url, 'content-type': '' },
      body: '{"json":{"user":"ravi"}}',
    }),
    status: 415,
    reason: 'not-json',
  },
  {
    ...REVOKE,
    what: 'two credentials at once',
    sent: () => ({ headers: { cookie: hands.cookie ?? '', origin: stage.url, authorization: 'Bearer x' } }),
    status: 400,
    reason: 'two-credentials',
  },
  {
    ...SIGN_IN,
    what: 'an oversized body',
    sent: () => ({ body: large() }),
    status: 413,
    reason: 'body-too-large',
  },
  {
    ...SIGN_IN,
    what: 'an oversized body that does not say how large it is',
    sent: () => ({ body: large(), chunked: true }),
    status: 413,
    reason: 'body-too-large',
  },
  {
    what: 'a file of the day, from a stranger',
    path: '/rpc/positions/import',
    call: 'positions.import',
    sent: () => ({ body: file() }),
    status: 413,
    reason: 'body-too-large',
  },
  ...[
    '/../private',
    '/%2e%2e/private',
    '/..%2fprivate',
    '/%2e%2e%2f%2e%2e%2fprivate',
    '/%252e%252e%252fprivate',
    '/..%5cprivate',
    '/x/../../desk/desk.db',
    '/private%00.html',
  ].map((path) => climb(path)),
  climb('/rpc/../../private', '/rpc/*'),
  // What can not be decoded meets no route.
  climb('/%c0%ae%c0%ae/private', 'none'),
];

describe('the web door of a whole desk refuses and journals', () => {
  it.each(ATTACKS)('$what', async ({ path, sent, status, reason, call }) => {
    const seq = await stage.head();
    const answer = await send(stage.port, path, { from: freshAddress(), ...sent() });
    expect([answer.status, reasonIn(answer)]).toEqual([status, reason]);
    expect(JSON.stringify(answer.body)).not.toContain('not of the screen');
    expect(ofKind(await stage.factsSince(seq), 'call-refused')).toMatchObject([
      { call, by: 'nobody', wire: 'http', reason },
    ]);
  });

  it.each([
    ['a page of another origin', { origin: EVIL }, 'foreign-origin'],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 'foreign-site'],
    ['a name that resolves to this desk', { host: 'evil.example' }, 'host-not-ours'],
    ['a cookie that does not say whence it comes', {}, 'no-origin'],
  ])('a WebSocket of %s', async (_whose, more, reason) => {
    const seq = await stage.head();
    const headers = { cookie: hands.cookie ?? '', ...more };
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/ws`, { headers });
    const said = await new Promise<string>((resolve) => {
      socket.on('open', () => resolve('opened'));
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => {
        response.on('data', (body: Buffer) => {
          resolve((JSON.parse(body.toString()) as { data: { reason: string } }).data.reason);
        });
      });
    });
    socket.terminate();
    expect(said).toBe(reason);
    expect(ofKind(await stage.factsSince(seq), 'call-refused')).toMatchObject([
      { call: 'ws', by: 'nobody', wire: 'ws', reason },
    ]);
  });

  it('leaves the admin, in whose name all this was tried, where he was', async () => {
    expect((await send(stage.port, '/', { method: 'GET' })).body).toBe('the screen');
    expect(await overHttp(stage, hands).sessions.who()).toMatchObject({ by: 'ravi', locked: false });
  });
});
