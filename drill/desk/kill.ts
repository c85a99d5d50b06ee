import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { Point } from '#core/host.ts';

const Target = z.enum(['desk', 'exchange', 'link']);
const PointName = z.enum([
  'before-commit',
  'commit-write',
  'write-ack',
  'ack-fill',
  'in-recovery',
  'handback-send',
  'handback-ack',
]);
/** Where nothing needs to be on its way at the exchange: it is over there. */
const OF_HANDBACK: ReadonlySet<Point> = new Set(['handback-send', 'handback-ack']);

/** Whom to kill, at which named point, and at the how-manieth time that the point is reached. */
export const KillStep = z.object({ target: Target, at: PointName, nth: z.int().positive() });
export type KillStep = z.infer<typeof KillStep>;

/** A kill that happened, as the killer wrote it down just before. */
export const Hit = z.object({
  target: Target,
  at: PointName,
  inFlight: z.int(),
  inDoubt: z.int(),
  atMs: z.int(),
});
export type Hit = z.infer<typeof Hit>;

const Pids = z.object({ exchange: z.int().positive().optional(), link: z.int().positive().optional() });

export interface KillerOptions {
  /** One after the other: the second is not looked at before the first has hit. */
  readonly steps: readonly KillStep[];
  /** A line for each hit, on the disk before the kill, so that a desk started again does not hit again. */
  readonly hits: string;
  /** JSON with the process ids of exchange and link, kept by the world. */
  readonly pids: string;
  /** Points of the handback count from when this file is there: facts go over at any time that main is up. */
  readonly armed: string;
  readonly ordersInFlight: () => number;
  readonly ordersInDoubt: () => number;
  readonly now: () => number;
}

/** What a desk calls at each named point: kills, at the asked one, with an order (or facts) in flight. */
export function createKiller(options: KillerOptions): (point: Point) => void {
  let done = readHits(options.hits).length;
  let count = 0;
  return (point) => {
    const step = options.steps[done];
    if (step === undefined || step.at !== point) return;
    const [inFlight, inDoubt] = [options.ordersInFlight(), options.ordersInDoubt()];
    // A kill with nothing on the way proves nothing.
    if (OF_HANDBACK.has(point) && !existsSync(options.armed)) return;
    if (!OF_HANDBACK.has(point) && (point === 'in-recovery' ? inDoubt : inFlight) === 0) return;
    count += 1;
    if (count < step.nth) return;
    done += 1;
    count = 0;
    append(options.hits, { target: step.target, at: point, inFlight, inDoubt, atMs: options.now() });
    process.kill(pidOf(step.target, options.pids), 'SIGKILL');
  };
}

export function readHits(path: string): Hit[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Hit.parse(JSON.parse(line)));
}

function pidOf(target: KillStep['target'], path: string): number {
  if (target === 'desk') return process.pid;
  const pid = Pids.parse(JSON.parse(readFileSync(path, 'utf8')))[target];
  if (pid === undefined) throw new Error(`${path} names no process for ${target}`);
  return pid;
}

function append(path: string, hit: Hit): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(hit)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
