import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Report } from '#drill/rehearsal/report.ts';

const DRILL = join(import.meta.dirname, '..', '..', 'drill', 'main.ts');

const SAID_SHOWN = 2_000;

export interface DrillEnd {
  readonly status: number | null;
  /** The JSON of the last line; null when there was none. */
  readonly report: Report | null;
  /** What the drill said besides. */
  readonly said: string;
}

export interface DrillAround {
  readonly env?: Readonly<Record<string, string>>;
  /** Told of everything that the drill has said so far, whenever it says more. */
  readonly hears?: (said: string) => void;
}

/** `npm run drill -- ARGS --json`, to its end. */
export function runDrill(...args: readonly string[]): Promise<DrillEnd> {
  return runDrillIn({}, ...args);
}

/** The same in some surroundings. */
export function runDrillIn(
  { env = {}, hears = () => undefined }: DrillAround,
  ...args: readonly string[]
): Promise<DrillEnd> {
  const child = spawn(process.execPath, [DRILL, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    hears(said);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      // A test that fails by it must show why.
      if (status !== 0)
        process.stdout.write(`drill ${args.join(' ')} ended with ${status}\n${said.slice(0, SAID_SHOWN)}\n`);
      resolve({ status, report: reportIn(out), said });
    });
  });
}

function reportIn(out: string): Report | null {
  const last = out.trim().split('\n').at(-1) ?? '';
  return last.startsWith('{') ? (JSON.parse(last) as Report) : null;
}

/** A fresh seed, or the one of LIFEBOAT_SEED to see a run again. It is printed, so that it can be. */
export function freshSeed(of: string): string {
  const seed = process.env['LIFEBOAT_SEED'] ?? String(randomInt(2 ** 31));
  process.stdout.write(`${of}: LIFEBOAT_SEED=${seed}\n`);
  return seed;
}

/** What every drill that ends well says. */
export const CLEAN = {
  flat: true,
  duplicates: 0,
  overclosed: 0,
  unknown: 0,
  leftovers: [],
  chain: 'ok',
} as const;

/** What every handback that ends well says besides. */
export const HANDED_BACK = {
  handback: { duplicates: 0, lost: 0, certificate: expect.any(String) as string },
  mainAgrees: true,
  notYet: [],
} as const;
