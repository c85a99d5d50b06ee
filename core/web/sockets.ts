import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ORPCError } from '@orpc/client';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { boundWire } from '#core/door-bound.ts';
import type { CallContext } from '#core/door.ts';
import type { Host } from '#core/host.ts';
import type { Credential, Origin } from '#core/sessions/port.ts';
import { credentialOf, turnedAway, type Place } from './guard-domain.ts';
import { callsOf, type Limits } from './limits.ts';
import { plainAddress } from './rate-domain.ts';
import { refusedCall, statusOf, type WebReason } from './refusal-domain.ts';
import type { WebDeps } from './deps.ts';

export const SOCKETS_MAX = 32;
/** Of them, without a live session. */
export const STRANGERS_MAX = 8;
/** A socket without a live session is closed after this. */
export const SIGN_IN_MS = 60_000;
/** Largest message of a client, bytes. */
const SOCKET_MESSAGE_MAX = 4 * 1024 * 1024;
/** Bytes waiting for a slow client before its socket is closed; it comes back and asks again. */
const SOCKET_BACKLOG_MAX = 64 * 1024 * 1024;
/** Messages of one client within a second before its socket is closed. */
const SOCKET_MESSAGES_PER_SECOND = 500;
/** Each socket is pinged, and its session looked up, this often. */
const ALIVE_EVERY_MS = 15_000;
/** WebSocket's code for a broken rule of the server (RFC 6455, 7.4.1). */
const POLICY_VIOLATION = 1008;

export interface SocketsDeps extends WebDeps {
  readonly limits: Limits;
}

interface Guest {
  readonly socket: WebSocket;
  readonly wire: CallContext;
  /** Monotonic; null while a live session is on it. */
  strangerSinceMs: number | null;
  answered: boolean;
}

export type Sockets = ReturnType<typeof createSockets>;

/** WebSockets of all listeners: the router for a browser's screen, with its streams. */
export function createSockets(deps: SocketsDeps) {
  const server = new WebSocketServer({ noServer: true, maxPayload: SOCKET_MESSAGE_MAX });
  const handler = boundHandler(deps);
  const guests = new Set<Guest>();
  const stopLooking = deps.host.every(ALIVE_EVERY_MS, () => lookAround(deps, guests));

  const welcome = (socket: WebSocket, origin: Origin, carried: Credential | null, live: boolean): void => {
    const guest: Guest = {
      socket,
      wire: boundWire(origin, carried, (signedIn) => {
        // What takes a dead session away gives no new time to sign in.
        guest.strangerSinceMs = signedIn ? null : (guest.strangerSinceMs ?? deps.host.monotonicMs());
      }),
      strangerSinceMs: live ? null : deps.host.monotonicMs(),
      answered: true,
    };
    guests.add(guest);
    socket.on('close', () => guests.delete(guest));
    socket.on('pong', () => {
      guest.answered = true;
    });
    socket.on('error', (error) => deps.host.log.warn('screen socket failed', { why: error.message }));
    closeWhenFlooded(socket, deps.host);
    void handler.upgrade(withBackPressure(socket), { context: guest.wire });
  };

  /** Why there is no room; null when there is. */
  const noRoom = (live: boolean): WebReason | null => {
    const strangers = [...guests].filter(({ strangerSinceMs }) => strangerSinceMs !== null).length;
    const full = guests.size >= SOCKETS_MAX || (!live && strangers >= STRANGERS_MAX);
    return full ? 'too-many-sockets' : null;
  };

  return {
    async upgrade(place: Place, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
      // Until the WebSocket takes it over, a peer that goes away is no error of ours.
      const ignore = (): void => undefined;
      socket.on('error', ignore);
      const origin: Origin = { wire: 'ws', address: plainAddress(request.socket.remoteAddress) };
      const refuse = (reason: WebReason): void => {
        deps.refused({ call: 'ws', origin, reason });
        refuseUpgrade(socket, reason);
      };
      if (request.url !== '/ws') return refuse('no-such-call');
      const turned = turnedAway(request.headers, place, true);
      if (turned !== null) return refuse(turned);
      if (deps.limits.call(origin) > 0) return refuse('too-many-requests');
      const carried = credentialOf(request.headers, place);
      if (!carried.ok) return refuse(carried.refusal);
      const live = carried.value !== null && (await deps.live(carried.value));
      const full = noRoom(live);
      if (full !== null) return refuse(full);
      socket.off('error', ignore);
      server.handleUpgrade(request, socket, head, (opened) => welcome(opened, origin, carried.value, live));
    },
    async close(): Promise<void> {
      stopLooking();
      for (const { socket } of guests) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** The router with the bounds of an address: on a socket each message is a call. */
function boundHandler({ router, limits, refused }: SocketsDeps) {
  const guesses = new Set(callsOf(router).flatMap(({ call, guess }) => (guess ? [call] : [])));
  return new RPCHandler(router, {
    clientInterceptors: [
      (asked) => {
        const { origin } = asked.context;
        const call = asked.path.join('.');
        const waitMs = limits.call(origin) || (guesses.has(call) ? limits.guess(origin) : 0);
        if (waitMs === 0) return asked.next();
        refused({ call, origin, reason: 'too-many-requests' });
        const { code, ...said } = refusedCall('too-many-requests');
        throw new ORPCError(code, said);
      },
    ],
  });
}

/** Lets go of sockets that do not answer, and of those without a live session that had their time. */
function lookAround(deps: SocketsDeps, guests: ReadonlySet<Guest>): void {
  const nowMs = deps.host.monotonicMs();
  for (const guest of guests) {
    if (!guest.answered) {
      guest.socket.terminate();
      continue;
    }
    guest.answered = false;
    guest.socket.ping();
    if (guest.strangerSinceMs === null) {
      lookUp(deps, guest).catch((error: unknown) => {
        deps.host.log.error('a session could not be looked up', { why: String(error) });
      });
    } else if (nowMs - guest.strangerSinceMs >= SIGN_IN_MS) {
      deps.refused({ call: 'ws', origin: guest.wire.origin, reason: 'sign-in-timeout' });
      guest.socket.close(POLICY_VIOLATION, 'sign-in-timeout');
    }
  }
}

/** A session that ended elsewhere leaves its socket to a new sign-in, for a while. */
async function lookUp({ live, host }: SocketsDeps, guest: Guest): Promise<void> {
  const carried = guest.wire.credential();
  const still = carried !== null && (await live(carried));
  // Somebody may have signed in on it meanwhile.
  if (!still && guest.wire.credential() === carried) guest.strangerSinceMs ??= host.monotonicMs();
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

function closeWhenFlooded(socket: WebSocket, host: Pick<Host, 'monotonicMs'>): void {
  let second = 0;
  let count = 0;
  socket.on('message', (_data: RawData) => {
    const now = Math.floor(host.monotonicMs() / 1_000);
    count = now === second ? count + 1 : 1;
    second = now;
    if (count > SOCKET_MESSAGES_PER_SECOND) socket.close(POLICY_VIOLATION, 'too many messages');
  });
}

function refuseUpgrade(socket: Duplex, reason: WebReason): void {
  const body = JSON.stringify(refusedCall(reason));
  const head = [
    `HTTP/1.1 ${statusOf(reason)} Refused`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
