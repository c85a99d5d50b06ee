import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Host } from '#core/host.ts';
import type { Door } from '#core/router.ts';
import type { SessionsPort } from '#core/sessions/port.ts';
import { sessionIdOf, turnedAway } from './guard-domain.ts';

export const SOCKETS_MAX = 32;
/** Largest message of a client, bytes. */
const SOCKET_MESSAGE_MAX = 4 * 1024 * 1024;
/** Bytes waiting for a slow client before its socket is closed; it comes back and asks again. */
const SOCKET_BACKLOG_MAX = 64 * 1024 * 1024;
/** Messages of one client within a second before its socket is closed. */
const SOCKET_MESSAGES_PER_SECOND = 500;
const ALIVE_EVERY_MS = 15_000;

export interface SocketsDeps {
  readonly router: Door;
  readonly sessions: SessionsPort;
  readonly host: Pick<Host, 'now' | 'every' | 'log'>;
  readonly port: () => number;
}

/** WebSockets: the router for a browser's screen, with its streams. */
export function createSockets(deps: SocketsDeps) {
  const server = new WebSocketServer({ noServer: true, maxPayload: SOCKET_MESSAGE_MAX });
  const handler = new RPCHandler(deps.router);
  const alive = new WeakSet<WebSocket>();

  const stopPinging = deps.host.every(ALIVE_EVERY_MS, () => {
    for (const socket of server.clients) {
      if (!alive.has(socket)) socket.terminate();
      alive.delete(socket);
      socket.ping();
    }
  });

  const welcome = (socket: WebSocket, sessionId: string): void => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    socket.on('error', (error) => deps.host.log.warn('screen socket failed', { why: error.message }));
    closeWhenFlooded(socket, deps.host);
    void handler.upgrade(withBackPressure(socket), { context: { sessionId } });
  };

  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const sessionId = sessionIdOf(request.headers, deps.port());
      const why = turnedAway(request.headers, deps.port());
      if (why !== null) return refuseUpgrade(socket, '403 Forbidden', why);
      if (sessionId === null || deps.sessions.find(sessionId) === null) {
        return refuseUpgrade(socket, '401 Unauthorized', 'no-session');
      }
      if (server.clients.size >= SOCKETS_MAX)
        return refuseUpgrade(socket, '503 Service Unavailable', 'too-many-sockets');
      server.handleUpgrade(request, socket, head, (opened) => welcome(opened, sessionId));
    },
    async close(): Promise<void> {
      stopPinging();
      for (const socket of server.clients) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/**
 * A send that resolves when the bytes are with the system, so that a stream waits for a slow reader instead
 * of filling memory.
 */
function withBackPressure(socket: WebSocket): Pick<WebSocket, 'addEventListener' | 'send'> {
  return new Proxy(socket, {
    get: (target, name) => {
      if (name === 'send') return (data: Parameters<WebSocket['send']>[0]) => sent(target, data);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function sent(socket: WebSocket, data: Parameters<WebSocket['send']>[0]): Promise<void> {
  return new Promise((resolve) => {
    if (socket.bufferedAmount > SOCKET_BACKLOG_MAX) socket.terminate();
    // A failed send means a closed socket; its close event ends the streams.
    socket.send(data, () => resolve());
  });
}

function closeWhenFlooded(socket: WebSocket, host: Pick<Host, 'now'>): void {
  let second = 0;
  let count = 0;
  socket.on('message', (_data: RawData) => {
    const now = Math.floor(host.now() / 1000);
    count = now === second ? count + 1 : 1;
    second = now;
    if (count > SOCKET_MESSAGES_PER_SECOND) socket.close(1008, 'too many messages');
  });
}

function refuseUpgrade(socket: Duplex, status: string, reason: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${reason}`);
}
