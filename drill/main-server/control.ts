import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { BookPart } from '#core/sync/messages.ts';
import type { Main } from './main-core.ts';
import { OwnTrade } from './nets.ts';
import { ScenarioName } from './scenario.ts';

const Row = z.record(z.string(), z.string());
const Homes = z.record(z.string(), z.array(z.string()));

/** What a person, a drill or a test may ask of main; one JSON object a POST, one answer. */
const ControlCommand = z.discriminatedUnion('do', [
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('scenario'), name: ScenarioName }),
  /** Main's own word about itself, in its beats. */
  z.object({ do: z.literal('alive'), on: z.boolean() }),
  z.object({
    do: z.literal('book'),
    part: BookPart,
    upserts: z.array(Row).default([]),
    removes: z.array(z.string()).default([]),
    asOfMs: z.int().nonnegative().optional(),
    cuts: z.array(z.string()).optional(),
  }),
  /** Every desk gets the whole book again. */
  z.object({ do: z.literal('snapshot') }),
  z.object({ do: z.literal('map'), homes: Homes }),
  z.object({ do: z.literal('cut'), desk: z.string().nullable().default(null) }),
  /** Forgets the last transactions of facts and falls back to an old book. */
  z.object({ do: z.literal('become-old'), commits: z.int().positive().optional() }),
  /** Sends main's own square-off now. */
  z.object({ do: z.literal('fire') }),
  /** A trade of main's own, where there is no exchange to ask. */
  z.object({ do: z.literal('trade'), trade: OwnTrade }),
  z.object({ do: z.literal('positions') }),
  z.object({
    do: z.literal('facts'),
    desk: z.string(),
    epoch: z.int(),
    afterSeq: z.int().default(0),
    limit: z.int().max(10_000).default(1_000),
  }),
  /** Persons have looked at why an epoch is not taken: what no good head covers is set aside. */
  z.object({ do: z.literal('release'), desk: z.string(), epoch: z.int() }),
]);
type ControlCommand = z.infer<typeof ControlCommand>;
/** A command as it is written: what has a default may be left out. */
export type MainCommand = z.input<typeof ControlCommand>;

const HOST = '127.0.0.1';
const COMMAND_BYTES_MAX = 32 * 1024 * 1024;

/** Listens on loopback; resolves with the port. */
export function startMainControl(
  main: Main,
  port: number,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = createServer((request, response) => {
    void answer(main, request).then((reply) => end(response, reply));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port: bound, close: () => void server.close() });
    });
  });
}

async function answer(main: Main, request: IncomingMessage): Promise<object> {
  try {
    const command = ControlCommand.safeParse(JSON.parse(await bodyOf(request)));
    if (!command.success) return { ok: false, error: command.error.issues[0]?.message ?? 'no command' };
    return { ok: true, ...(await perform(main, command.data)) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > COMMAND_BYTES_MAX) throw new RangeError('a command is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function end(response: ServerResponse, reply: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
}

async function perform(main: Main, command: ControlCommand): Promise<object> {
  const { store, now } = main.options;
  switch (command.do) {
    case 'status':
      return statusOf(main);
    case 'scenario':
      main.scenario.change(command.name);
      return {};
    case 'alive':
      main.alive = command.on;
      return {};
    case 'book': {
      const { part, upserts, removes, asOfMs = Math.floor(now()), cuts } = command;
      const tradingDate = main.book?.freshness.tradingDate ?? '';
      const freshness = { asOfMs, tradingDate, cuts: cuts ?? main.book?.freshness.cuts ?? [] };
      return { version: await main.changeBook({ part, upserts, removes, freshness }) };
    }
    case 'snapshot':
      for (const one of main.connected()) one.sendBook(null);
      return {};
    case 'map':
      await main.changeMapping(command.homes);
      return { mappingEpoch: main.mapping.epoch };
    case 'cut':
      main.cut(command.desk);
      return {};
    case 'become-old':
      await main.becomeOld(command.commits);
      return {};
    case 'fire':
      return { fired: await main.fire() };
    case 'trade':
      await main.orders.note([command.trade]);
      return {};
    case 'positions':
      return { rows: await main.nets() };
    case 'facts':
      return { rows: await store.facts(command.desk, command.epoch, command.afterSeq, command.limit) };
    case 'release':
      await main.release(command.desk, command.epoch);
      return {};
  }
}

async function statusOf(main: Main): Promise<object> {
  const { store } = main.options;
  const connected = main.connected().map(({ desk }) => desk);
  const counts = await store.counts();
  const names = new Set([...counts.map(({ desk }) => desk), ...connected]);
  return {
    store: store.kind,
    scenario: main.scenario.name,
    book: main.book?.place ?? null,
    mappingEpoch: main.mapping.epoch,
    fences: main.fences.all(),
    certificates: (await store.certificates()).map(({ desk, id }) => ({ desk, id })),
    desks: [...names].map((desk) => ({
      desk,
      connected: connected.includes(desk),
      epochs: counts.filter((one) => one.desk === desk).map(({ epoch, rows, seq }) => ({ epoch, rows, seq })),
      duplicates: main.logOf(desk)?.duplicates ?? 0,
      stops: main.logOf(desk)?.stops ?? [],
    })),
  };
}
