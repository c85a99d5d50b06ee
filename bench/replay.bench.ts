import { join } from 'node:path';
import { openSqlite } from '#core/journal/sqlite.ts';
import { lifeOf } from './desk-journal.ts';
import { quantile, timed, type Figure, type Options } from './figure.ts';
import { JOURNAL_KEY, journalPath, openDesk, openLog } from './stored-desk.ts';

const WRITE_BATCH = 5_000;
const SCAN_BATCH = 5_000;
/** Facts of one order's life. */
const LIFE = 4;
/** Replay and scan take turns, so that neither alone has the warm file. */
const TURNS = 3;

/** Replaying a whole log into every service of the desk, against only scanning and parsing the same rows. */
export async function measure({ folder, facts }: Options): Promise<Figure[]> {
  const data = join(folder, 'desk');
  fill(data, facts);
  const ours: number[] = [];
  const least: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const startMs = performance.now();
    const app = await openDesk(data);
    ours.push(performance.now() - startMs);
    await app.stop();
    least.push(timed(() => scan(journalPath(data))));
  }
  const [mine, bound] = [quantile(ours, 0.5), quantile(least, 0.5)];
  return [
    {
      name: `replay of ${facts} facts to a desk that is ready`,
      limit: 'scanning and parsing the same rows',
      ratio: mine / bound,
      target: 2,
      seen: `${mine.toFixed(0)} ms against ${bound.toFixed(0)} ms`,
    },
  ];
}

/** Lives of orders, as they lie in a log. */
export function fill(data: string, facts: number): void {
  const journal = openLog(data);
  for (let n = 0; n * LIFE < facts; n += WRITE_BATCH / LIFE) {
    const batch = Array.from({ length: WRITE_BATCH / LIFE }, (_, place) => lifeOf(n + place)).flat();
    const appended = journal.append(batch.slice(0, facts - n * LIFE));
    if (!appended.ok) throw new Error(appended.refusal.text);
  }
  journal.close();
}

function scan(path: string): void {
  const sqlite = openSqlite(path, { readOnly: true, key: JOURNAL_KEY });
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
