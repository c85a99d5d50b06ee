import type { Reader, Tx } from '#core/journal/port.ts';
import { BaselineRow, ShortfallRow } from './baseline.ts';
import type { ImportedRows } from './domain.ts';

/** Writes the rows of a file beside the log, in the transaction of its fact. Rows that are there stay. */
export function writeRows(tx: Tx, sha256: string, rows: readonly (BaselineRow | ShortfallRow)[]): void {
  for (const [n, row] of rows.entries()) {
    tx.run(
      'INSERT INTO import_rows (sha256, n, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      sha256,
      n,
      JSON.stringify(row),
    );
  }
}

/** The rows of a file as its fact found them. A row that does not parse is a broken journal: a bug, thrown. */
export function importedRows(reader: Reader): ImportedRows {
  const bodies = (sha256: string): unknown[] =>
    reader
      .all('SELECT body FROM import_rows WHERE sha256 = ? ORDER BY n', sha256)
      .map((row) => JSON.parse(String(row['body'])) as unknown);
  return {
    positions: (sha256) => bodies(sha256).map((body) => BaselineRow.parse(body)),
    shortfall: (sha256) => bodies(sha256).map((body) => ShortfallRow.parse(body)),
  };
}
