import { appendFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { WIRE_FAULTS } from '#drill/options.ts';
import { startMessageWire, type MessageWire } from './messages.ts';

/**
 * The wire between a desk and its exchange, as a process of its own: a TCP proxy that a drill can kill at any
 * instant with bytes in it. `--route LISTEN:TARGET`, once per port, all on loopback. `--messages LISTEN:TARGET` is the
 * wire to main, whose WebSocket messages it cuts, doubles and reorders as `--faults` says, by `--seed`; each strike is a
 * line of the file `--strikes`. Prints one JSON line with
 * its listening ports, in the order of the routes; stops at SIGTERM, or when its standard input ends.
 */
const LOOPBACK = '127.0.0.1';

const { values } = parseArgs({
  options: {
    route: { type: 'string', multiple: true, default: [] },
    messages: { type: 'string' },
    faults: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    strikes: { type: 'string', default: '' },
  },
});

/** One connection each way; when one side ends or breaks, so does the other. */
function forward(near: Socket, targetPort: number): void {
  const far = connect({ host: LOOPBACK, port: targetPort });
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.setNoDelay(true);
    one.pipe(other);
    // A broken wire is what this process is for: the end of one half is passed on as the end of the other.
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

function listen(route: string): Promise<number> {
  const [listenPort = 0, targetPort = 0] = route.split(':').map(Number);
  const server: Server = createServer((socket) => forward(socket, targetPort));
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen({ host: LOOPBACK, port: listenPort }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function messageWire(route: string): Promise<MessageWire> {
  const [listenPort = 0, targetPort = 0] = route.split(':').map(Number);
  const named = values.faults.split(',');
  return startMessageWire({
    listenPort,
    targetPort,
    faults: WIRE_FAULTS.filter((fault) => named.includes(fault)),
    seed: Number(values.seed),
    struck: (fault) => {
      if (values.strikes !== '') appendFileSync(values.strikes, `${fault}\n`);
    },
  });
}

if (values.messages !== undefined) await messageWire(values.messages);
const ports = await Promise.all(values.route.map(listen));
const stop = (): void => process.exit(0);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.on('end', stop).resume();
process.stdout.write(`${JSON.stringify({ ready: true, ports, pid: process.pid })}\n`);
