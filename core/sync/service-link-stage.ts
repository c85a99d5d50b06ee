import { createServer as createPlainServer, type Server } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { present } from '#core/lib/assert.ts';
import type { FromDesk, FromMain } from './messages.ts';
import { createMainLink, type LinkDeps } from './service-link.ts';

export const WELCOME: FromMain = {
  type: 'welcome',
  v: 1,
  main: 'OMS',
  nowMs: 1_795_400_000_000,
  beatMs: 1_000,
  acked: [],
  window: 2_000,
  mappingEpoch: 0,
};

const LOOKS_MAX = 5_000;
const LOOK_EVERY_MS = 2;

/** Waits for what the network brings; the clocks of the desk stand still meanwhile. */
export async function until(done: () => boolean): Promise<void> {
  for (let looks = 0; !done(); looks += 1) {
    if (looks > LOOKS_MAX) throw new Error(`it did not come: ${done.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A real server that says what a test lets it say, to the desk that came last. */
export async function playMain(server: Server = createPlainServer()) {
  const sockets = new WebSocketServer({ server, path: '/desk' });
  const heard: FromDesk[] = [];
  const authorization: string[] = [];
  const extensions: string[] = [];
  let desk: WebSocket | null = null;
  sockets.on('connection', (socket, request) => {
    desk = socket;
    authorization.push(request.headers.authorization ?? '');
    extensions.push(socket.extensions);
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      heard.push(JSON.parse((data as Buffer).toString('utf8')) as FromDesk);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  const now = (): WebSocket => present(desk, 'the connection of a desk');
  return {
    url: `${'setSecureContext' in server ? 'wss' : 'ws'}://127.0.0.1:${port}`,
    heard,
    authorization,
    extensions,
    open: () => sockets.clients.size,
    /** Until the desk has said so many messages in all. */
    said: (count: number) => until(() => heard.length >= count),
    say: (message: FromMain) => now().send(JSON.stringify(message)),
    sayRaw(said: string | Buffer | object): void {
      now().send(typeof said === 'string' || Buffer.isBuffer(said) ? said : JSON.stringify(said));
    },
    cut: () => now().terminate(),
    /** Reads and says nothing more, with its socket open. */
    freeze: () => now().pause(),
    stopReading: () => now().pause(),
    readOn: () => now().resume(),
  };
}

/** The link of a desk whose clock a test moves. */
export function deskLink(
  config: LinkDeps['config'],
  token: string | null = 'secret',
  more: Partial<LinkDeps> = {},
) {
  let nowMs = 0;
  const ticks = new Set<() => void>();
  const observed: string[] = [];
  const states: string[] = [];
  const messages: FromMain[] = [];
  const quiet = (): void => undefined;
  const link = createMainLink({
    config,
    token,
    host: {
      now: () => 1_795_400_000_000 + nowMs,
      monotonicMs: () => nowMs,
      every(_everyMs, tick) {
        ticks.add(tick);
        return () => void ticks.delete(tick);
      },
      random: () => 0,
      log: { info: quiet, warn: quiet, error: quiet },
    },
    hello: () => ({
      type: 'hello',
      v: 1,
      desk: 'D1',
      epoch: 1,
      publicKey: 'ab',
      build: 'test',
      book: null,
      mappingEpoch: 0,
    }),
    mode: () => 'STANDBY',
    heard: (saw) => void observed.push(saw),
    ...more,
  });
  link.on((message) => void messages.push(message));
  link.onState(() => void states.push(link.state().state));
  const stop = link.start();
  onTestFinished(stop);
  return {
    link,
    observed,
    states,
    messages,
    stop,
    nowMs: () => nowMs,
    /** Time goes on in steps of a tick. */
    pass(ms: number): void {
      for (let passed = 0; passed < ms; passed += 100) {
        nowMs += 100;
        for (const tick of ticks) tick();
      }
    },
  };
}
