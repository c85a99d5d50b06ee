import { join } from 'node:path';
import type { Projection } from '#core/journal/port.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { createPositions } from '#core/positions/service.ts';
import { BENCH_KEY, lifeOf, openDeskJournal, readyJournal } from './desk-journal.ts';
import { quantile, timed, type Figure, type Options } from './figure.ts';

const WRITE_BATCH = 5_000;
const SCAN_BATCH = 5_000;
/** Replay and scan take turns, so that neither alone has the warm file. */
const TURNS = 3;

/** Replaying a whole log into the services, against only scanning and parsing the same rows. */
export function measure({ folder, facts }: Options): Figure[] {
  fill(folder, facts);
  const pairs = Array.from({ length: TURNS }, () => ({
    ours: timed(() => replay(folder)),
    least: timed(() => scan(folder)),
  }));
  const ours = quantile(
    pairs.map((pair) => pair.ours),
    0.5,
  );
  const least = quantile(
    pairs.map((pair) => pair.least),
    0.5,
  );
  return [
    {
      name: `replay of ${facts} facts into positions`,
      limit: 'scanning and parsing the same rows',
      ratio: ours / least,
      target: 2,
      seen: `${ours.toFixed(0)} ms against ${least.toFixed(0)} ms`,
    },
  ];
}

function fill(folder: string, facts: number): void {
  const journal = readyJournal(folder);
  for (let n = 0; n * 4 < facts; n += WRITE_BATCH / 4) {
    const batch = Array.from({ length: WRITE_BATCH / 4 }, (_, place) => lifeOf(n + place)).flat();
    const appended = journal.append(batch.slice(0, facts - n * 4));
    if (!appended.ok) throw new Error(appended.refusal.text);
  }
  journal.close();
}

function replay(folder: string): void {
  const journal = openDeskJournal(folder);
  const none = {
    get: () => null,
    byToken: () => null,
    changedSince: () => false,
    all: () => [],
    count: () => 0,
  };
  const { projection } = createPositions({
    journal,
    instruments: none,
    quotes: () => null,
    overcommitted: () => false,
    now: () => 0,
  });
  const projections: readonly Projection[] = [projection];
  const replayed = journal.replay(projections);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  journal.close();
}

function scan(folder: string): void {
  const sqlite = openSqlite(join(folder, 'desk.db'), { key: BENCH_KEY, readOnly: true });
  let after = 0;
  for (;;) {
    const rows = sqlite.rows(
      'SELECT seq, body FROM log WHERE seq > ? ORDER BY seq LIMIT ?',
      after,
      SCAN_BATCH,
    );
    if (rows.length === 0) break;
    for (const [seq, body] of rows) {
      JSON.parse(String(body));
      after = Number(seq);
    }
  }
  sqlite.close();
}
