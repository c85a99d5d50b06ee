/**
 * The one file that opens a WebSocket to main: text in and out, every end with a reason, told once. It knows nothing of
 * what is said. Dialling again is the caller's.
 */
import { readFileSync } from 'node:fs';
import { WebSocket, type RawData } from 'ws';
import { MESSAGE_TEXT_MAX } from './messages.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** After `close` the last words have this long to leave. */
const LINGER_MS = 1_000;
/** Where main listens, when the configuration names no path (docs/main-protocol.md). */
const PATH = '/desk';
const LOOPBACK = /^(127[.]\d+[.]\d+[.]\d+|localhost|\[::1\])$/;
/** RFC 6455, 7.4.1: a normal end; a rule was broken. */
const NORMAL = 1000;
const POLICY_VIOLATION = 1008;
/** Bytes of a close frame's text. */
const CLOSE_TEXT_MAX = 120;

export interface MainAddress {
  /** `wss:` anywhere, `ws:` to loopback only: the token and the clients' book go over it. */
  readonly url: string;
  /** PEM, whom to believe; empty: the system's list. */
  readonly caFile: string;
  readonly token: string;
}

interface MainHandlers {
  /** The connection is usable. */
  opened(): void;
  /** One whole message. */
  text(text: string): void;
  /** The end, once, whoever caused it; also when it never came to be. Nothing is told after it. */
  closed(reason: string): void;
}

export interface MainConnection {
  /** Hands a message over, in order. Does nothing after the end. */
  send(text: string): void;
  /** Bytes handed over and not yet taken by the system. */
  buffered(): number;
  /** Ends it: `closed` is told at once, main gets the reason if it still reads. `broken`: main broke a rule. */
  close(reason: string, broken?: boolean): void;
}

/** Connects. Never throws for what the network, a file or a URL does: it comes through `closed`. */
export function dialMain(address: MainAddress, handlers: MainHandlers): MainConnection {
  const made = make(address);
  if (typeof made === 'string') {
    // As everywhere: the caller has its connection before it hears of the end.
    queueMicrotask(() => handlers.closed(made));
    return { send: () => undefined, buffered: () => 0, close: () => undefined };
  }
  return attach(made, handlers);
}

function make({ url, caFile, token }: MainAddress): WebSocket | string {
  const to = URL.parse(url);
  if (to === null || (to.protocol !== 'wss:' && to.protocol !== 'ws:'))
    return 'the URL of main is no wss: URL';
  if (to.protocol === 'ws:' && !LOOPBACK.test(to.hostname))
    return 'ws: goes to loopback only; main needs wss:';
  if (to.pathname === '/') to.pathname = PATH;
  const ca = caFile === '' || to.protocol === 'ws:' ? '' : readCa(caFile);
  if (ca === null) return `the certificates in ${caFile} can not be read`;
  return new WebSocket(to, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    maxPayload: MESSAGE_TEXT_MAX,
    perMessageDeflate: false,
    followRedirects: false,
    minVersion: 'TLSv1.2',
    ...(ca === '' ? {} : { ca }),
  });
}

function readCa(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The caller names the file; why the system does not give it is in its own logs.
    return null;
  }
}

function attach(socket: WebSocket, handlers: MainHandlers): MainConnection {
  let ended = false;
  let why: string | null = null;
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    handlers.closed(reason);
  };
  const close = (reason: string, broken = false): void => {
    if (ended) return;
    socket.close(broken ? POLICY_VIOLATION : NORMAL, closeText(reason));
    const timer = setTimeout(() => socket.terminate(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
    end(reason);
  };
  socket.on('open', () => {
    if (!ended) handlers.opened();
  });
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (ended) return;
    if (isBinary) close('main sent bytes where text was due', true);
    else handlers.text((data as Buffer).toString('utf8'));
  });
  socket.on('error', (error: Error) => {
    why ??= error.message;
  });
  socket.on('close', (code: number, text: Buffer) => {
    end(why ?? `main closed the connection (${code}${text.length > 0 ? `, ${text.toString('utf8')}` : ''})`);
  });
  return {
    send: (text) => {
      if (!ended && socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    buffered: () => (ended ? 0 : socket.bufferedAmount),
    close,
  };
}

/** A close frame carries no more; longer reasons are in our log. ASCII, so that a cut never halves a character. */
function closeText(reason: string): string {
  return reason.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, CLOSE_TEXT_MAX);
}
