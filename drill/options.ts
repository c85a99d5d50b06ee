import { parseArgs } from 'node:util';
import type { Point } from '#core/host.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import { parseFaults, type FaultName } from '#drill/exchange/faults.ts';
import { hashText } from '#drill/book/prng.ts';
import { PLANTS, type PlantName } from './plants.ts';

export const USAGE = `usage: npm run drill -- [--accounts N] [--positions N] [--seed S] [--rate N|off]
  [--faults reject,partial,silence,duplicate,disorder,disconnect,garbage,halt,delay]
  [--kill desk|exchange|link [--kill-at before-commit|commit-write|write-ack|ack-fill|in-recovery]]
  [--kill desk --kill-at handback-send|handback-ack]
  [--kill main [--kill-at before-commit|after-commit-before-ack|any]]
  [--main-scenario healthy|slow|frozen|refusing|old-data|obeys|fires-square-off|ignores-fence|none]
  [--main-returns after|mid-run] [--main-link cut,duplicate,reorder] [--desks N] [--facts N]
  [--gateway fix://SENDER@HOST:PORT/TARGET?version=4.4 --ledger FILE]
  [--instruments FILE --positions-file FILE]
  [--plant ${PLANTS.join('|')}] [--json] [--keep]`;

/** Processes that are killed in the middle of the exit. */
export const KILL_TARGETS = ['desk', 'exchange', 'link'] as const;
const TARGETS = [...KILL_TARGETS, 'main'] as const;
export type KillTarget = (typeof TARGETS)[number];
/** Points of the exit. */
export const POINTS = [
  'before-commit',
  'commit-write',
  'write-ack',
  'ack-fill',
  'in-recovery',
] as const satisfies readonly Point[];
/** Points of the handback: the desk's own, and main's. */
export const HANDBACK_POINTS = ['handback-send', 'handback-ack'] as const satisfies readonly Point[];
export const MAIN_POINTS = ['before-commit', 'after-commit-before-ack', 'any'] as const;
export type MainPoint = (typeof MAIN_POINTS)[number];

/** The asked kill: of the desk's own points, or of main at one of its. */
export type KillAsked =
  | { readonly target: Exclude<KillTarget, 'main'>; readonly at: Point }
  | { readonly target: 'main'; readonly at: MainPoint };

/** How main fails and how it comes back; `none`: the drill has no main, and ends with the exit. */
export const SCENARIOS = [
  'healthy',
  'slow',
  'frozen',
  'refusing',
  'old-data',
  'obeys',
  'fires-square-off',
  'ignores-fence',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

const MAIN_RETURNS = ['after', 'mid-run'] as const;
export type MainReturns = (typeof MAIN_RETURNS)[number];

/** What the wire between desk and main does to messages. */
export const WIRE_FAULTS = ['cut', 'duplicate', 'reorder'] as const;
export type WireFault = (typeof WIRE_FAULTS)[number];

/** An exchange that is not the drill's own: a FIX acceptor at an address, with the names of both sides. */
export interface GatewayAddress {
  readonly sender: string;
  readonly target: string;
  readonly host: string;
  readonly port: number;
  readonly version: '4.2' | '4.4';
}

export interface DrillOptions {
  readonly accounts: number;
  /** Rows in all. */
  readonly positions: number;
  readonly seed: number;
  readonly faults: readonly FaultName[];
  readonly kill: KillAsked | null;
  /** Null: no main. */
  readonly mainScenario: Scenario | null;
  /** When it is back: after the exit, or while a run goes on. */
  readonly mainReturns: MainReturns;
  readonly mainLink: readonly WireFault[];
  /** Desks that share the accounts, each with its own session at the one exchange. */
  readonly desks: number;
  /** Facts that each desk has to hand back at the least; 0: as many as the exit makes. */
  readonly facts: number;
  /** Messages a second; null is unlimited. */
  readonly rate: number | null;
  readonly gateway: GatewayAddress | null;
  /** The other exchange's own ledger; only with `gateway`. */
  readonly ledger: string | null;
  /** The user's own contracts and positions instead of a seeded book. */
  readonly files: { readonly instruments: string; readonly positions: string } | null;
  readonly plant: PlantName | null;
  readonly json: boolean;
  /** Leaves the drill's folder for inspection and says where it is. */
  readonly keep: boolean;
}

const ROWS_MAX = 100_000;
const ACCOUNTS_MAX = 50_000;
const RATE_MAX = 100_000;
const SEED_MAX = 0xffff_ffff;
/** Rows of one account in a seeded book, unless asked otherwise. */
const ROWS_PER_ACCOUNT = 4;
const DESKS_MAX = 40;
const FACTS_MAX = 200_000;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  accounts: text,
  positions: text,
  seed: text,
  rate: text,
  faults: text,
  kill: text,
  'kill-at': text,
  gateway: text,
  ledger: text,
  instruments: text,
  'positions-file': text,
  plant: text,
  'main-scenario': text,
  'main-link': text,
  'main-returns': text,
  desks: text,
  facts: text,
  json: flag,
  keep: flag,
} as const;

/** The command line of `npm run drill`, or what is wrong with it. `seed` stands where none is given. */
export function parseOptions(args: readonly string[], seed: number): Result<DrillOptions, string> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    return ok(readOptions(values, seed));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** A named refusal of one option, for `parseOptions`. */
class BadOption extends Error {
  override readonly name = 'BadOption';
}

function readOptions(values: Values, freshSeed: number): DrillOptions {
  const seed = values.seed === undefined ? freshSeed : whole('--seed', values.seed, 0, SEED_MAX);
  const positions = whole('--positions', values.positions ?? '200', 1, ROWS_MAX);
  const fewest = Math.max(1, Math.ceil(positions / ROWS_PER_ACCOUNT));
  const options: DrillOptions = {
    accounts: whole('--accounts', values.accounts ?? String(fewest), 1, ACCOUNTS_MAX),
    positions,
    seed,
    faults: parseFaults(values.faults ?? ''),
    kill: readKill(values.kill, values['kill-at'], seed),
    rate: values.rate === 'off' ? null : whole('--rate', values.rate ?? '100', 1, RATE_MAX),
    gateway: values.gateway === undefined ? null : readGateway(values.gateway),
    ledger: values.ledger ?? null,
    files: readFiles(values.instruments, values['positions-file']),
    plant: values.plant === undefined ? null : oneOf('--plant', values.plant, PLANTS),
    mainScenario: readScenario(values),
    mainReturns: oneOf('--main-returns', values['main-returns'] ?? 'after', MAIN_RETURNS),
    mainLink: readWireFaults(values['main-link'] ?? ''),
    desks: whole('--desks', values.desks ?? '1', 1, DESKS_MAX),
    facts: whole('--facts', values.facts ?? '0', 0, FACTS_MAX),
    json: values.json ?? false,
    keep: values.keep ?? false,
  };
  checkTogether(options);
  return options;
}

function checkTogether(options: DrillOptions): void {
  checkMain(options);
  if ((options.gateway === null) !== (options.ledger === null)) {
    throw new BadOption('--gateway and --ledger go together: only its own ledger can judge another exchange');
  }
  if (options.gateway === null) return;
  if (options.faults.length > 0)
    throw new BadOption("--faults are the drill's own exchange's, not with --gateway");
  if (options.kill !== null && options.kill.target !== 'desk' && options.kill.target !== 'main') {
    throw new BadOption(
      `--kill ${options.kill.target} kills a process of the drill's own, not with --gateway`,
    );
  }
}

/** Main is left out with another exchange, and where the desk is broken on purpose, unless it is asked for. */
function readScenario(values: Values): Scenario | null {
  const asked = values['main-scenario'];
  if (asked === 'none') return null;
  if (asked !== undefined) return oneOf('--main-scenario', asked, SCENARIOS);
  return values.gateway === undefined && values.plant === undefined ? 'healthy' : null;
}

function readWireFaults(list: string): readonly WireFault[] {
  const names = list.split(',').filter((name) => name !== '');
  return [...new Set(names.map((name) => oneOf('--main-link', name, WIRE_FAULTS)))];
}

function checkMain({ mainScenario, kill, mainLink, desks, facts, gateway }: DrillOptions): void {
  if (desks > 1 && gateway !== null)
    throw new BadOption("--desks shares the drill's own exchange, not --gateway");
  if (mainScenario !== null) return;
  const isOfHandback = kill !== null && (kill.target === 'main' || isOneOf(kill.at, HANDBACK_POINTS));
  const asked = [
    ...(isOfHandback ? [`--kill ${kill.target} --kill-at ${kill.at}`] : []),
    ...(mainLink.length > 0 ? ['--main-link'] : []),
    ...(desks > 1 ? ['--desks'] : []),
    ...(facts > 0 ? ['--facts'] : []),
  ];
  if (asked.length > 0) throw new BadOption(`${asked.join(', ')}: only with a main (--main-scenario)`);
}

function isOneOf<Word extends string>(word: string, words: readonly Word[]): word is Word {
  return words.some((one) => one === word);
}

function readKill(target: string | undefined, at: string | undefined, seed: number): DrillOptions['kill'] {
  if (target === undefined) {
    if (at !== undefined) throw new BadOption('--kill-at needs --kill');
    return null;
  }
  const drawnOf = <Name extends string>(points: readonly Name[], otherwise: Name): Name =>
    points[hashText(`${seed}/kill-at`) % points.length] ?? otherwise;
  const killed = oneOf('--kill', target, TARGETS);
  if (killed === 'main') {
    return {
      target: killed,
      at: at === undefined ? drawnOf(MAIN_POINTS, 'any') : oneOf('--kill-at', at, MAIN_POINTS),
    };
  }
  const points = killed === 'desk' ? [...POINTS, ...HANDBACK_POINTS] : POINTS;
  return {
    target: killed,
    at: at === undefined ? drawnOf(POINTS, 'write-ack') : oneOf('--kill-at', at, points),
  };
}

function readGateway(value: string): GatewayAddress {
  const wrong = new BadOption(`--gateway ${value} is not fix://SENDER@HOST:PORT/TARGET?version=4.4`);
  // The host of a scheme that URL does not know keeps its case, and so does the name before the @.
  const match =
    /^fix:\/\/([!-.0-?A-~]{1,20})@([^:/@]+):(\d{1,5})\/([!-.0->@-~]{1,20})\?version=(4\.[24])$/.exec(value);
  if (match === null) throw wrong;
  const [, sender = '', host = '', port = '', target = '', version = ''] = match;
  const number = Number(port);
  if (number < 1 || number > 65_535 || (version !== '4.2' && version !== '4.4')) throw wrong;
  return { sender, target, host, port: number, version };
}

function readFiles(instruments: string | undefined, positions: string | undefined): DrillOptions['files'] {
  if (instruments === undefined && positions === undefined) return null;
  if (instruments === undefined || positions === undefined) {
    throw new BadOption('--instruments and --positions-file go together');
  }
  return { instruments, positions };
}

function whole(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new BadOption(`${name} ${value} is not a whole number from ${least} to ${most}`);
}

function oneOf<Word extends string>(name: string, value: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new BadOption(`${name} ${value} is unknown; there are ${words.join(', ')}`);
  return word;
}
