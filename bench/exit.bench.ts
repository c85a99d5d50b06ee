import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openReader, openSqlite } from '#core/journal/sqlite.ts';
import type { Book } from '#drill/book/book.ts';
import { unhedgedBook } from './book.ts';
import { startOnSink, until, type SinkDesk } from './desk.ts';
import { compared, quantile, timed, type Figure, type Options } from './figure.ts';

/** Messages of one commit and one write, as a desk is shipped. */
const BURST_MAX = 100;
const SIZES = [1_000, 10_000] as const;
const WARM = 50;
/** Books are closed this often, each time by a fresh desk. */
const TURNS = 3;
const FAR_SEQ = Number.MAX_SAFE_INTEGER;

/** What a desk needs from a command to its bytes on the wire, against the disk and the socket alone. */
export async function measure({ folder, turns }: Options): Promise<Figure[]> {
  const figures = await oneExit(join(folder, 'one'), turns);
  const perRow: number[] = [];
  for (const rows of SIZES) {
    const pairs: { ours: number; least: number }[] = [];
    for (let turn = 0; turn < TURNS; turn += 1)
      pairs.push(await wholeBook(join(folder, `all-${rows}-${turn}`), rows));
    const ours = quantile(
      pairs.map((pair) => pair.ours),
      0.5,
    );
    const least = quantile(
      pairs.map((pair) => pair.least),
      0.5,
    );
    perRow.push(ours / rows);
    figures.push({
      name: `exit of all of ${rows} rows, last byte out, bursts of ${BURST_MAX}`,
      limit: 'one transaction and the writes of the same bytes',
      ratio: ours / least,
      target: 2,
      seen: `${ours.toFixed(0)} ms against ${least.toFixed(0)} ms`,
    });
  }
  const [few = Number.NaN, many = Number.NaN] = perRow;
  figures.push({
    name: `one row of ${SIZES[1]}`,
    limit: `one row of ${SIZES[0]}: 1 is linear`,
    ratio: many / few,
    target: null,
    seen: `${(many * 1000).toFixed(0)} us against ${(few * 1000).toFixed(0)} us`,
  });
  return figures;
}

/** One order at a time through the front door, its bytes handed to the system before the next. */
async function oneExit(folder: string, turns: number): Promise<Figure[]> {
  const book = unhedgedBook(turns + WARM + 1);
  const desk = await startOnSink(folder, book, BURST_MAX);
  const least = leastOf(folder, desk.key);
  await place(desk, book, 0);
  const bytes = bytesSince(desk, await seqBefore(desk, () => place(desk, book, 1)));
  const body = bytes.bodies.join('');
  const bound = (): number =>
    timed(() => {
      least.transaction((tx) => tx.run(INSERT, body));
      desk.drain.write(bytes.messages[0] ?? '', 'latin1');
    });
  const pairs: { ours: number; least: number }[] = [];
  for (let n = 2; n < turns + WARM; n += 1) {
    const pair = { ours: await place(desk, book, n), least: bound() };
    if (n >= WARM) pairs.push(pair);
  }
  least.close();
  await desk.stop();
  return compared(
    'one exit, command to first byte on the wire',
    'one FULL-sync insert and one socket write of its bytes',
    pairs,
    { p50: 1.5, p99: 3 },
  );
}

async function place(desk: SinkDesk, book: Book, n: number): Promise<number> {
  const row = book.positions[n];
  const contract = book.instruments.find(({ instrumentId }) => instrumentId === row?.instrumentId);
  if (row === undefined || contract === undefined) throw new Error('a row for each turn');
  const evidence = evidenceAt(desk.now());
  const { account, instrumentId, product, quantity } = row;
  const order = {
    account,
    instrumentId,
    product,
    quantity: Math.abs(quantity),
    evidence,
    ...({ side: quantity > 0 ? 'sell' : 'buy', type: 'limit', timeInForce: 'DAY' } as const),
    priceE4: contract.filePriceE4,
  };
  const startMs = performance.now();
  await desk.calls.trades.place(order);
  const wrote = desk.wire.bursts.at(-1);
  if (wrote === undefined || wrote.atMs < startMs) throw new Error('an order that was placed was written');
  // Its session and its timers have their turn before the next.
  await wait(1);
  return wrote.atMs - startMs;
}

/** Approval of everything until the last of its orders was handed to the system. */
async function wholeBook(folder: string, rows: number): Promise<{ ours: number; least: number }> {
  const desk = await startOnSink(folder, unhedgedBook(rows), BURST_MAX);
  const scope = { kind: 'all' as const };
  const plan = await desk.calls.squareOff.dryRun({
    scope,
    evidence: evidenceAt(desk.now()),
    instructions: [],
  });
  if (plan.plan.rows.length !== rows) throw new Error(`${plan.plan.rows.length} of ${rows} rows are planned`);
  desk.wire.clear();
  let startMs = 0;
  const from = await seqBefore(desk, async () => {
    startMs = performance.now();
    await desk.calls.squareOff.approve({ planId: plan.planId, planHash: plan.planHash });
  });
  await until('all orders out', () => desk.wire.orders >= rows);
  const ours = (desk.wire.bursts.at(-1)?.atMs ?? Number.NaN) - startMs;
  const least = leastTime(folder, desk, from);
  await desk.stop();
  return { ours, least };
}

/** The same bodies in one transaction, then the same messages in writes as large as the desk's bursts. */
function leastTime(folder: string, desk: SinkDesk, fromSeq: number): number {
  const { wire, drain } = desk;
  const { bodies, messages } = bytesSince(desk, fromSeq);
  let at = 0;
  const bursts = wire.bursts.map(({ orders }) => messages.slice(at, (at += orders)).join(''));
  const sqlite = leastOf(folder, desk.key);
  const time = timed(() => {
    sqlite.transaction((tx) => {
      for (const body of bodies) tx.run(INSERT, body);
    });
    writeAll(drain, bursts);
  });
  sqlite.close();
  return time;
}

function writeAll(drain: Socket, bursts: readonly string[]): void {
  for (const burst of bursts) drain.write(burst, 'latin1');
}

const INSERT = 'INSERT INTO least (body) VALUES (?)';

/** A file as a desk's is, with one table and no rules. */
function leastOf(folder: string, key: Uint8Array) {
  const sqlite = openSqlite(join(folder, 'least.db'), { key });
  sqlite.exec('CREATE TABLE least (n INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  return sqlite;
}

async function seqBefore(desk: SinkDesk, act: () => Promise<unknown>): Promise<number> {
  const before = (await desk.calls.desk.status()).journal.seq;
  await act();
  return before;
}

/** Facts after `fromSeq` as they lie in the log, up to the last order that was sent, and the messages among them. */
function bytesSince(desk: SinkDesk, fromSeq: number): { bodies: string[]; messages: string[] } {
  const reader = openReader(desk.journal, desk.key);
  const rows = reader.all(
    'SELECT kind, body FROM log WHERE seq > ? AND seq < ? ORDER BY seq',
    fromSeq,
    FAR_SEQ,
  );
  reader.close();
  const bodies = rows.map((row) => String(row['body']));
  const isOrder = (body: string): boolean => body.includes('"message-sent"') && body.includes('\\u000135=D');
  const last = bodies.findLastIndex(isOrder);
  const messages = bodies.filter(isOrder).map((body) => (JSON.parse(body) as { raw: string }).raw);
  return { bodies: bodies.slice(0, last + 1), messages };
}

function evidenceAt(instructedAtMs: number) {
  return { authority: 'rms-decision', reference: 'bench', channel: 'desk', instructedAtMs } as const;
}
