import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyFile } from '#core/journal/verify.ts';
import type { Book } from '#drill/book/book.ts';
import { makeBook } from '#drill/book/make.ts';
import { hashText } from '#drill/book/prng.ts';
import { readBookFrom } from '#drill/book/read.ts';
import type { KillStep } from '#drill/desk/kill.ts';
import { openLedger, readFaultState } from '#drill/exchange/ledger.ts';
import { judgeRecords } from '#drill/judge/judge.ts';
import { readLedger } from '#drill/judge/read.ts';
import type { DrillOptions } from '#drill/options.ts';
import { DESK_COMP_ID } from '#drill/world/desk-config.ts';
import { openWorld, type World } from '#drill/world/world.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { collect, type Collected } from './collect.ts';
import { exitEverything, type Exited } from './dealer.ts';
import { startDesk, type DeskProcess } from './desk-process.ts';
import { readPeerLedger } from './peer-ledger.ts';
import { complaintsOf, reportOf, type Findings, type Report } from './report.ts';

/** A Wednesday: the same seed gives the same book on every day on which a drill is run. */
const DRILL_DATE = '2026-11-25';
/** One burst, and one in a drill that kills: there must be commits enough to be killed in. */
const BURST = 100;
const BURST_TO_KILL = 5;
/** A kill hits at the first to third time that its point is reached. */
const NTH_MAX = 3;

export interface RehearsalOptions extends DrillOptions {
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Rehearsed {
  readonly report: Report;
  /** Why the drill is no success; empty when it is one. */
  readonly complaints: readonly string[];
}

/** A kill waits for an order in flight at its point; on a busy machine there may have been none. */
const KILL_ATTEMPTS_MAX = 3;

/**
 * The whole emergency against the exchange, to the end, and the judge's word on it. When all that went wrong is that
 * the asked kill found nothing in flight, it is rehearsed again, with the kill at the first chance.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsed> {
  for (let attempt = 1; ; attempt += 1) {
    const done = await rehearseOnce({ ...options, nthMax: attempt === 1 ? NTH_MAX : 1 });
    const { complaints, report } = done;
    const onlyMissed = options.kill !== null && report.killedAt === null && complaints.length === 1;
    if (!onlyMissed || attempt === KILL_ATTEMPTS_MAX) return done;
    options.say(`${complaints.join('; ')}: once more`);
  }
}

interface Attempt extends RehearsalOptions {
  /** The kill hits at one of so many first times that its point is reached. */
  readonly nthMax: number;
}

async function rehearseOnce(options: Attempt): Promise<Rehearsed> {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-drill-'));
  if (options.keep) options.say(`the drill's folder is ${folder}`);
  try {
    const findings = await perform(options, folder);
    return { report: reportOf(options, findings), complaints: complaintsOf(options, findings) };
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function perform(options: Attempt, folder: string): Promise<Findings> {
  const broken = new AbortController();
  const failed = (error: Error): void => broken.abort(error);
  const signal = AbortSignal.any([options.signal, broken.signal]);
  const stops: (() => Promise<void>)[] = [];
  const data = join(folder, 'desk');
  mkdirSync(data, { mode: 0o700 });
  try {
    const world = await openWorld({
      folder,
      book: () => bookOf(options),
      seed: options.seed,
      faults: options.faults,
      ratePerSecond: options.rate,
      burstMax: options.kill === null ? BURST : BURST_TO_KILL,
      withLink: options.gateway === null,
      gateway: options.gateway,
      failed,
    });
    stops.push(() => world.stop());
    signal.throwIfAborted();
    const { plant } = options;
    const desk = await startDesk({ world, data, kills: killSteps(options), plant, failed, signal });
    stops.push(() => desk.stop());
    signal.throwIfAborted();
    const acted = await act(options, world, desk, signal);
    const restarts = world.restarts() + desk.restarts();
    const hits = desk.hits();
    for (const stop of stops.splice(0).toReversed()) await stop();
    return { ...judged(options, world, acted), chain: await chainOf(data), hits, restarts };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

interface Acted {
  readonly exited: Exited;
  readonly collected: Collected;
}

/** The dealer's part; a process that fails in the middle of it ends it. */
async function act(
  options: RehearsalOptions,
  world: World,
  desk: DeskProcess,
  signal: AbortSignal,
): Promise<Acted> {
  const { file } = world;
  const { book: _book, ...files } = file.files;
  const now = (): number => Date.now() + file.clockOffsetMs;
  const { progress, say } = options;
  const owner = options.gateway?.sender ?? DESK_COMP_ID;
  const script = async (): Promise<Acted> => {
    const exited = await exitEverything({
      desk,
      files,
      plain: options.gateway !== null,
      // A broken desk need not be given many chances.
      idlePlansMax: options.plant === null ? 2 : 1,
      now,
      progress,
      say,
      signal,
    });
    return { exited, collected: await collect({ desk, tradingDate: file.tradingDate, owner }) };
  };
  const ended = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('ended'));
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
  return Promise.race([script(), ended]);
}

function judged(options: RehearsalOptions, world: World, { exited, collected }: Acted) {
  const { gateway, ledger } = options;
  const { book } = world;
  const records =
    gateway === null || ledger === null
      ? readLedger(world.ledger)
      : readPeerLedger(ledger, book, gateway.sender);
  return {
    verdict: judgeRecords(book, records, collected.word),
    openAtDesk: collected.openAtDesk,
    cancelRefused: records.some(({ kind }) => kind === 'request-refused'),
    faults: gateway === null ? strikesIn(world.ledger) : {},
    sentMs: Math.max(0, collected.lastSentAtMs - exited.approvedAtMs),
    flatMs: exited.endedAtMs - exited.approvedAtMs,
  };
}

function bookOf({ files, seed, accounts, positions, gateway }: RehearsalOptions): Book {
  if (files !== null) return readBookFrom(files.instruments, files.positions, seed, DRILL_DATE);
  const seeded = { seed, accounts, positions, tradingDate: DRILL_DATE };
  // Another exchange knows nothing of main's orders: there are none to cancel or to be pinned by.
  return makeBook(gateway === null ? seeded : { ...seeded, mainOrders: 0 });
}

/**
 * Before a recovery can be killed in, there must be one with orders in doubt: the link (or, without one, the desk)
 * is killed first, right after a write.
 */
function killSteps({ kill, seed, gateway, nthMax }: Attempt): KillStep[] {
  if (kill === null) return [];
  const nth = 1 + (hashText(`${seed}/kill-nth`) % nthMax);
  const { target, at } = kill;
  if (at !== 'in-recovery') return [{ target, at, nth }];
  const first: KillStep = { target: gateway === null ? 'link' : 'desk', at: 'write-ack', nth };
  return [first, { target, at, nth: 1 }];
}

async function chainOf(data: string): Promise<string> {
  const key = (await simulationSecrets(data).get('database-key')) ?? undefined;
  const verified = verifyFile(join(data, 'desk.db'), { key });
  if (!verified.ok) return verified.refusal.text;
  const { broken } = verified.value;
  return broken === null ? 'ok' : `epoch ${broken.epoch}, seq ${broken.seq}, ${broken.what}: ${broken.text}`;
}

function strikesIn(path: string): Record<string, number> {
  const ledger = openLedger(path);
  try {
    const counts = Object.entries(readFaultState(ledger)).map(
      ([name, { strikes }]) => [name, strikes] as const,
    );
    return Object.fromEntries(counts);
  } finally {
    ledger.close();
  }
}
