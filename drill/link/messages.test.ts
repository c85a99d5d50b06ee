import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WIRE_FAULTS, type WireFault } from '#drill/options.ts';
import { startMessageWire } from './messages.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A main that keeps what it hears, and the wire to it. */
async function wireWith(faults: readonly WireFault[]) {
  const heard: number[] = [];
  const tokens: (string | undefined)[] = [];
  const main = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  ends.push(() => main.close());
  await once(main, 'listening');
  main.on('connection', (socket, request) => {
    tokens.push(request.headers.authorization);
    socket.on('message', (data: Buffer) => {
      const { n } = JSON.parse(data.toString()) as { readonly n: number };
      heard.push(n);
      socket.send(JSON.stringify({ type: 'beat', n }));
    });
  });
  const address = main.address();
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0;
  const struck: WireFault[] = [];
  const wire = await startMessageWire({
    listenPort: 0,
    targetPort,
    faults,
    seed: 5,
    struck: (fault) => struck.push(fault),
  });
  ends.push(() => wire.close());
  return { heard, tokens, struck, port: wire.port };
}

async function dial(port: number): Promise<WebSocket> {
  const headers = { authorization: 'Bearer t' };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/desk`, { headers });
  ends.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

const FACTS = 30;
const numbers = Array.from({ length: FACTS }, (_, n) => n);
function say(socket: WebSocket, type: string): void {
  for (const n of numbers) socket.send(JSON.stringify({ type, n }));
}

describe('the wire to main', () => {
  it('carries everything in order, with the token of the desk, when nothing is asked of it', async () => {
    const { heard, tokens, port, struck } = await wireWith([]);
    const socket = await dial(port);
    let answers = 0;
    socket.on('message', () => (answers += 1));
    say(socket, 'facts');
    await expect.poll(() => answers).toBe(FACTS);
    expect(heard).toEqual(numbers);
    expect(tokens).toEqual(['Bearer t']);
    expect(struck).toEqual([]);
  });

  it('doubles and reorders facts, and loses none', async () => {
    const { heard, struck, port } = await wireWith(['duplicate', 'reorder']);
    say(await dial(port), 'facts');
    await expect.poll(() => new Set(heard).size).toBe(FACTS);
    await expect.poll(() => heard.length).toBe(FACTS + struck.filter((one) => one === 'duplicate').length);
    expect(heard.length).toBeGreaterThan(FACTS);
    expect(heard).not.toEqual(heard.toSorted((one, other) => one - other));
    expect(struck).toContain('reorder');
  });

  it('cuts both sides, and lets the desk in again', async () => {
    const { struck, port } = await wireWith(['cut']);
    const socket = await dial(port);
    const closed = once(socket, 'close');
    say(socket, 'facts');
    await closed;
    expect(struck).toEqual(['cut']);
    await dial(port);
  });

  it('lets everything but the handback and the book pass untouched', async () => {
    const { heard, struck, port } = await wireWith(WIRE_FAULTS);
    say(await dial(port), 'hello');
    await expect.poll(() => heard.length).toBe(FACTS);
    expect(heard).toEqual(numbers);
    expect(struck).toEqual([]);
  });
});
