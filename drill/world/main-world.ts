import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireFault } from '#drill/options.ts';
import { askMain } from '#drill/main-server/control-client.ts';
import { keepChild } from './child.ts';
import { mainDatabase, type MainDatabase } from './main-database.ts';
import { MainProcess } from './main-process.ts';
import { freePorts } from './ports.ts';
import { writeWhole, type WorldFile } from './world-file.ts';

const LINK_SCRIPT = join(import.meta.dirname, '..', 'link', 'main.ts');
const TOKEN_BYTES = 24;

export interface MainWorldOptions {
  readonly folder: string;
  readonly file: WorldFile;
  readonly seed: number;
  /** Desks in the order in which they get their accounts. */
  readonly names: readonly string[];
  readonly accounts: readonly string[];
  readonly wireFaults: readonly WireFault[];
  readonly failed: (error: Error) => void;
  /** Takes what ends the processes, as each is started. */
  readonly stops: AsyncDisposableStack;
}

/** Main and the wire to it. */
export interface MainWorld {
  readonly process: MainProcess;
  /** Where each desk finds main, and what it says to be let in. */
  readonly desks: readonly { readonly url: string; readonly token: string }[];
  readonly database: MainDatabase;
  /** Port of its control, on loopback. */
  readonly control: number;
  readonly hits: string;
  /** How often each fault of the wire struck. */
  strikes(): Readonly<Record<string, number>>;
  restarts(): number;
}

/** Main, started, with each desk's way to it. */
export async function openMain(options: MainWorldOptions): Promise<MainWorld> {
  const { folder, names, wireFaults, failed, stops } = options;
  const [port = 0, control = 0, wirePort = 0] = await freePorts(3);
  const database = await mainDatabase(folder);
  const hits = join(folder, 'main-hits.jsonl');
  const strikes = join(folder, 'main-wire-strikes');
  const desks = names.map((desk) => ({ desk, token: randomBytes(TOKEN_BYTES).toString('hex') }));
  const process = new MainProcess({
    args: mainArgs(options, { port, control, hits, desks }),
    env: database.env,
    failed,
  });
  stops.defer(() => process.stop());
  await process.start();
  if (names.length > 1) await askMain(control, { do: 'map', homes: homesOf(options) });
  if (wireFaults.length > 0) {
    const args = [`--messages=${wirePort}:${port}`, `--faults=${wireFaults.join(',')}`];
    const kept = await keepChild({
      script: LINK_SCRIPT,
      args: [...args, `--seed=${options.seed}`, `--strikes=${strikes}`],
      started: () => undefined,
      failed,
    });
    stops.defer(() => kept.stop());
  }
  const url = `ws://127.0.0.1:${wireFaults.length === 0 ? port : wirePort}/desk`;
  return {
    process,
    desks: desks.map(({ token }) => ({ url, token })),
    database,
    control,
    hits,
    strikes: () => countLines(strikes),
    restarts: () => process.restarts(),
  };
}

/** Each account has one home, in turn. */
function homesOf({ names, accounts }: MainWorldOptions): Record<string, string[]> {
  return Object.fromEntries(
    names.map((name, index) => [name, accounts.filter((_, at) => at % names.length === index)]),
  );
}

interface MainAt {
  readonly port: number;
  readonly control: number;
  readonly hits: string;
  readonly desks: readonly { readonly desk: string; readonly token: string }[];
}

function mainArgs({ folder, file, seed }: MainWorldOptions, at: MainAt): string[] {
  const path = join(folder, 'main.json');
  // Tokens are no arguments: anybody can read those of a process.
  writeWhole(path, JSON.stringify({ desks: at.desks }), 0o600);
  return [
    `--port=${at.port}`,
    `--control-port=${at.control}`,
    `--venue-control=${file.ports.control}`,
    `--book=${file.files.book}`,
    `--folder=${folder}`,
    `--config=${path}`,
    `--seed=${seed}`,
    `--clock-offset=${file.clockOffsetMs}`,
    `--hits=${at.hits}`,
    '--with-parent',
  ];
}

function countLines(path: string): Record<string, number> {
  if (!existsSync(path)) return {};
  const counts: Record<string, number> = {};
  for (const name of readFileSync(path, 'utf8').split('\n')) {
    if (name !== '') counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
