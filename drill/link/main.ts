import { connect, createServer, type Server, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * The wire between a desk and its exchange, as a process of its own: a TCP proxy that a drill can kill at any
 * instant with bytes in it. `--route LISTEN:TARGET`, once per port, all on loopback. Prints one JSON line with
 * its listening ports, in the order of the routes; stops at SIGTERM, or when its standard input ends.
 */
const LOOPBACK = '127.0.0.1';

const { values } = parseArgs({ options: { route: { type: 'string', multiple: true, default: [] } } });

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

const ports = await Promise.all(values.route.map(listen));
const stop = (): void => process.exit(0);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.on('end', stop).resume();
process.stdout.write(`${JSON.stringify({ ready: true, ports, pid: process.pid })}\n`);
