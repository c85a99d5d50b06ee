import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { eventIterator, type ContractRouterClient } from '@orpc/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { Bug } from '#core/lib/assert.ts';
import { oc } from '#core/lib/procedure.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { createDoor } from '#core/router.ts';
import { sessionsContract } from '#core/sessions/contract.ts';
import { createSessions, SESSION_LIFE_MS, WRONG_TOKENS_PER_MINUTE } from '#core/sessions/service.ts';
import { SOCKETS_MAX } from './sockets.ts';
import { startWeb, type Web } from './server.ts';

const calls = {
  sessions: sessionsContract,
  sums: {
    add: oc
      .meta({ permission: 'sums.add' })
      .input(z.object({ a: z.int(), b: z.int() }))
      .output(z.object({ sum: z.int() })),
    unstated: oc.input(z.object({})).output(z.object({})),
    lies: oc.meta({ permission: 'sums.add' }).output(z.object({ sum: z.int() })),
    count: oc
      .meta({ permission: 'sums.add' })
      .input(z.object({ to: z.int() }))
      .output(eventIterator(z.int())),
  },
};

const open: Web[] = [];
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close();
});

async function desk() {
  const clock = { now: instantOf('2026-11-23', 14 * 60 + 50) };
  const bugs: string[] = [];
  const ran: string[] = [];
  let byte = 0;
  const randomBytes = (length: number) => new Uint8Array(length).map(() => (byte += 7) % 256);
  const sessions = createSessions({ now: () => clock.now, randomBytes, operator: 'dealer-1' });
  const router = createDoor(
    calls,
    {
      sessions: sessions.handlers,
      sums: {
        add: ({ a, b }, { by }) => {
          ran.push(`${by}: ${a}+${b}`);
          if (a === 13) return refuse({ reason: 'unlucky', text: 'Not with 13.' });
          if (a === 66) throw new Bug('secret of the house');
          return b === 0 ? ok({ sum: a }) : { sum: a + b };
        },
        unstated: () => {
          ran.push('unstated');
          return {};
        },
        lies: () => ({ sum: 0.5 }),
        count: async function* ({ to }) {
          for (let n = 1; n <= to; n += 1) yield n;
          if (to === 66) throw new Bug('half way');
        },
      },
    },
    {
      sessions: sessions.port,
      newId: () => 'bug-1',
      logBug: (id, call, error) => bugs.push(`${id} ${call}: ${error.message}`),
    },
  );
  const web = await startWeb(
    {
      router,
      sessions: sessions.port,
      host: {
        now: () => clock.now,
        every: () => () => undefined,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        paths: { data: '/nowhere', screen: null },
      },
    },
    { port: 0 },
  );
  open.push(web);
  return { web, clock, bugs, ran, sessions: sessions.port };
}

type Desk = Awaited<ReturnType<typeof desk>>;

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
    headers: answer.headers,
  };
}

async function signIn({ web, sessions }: Desk): Promise<string> {
  const token = sessions.issueToken()?.token ?? '';
  const answer = await post(`${web.url}/session`, { token });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('the web door', () => {
  it('lets no call work without a session, not even from loopback', async () => {
    const it = await desk();
    for (const call of ['rpc/sums/add', 'api/sums/add']) {
      const answer = await post(
        `${it.web.url}/${call}`,
        call.startsWith('rpc') ? { json: { a: 1, b: 2 } } : { a: 1, b: 2 },
      );
      expect(answer.status).toBe(401);
    }
    // Not even its shape is told to a stranger.
    expect((await post(`${it.web.url}/api/sums/add`, { a: 'x' })).status).toBe(401);
    expect(it.ran).toEqual([]);
  });

  it('exchanges the token once, for a cookie that no script reads', async () => {
    const it = await desk();
    const token = it.sessions.issueToken()?.token ?? '';
    const first = await post(`${it.web.url}/session`, { token });
    expect(first.status).toBe(200);
    expect(first.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    const second = await post(`${it.web.url}/session`, { token });
    expect([second.status, second.body?.['reason']]).toEqual([401, 'token-unknown']);
  });

  it('answers the same over both HTTP faces: value, refusal, bad input, bug', async () => {
    const it = await desk();
    const cookie = await signIn(it);
    const add = (body: unknown) => post(`${it.web.url}/api/sums/add`, body, { cookie });
    expect(await add({ a: 1, b: 2 })).toMatchObject({ status: 200, body: { sum: 3 } });
    expect(await add({ a: 4, b: 0 })).toMatchObject({ status: 200, body: { sum: 4 } });
    expect(await add({ a: 13, b: 2 })).toMatchObject({
      status: 409,
      body: { code: 'REFUSED', defined: true, data: { reason: 'unlucky', text: 'Not with 13.' } },
    });
    expect(await add({ a: 'x', b: 2 })).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    const bug = await add({ a: 66, b: 1 });
    expect(bug).toMatchObject({ status: 500, body: { code: 'INTERNAL', data: { id: 'bug-1' } } });
    expect(JSON.stringify(bug.body)).not.toContain('secret of the house');
    expect(it.bugs).toEqual(['bug-1 sums.add: secret of the house']);
    expect(it.ran[0]).toBe('dealer-1: 1+2');
    const rpc = await post(`${it.web.url}/rpc/sums/add`, { json: { a: 1, b: 2 } }, { cookie });
    expect(rpc.body).toEqual({ json: { sum: 3 } });
  });

  it('never runs a call whose contract states no permission, nor lets a wrong answer out', async () => {
    const it = await desk();
    const cookie = await signIn(it);
    expect((await post(`${it.web.url}/api/sums/unstated`, {}, { cookie })).status).toBe(403);
    expect(it.ran).toEqual([]);
    expect(await post(`${it.web.url}/api/sums/lies`, {}, { cookie })).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL' },
    });
  });

  it.each([
    ['a page of another site', { origin: 'http://evil.example' }, 'foreign-origin'],
    ['a browser that says cross-site', { 'sec-fetch-site': 'cross-site' }, 'foreign-site'],
  ])('turns away %s, even with the cookie', async (_who, headers, reason) => {
    const it = await desk();
    const cookie = await signIn(it);
    const answer = await post(`${it.web.url}/api/sums/add`, { a: 1, b: 2 }, { cookie, ...headers });
    expect([answer.status, answer.body?.['reason']]).toEqual([403, reason]);
    expect(it.ran).toEqual([]);
  });

  it('ends calls with their session: ended or expired', async () => {
    const it = await desk();
    const cookie = await signIn(it);
    await fetch(`${it.web.url}/session`, { method: 'DELETE', headers: { cookie } });
    expect((await post(`${it.web.url}/api/sums/add`, { a: 1, b: 2 }, { cookie })).status).toBe(401);
    const other = await signIn(it);
    it.clock.now += SESSION_LIFE_MS;
    expect((await post(`${it.web.url}/api/sums/add`, { a: 1, b: 2 }, { cookie: other })).status).toBe(401);
  });

  it('stops guessing of tokens', async () => {
    const it = await desk();
    for (let n = 0; n < WRONG_TOKENS_PER_MINUTE; n += 1)
      await post(`${it.web.url}/session`, { token: `guess-${n}` });
    const token = it.sessions.issueToken()?.token ?? '';
    expect((await post(`${it.web.url}/session`, { token })).body?.['reason']).toBe('too-many-attempts');
    it.clock.now += 60_000;
    expect((await post(`${it.web.url}/session`, { token })).status).toBe(200);
  });

  it('tells a signed-in script what can be called', async () => {
    const it = await desk();
    expect((await fetch(`${it.web.url}/api/openapi.json`)).status).toBe(401);
    const cookie = await signIn(it);
    const answer = await fetch(`${it.web.url}/api/openapi.json`, { headers: { cookie } });
    const document = (await answer.json()) as { paths: Record<string, unknown> };
    expect(Object.keys(document.paths)).toContain('/sums/add');
  });

  it('sends its security headers with every answer', async () => {
    const it = await desk();
    for (const path of ['health', 'rpc/none', 'api/none', 'nothing']) {
      const answer = await fetch(`${it.web.url}/${path}`);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
});

describe('the socket', () => {
  const connect = (it: Desk, headers: Record<string, string>) =>
    new Promise<WebSocket | string>((resolve) => {
      const socket = new WebSocket(`${it.web.url.replace('http', 'ws')}/ws`, { headers });
      socket.on('open', () => resolve(socket));
      socket.on('error', (error) => resolve(error.message));
    });

  it('opens only with a live session and from our own page', async () => {
    const it = await desk();
    const cookie = await signIn(it);
    expect(await connect(it, {})).toContain('401');
    expect(await connect(it, { cookie, origin: 'http://evil.example' })).toContain('403');
    expect(await connect(it, { cookie, host: 'evil.example' })).toContain('403');
    const socket = await connect(it, { cookie, origin: `http://127.0.0.1:${it.web.port}` });
    expect(typeof socket).not.toBe('string');
  });

  it('carries calls and streams, and refuses when the session has ended meanwhile', async () => {
    const it = await desk();
    const socket = await connect(it, { cookie: await signIn(it) });
    if (typeof socket === 'string') throw new Error(socket);
    const client: ContractRouterClient<typeof calls> = createORPCClient(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    expect(await client.sums.add({ a: 2, b: 3 })).toEqual({ sum: 5 });
    const counted: number[] = [];
    for await (const n of await client.sums.count({ to: 3 })) counted.push(n);
    expect(counted).toEqual([1, 2, 3]);
    const broken = async () => {
      for await (const n of await client.sums.count({ to: 66 })) counted.push(n);
    };
    await expect(broken()).rejects.toMatchObject({ code: 'INTERNAL', data: { id: 'bug-1' } });
    await client.sessions.end();
    await expect(client.sums.add({ a: 2, b: 3 })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('is bounded in number', async () => {
    const it = await desk();
    const cookie = await signIn(it);
    for (let n = 0; n < SOCKETS_MAX; n += 1) await connect(it, { cookie });
    expect(await connect(it, { cookie })).toContain('503');
  });
});
