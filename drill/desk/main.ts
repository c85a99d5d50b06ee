import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createApp, DeskConfig, type App } from '#core/app.ts';
import { createPlant, PLANTS } from '#drill/plants.ts';
import { createHost } from '#main/host.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { createKiller, KillStep } from './kill.ts';

/**
 * A desk for a drill: the product's own composer and host, and beside them only what kills it at a named point and
 * what breaks it on purpose. Prints one line of JSON, `{url, setupCode}`, and stops at SIGTERM or when its
 * standard input ends.
 */
const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    data: { type: 'string' },
    'clock-offset': { type: 'string', default: '0' },
    hits: { type: 'string', default: '' },
    pids: { type: 'string', default: '' },
    armed: { type: 'string', default: '' },
    kills: { type: 'string', default: '[]' },
    plant: { type: 'string' },
  },
});
const { config: configPath, data } = values;
if (configPath === undefined || data === undefined)
  throw new Error('--config FILE and --data DIR are needed');

let app: App | null = null;
const clockOffsetMs = Number(values['clock-offset']);
const host = createHost({
  data,
  screen: null,
  secrets: simulationSecrets(data),
  clockOffsetMs,
  reached: createKiller({
    steps: z.array(KillStep).parse(JSON.parse(values.kills)),
    hits: values.hits,
    pids: values.pids,
    armed: values.armed,
    ordersInFlight: () => app?.ordersInFlight() ?? 0,
    ordersInDoubt: () => app?.ordersInDoubt() ?? 0,
    now: () => Date.now() + clockOffsetMs,
  }),
});
const plantName = PLANTS.find((name) => name === values.plant);
const config = DeskConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')));
const plant = plantName === undefined ? {} : createPlant(plantName);
const created = await createApp(host, config, { build: 'drill', ...plant });
if (!created.ok) throw new Error(`${created.refusal.reason}: ${created.refusal.text}`);
app = created.value;
app.start();
const web = await app.web({ port: 0, listen: [], names: [] });

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void web
    .close()
    .then(() => created.value.stop())
    .then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.on('end', stop).resume();
process.stdout.write(`${JSON.stringify({ url: web.url, setupCode: app.setupCode() })}\n`);
