import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import { listen, type Connection, type ConnectionHandlers } from '#core/exchange/fix/connection.ts';
import { SESSION_DEFAULTS, type SessionConfig, type SessionInput } from '#core/exchange/fix/machine-types.ts';
import { initialState, step } from '#core/exchange/fix/machine.ts';

/**
 * A venue in a process of its own that logs on, keeps the session alive, takes whatever comes and answers nothing:
 * what a desk sends is measured without what an exchange does with it. Its third port only swallows bytes, for the
 * limit that the desk is compared with. Prints `{orders, dropCopy, drain}` and ends with its standard input.
 *
 *   node bench/sink.ts CLOCK-OFFSET-MS
 */
const HOST = '127.0.0.1';
const TICK_MS = 200;
const TAKEN = ['D', 'F', 'G', 'H', 'q', 'g', 'AF', 'V'];

const offsetMs = Number(process.argv[2] ?? '0');
const now = (): number => Date.now() + offsetMs;

const config: SessionConfig = {
  ...SESSION_DEFAULTS,
  name: 'sink',
  beginString: 'FIX.4.4',
  senderCompId: 'SIM',
  targetCompId: 'LIFEBOAT',
  role: 'acceptor',
  resetOnLogon: true,
  supportedTypes: new Set(TAKEN),
};

function session(connection: Connection): ConnectionHandlers {
  const framer = createFramer();
  let state = initialState();
  const feed = (input: SessionInput): void => {
    const stepped = step(config, state, input, now());
    state = stepped.state;
    for (const effect of stepped.effects) {
      if (effect.kind === 'outbound') connection.write(effect.bytes);
      else if (effect.kind === 'disconnect') connection.close(effect.reason);
    }
  };
  const timer = setInterval(() => feed({ kind: 'tick' }), TICK_MS);
  return {
    connected: () => feed({ kind: 'connected' }),
    bytes: (bytes) => {
      for (const event of framer.push(bytes)) {
        feed(event.kind === 'frame' ? { kind: 'received', frame: event.bytes } : { kind: 'garbled' });
      }
    },
    closed: (reason) => {
      clearInterval(timer);
      feed({ kind: 'disconnected', reason });
    },
  };
}

const swallow = (): ConnectionHandlers => ({
  connected: () => undefined,
  bytes: () => undefined,
  closed: () => undefined,
});

function open(accept: (connection: Connection) => ConnectionHandlers): Promise<number> {
  return new Promise((resolve, reject) => {
    listen(
      { host: HOST, port: 0 },
      { listening: resolve, failed: (reason) => reject(new Error(reason)), accept },
    );
  });
}

const [orders, dropCopy, drain] = await Promise.all([open(session), open(session), open(swallow)]);
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ orders, dropCopy, drain })}\n`);
