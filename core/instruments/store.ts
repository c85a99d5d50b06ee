import type { Reader, Tx } from '#core/journal/port.ts';
import { Instrument } from '#core/model/instrument.ts';

/** Contracts in one row of `import_rows`: a day has 150,000, and each start reads them all. */
export const CONTRACTS_A_ROW = 250;

const FIELDS = Object.keys(Instrument.shape) as readonly (keyof Instrument)[];

/** JSON of a list of lists of values, in the order of the model's fields, whose names stand first. */
export function encodeContracts(contracts: readonly Instrument[]): string {
  return JSON.stringify([FIELDS, ...contracts.map((one) => FIELDS.map((field) => one[field]))]);
}

/** The contracts of one stored row. They were parsed when they came in and are not parsed again. */
export function decodeContracts(body: string): Instrument[] {
  const [fields, ...rows] = JSON.parse(body) as [string[], ...unknown[][]];
  return rows.map((values) => {
    const contract: Record<string, unknown> = {};
    for (let index = 0; index < fields.length; index++) contract[fields[index] ?? ''] = values[index];
    return contract as Instrument;
  });
}

/** Takes away what an import that was cut off left under this hash: it counts for nothing. */
export function clearRows(tx: Tx, sha256: string): void {
  tx.run('DELETE FROM import_rows WHERE sha256 = ?', keyOf(sha256));
}

export function writeRow(tx: Tx, sha256: string, n: number, body: string): void {
  tx.run('INSERT INTO import_rows (sha256, n, body) VALUES (?, ?, ?)', keyOf(sha256), n, body);
}

export function storedBodies(reader: Reader, sha256: string): string[] {
  const rows = reader.all('SELECT body FROM import_rows WHERE sha256 = ? ORDER BY n', keyOf(sha256));
  return rows.map((row) => String(row['body']));
}

/** The same bytes may come in as something else, too: each kind has its own rows. */
function keyOf(sha256: string): string {
  return `instruments:${sha256}`;
}
