import { readFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import { WebSocketServer } from 'ws';
import { MESSAGE_TEXT_MAX } from '#core/sync/messages.ts';
import type { Main } from './main-core.ts';
import { Session } from './session.ts';

export interface ListenOptions {
  readonly port: number;
  /** PEM files; absent: plain `ws`, which a desk takes on loopback only. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const DESK_PATH = '/desk';
const CONNECTIONS_MAX = 256;
/** A character of a message has three bytes at most, but for pairs. */
const MESSAGE_BYTES_MAX = MESSAGE_TEXT_MAX * 3;

/** Listens on loopback for desks; many at once. */
export function listenForDesks(main: Main, { port, tls }: ListenOptions): Promise<Listening> {
  const server: Server =
    tls === null
      ? createPlain()
      : createTls({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key), minVersion: 'TLSv1.2' });
  server.on('request', (_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server,
    path: DESK_PATH,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    verifyClient: () => sockets.clients.size < CONNECTIONS_MAX,
  });
  const sessions = new Set<Session>();
  sockets.on('connection', (socket, request) => {
    const session = new Session(main, socket, tokenOf(request));
    sessions.add(session);
    socket.on('close', () => sessions.delete(session));
  });
  main.scenario.onChange(() => {
    for (const session of sessions) session.freeze();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `${tls === null ? 'ws' : 'wss'}://${HOST}:${bound}${DESK_PATH}`,
        port: bound,
        close: () => closed(server, sessions),
      });
    });
  });
}

function tokenOf({ headers }: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

function closed(server: Server, sessions: ReadonlySet<Session>): Promise<void> {
  for (const session of sessions) session.cut();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
