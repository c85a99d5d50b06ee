import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startMainControl } from './control.ts';
import { readDeskList } from './desk-list.ts';
import { MainKill, mainKiller } from './kill.ts';
import { Main } from './main-core.ts';
import { DATABASE_URL, openMainStore } from './open-store.ts';
import { ScenarioName } from './scenario.ts';
import { listenForDesks } from './server.ts';

/**
 * A stand-in for the broker's main servers: a process of its own, for many desks at once. It keeps what it knows in
 * the PostgreSQL that LIFEBOAT_MAIN_DATABASE_URL names, else in `main.db` of `--folder`. Prints one line of JSON,
 * `{url, port, control, pid}`, when it is ready, and stops at SIGTERM, SIGINT or when its standard input ends. See
 * docs/main-protocol.md.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    'venue-control': { type: 'string' },
    'token-file': { type: 'string' },
    config: { type: 'string' },
    folder: { type: 'string' },
    book: { type: 'string' },
    scenario: { type: 'string', default: 'healthy' },
    name: { type: 'string', default: 'MAIN' },
    'clock-offset': { type: 'string', default: '0' },
    'beat-ms': { type: 'string', default: '1000' },
    lacks: { type: 'string', default: '3' },
    kills: { type: 'string', default: '[]' },
    hits: { type: 'string', default: '' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    // Its starter says these; there is nothing to choose about them.
    seed: { type: 'string' },
    json: { type: 'boolean' },
    'with-parent': { type: 'boolean' },
  },
});
const { folder } = values;
const tokens = values['token-file'] ?? values.config;
if (folder === undefined || tokens === undefined)
  throw new Error('--folder DIR and --token-file FILE are needed');

/** A folder that `writeBook` wrote, or its book.json. */
function bookPath(path: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? join(path, 'book.json') : path;
}

const kills = z.array(MainKill).parse(JSON.parse(values.kills));
const store = await openMainStore({
  databaseUrl: process.env[DATABASE_URL],
  folder,
  reached: mainKiller(kills, values.hits),
});
const offsetMs = Number(values['clock-offset']);
const main = new Main({
  name: values.name,
  store,
  desks: readDeskList(tokens),
  scenario: ScenarioName.parse(values.scenario),
  bookPath: values.book === undefined ? null : bookPath(values.book),
  venue: values['venue-control'] === undefined ? null : Number(values['venue-control']),
  now: () => Date.now() + offsetMs,
  beatMs: Number(values['beat-ms']),
  lacks: Number(values.lacks),
});
await main.open();
const { 'tls-cert': certificate, 'tls-key': key } = values;
const tls = certificate === undefined || key === undefined ? null : { certificate, key };
const desks = await listenForDesks(main, { port: Number(values.port), tls });
const control = await startMainControl(main, Number(values['control-port']));

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  control.close();
  // Who judges later reads only the store.
  void main.orders
    .learn()
    .catch(() => undefined)
    .then(() => desks.close())
    .then(() => store.close())
    .then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.on('end', stop).resume();
process.stdout.write(
  `${JSON.stringify({ url: desks.url, port: desks.port, control: control.port, pid: process.pid })}\n`,
);
