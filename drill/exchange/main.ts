import { parseArgs } from 'node:util';
import { readBook } from '#drill/book/read.ts';
import { startControl } from './control.ts';
import { Exchange } from './exchange.ts';
import { createFaults, parseFaults } from './faults.ts';
import { openLedger, readFaultState } from './ledger.ts';
import { startServer } from './server.ts';

/**
 * The drill's exchange: a process of its own. It prints one line of JSON with its ports when it is ready, and stops
 * at SIGTERM or SIGINT. See docs/venue.md.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'drop-port': { type: 'string', default: '0' },
    'data-port': { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    book: { type: 'string' },
    ledger: { type: 'string' },
    faults: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    'clock-offset': { type: 'string', default: '0' },
    authority: { type: 'string', default: 'member' },
    history: { type: 'string', default: 'drop-copy' },
    'no-market-orders': { type: 'boolean', default: false },
    'with-parent': { type: 'boolean', default: false },
  },
});

if (values.book === undefined || values.ledger === undefined) {
  throw new Error('--book FILE and --ledger FILE are needed');
}
const offsetMs = Number(values['clock-offset']);
const now = (): number => Date.now() + offsetMs;
const ledger = openLedger(values.ledger);
const seed = Number(values.seed);
const exchange = new Exchange({
  book: readBook(values.book),
  ledger,
  faults: createFaults(parseFaults(values.faults), seed, readFaultState(ledger)),
  seed,
  now,
  authority: values.authority === 'none' ? 'none' : 'member',
  marketOrders: !values['no-market-orders'],
  history: values.history === 'drop-copy',
  later: (ms, task) => {
    setTimeout(task, ms);
  },
});
const server = await startServer({
  exchange,
  ledger,
  now,
  ports: {
    orders: Number(values.port),
    'drop-copy': Number(values['drop-port']),
    'market-data': Number(values['data-port']),
  },
});
const control = await startControl({ exchange, server, port: Number(values['control-port']) });

const stop = (): void => {
  void Promise.all([server.close(), control.close()]).then(() => {
    ledger.close();
    process.exit(0);
  });
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// Its starter holds the other end of standard input: when that is gone, so is the reason for a venue.
if (values['with-parent']) process.stdin.on('end', stop).resume();
process.stdout.write(
  `${JSON.stringify({ ready: true, ...server.ports, control: control.port, pid: process.pid })}\n`,
);
