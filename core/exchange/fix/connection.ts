/**
 * The one file of the FIX adapter that opens sockets: TCP or TLS, bytes in and out, every end with a reason. It knows
 * nothing of FIX. Reconnecting is the caller's (core/lib/backoff.ts).
 */
import {
  connect as connectPlain,
  createServer as createPlainServer,
  type Server,
  type Socket,
} from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';

/** Bytes accepted for writing and not yet taken by the system; past it the peer reads too slowly and is cut off. */
const MAX_WRITE_BUFFER_BYTES = 16 * 1_024 * 1_024;
const CONNECT_TIMEOUT_MS = 10_000;
/** Connections an acceptor holds at one time. */
const MAX_CONNECTIONS = 64;
/** After `close` the last bytes have this long to leave. */
const LINGER_MS = 1_000;

/** PEM texts. Who has a `cert` and `key` shows them to the peer; `ca` says whom to believe (else the system's list). */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name the venue's certificate must carry, where it is not the host. */
  readonly servername?: string;
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsOptions;
  readonly connectTimeoutMs?: number;
}

export interface ConnectionHandlers {
  /** The connection is usable. */
  connected(): void;
  /** Bytes as they came; whole messages only by chance. */
  bytes(bytes: Uint8Array): void;
  /** The end, once, whoever caused it; also when it never came to be. */
  closed(reason: string): void;
}

export interface Connection {
  /** Hands bytes to the system, in order. Does nothing after the end; `closed` told of it. */
  write(bytes: Uint8Array): void;
  /** Lets written bytes leave, then closes. `reason` comes back in `closed`. */
  close(reason: string): void;
}

/** Connects. Never throws for what the network does: it comes through `closed`. */
export function dial(options: DialOptions, handlers: ConnectionHandlers): Connection {
  const { host, port, tls } = options;
  const socket =
    tls === undefined
      ? connectPlain({ host, port })
      : connectTls({ ...tls, host, port, servername: tls.servername ?? host, minVersion: 'TLSv1.2' });
  const timeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const connection = attach(socket, handlers);
  const timer = setTimeout(
    () => connection.cut(`no connection to ${host}:${port} in ${timeoutMs} ms`),
    timeoutMs,
  );
  socket.once('close', () => clearTimeout(timer));
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
    clearTimeout(timer);
    handlers.connected();
  });
  return connection;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port; `listening` says which. */
  readonly port: number;
  /** Needs `cert` and `key`. With a `ca`, clients must show a certificate of it. */
  readonly tls?: TlsOptions;
}

export interface Listener {
  /** Stops listening and cuts what is connected; resolves when all is closed. */
  close(): Promise<void>;
}

export interface ListenHandlers {
  listening(port: number): void;
  /** A peer connected: give the handlers of its connection. `connected` is called right after. */
  accept(connection: Connection, from: string): ConnectionHandlers;
  /** Listening failed or ended by an error. */
  failed(reason: string): void;
}

/** Accepts connections; for the acceptor role, which the drill and conformance runs use. */
export function listen(options: ListenOptions, handlers: ListenHandlers): Listener {
  const open = new Set<Cuttable>();
  const onSocket = (socket: Socket): void => {
    const connection = attach(socket, {
      connected: () => undefined,
      bytes: (bytes) => inner.bytes(bytes),
      closed: (reason) => {
        open.delete(connection);
        inner.closed(reason);
      },
    });
    open.add(connection);
    const inner = handlers.accept(
      connection,
      `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`,
    );
    inner.connected();
  };
  const server = createServer(options.tls, onSocket);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('error', (error: Error) => handlers.failed(error.message));
  server.listen(options.port, options.host, () => {
    const address = server.address();
    handlers.listening(typeof address === 'object' && address !== null ? address.port : options.port);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of open) connection.cut('the listener closed');
      }),
  };
}

function createServer(tls: TlsOptions | undefined, onSocket: (socket: Socket) => void): Server {
  if (tls === undefined) return createPlainServer({ noDelay: true }, onSocket);
  const demand = tls.ca !== undefined;
  return createTlsServer(
    { ...tls, requestCert: demand, rejectUnauthorized: demand, minVersion: 'TLSv1.2' },
    onSocket,
  );
}

interface Cuttable extends Connection {
  /** Closes at once, unsent bytes are lost. */
  cut(reason: string): void;
}

function attach(socket: Socket | TLSSocket, handlers: ConnectionHandlers): Cuttable {
  let ended = false;
  let why: string | undefined;
  socket.setNoDelay(true);
  socket.on('data', (bytes: Uint8Array) => {
    if (why === undefined) handlers.bytes(bytes);
  });
  socket.on('end', () => {
    why ??= 'the peer closed the connection';
    socket.destroySoon();
  });
  socket.on('error', (error: Error) => {
    why ??= error.message;
  });
  socket.on('close', () => {
    if (ended) return;
    ended = true;
    handlers.closed(why ?? 'the connection closed');
  });
  const cut = (reason: string): void => {
    why ??= reason;
    socket.destroy();
  };
  return {
    write(bytes) {
      if (why !== undefined || socket.destroyed) return;
      socket.write(bytes);
      if (socket.writableLength > MAX_WRITE_BUFFER_BYTES) cut('the peer reads too slowly');
    },
    close(reason) {
      if (why !== undefined) return;
      why = reason;
      socket.destroySoon();
      const timer = setTimeout(() => socket.destroy(), LINGER_MS);
      socket.once('close', () => clearTimeout(timer));
    },
    cut,
  };
}
