import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { DeskConfig } from '#core/config.ts';
import { instantOf } from '#core/model/market-clock.ts';
import type { Book } from '#drill/book/book.ts';
import { makeBook } from '#drill/book/make.ts';
import { readBook } from '#drill/book/read.ts';
import { writeBook } from '#drill/book/write.ts';
import type { FaultName } from '#drill/exchange/faults.ts';
import type { GatewayAddress, WireFault } from '#drill/options.ts';
import { keepChild, type Kept } from './child.ts';
import { deskConfig, DESK_COMP_ID, plainVenue, simVenue, type VenuePorts } from './desk-config.ts';
import { openMain, type MainWorld } from './main-world.ts';
import { freePorts } from './ports.ts';
import { readWorldFile, writeWhole, type WorldFile } from './world-file.ts';

const VENUE_SCRIPT = join(import.meta.dirname, '..', 'exchange', 'main.ts');
const LINK_SCRIPT = join(import.meta.dirname, '..', 'link', 'main.ts');
const DESK = 'DRILL';
/** 14:50 IST: main dies. */
const START_MINUTE = 14 * 60 + 50;

export interface WorldOptions {
  /** Everything of this world lies here; one that was made here before is gone on with. */
  readonly folder: string;
  /** Makes the book of a new world. */
  readonly book: () => Book;
  readonly seed: number;
  readonly faults: readonly FaultName[];
  readonly ratePerSecond: number | null;
  readonly burstMax: number;
  /** A process between desk and exchange that can be killed. */
  readonly withLink: boolean;
  /** Another exchange instead of the drill's own; then nothing is started. */
  readonly gateway: GatewayAddress | null;
  /** The broker's main servers; absent: the world has none. */
  readonly main?: MainOptions;
  /** Desks that share the accounts; 1 when absent. */
  readonly desks?: number;
  /** A process of this world that can not be started again. */
  readonly failed: (error: Error) => void;
}

export interface MainOptions {
  readonly wireFaults: readonly WireFault[];
}

/** One of the desks of a world. */
export interface WorldDesk {
  readonly name: string;
  /** Its CompID at the exchange. */
  readonly owner: string;
  /** The file of its configuration. */
  readonly config: string;
  /** Its own word to main; empty without main. */
  readonly token: string;
}

export interface World {
  readonly folder: string;
  readonly book: Book;
  readonly file: WorldFile;
  /** The desk's configuration, and the file that holds it. */
  readonly config: z.input<typeof DeskConfig>;
  readonly deskConfig: string;
  /** All of them; the first is the one of `config`. */
  readonly desks: readonly WorldDesk[];
  readonly main: MainWorld | null;
  /** The venue's ledger: SQLite. */
  readonly ledger: string;
  /** JSON with the process ids of now, by target, for who kills. */
  readonly pids: string;
  /** Times that the venue and the link were started again. */
  restarts(): number;
  stop(): Promise<void>;
}

/** The seeded book of a world that has no other. */
export function seededBook(options: {
  readonly seed: number;
  readonly accounts: number;
  readonly positions: number;
  readonly tradingDate: string;
}): Book {
  return makeBook(options);
}

/**
 * Makes, or finds again, a world in a folder: book, files, exchange, link, and the configuration of a desk. What was
 * started of one that can not be made is stopped again: a process that is left would keep its starter for ever.
 */
export async function openWorld(options: WorldOptions): Promise<World> {
  const started = new AsyncDisposableStack();
  try {
    return await startWorld(options, started);
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function startWorld(options: WorldOptions, stops: AsyncDisposableStack): Promise<World> {
  const { folder } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string): string => join(folder, name);
  const file = readWorldFile(path('world.json')) ?? (await newWorld(options, path('world.json')));
  const book = readBook(file.files.book);
  const world = {
    folder,
    book,
    file,
    deskConfig: path('desk.json'),
    ledger: path('venue.ledger'),
    pids: path('pids.json'),
  };
  const count = options.desks ?? 1;
  const owners = Array.from({ length: count }, (_, index) => nameOf(DESK_COMP_ID, index));
  const started = options.gateway === null ? await startProcesses(options, world, stops) : null;
  if (started === null) writeWhole(world.pids, '{}');
  const names = owners.map((_, index) => nameOf(DESK, index));
  const main =
    options.main === undefined
      ? null
      : await openMain({
          ...options.main,
          folder,
          seed: options.seed,
          file,
          names,
          accounts: book.accounts.map(({ account }) => account),
          failed: options.failed,
          stops,
        });
  const configOf = (owner: string, index: number): z.input<typeof DeskConfig> => {
    const tuning = tuningOf(options);
    const venue =
      options.gateway === null
        ? simVenue(book.instruments, started?.ports ?? file.ports, tuning, owner)
        : plainVenue(book.instruments, options.gateway, tuning);
    const at = main?.desks[index];
    return {
      ...deskConfig(book, venue),
      desk: names[index] ?? DESK,
      main: at === undefined ? null : { url: at.url },
    };
  };
  const desks = owners.map((owner, index): WorldDesk => {
    const path = index === 0 ? world.deskConfig : join(folder, `desk-${index + 1}.json`);
    writeWhole(path, JSON.stringify(configOf(owner, index), null, 2));
    return { name: names[index] ?? DESK, owner, config: path, token: main?.desks[index]?.token ?? '' };
  });
  return {
    ...world,
    config: configOf(DESK_COMP_ID, 0),
    desks,
    main,
    restarts: () => (started?.restarts() ?? 0) + (main?.restarts() ?? 0),
    stop: () => stops.disposeAsync(),
  };
}

/** The first has the plain name, the others a number. */
function nameOf(name: string, index: number): string {
  return index === 0 ? name : `${name}${index + 1}`;
}

async function newWorld(options: WorldOptions, path: string): Promise<WorldFile> {
  const book = options.book();
  const files = writeBook(book, join(options.folder, 'book'));
  const [orders = 0, dropCopy = 0, marketData = 0, control = 0] = await freePorts(4);
  const file: WorldFile = {
    seed: options.seed,
    tradingDate: book.tradingDate,
    clockOffsetMs: instantOf(book.tradingDate, START_MINUTE) - Date.now(),
    ports: { orders, dropCopy, marketData, control },
    files,
  };
  writeWhole(path, JSON.stringify(file, null, 2));
  return file;
}

function tuningOf({ ratePerSecond, burstMax }: WorldOptions) {
  return { ratePerSecond, burstMax };
}

interface Processes {
  /** Where the desk is to dial: the link's ports when there is one. */
  readonly ports: VenuePorts;
  restarts(): number;
}

async function startProcesses(
  options: WorldOptions,
  world: Pick<World, 'file' | 'ledger' | 'pids'>,
  stops: AsyncDisposableStack,
): Promise<Processes> {
  const { failed } = options;
  const pids: Record<string, number> = {};
  const startedAs = (name: string) => (child: { readonly pid: number }) => {
    pids[name] = child.pid;
    writeWhole(world.pids, JSON.stringify(pids));
  };
  const kept: Kept[] = [];
  const keep = async (script: string, args: readonly string[], name: string): Promise<void> => {
    const one = await keepChild({ script, args, started: startedAs(name), failed });
    kept.push(one);
    stops.defer(() => one.stop());
  };
  await keep(VENUE_SCRIPT, venueArgs(options, world), 'exchange');
  let ports: VenuePorts = world.file.ports;
  if (options.withLink) {
    const [orders = 0, dropCopy = 0, marketData = 0] = await freePorts(3);
    const routes = [
      `${orders}:${ports.orders}`,
      `${dropCopy}:${ports.dropCopy}`,
      `${marketData}:${ports.marketData}`,
    ].flatMap((route) => ['--route', route]);
    await keep(LINK_SCRIPT, routes, 'link');
    ports = { orders, dropCopy, marketData };
  }
  return { ports, restarts: () => kept.reduce((sum, one) => sum + one.restarts(), 0) };
}

function venueArgs(options: WorldOptions, { file, ledger }: Pick<World, 'file' | 'ledger'>): string[] {
  const { ports, files, seed, clockOffsetMs } = file;
  return [
    `--port=${ports.orders}`,
    `--drop-port=${ports.dropCopy}`,
    `--data-port=${ports.marketData}`,
    `--control-port=${ports.control}`,
    `--book=${files.book}`,
    `--ledger=${ledger}`,
    `--faults=${options.faults.join(',')}`,
    `--seed=${seed}`,
    `--clock-offset=${clockOffsetMs}`,
    '--with-parent',
  ];
}
