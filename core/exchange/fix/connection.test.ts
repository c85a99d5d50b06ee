import { afterEach, describe, expect, it } from 'vitest';
import { latin1 } from './codec.ts';
import {
  dial,
  listen,
  type Connection,
  type ListenHandlers,
  type Listener,
  type TlsOptions,
} from './connection.ts';

/** A certificate for `localhost` and its key, made for this test and trusted nowhere else. */
const CERT = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUHSlY0dqMuL3GRSe3y+KLSWRqiXkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIwMjQxNFoYDzIxMjYxMDI5
MjAyNDE0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARJ5t9U3VyskNoqdblrsJBrJ+S4W1xQ0aCgDKHk4Wa625ycORqEDmZi
yaSb7+lkh8w44mgTUTHuXPPQ2XGJs3rho2kwZzAdBgNVHQ4EFgQUTSSU5LSxk6+1
ZVsa+Q7aAafzgEIwHwYDVR0jBBgwFoAUTSSU5LSxk6+1ZVsa+Q7aAafzgEIwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgc7xH38hJI0YSFl0CACCl8v3aawbYaOoNPgFGdo2ySBECIFBxz+ryqPLv
tz+IgxXHVJU4xnvQcEdeThSkfpPAJN8D
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzeFbqHsX9H8xLG6c
sQhget+xW6vg6mZFcr7oZixoNEWhRANCAARJ5t9U3VyskNoqdblrsJBrJ+S4W1xQ
0aCgDKHk4Wa625ycORqEDmZiyaSb7+lkh8w44mgTUTHuXPPQ2XGJs3rh
-----END PRIVATE KEY-----
`;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

let listeners: Listener[] = [];

afterEach(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
  listeners = [];
});

/** Listens on a free port; every byte comes back. */
function echoServer(tls?: TlsOptions): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  return new Promise((resolve, reject) => {
    const handlers: ListenHandlers = {
      listening: (port) => resolve({ port, seen }),
      failed: (reason) => reject(new Error(reason)),
      accept: (connection) => ({
        connected: () => seen.push('connected'),
        bytes: (bytes) => connection.write(bytes),
        closed: (reason) => seen.push(`closed: ${reason}`),
      }),
    };
    listeners.push(listen({ host: '127.0.0.1', port: 0, ...(tls === undefined ? {} : { tls }) }, handlers));
  });
}

/** Dials, says hello, closes when it came back; what happened, in order. */
function hello(port: number, tls?: TlsOptions): Promise<string[]> {
  const log: string[] = [];
  return new Promise((resolve) => {
    const connection: Connection = dial(
      { host: '127.0.0.1', port, ...(tls === undefined ? {} : { tls }) },
      {
        connected: () => {
          log.push('connected');
          connection.write(bytesOf('hello'));
        },
        bytes: (bytes) => {
          log.push(latin1(bytes));
          connection.close('enough');
          connection.write(bytesOf('too late'));
        },
        closed: (reason) => {
          log.push(`closed: ${reason}`);
          resolve(log);
        },
      },
    );
  });
}

describe('connection', () => {
  it('carries bytes over TCP and ends with its reason', async () => {
    const server = await echoServer();
    expect(await hello(server.port)).toEqual(['connected', 'hello', 'closed: enough']);
  });

  it('carries bytes over TLS to a venue whose certificate is right', async () => {
    const server = await echoServer({ cert: CERT, key: KEY });
    const log = await hello(server.port, { ca: CERT, servername: 'localhost' });
    expect(log).toEqual(['connected', 'hello', 'closed: enough']);
  });

  it('does not connect to a venue whose certificate nobody vouches for', async () => {
    const server = await echoServer({ cert: CERT, key: KEY });
    const log = await hello(server.port, { servername: 'localhost' });
    expect(log).toEqual([expect.stringContaining('closed: ')]);
  });

  it('does not connect to a venue with another name', async () => {
    const server = await echoServer({ cert: CERT, key: KEY });
    const log = await hello(server.port, { ca: CERT, servername: 'elsewhere' });
    expect(log).toEqual([expect.stringContaining('closed: ')]);
  });

  it('asks the peer for a certificate where it has a list of whom to believe', async () => {
    const server = await echoServer({ cert: CERT, key: KEY, ca: CERT });
    expect(await hello(server.port, { ca: CERT, servername: 'localhost', cert: CERT, key: KEY })).toEqual([
      'connected',
      'hello',
      'closed: enough',
    ]);
    expect(await hello(server.port, { ca: CERT, servername: 'localhost' })).not.toContain('hello');
  });

  it('says why there is no connection', async () => {
    const server = await echoServer();
    await Promise.all(listeners.map((listener) => listener.close()));
    expect(await hello(server.port)).toEqual([expect.stringContaining('closed: connect ECONNREFUSED')]);
  });

  it('tells both ends when the listener closes', async () => {
    const server = await echoServer();
    const log: string[] = [];
    const ended = new Promise<void>((resolve) => {
      dial(
        { host: '127.0.0.1', port: server.port },
        {
          connected: () => void Promise.all(listeners.map((listener) => listener.close())),
          bytes: () => log.push('bytes'),
          closed: () => resolve(),
        },
      );
    });
    await ended;
    expect(log).toEqual([]);
  });
});
