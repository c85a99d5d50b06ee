import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { createApp, DeskConfig, type App, type AppOptions } from '#core/app.ts';
import type { VenueConfig } from '#core/exchange/config.ts';
import type { ExchangeGateway } from '#core/exchange/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok } from '#core/lib/result.ts';
import { deskConfig } from '#drill/world/desk-config.ts';
import { startChild } from '#drill/world/child.ts';
import { writeBook } from '#drill/book/write.ts';
import type { Book } from '#drill/book/book.ts';
import { createHost } from '#main/host.ts';
import { loadFiles } from '#main/load-files.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { AS_OF_MS } from './book.ts';

/** A desk must be linked and its rows proven in this time. */
const READY_MS = 60_000;
const READY_POLL_MS = 50;
const LOOPBACK = '127.0.0.1';

type Calls = ReturnType<App['client']>;

/** When each burst was handed to the system, and how many orders it had; told by the gateway itself. */
class Wire {
  readonly bursts: { readonly atMs: number; readonly orders: number }[] = [];
  orders = 0;

  readonly wrap = (gateway: ExchangeGateway): ExchangeGateway => ({
    venue: gateway.venue,
    capabilities: gateway.capabilities,
    burstMax: gateway.burstMax,
    ready: () => gateway.ready(),
    allowance: (nowMs) => gateway.allowance(nowMs),
    stage: (commands) => {
      const staged = gateway.stage(commands);
      if (!staged.ok) return staged;
      return ok({
        ...staged.value,
        write: () => {
          staged.value.write();
          this.orders += commands.length;
          this.bursts.push({ atMs: performance.now(), orders: commands.length });
        },
      });
    },
  });

  clear(): void {
    this.bursts.length = 0;
    this.orders = 0;
  }
}

export interface Desk {
  readonly app: App;
  readonly calls: Calls;
  readonly now: () => number;
  /** Of the encrypted journal. */
  readonly key: Uint8Array;
  stop(): Promise<void>;
}

/** The composer and host of the product in this process, linked, its files loaded, free to trade. */
export async function startDesk(options: {
  readonly folder: string;
  readonly config: z.input<typeof DeskConfig>;
  readonly clockOffsetMs: number;
  readonly files: { readonly instruments: string; readonly positions: string };
  readonly app?: Partial<AppOptions>;
}): Promise<Desk> {
  const data = join(options.folder, 'desk');
  const host = createHost({
    data,
    screen: null,
    secrets: simulationSecrets(data),
    clockOffsetMs: options.clockOffsetMs,
    reached: () => undefined,
  });
  const created = await createApp(host, DeskConfig.parse(options.config), { build: 'bench', ...options.app });
  if (!created.ok) throw new Error(created.refusal.text);
  const app = created.value;
  app.start();
  const calls = app.client();
  await loadFiles(calls, options.files);
  await until('links and proof', async () => {
    const { links } = await calls.desk.status();
    if (links.some(({ state }) => state !== 'up')) return false;
    const { rows } = await calls.positions.list({ openOnly: true, proof: 'unproven' });
    return rows.length === 0;
  });
  await calls.mode.declareLost({ reason: 'a measurement' });
  const key = present(await host.secrets.get('database-key'), 'the key of a desk that was opened');
  return { app, calls, now: () => host.now(), key, stop: () => app.stop() };
}

/** Asks until the answer is yes. */
export async function until(what: string, asked: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + READY_MS;
  while (!(await asked())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${READY_MS} ms`);
    await wait(READY_POLL_MS);
  }
}

export interface SinkDesk extends Desk {
  readonly wire: Wire;
  /** A plain connection to the same process, whose bytes are swallowed. */
  readonly drain: Socket;
  /** Path of the journal. */
  readonly journal: string;
}

const SinkReady = z.object({ orders: z.number(), dropCopy: z.number(), drain: z.number() });

/** A desk on a venue that answers nothing. */
export async function startOnSink(folder: string, book: Book, burstMax: number): Promise<SinkDesk> {
  const clockOffsetMs = AS_OF_MS - Date.now();
  const sink = await startChild(join(import.meta.dirname, 'sink.ts'), [String(clockOffsetMs)]);
  const ports = SinkReady.parse(sink.ready);
  const wire = new Wire();
  const desk = await startDesk({
    folder,
    config: { ...deskConfig(book, venueOf(book, ports, burstMax)), answerTimeoutMs: 60_000 },
    clockOffsetMs,
    files: writeBook(book, join(folder, 'book')),
    app: { wrapGateway: wire.wrap },
  });
  const drain = connect(ports.drain, LOOPBACK).setNoDelay(true);
  await once(drain, 'connect');
  const stop = async (): Promise<void> => {
    drain.destroy();
    await desk.stop();
    await sink.stop();
  };
  return { ...desk, wire, drain, journal: join(folder, 'desk', 'desk.db'), stop };
}

function venueOf(
  book: Book,
  ports: z.infer<typeof SinkReady>,
  burstMax: number,
): z.input<typeof VenueConfig> {
  const endpoint = (port: number) => ({
    host: LOOPBACK,
    port,
    senderCompId: 'LIFEBOAT',
    targetCompId: 'SIM',
  });
  const segments = new Map(book.instruments.map((one) => [one.segment, one]));
  return {
    venue: 'sink',
    version: '4.4',
    ratePerSecond: null,
    burstMax,
    orders: endpoint(ports.orders),
    dropCopy: endpoint(ports.dropCopy),
    trades: [...segments.values()].map(({ exchange, segment }) => ({ exchange, segment })),
  };
}
