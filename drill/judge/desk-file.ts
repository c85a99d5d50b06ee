import { join } from 'node:path';
import { hexOf } from '#core/journal/chain.ts';
import { rowsAfter } from '#core/journal/rows.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import type { FactOf } from './handback.ts';

const ROWS_AT_ONCE = 5_000;

/** Every row of a desk's journal, decrypted; the desk has stopped. */
export async function readDeskFacts(data: string): Promise<FactOf[]> {
  const key = (await simulationSecrets(data).get('database-key')) ?? undefined;
  const sqlite = openSqlite(join(data, 'desk.db'), { readOnly: true, key });
  try {
    const facts: FactOf[] = [];
    for (;;) {
      const rows = rowsAfter(sqlite, facts.at(-1)?.seq ?? 0, ROWS_AT_ONCE);
      if (rows.length === 0) return facts;
      for (const row of rows) facts.push({ ...row, hash: hexOf(row.hash) });
    }
  } finally {
    sqlite.close();
  }
}
