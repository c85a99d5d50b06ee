import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { createPrng, type Prng } from '#drill/book/prng.ts';
import type { WireFault } from '#drill/options.ts';

export interface MessageWireOptions {
  readonly listenPort: number;
  readonly targetPort: number;
  readonly faults: readonly WireFault[];
  readonly seed: number;
  /** Told of each strike. */
  readonly struck: (fault: WireFault) => void;
}

export interface MessageWire {
  readonly port: number;
  close(): void;
}

const LOOPBACK = '127.0.0.1';
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
/** One of so many messages of the handback is struck by each fault. */
const ONE_IN = 3;
/** Cuts of one life of the wire at most: a line that never holds proves nothing. */
const CUTS_MAX = 6;
/** A message that is held back goes after the next one, or after this time where none comes. */
const HELD_MS = 40;

/**
 * Only these are struck. A cut hits any of them; the greeting before them is left whole, because a desk that is
 * never greeted hands nothing back.
 */
const STRUCK: ReadonlySet<string> = new Set([
  'facts',
  'acked',
  'snapshot-begin',
  'snapshot-rows',
  'snapshot-end',
  'delta',
  'positions',
  'fenced',
]);
/** A part of a book out of order is a book that does not check; those are only doubled. */
const REORDERED: ReadonlySet<string> = new Set(['facts', 'acked']);

/** A WebSocket wire between desk and main that cuts, doubles and reorders whole messages, by seed. */
export function startMessageWire(options: MessageWireOptions): Promise<MessageWire> {
  const prng = createPrng(options.seed).fork('wire');
  const state = { prng, cuts: 0, options };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  const server: Server = createServer((_request, response) => response.writeHead(426).end());
  server.on('upgrade', (request, socket, head) => {
    through(request, socket, head, sockets, state);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen({ host: LOOPBACK, port: options.listenPort }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port, close: () => void server.close() });
    });
  });
}

interface State {
  readonly prng: Prng;
  cuts: number;
  readonly options: MessageWireOptions;
}

/** The far side first: where main refuses, the desk is refused too. */
function through(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  sockets: WebSocketServer,
  state: State,
): void {
  const { authorization } = request.headers;
  const far = new WebSocket(`ws://${LOOPBACK}:${state.options.targetPort}${request.url ?? '/'}`, {
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
  const refuse = (): void => void socket.destroy();
  far.once('error', refuse);
  // A desk that goes before main has answered.
  socket.once('error', () => far.terminate());
  far.once('open', () => {
    far.off('error', refuse);
    sockets.handleUpgrade(request, socket, head, (near) => join(near, far, state));
  });
}

function join(near: WebSocket, far: WebSocket, state: State): void {
  const cut = (): void => {
    near.terminate();
    far.terminate();
  };
  carry(near, far, state, cut);
  carry(far, near, state, cut);
}

/** One direction. */
function carry(from: WebSocket, to: WebSocket, state: State, cut: () => void): void {
  const { options } = state;
  let held: Buffer | null = null;
  const write = (bytes: Buffer): void => {
    if (to.readyState === WebSocket.OPEN) to.send(bytes, { binary: false });
  };
  const release = (): void => {
    if (held !== null) write(held);
    held = null;
  };
  from.on('message', (data: Buffer) => {
    // What had already come when the line was cut is lost with it, and counts for no second cut.
    if (from.readyState !== WebSocket.OPEN || to.readyState !== WebSocket.OPEN) return;
    const type = typeOf(data);
    if (STRUCK.has(type) && state.cuts < CUTS_MAX && strikes(state, 'cut')) {
      state.cuts += 1;
      options.struck('cut');
      cut();
      return;
    }
    if (held === null && REORDERED.has(type) && strikes(state, 'reorder')) {
      options.struck('reorder');
      held = data;
      setTimeout(release, HELD_MS);
      return;
    }
    write(data);
    release();
    if (STRUCK.has(type) && strikes(state, 'duplicate')) {
      options.struck('duplicate');
      write(data);
    }
  });
  // The end of one half is passed on as the end of the other, whatever it was.
  from.on('error', cut);
  from.on('close', () => {
    release();
    to.close();
  });
}

function strikes({ options, prng }: State, fault: WireFault): boolean {
  return options.faults.includes(fault) && prng.int(ONE_IN) === 0;
}

const Typed = z.looseObject({ type: z.string() });

function typeOf(data: Buffer): string {
  const parsed = Typed.safeParse(JSON.parse(data.toString('utf8')));
  return parsed.success ? parsed.data.type : '';
}
