import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { createApp, DeskConfig, type App } from '#core/app.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import type { FaultName } from '#drill/exchange/faults.ts';
import { openWorld, seededBook, type World } from '#drill/world/world.ts';
import { createHost } from '#main/host.ts';
import { loadFiles } from '#main/load-files.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';

/*
 * I7: what a desk shows is what the replay of its log gives, after a whole exit against the drill's exchange, with
 * and without faults. The log is opened a second time as a restart opens it, and everything that is journalled must
 * be the same.
 */
const DATE = '2026-11-25';
const RUN_MS = 90_000;

type Calls = ReturnType<App['client']>;

async function openDesk(world: World, data: string): Promise<App> {
  const host = createHost({
    data,
    screen: null,
    secrets: simulationSecrets(data),
    clockOffsetMs: world.file.clockOffsetMs,
    reached: () => undefined,
  });
  const created = await createApp(host, DeskConfig.parse(world.config), { build: 'replay' });
  if (!created.ok) throw new Error(created.refusal.text);
  return created.value;
}

async function until(what: string, asked: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + RUN_MS;
  while (!(await asked())) {
    if (Date.now() > untilMs) throw new Error(`${what}: not within ${RUN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** One exit of everything, to its end or as soon as `enough` says so. */
async function exitAll(calls: Calls, nowMs: number, enough: () => boolean): Promise<void> {
  await until('links', async () => (await calls.desk.status()).links.every(({ state }) => state === 'up'));
  await until('proof', async () => {
    const { rows } = await calls.positions.list({ openOnly: true });
    return rows.length > 0 && rows.every(({ warnings }) => !warnings.includes('drop-copy-down'));
  });
  await calls.mode.declareLost({ reason: 'a replayed exit' });
  const evidence = {
    authority: 'rms-decision',
    reference: 'replay',
    channel: 'desk',
    instructedAtMs: nowMs,
  } as const;
  const request = { scope: { kind: 'all' as const }, evidence, instructions: [] };
  await calls.squareOff.dryRun(request);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { planId, planHash } = await calls.squareOff.dryRun(request);
  const { runId } = await calls.squareOff.approve({ planId, planHash });
  const isOver = async (): Promise<boolean> => (await calls.squareOff.status({ runId })).state === 'ended';
  await until('the run', async () => enough() || (await isOver()));
}

/** All that a desk shows of what it journalled; prices of now, links and clocks are none of it. */
async function shown(calls: Calls) {
  const { rows } = await calls.positions.list({});
  const runs = await calls.squareOff.runs();
  return {
    positions: rows.map((row) => ({ ...row, ...OF_NOW })),
    orders: await calls.orders.list({ which: 'all' }),
    foreign: await calls.orders.foreign(),
    leftovers: await calls.squareOff.leftovers.list(),
    // By when, and what a row waits for, is the engine's guess of now.
    runs: runs.map((run) => ({
      ...run,
      flatByMs: null,
      open: run.open.map((row) => ({ ...row, waitsFor: '' })),
    })),
    mode: { ...(await calls.mode.get()), outage: null },
  };
}

/** Made of live quotes: no fact. */
const OF_NOW = { price: null, unrealisedE4: null };

describe('memory is the replay of the log (I7)', () => {
  it.each<[string, readonly FaultName[], boolean]>([
    ['in a calm market', [], true],
    [
      'with partial fills, copies, disorder and rejections',
      ['partial', 'duplicate', 'disorder', 'reject'],
      true,
    ],
    ['broken off with orders on their way', ['partial', 'silence'], false],
  ])(
    'after an exit of a whole book: %s',
    async (_name, faults, isWhole) => {
      const folder = scratchFolder();
      const world = await openWorld({
        folder: join(folder.path, 'world'),
        book: () => seededBook({ seed: 5, accounts: 12, positions: 40, tradingDate: DATE }),
        seed: 5,
        faults,
        ratePerSecond: null,
        burstMax: 20,
        withLink: false,
        gateway: null,
        failed: (error) => expect.unreachable(error.message),
      });
      try {
        const data = join(folder.path, 'desk');
        const live = await openDesk(world, data);
        live.start();
        const calls = live.client();
        await loadFiles(calls, world.file.files);
        const nowMs = Date.now() + world.file.clockOffsetMs;
        await exitAll(calls, nowMs, () => !isWhole && live.ordersInFlight() > 0);
        expect(live.ordersInFlight() > 0).toBe(!isWhole);
        await live.stop();
        const before = await shown(calls);
        // Opened and replayed; not started: a start raises doubts and pauses runs, which are facts of their own.
        const again = await openDesk(world, data);
        const after = await shown(again.client());
        await again.stop();
        expect(before.orders.length).toBeGreaterThan(isWhole ? 20 : 0);
        expect(after.orders).toEqual(before.orders);
        expect(after).toEqual(before);
      } finally {
        await world.stop();
      }
    },
    120_000,
  );
});
