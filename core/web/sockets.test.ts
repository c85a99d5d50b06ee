import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { webDesk, type webCalls, type WebDesk } from '#tests/web-desk.ts';
import { GUESSES_PER_MINUTE } from './limits.ts';
import { SIGN_IN_MS, SOCKETS_MAX, STRANGERS_MAX } from './sockets.ts';

const open: WebDesk[] = [];
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close();
});

interface Socket {
  readonly client: ContractRouterClient<typeof webCalls>;
  readonly closed: Promise<string>;
  /** Resolves when the desk has answered a ping of ours, and so has read all before it. */
  settled(): Promise<void>;
}

async function desk() {
  const it = await webDesk();
  open.push(it);
  const { port } = it.web;
  it.sessions.set('secret', 'dealer-1');
  const page = { cookie: `lifeboat_session_${port}=secret`, origin: it.web.url };
  /** An open socket, or the status and the body with which it was refused. */
  const connect = (headers: Readonly<Record<string, string>> = {}, path = '/ws') =>
    new Promise<Socket | string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => {
        response.on('data', (body: Buffer) => {
          const { data } = JSON.parse(body.toString()) as { data: { reason: string } };
          resolve(`${response.statusCode} ${data.reason}`);
          socket.terminate();
        });
      });
      const closed = new Promise<string>((done) => {
        socket.on('close', (code, why) => done(`${code} ${why.toString()}`));
      });
      socket.on('open', () => {
        const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
        const settled = () =>
          new Promise<void>((done) => {
            socket.once('pong', () => done());
            socket.ping();
          });
        resolve({ client: createORPCClient(link), closed, settled });
      });
    });
  const opened = async (headers: Readonly<Record<string, string>> = {}): Promise<Socket> => {
    const socket = await connect(headers);
    if (typeof socket === 'string') throw new Error(socket);
    return socket;
  };
  return { ...it, page, connect, opened };
}

describe('the socket', () => {
  it.each([
    ['a page of another site', { origin: 'http://evil.example' }, '403 foreign-origin'],
    ['a name that resolves to loopback', { host: 'evil.example' }, '403 host-not-ours'],
    ['a cross-site page', { 'sec-fetch-site': 'cross-site' }, '403 foreign-site'],
    ['a cookie and a token', { authorization: 'Bearer secret' }, '400 two-credentials'],
  ])('is closed to %s, and that is told', async (_who, headers, reason) => {
    const it = await desk();
    expect(await it.connect({ ...it.page, ...headers })).toBe(reason);
    const origin = { wire: 'ws', address: '127.0.0.1' };
    expect(it.refused).toEqual([{ call: 'ws', origin, reason: reason.slice(4) }]);
  });

  it('is closed to a cookie that does not say where it comes from, and elsewhere', async () => {
    const it = await desk();
    expect(await it.connect({ cookie: it.page.cookie })).toBe('403 no-origin');
    expect(await it.connect(it.page, '/other')).toBe('404 no-such-call');
  });

  it('carries calls and streams under the cookie that it was opened with', async () => {
    const it = await desk();
    const { client } = await it.opened(it.page);
    expect(await client.sums.add({ a: 2, b: 3 })).toEqual({ sum: 5 });
    const counted: number[] = [];
    for await (const n of await client.sums.count({ to: 3 })) counted.push(n);
    expect(counted).toEqual([1, 2, 3]);
    const broken = async () => {
      for await (const n of await client.sums.count({ to: 66 })) counted.push(n);
    };
    await expect(broken()).rejects.toMatchObject({ code: 'INTERNAL', data: { id: 'bug-1' } });
  });

  it.each([
    ['a token', { authorization: 'Bearer secret' }, 'dealer-1'],
    ['an API key', { 'x-api-key': 'lb_good' }, 'key:1'],
  ])('takes %s with its opening', async (_what, headers, by) => {
    const it = await desk();
    const { client } = await it.opened(headers);
    expect(await client.sums.who()).toEqual({ by });
  });

  it('opens without a session, carries the one of a sign-in on it, and drops it at the end', async () => {
    const it = await desk();
    const { client } = await it.opened();
    const other = await it.opened();
    await expect(client.sums.who()).rejects.toMatchObject({ data: { reason: 'no-session' } });
    await client.auth.signIn({ user: 'dealer-9' });
    expect(await client.sums.who()).toEqual({ by: 'dealer-9' });
    // What one socket carries is no other's.
    await expect(other.client.sums.who()).rejects.toMatchObject({ data: { reason: 'no-session' } });
    await client.sessions.end();
    await expect(client.sums.who()).rejects.toMatchObject({ data: { reason: 'no-session' } });
  });

  it('is closed when nobody signs in on it in time', async () => {
    const it = await desk();
    const stays = await it.opened(it.page);
    const late = await it.opened();
    const signsIn = await it.opened();
    it.pass(SIGN_IN_MS - 1);
    await Promise.all([stays, late, signsIn].map((socket) => socket.settled()));
    await signsIn.client.auth.signIn({ user: 'dealer-9' });
    it.pass(1);
    expect(await late.closed).toBe('1008 sign-in-timeout');
    expect(it.refused.map(({ reason }) => reason)).toEqual(['sign-in-timeout']);
    expect(await stays.client.sums.who()).toEqual({ by: 'dealer-1' });
    expect(await signsIn.client.sums.who()).toEqual({ by: 'dealer-9' });
  });

  it('stays for a new sign-in when its session has ended elsewhere, and not longer', async () => {
    const it = await desk();
    const socket = await it.opened(it.page);
    it.sessions.clear();
    it.pass(15_000);
    await socket.settled();
    await expect(socket.client.sums.who()).rejects.toMatchObject({ data: { reason: 'session-ended' } });
    it.pass(SIGN_IN_MS - 1);
    await socket.settled();
    await socket.client.auth.state();
    it.pass(1);
    expect(await socket.closed).toBe('1008 sign-in-timeout');
  });

  it('is let go when its other end does not answer', async () => {
    const it = await desk();
    const socket = await it.opened(it.page);
    it.pass(15_000);
    it.pass(15_000);
    expect(await socket.closed).toBe('1006 ');
  });

  it('is bounded in number, more so without a session', async () => {
    const it = await desk();
    for (let n = 0; n < STRANGERS_MAX; n += 1) await it.opened();
    expect(await it.connect()).toBe('503 too-many-sockets');
    const dead = { ...it.page, cookie: `${it.page.cookie}-ended` };
    expect(await it.connect(dead)).toBe('503 too-many-sockets');
    for (let n = STRANGERS_MAX; n < SOCKETS_MAX; n += 1) await it.opened(it.page);
    expect(await it.connect(it.page)).toBe('503 too-many-sockets');
  });

  it('counts guesses together with those of HTTP', async () => {
    const it = await desk();
    const { client } = await it.opened();
    for (let n = 0; n < GUESSES_PER_MINUTE; n += 1) await client.auth.signIn({ user: 'dealer-1' });
    await expect(client.auth.signIn({ user: 'dealer-1' })).rejects.toMatchObject({
      status: 429,
      data: { reason: 'too-many-requests' },
    });
    const answer = await fetch(`${it.web.url}/api/auth/signIn`, { method: 'POST' });
    expect(answer.status).toBe(429);
  });
});
