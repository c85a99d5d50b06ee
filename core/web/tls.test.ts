import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { send, webDesk, type WebDesk } from '#tests/web-desk.ts';
import { startWeb } from './server.ts';

/** Beyond 127.0.0.1, yet on this machine. */
const BEYOND = '127.0.0.2';
const NAME = 'desk-7.branch.example';
const DAY_MS = 24 * 3_600_000;

const open: WebDesk[] = [];
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close();
});

async function desk(names: readonly string[] = [NAME]) {
  const it = await webDesk({ listen: [BEYOND], names });
  open.push(it);
  return { ...it, ca: readFileSync(join(it.data, 'web', 'cert.pem'), 'utf8') };
}
type Desk = Awaited<ReturnType<typeof desk>>;

/** What a client says that trusts this desk's certificate and nothing else. */
function ask(
  { ca, web }: Desk,
  path: string,
  more: { readonly headers?: Record<string, string>; readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' } = {},
): Promise<{ status: number; headers: Readonly<Record<string, unknown>>; protocol: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: BEYOND,
      servername: NAME,
      port: web.port,
      path,
      method: 'POST',
      ca,
      headers: { 'content-type': 'application/json', ...more.headers },
      // An old client that may speak so: it is the desk that says no.
      ...(more.maxVersion === undefined
        ? {}
        : { maxVersion: more.maxVersion, minVersion: 'TLSv1' as const, ciphers: 'DEFAULT@SECLEVEL=0' }),
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      const socket = response.socket as typeof response.socket & { getProtocol(): string };
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        protocol: socket.getProtocol(),
      });
      response.resume();
    });
    asked.end('{"user":"dealer-1"}');
  });
}

describe('beyond loopback', () => {
  it('is HTTPS only, with the certificate of the desk; loopback stays plain', async () => {
    const it = await desk();
    const host = `${NAME}:${it.web.port}`;
    expect(it.web.secureUrls).toEqual([`https://${host}`, `https://${BEYOND}:${it.web.port}`]);
    expect(it.web.fingerprint).toMatch(/^([\dA-F]{2}:){31}[\dA-F]{2}$/);
    const answer = await ask(it, '/api/auth/signIn', { headers: { host, origin: `https://${host}` } });
    expect(answer).toMatchObject({ status: 200, protocol: 'TLSv1.3' });
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(answer.headers['set-cookie']).toEqual([
      `__Host-lifeboat_session_${it.web.port}=secret-1; HttpOnly; SameSite=Strict; Path=/; Max-Age=3600; Secure`,
    ]);
    await expect(fetch(`http://${BEYOND}:${it.web.port}/health`)).rejects.toThrow('fetch failed');
    expect((await send(it.web.port, '/health', { method: 'GET' })).status).toBe(200);
  });

  it('takes TLS 1.2 and nothing older, and is trusted by nobody unasked', async () => {
    const it = await desk();
    expect((await ask(it, '/api/auth/signIn', { maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2');
    await expect(ask(it, '/health', { maxVersion: 'TLSv1.1' })).rejects.toThrow('alert protocol version');
    await expect(fetch(`${it.web.secureUrls[1]}/health`)).rejects.toThrow('fetch failed');
  });

  it.each([
    ['a name that is not listed', { host: 'evil.example' }, 403],
    ['loopback, which is another door', { host: `127.0.0.1:1` }, 403],
    ['the same name under plain HTTP', { origin: `http://${BEYOND}` }, 403],
  ])('refuses %s', async (_what, headers, status) => {
    expect((await ask(await desk(), '/api/auth/signIn', { headers })).status).toBe(status);
  });

  it('opens a WebSocket over TLS, with the cookie of the same place only', async () => {
    const it = await desk();
    it.sessions.set('secret', 'dealer-1');
    const [, url = ''] = it.web.secureUrls;
    const status = (cookie: string) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${url.replace('https', 'wss')}/ws`, {
          ca: it.ca,
          headers: { cookie, origin: url },
        });
        socket.on('open', () => {
          resolve('open');
          socket.terminate();
        });
        socket.on('error', (error) => resolve(error.message));
      });
    expect(await status(`__Host-lifeboat_session_${it.web.port}=secret`)).toBe('open');
    expect(
      await status(`__Host-lifeboat_session_${it.web.port}=a; __Host-lifeboat_session_${it.web.port}=b`),
    ).toContain('400');
  });

  it.each([
    [['0.0.0.0'], []],
    [['::'], []],
    [['desk-7'], []],
    [[BEYOND], ['*.example']],
    [[BEYOND], ['a b']],
  ])('does not start on %s under %s', async (listen, names) => {
    await expect(webDesk({ listen, names })).rejects.toThrow(/address|DNS name/);
  });
});

describe('the certificate', () => {
  const again = async (first: Desk, change: { readonly names?: string[]; readonly days?: number }) => {
    const { web, secrets, data } = first;
    const host = {
      now: () => first.clock.nowMs + (change.days ?? 0) * DAY_MS,
      monotonicMs: () => 0,
      every: () => () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      paths: { data, screen: null },
      secrets: {
        get: async (name: string) => secrets.get(name) ?? null,
        set: async (name: string, value: Uint8Array) => void secrets.set(name, value),
      },
    };
    await web.close();
    const started = await startWeb(
      { router: {}, desk: 'desk-1', host, live: async () => false, refused: () => undefined },
      { port: 0, listen: [BEYOND], names: change.names ?? [NAME] },
    );
    await started.close();
    return started.fingerprint === web.fingerprint;
  };

  it.each([
    ['stays the same from start to start', {}, true],
    ['stays while it has more than a month', { days: 334 }, true],
    ['is made anew in its last month', { days: 336 }, false],
    ['is made anew for another name', { names: ['desk-8'] }, false],
    ['is made anew for one name more', { names: [NAME, 'desk-8'] }, false],
    ['is made anew for one name less', { names: [] }, false],
  ])('%s', async (_what, change, same) => {
    expect(await again(await desk(), change)).toBe(same);
  });

  it('is made anew when its key is another, and keeps its key out of the data folder', async () => {
    const it = await desk();
    const key = Buffer.from(it.secrets.get('web-tls-key') ?? []).toString();
    expect(key).toContain('PRIVATE KEY');
    expect(it.ca).not.toContain('PRIVATE KEY');
    const other = await desk();
    it.secrets.set('web-tls-key', other.secrets.get('web-tls-key') ?? new Uint8Array());
    expect(await again(it, {})).toBe(false);
  });
});
