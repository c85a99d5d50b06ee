/**
 * A real desk that closes its whole book once, for a trace of the order path.
 *
 *   node tests/durability/exit-desk.ts WORLD DATA FULL|NORMAL|OFF [readable]
 *
 * `readable`: its journal is not encrypted, so that a trace can find the orders in what goes to the disk.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createApp, DeskConfig } from '#core/app.ts';
import type { Synchronous } from '#core/journal/sqlite.ts';
import { readWorldFile } from '#drill/world/world-file.ts';
import { createHost } from '#main/host.ts';
import { loadFiles } from '#main/load-files.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';

const [folder = '', data = '', synchronous = 'FULL', readable] = process.argv.slice(2);
const world = readWorldFile(join(folder, 'world.json'));
if (world === null) throw new Error(`${folder} is no world`);
const config = DeskConfig.parse(JSON.parse(readFileSync(join(folder, 'desk.json'), 'utf8')));
const { clockOffsetMs } = world;
const secrets = simulationSecrets(data);
const host = createHost({ data, screen: null, secrets, clockOffsetMs, reached: () => undefined });
const created = await createApp(host, config, {
  build: 'trace',
  synchronous: synchronous as Synchronous,
  ...(readable === undefined ? {} : { readable: true as const }),
});
if (!created.ok) throw new Error(created.refusal.text);
const app = created.value;
app.start();
const calls = app.client();
await loadFiles(calls, world.files);

/** Asks until the answer is yes; a trace makes everything slow. */
async function until(what: string, asked: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await asked()) return;
    await wait(50);
  }
  const { rows } = await calls.positions.list({ openOnly: true });
  const unproven = rows
    .filter(({ proof }) => proof !== 'proven')
    .map(({ instrumentId, warnings }) => [instrumentId, warnings]);
  const seen = JSON.stringify({
    links: (await calls.desk.status()).links,
    rows: rows.length,
    unproven: unproven.slice(0, 3),
  });
  throw new Error(`${what}: not within 30 s: ${seen}`);
}

await until('links', async () => (await calls.desk.status()).links.every(({ state }) => state === 'up'));
await until('proof', async () => {
  const { rows } = await calls.positions.list({ openOnly: true });
  return rows.length > 0 && rows.every(({ proof }) => proof === 'proven');
});
await calls.mode.declareLost({ reason: 'a traced exit' });
const instructedAtMs = host.now();
const evidence = { authority: 'rms-decision', reference: 'trace', channel: 'desk', instructedAtMs } as const;
const dryRun = await calls.squareOff.dryRun({ scope: { kind: 'all' }, evidence, instructions: [] });
const { runId } = await calls.squareOff.approve({ planId: dryRun.planId, planHash: dryRun.planHash });
await until('the run', async () => (await calls.squareOff.status({ runId })).state === 'ended');
await app.stop();
