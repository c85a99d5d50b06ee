import { createHash } from 'node:crypto';
import type { Journal, Projection } from '#core/journal/port.ts';
import { NAMED_MAX, badRowsText, refuseFile } from '#core/lib/table.ts';
import type { BadRow, FileRefusal, Table } from '#core/lib/table.ts';
import { inTurns } from '#core/lib/turns.ts';
import type { Turns } from '#core/lib/turns.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { readTableAside } from '#core/lib/worker-table.ts';
import { aheadText } from '#core/model/as-of.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { BaselineRow } from './baseline.ts';
import type { PositionFile } from './contract.ts';
import type { Cut } from './events.ts';
import { positionNotes } from './import-notes.ts';
import { positionReader } from './import.ts';
import type { FileTaken, ImportPositions, PositionsRefusal } from './service.ts';

export interface ImportPositionsDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly host: Turns & { now(): number };
  readonly instruments: { bySymbol(exchange: string, symbol: string): Instrument | null };
}

/** Rows written beside the log in one transaction: well within a turn. */
const ROWS_A_TRANSACTION = 250;

/**
 * The importer that the positions service is given, and what it remembers of the log. All rows or none, unless the
 * caller says partial; the same bytes again change nothing; rows are written in short transactions and count only
 * with the fact that names them.
 */
export function createPositionImporter(deps: ImportPositionsDeps): {
  readonly importPositions: ImportPositions;
  readonly projection: Projection;
} {
  let running = false;
  const seen = new Set<string>();
  return {
    projection: {
      name: 'position-files',
      memory: ({ fact }) => {
        if (fact.kind === 'positions-imported') seen.add(fact.sha256);
      },
    },
    importPositions: async (file, by) => {
      if (running) return refuseFile(file.source, 'another import is running');
      running = true;
      try {
        return await importPositions(deps, seen, file, by);
      } finally {
        running = false;
      }
    },
  };
}

async function importPositions(
  deps: ImportPositionsDeps,
  seen: ReadonlySet<string>,
  file: PositionFile,
  by: string,
): Promise<Result<FileTaken, PositionsRefusal>> {
  const sha256 = createHash('sha256').update(file.text).digest('hex');
  if (seen.has(sha256)) return ok({ sha256, rows: 0, refused: 0, repeated: true, problems: [] });
  const parsed = await parse(deps, file);
  if (!parsed.ok) return parsed;
  const { rows, bad, stated } = parsed.value;
  if (bad.length > 0 && !(file.partial && rows.length > 0)) {
    return refuse({ reason: 'rows-refused', text: badRowsText(file.source, bad) });
  }
  // Nothing read is not the same as nothing held.
  if (rows.length === 0) return refuseFile(file.source, 'the file has no rows');
  const written = await write(deps, sha256, rows);
  if (!written.ok) return written;
  const fact = { source: file.source, sha256, rows: rows.length, refused: bad.length, ...stated, by };
  const kept = deps.journal.append([{ kind: 'positions-imported', v: 1, ...fact }]);
  if (!kept.ok) return kept;
  const problems = bad.slice(0, NAMED_MAX).map((one) => ({ ...one }));
  return ok({ sha256, rows: rows.length, refused: bad.length, repeated: false, problems });
}

interface Parsed {
  readonly rows: readonly BaselineRow[];
  readonly bad: readonly BadRow[];
  readonly stated: Stated;
}

async function parse(
  deps: ImportPositionsDeps,
  file: PositionFile,
): Promise<Result<Parsed, PositionsRefusal>> {
  const table = await readTableAside(file.source, file.text);
  if (!table.ok) return table;
  const stated = statedOf(file, table.value, deps.host.now());
  if (!stated.ok) return stated;
  const find = (exchange: string, symbol: string) => deps.instruments.bySymbol(exchange, symbol);
  const reader = positionReader(file.source, table.value, file.columns ?? {}, find);
  if (!reader.ok) return reader;
  const rows: BaselineRow[] = [];
  const bad: BadRow[] = [];
  await inTurns(deps.host, reader.value.rows, (one) => {
    const read = reader.value.read(one);
    if ('row' in read) rows.push(read.row);
    else bad.push(read.bad);
  });
  return ok({ rows, bad, stated: stated.value });
}

interface Stated {
  readonly asOfMs: number;
  readonly tradingDate: string;
  readonly cuts: readonly Cut[];
}

/** Time, date and cut as the call says them, else as the head of the file does. Nothing is of later than now. */
function statedOf(file: PositionFile, table: Table, nowMs: number): Result<Stated, FileRefusal> {
  const notes = positionNotes(table.notes);
  const [wrong] = notes.bad;
  if (wrong !== undefined) return refuseFile(file.source, wrong);
  const asOfMs = file.asOfMs ?? notes.asOfMs;
  if (asOfMs === null) {
    return refuseFile(
      file.source,
      'neither the call nor a note "# as_of: <time>" says of when the positions are',
    );
  }
  const tradingDate = file.tradingDate ?? notes.tradingDate ?? istDate(asOfMs);
  const ahead = aheadText({ asOfMs, tradingDate }, nowMs);
  if (ahead !== null) return refuseFile(file.source, ahead);
  return ok({ asOfMs, tradingDate, cuts: file.cuts ?? notes.cuts });
}

async function write(
  { journal, host }: ImportPositionsDeps,
  sha256: string,
  rows: readonly BaselineRow[],
): Promise<Result<unknown, PositionsRefusal>> {
  // Rows of an import that a stop cut off count for nothing, and may have been read by other rules.
  let written: Result<unknown, PositionsRefusal> = journal.append([], (tx) => {
    tx.run('DELETE FROM import_rows WHERE sha256 = ?', sha256);
  });
  const count = Math.ceil(rows.length / ROWS_A_TRANSACTION);
  await inTurns(
    host,
    Array.from({ length: count }, (_, n) => n * ROWS_A_TRANSACTION),
    (start) => {
      if (!written.ok) return;
      written = journal.append([], (tx) => {
        for (const [n, row] of rows.slice(start, start + ROWS_A_TRANSACTION).entries()) {
          const insert = 'INSERT INTO import_rows (sha256, n, body) VALUES (?, ?, ?)';
          tx.run(insert, sha256, start + n, JSON.stringify(row));
        }
      });
    },
  );
  return written;
}
