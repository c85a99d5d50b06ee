import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, type Postgres } from '#drill/main-server/postgres.ts';
import { quantile, type Figure, type Options } from './figure.ts';
import { handOver, type Handed, type Held } from './handback-desk.ts';
import { rowsOf, writeLog, type LogRows } from './handback-log.ts';
import { insertAlone, withMain } from './handback-main.ts';

/** An exit of 10,000 rows leaves five facts a row, and each is handed over. */
const FACTS = 60_000;
/** The two take turns, each on a database of its own: what else the machine does is in both. */
const TURNS = 9;
/** The first of both finds cold files and a cold compiler. */
const WARM = 1;

interface Turn extends Handed {
  /** Milliseconds of the insert alone. */
  readonly aloneMs: number;
}

/** A desk's whole journal to the stand-in for main, acknowledged, against the same rows in the stand-in's store alone. */
export async function measure({ folder }: Options): Promise<Figure[]> {
  const written = join(folder, 'written');
  say(`writing a journal of ${FACTS} facts`);
  writeLog(written, FACTS);
  const log = rowsOf(written);
  const postgres = await startPostgres();
  try {
    const turns: Turn[] = [];
    for (let n = 1 - WARM; n <= TURNS; n += 1) {
      const turn = await oneTurn(postgres, folder, written, log);
      const speed = `${perSecond(log, turn.aloneMs)} facts a second alone, ${perSecond(log, turn.ms)} handed over`;
      say(n > 0 ? `turn ${n} of ${TURNS}: ${speed}` : `warming up: ${speed}`);
      if (n > 0) turns.push(turn);
    }
    return [figureOf(log, turns)];
  } finally {
    await postgres.stop();
  }
}

async function oneTurn(postgres: Postgres, folder: string, written: string, log: LogRows): Promise<Turn> {
  const aloneMs = await insertAlone(postgres.url, folder, log);
  // A desk that main has acknowledged everything to has nothing to hand over: each turn has a copy of the file.
  const data = join(folder, 'desk');
  cpSync(written, data, { recursive: true });
  try {
    const handed = await withMain(postgres.url, folder, log, (main) => handOver(data, main));
    return { aloneMs, ...handed };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function figureOf(log: LogRows, turns: readonly Turn[]): Figure {
  const ours = perSecond(log, median(turns.map(({ ms }) => ms)));
  const least = perSecond(log, median(turns.map(({ aloneMs }) => aloneMs)));
  return {
    name: `handback of ${log.rows.length} facts, facts a second`,
    limit: 'inserting the same rows in batches by the stand-in alone, on PostgreSQL',
    ratio: median(turns.map(({ ms, aloneMs }) => aloneMs / ms)),
    target: 0.5,
    atLeast: true,
    seen: `${ours} against ${least}; ${heldText(turns.flatMap(({ held }) => held))}`,
  };
}

/** For how long trading waits. Where main is another machine, nobody interrupts. */
function heldText(held: readonly Held[]): string {
  const whole = held.filter(({ interrupted }) => !interrupted).map(({ ms }) => ms);
  const [p50, p99, longest] = [0.5, 0.99, 1].map((q) => quantile(whole, q).toFixed(1));
  const all = held.reduce((most, { ms }) => Math.max(most, ms), 0).toFixed(1);
  return `a message holds the desk's thread ${p50} ms (p99 ${p99}, longest ${longest}; ${all} when interrupted)`;
}

function perSecond({ rows }: LogRows, ms: number): number {
  return Math.round((rows.length * 1_000) / ms);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** A run takes half a minute. */
function say(what: string): void {
  process.stderr.write(`handback: ${what}\n`);
}
