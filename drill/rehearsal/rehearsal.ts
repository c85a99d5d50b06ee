import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyFile } from '#core/journal/verify.ts';
import type { Book } from '#drill/book/book.ts';
import { makeBook } from '#drill/book/make.ts';
import { readBookFrom } from '#drill/book/read.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { openLedger, readFaultState } from '#drill/exchange/ledger.ts';
import { readDeskFacts } from '#drill/judge/desk-file.ts';
import { judgeHandback, type DeskFile, type HandbackVerdict } from '#drill/judge/handback.ts';
import { judgeRecords, type DeskWord } from '#drill/judge/judge.ts';
import { readMainStore } from '#drill/judge/main-store.ts';
import { readLedger } from '#drill/judge/read.ts';
import { judgeRuns } from '#drill/judge/runs.ts';
import type { DrillOptions } from '#drill/options.ts';
import type { MainWorld } from '#drill/world/main-world.ts';
import { openWorld, type World, type WorldDesk } from '#drill/world/world.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { startDesk } from './desk-process.ts';
import { playEmergency, type PlayedAll, type Player } from './emergency.ts';
import { hitsOfMain, killSteps, mainKills } from './kills.ts';
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
  try {
    const world = await openWorld(worldOptions(options, folder, failed));
    stops.push(() => world.stop());
    signal.throwIfAborted();
    const players: Player[] = [];
    for (const of of world.desks) {
      const player = await seat(options, world, of, { failed, signal });
      players.push(player);
      stops.push(() => player.desk.stop());
      signal.throwIfAborted();
    }
    const played = await untilAborted(
      signal,
      playEmergency({ ...options, world, players, mainKills: mainKills(options), signal }),
    );
    const restarts = players.reduce((total, { desk }) => total + desk.restarts(), world.restarts());
    const hits = [...players.flatMap(({ desk }) => desk.hits()), ...hitsOfMain(options, world)];
    const strikes = world.main?.strikes() ?? {};
    for (const stop of stops.splice(0).toReversed()) await stop();
    const found = await judged(options, world, players, played);
    return { ...found, faults: { ...found.faults, ...strikes }, hits, restarts };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

function worldOptions(
  options: RehearsalOptions,
  folder: string,
  failed: (error: Error) => void,
): Parameters<typeof openWorld>[0] {
  const { kill, mainScenario, mainLink, seed } = options;
  return {
    folder,
    book: () => bookOf(options),
    seed,
    faults: options.faults,
    ratePerSecond: options.rate,
    burstMax: kill === null ? BURST : BURST_TO_KILL,
    withLink: options.gateway === null,
    gateway: options.gateway,
    ...(mainScenario === null ? {} : { main: { wireFaults: mainLink } }),
    desks: options.desks,
    failed,
  };
}

/** A desk in a folder of its own. Only the first is killed or broken. */
async function seat(
  options: Attempt,
  world: World,
  { name, owner, config, token }: WorldDesk,
  watch: { readonly failed: (error: Error) => void; readonly signal: AbortSignal },
): Promise<Player> {
  const isFirst = world.desks[0]?.name === name;
  const data = join(world.folder, isFirst ? 'desk' : `desk-${name}`);
  mkdirSync(data, { mode: 0o700 });
  if (token !== '') await simulationSecrets(data).set('main-token', Buffer.from(token));
  const desk = await startDesk({
    world,
    config,
    data,
    kills: isFirst ? killSteps(options) : [],
    plant: isFirst ? options.plant : null,
    ...watch,
  });
  return { desk, owner: options.gateway?.sender ?? owner, data, name };
}

/** A process that fails in the middle of it ends it. */
function untilAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const ended = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('ended'));
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
  return Promise.race([work, ended]);
}

async function judged(
  options: RehearsalOptions,
  world: World,
  players: readonly Player[],
  { desks: played, mainBackAtMs }: PlayedAll,
): Promise<Omit<Findings, 'hits' | 'restarts'>> {
  const { gateway, ledger } = options;
  const { book } = world;
  const records =
    gateway === null || ledger === null
      ? readLedger(world.ledger)
      : readPeerLedger(ledger, book, gateway.sender);
  const notYet = played.flatMap(({ handedBack }) => handedBack?.notYet ?? []);
  const chains = await Promise.all(players.map(({ data }) => chainOf(data)));
  const approvedAtMs = Math.min(...played.map(({ exited }) => exited.approvedAtMs));
  const lastSentAtMs = Math.max(...played.map(({ collected }) => collected.lastSentAtMs));
  return {
    // What main does after its return is judged with the handback.
    verdict: judgeRecords(
      book,
      until(records, mainBackAtMs),
      together(played.map(({ collected }) => collected.word)),
    ),
    openAtDesk: played.flatMap(({ collected }) => collected.openAtDesk),
    cancelRefused: records.some(({ kind }) => kind === 'request-refused'),
    faults: gateway === null ? strikesIn(world.ledger) : {},
    sentMs: Math.max(0, lastSentAtMs - approvedAtMs),
    flatMs: Math.max(...played.map(({ exited }) => exited.endedAtMs)) - approvedAtMs,
    chain: chains.find((chain) => chain !== 'ok') ?? 'ok',
    handback:
      world.main === null
        ? null
        : await judgeMain(world, world.main, {
            players,
            records,
            notYet,
            mainBackAtMs,
            throughs: played.map(({ handedBack }) => handedBack?.through ?? null),
          }),
    notYet,
    misdeeds: [...played.flatMap(({ complaints }) => complaints), ...(await misledRuns(options, players))],
  };
}

/** Nobody but a person makes anything of main's return; in a drill that is about it, it must have come in a run. */
async function misledRuns(
  { mainReturns }: RehearsalOptions,
  players: readonly Player[],
): Promise<readonly string[]> {
  const runs = await Promise.all(players.map(async ({ data }) => judgeRuns(await readDeskFacts(data))));
  const isMissed = mainReturns === 'mid-run' && runs.every(({ flatAfterReturn }) => flatAfterReturn === 0);
  const missed = isMissed ? ['main was not heard in the middle of a run: ask for a lower --rate'] : [];
  return [...runs.flatMap(({ complaints }) => complaints), ...missed];
}

/** What the desks say, as if they were one. */
function together(words: readonly DeskWord[]): DeskWord {
  return {
    owners: words.flatMap(({ owners }) => owners),
    fills: words.flatMap(({ fills }) => fills),
    leftovers: words.flatMap(({ leftovers }) => leftovers),
    inDoubt: words.reduce((total, { inDoubt }) => total + inDoubt, 0),
  };
}

function until(records: readonly LedgerRecord[], atMs: number | null): readonly LedgerRecord[] {
  return atMs === null ? records : records.filter((record) => record.atMs < atMs);
}

interface Ended {
  readonly players: readonly Player[];
  readonly records: readonly LedgerRecord[];
  readonly notYet: readonly string[];
  readonly mainBackAtMs: number | null;
  /** Of each desk, the place up to which main was waited for. */
  readonly throughs: readonly (number | null)[];
}

async function judgeMain(
  { book }: World,
  { database }: MainWorld,
  { players, records, notYet, mainBackAtMs, throughs }: Ended,
): Promise<HandbackVerdict> {
  const desks: DeskFile[] = [];
  for (const [index, { name, data }] of players.entries()) {
    const facts = await readDeskFacts(data);
    desks.push({ desk: name, facts, before: [], through: throughs[index] ?? null });
  }
  const opened = await database.open();
  try {
    const main = await readMainStore(opened);
    const owners = players.map(({ owner }) => owner);
    const excused = notYet.join('; ');
    return judgeHandback({ book, records, owners, desks, main, mainBackAtMs: mainBackAtMs ?? 0, excused });
  } finally {
    await opened.close();
    await database.drop();
  }
}

function bookOf({ files, seed, accounts, positions, gateway }: RehearsalOptions): Book {
  if (files !== null) return readBookFrom(files.instruments, files.positions, seed, DRILL_DATE);
  const seeded = { seed, accounts, positions, tradingDate: DRILL_DATE };
  // Another exchange knows nothing of main's orders: there are none to cancel or to be pinned by.
  return makeBook(gateway === null ? seeded : { ...seeded, mainOrders: 0 });
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
