import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';

/** Places in the life of main at which it may be killed: facts inserted and not committed; committed and not told. */
export const MainPoint = z.enum(['before-commit', 'after-commit-before-ack']);
export type MainPoint = z.infer<typeof MainPoint>;

/** One after the other: the second is not looked at before the first has hit. `nth` counts from the hit before. */
export const MainKill = z.object({ at: MainPoint, nth: z.int().positive() });
export type MainKill = z.infer<typeof MainKill>;

const Hit = z.object({ at: MainPoint, atMs: z.number() });

/** Kills this process at the asked points. A hit is on the disk before the kill, so that a main started again does not hit again. */
export function mainKiller(steps: readonly MainKill[], hits: string): (point: MainPoint) => void {
  let done = steps.length === 0 ? 0 : readMainHits(hits).length;
  let count = 0;
  return (point) => {
    const step = steps[done];
    if (step?.at !== point) return;
    count += 1;
    if (count < step.nth) return;
    done += 1;
    append(hits, { at: point, atMs: Date.now() });
    process.kill(process.pid, 'SIGKILL');
  };
}

/** The kills that happened. */
export function readMainHits(path: string): z.infer<typeof Hit>[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Hit.parse(JSON.parse(line)));
}

function append(path: string, hit: z.infer<typeof Hit>): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(hit)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
