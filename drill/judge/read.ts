import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { readRecords } from '#drill/exchange/ledger.ts';
import { LedgerRecord } from '#drill/exchange/record.ts';

const SQLITE_MAGIC = 'SQLite format 3';

/** Records of a ledger: the drill's own (SQLite) or another venue's, as one JSON record a line (docs/venue.md). */
export function readLedger(path: string): LedgerRecord[] {
  if (startOf(path) === SQLITE_MAGIC) return readRecords(path);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => LedgerRecord.parse(JSON.parse(line)));
}

function startOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const start = new Uint8Array(SQLITE_MAGIC.length);
    readSync(file, start, 0, start.length, 0);
    return new TextDecoder('latin1').decode(start);
  } finally {
    closeSync(file);
  }
}
