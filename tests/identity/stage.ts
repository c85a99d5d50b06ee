import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { z } from 'zod';
import { createApp, DeskConfig, type App } from '#core/app.ts';
import { boundWire } from '#core/door-bound.ts';
import type { Entry, Fact } from '#core/events.ts';
import type { ExchangeGateway } from '#core/exchange/port.ts';
import type { Host } from '#core/host.ts';
import { ok } from '#core/lib/result.ts';
import { instantOf } from '#core/model/market-clock.ts';
import type { Web } from '#core/web/server.ts';
import { DEALER } from '#drill/book/book.ts';
import { makeBook } from '#drill/book/make.ts';
import { writeBook } from '#drill/book/write.ts';
import { deskConfig, plainVenue } from '#drill/world/desk-config.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { createHost } from '#main/host.ts';
import { loadFiles } from '#main/load-files.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';

const DATE = '2026-11-25';
/** 14:50 IST, when a drill's main dies. */
const START_MS = instantOf(DATE, 14 * 60 + 50);
const BOOK = makeBook({ seed: 7, accounts: 6, positions: 24, tradingDate: DATE, mainOrders: 8 });
const ACCOUNTS: readonly string[] = BOOK.accounts.map(({ account }) => account);
/** Whose clients are whose: each dealer has half of them, and none of the other's. */
export const ACCOUNTS_OF = { asha: ACCOUNTS.slice(0, 3), kiran: ACCOUNTS.slice(3) } as const;
/** Nobody listens there. */
const DEAD_PORT = 9;
/** Longer than any test lets the clock run: what waits for the exchange waits on. */
const FOR_EVER_MS = 86_400_000;
export const IDLE_LOCK_MS = 8 * 3_600_000;

interface StageOptions {
  /** Another name than `DRILL`; such a desk has no clients. */
  readonly desk?: string;
  readonly identity?: z.input<typeof DeskConfig>['identity'];
}

interface Running {
  readonly app: App;
  readonly web: Web;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/**
 * A whole desk in this process: real journal, real keys, real web door; its exchange takes every order and says nothing.
 * Its clock stands still until a test moves it, so that the code of a later step needs no waiting.
 */
export async function openStage(options: StageOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-identity-'));
  const data = join(folder, 'desk');
  const clock = { aheadMs: 0 };
  const ticks = new Set<() => void>();
  const host = stageHost(folder, clock, ticks);
  let running = await start(host, options, 0);
  if (options.desk === undefined) await loadBook(running.app, folder);

  /** Calls of the program itself: it reads everything. */
  const program = () => running.app.client();
  return {
    data,
    host,
    get app() {
      return running.app;
    },
    get url() {
      return running.web.url;
    },
    /** The same before and after a restart: a browser's cookie is for a port. */
    get port() {
      return running.web.port;
    },
    now: () => host.now(),
    /** Time goes on by so much, and what the desk does every so often is done once. */
    pass(ms: number): void {
      clock.aheadMs += ms;
      for (const tick of ticks) tick();
    },
    /** Somebody at the machine's own window, who carries nothing yet. */
    atWindow: (): FrontDoor =>
      createRouterClient(running.app.router, { context: boundWire({ wire: 'port', address: '' }, null) }),
    program,
    head: async (): Promise<number> => (await program().desk.status()).journal.seq,
    factsSince: (afterSeq: number): Promise<readonly Entry[]> => factsSince(program(), afterSeq),
    async restart(): Promise<void> {
      const { port } = running.web;
      await stop(running);
      running = await start(host, options, port);
    },
    async close(): Promise<void> {
      await stop(running);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The machine's own host with a clock that a test moves, and a screen to serve. */
function stageHost(folder: string, clock: { readonly aheadMs: number }, ticks: Set<() => void>): Host {
  const data = join(folder, 'desk');
  const screen = join(folder, 'screen');
  mkdirSync(screen, { recursive: true });
  writeFileSync(join(screen, 'index.html'), 'the screen');
  writeFileSync(join(folder, 'private'), 'not of the screen');
  const host = createHost({
    data,
    screen,
    secrets: simulationSecrets(data),
    clockOffsetMs: 0,
    reached: () => undefined,
  });
  return {
    ...host,
    now: () => START_MS + clock.aheadMs,
    monotonicMs: () => host.monotonicMs() + clock.aheadMs,
    every(everyMs, tick) {
      ticks.add(tick);
      const end = host.every(everyMs, tick);
      return () => {
        ticks.delete(tick);
        end();
      };
    },
  };
}

async function start(host: Host, { desk, identity }: StageOptions, port: number): Promise<Running> {
  const gateway = {
    host: '127.0.0.1',
    port: DEAD_PORT,
    sender: 'DESK',
    target: 'PEER',
    version: '4.4',
  } as const;
  const plain = deskConfig(
    BOOK,
    plainVenue(BOOK.instruments, gateway, { ratePerSecond: null, burstMax: 10 }),
  );
  const config = DeskConfig.parse({
    ...plain,
    desk: desk ?? plain.desk,
    // No drop copy proves a row here; how many persons that takes is not what these tests are about.
    policy: {
      personsForUnproven: 1,
      waits: { linkMs: FOR_EVER_MS, answerMs: FOR_EVER_MS, doubtMs: FOR_EVER_MS },
    },
    identity: { idleLockMs: IDLE_LOCK_MS, sessionsPerUser: 16, ...identity },
  });
  const created = await createApp(host, config, { build: 'test', wrapGateway: silent });
  if (!created.ok) throw new Error(created.refusal.text);
  const app = created.value;
  app.start();
  return { app, web: await app.web({ port }) };
}

/** Takes what it is given and never answers. */
function silent({ venue, capabilities, burstMax }: ExchangeGateway): ExchangeGateway {
  const nothing = (): void => undefined;
  return {
    venue,
    capabilities,
    burstMax,
    ready: () => true,
    allowance: () => burstMax,
    stage: () => ok({ facts: [], tables: nothing, write: nothing, abandon: nothing }),
  };
}

async function stop({ app, web }: Running): Promise<void> {
  await web.close();
  await app.stop();
}

/** The files of the day, each dealer named beside their own clients, and the emergency. */
async function loadBook(app: App, folder: string): Promise<void> {
  const files = writeBook(BOOK, join(folder, 'book'));
  const kirans: ReadonlySet<string> = new Set(ACCOUNTS_OF.kiran);
  const lines = readFileSync(files.accounts, 'utf8').split('\n');
  const mapped = lines.map((line) =>
    kirans.has(line.split(',', 1)[0] ?? '') ? line.replace(new RegExp(`,${DEALER}$`), ',kiran') : line,
  );
  writeFileSync(files.accounts, mapped.join('\n'));
  await loadFiles(app.client(), files);
  await app.client().mode.declareLost({ reason: 'a test of it' });
}

async function factsSince(calls: ReturnType<App['client']>, afterSeq: number): Promise<readonly Entry[]> {
  const head = (await calls.desk.status()).journal.seq;
  const found: Entry[] = [];
  if (afterSeq >= head) return found;
  for await (const { entries, throughSeq } of await calls.desk.follow({ afterSeq })) {
    found.push(...entries);
    if (throughSeq >= head) break;
  }
  return found;
}

/** Facts of one kind among entries, oldest first. */
export function ofKind<Kind extends Fact['kind']>(
  entries: readonly Entry[],
  kind: Kind,
): Extract<Fact, { kind: Kind }>[] {
  return entries.flatMap(({ fact }) => (fact.kind === kind ? [fact as Extract<Fact, { kind: Kind }>] : []));
}
