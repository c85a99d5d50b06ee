import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { refuseFile } from '#core/lib/table.ts';
import type { BadRow, FileRefusal, Table } from '#core/lib/table.ts';
import { checkText } from '#core/lib/text-check.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { ContractFormat } from './contract.ts';
import { angelReader } from './parse-angel.ts';
import type { ParsedRow } from './parse-contract.ts';
import { kiteReader } from './parse-kite.ts';
import { checkLines, parseLifeboat } from './parse-lifeboat.ts';
import { udiffReader } from './parse-udiff.ts';

export interface ParsedContracts {
  readonly rows: readonly Instrument[];
  readonly bad: readonly BadRow[];
  /** Rows that are no contract by their nature: indices, spot prices, deleted ones. */
  readonly skipped: number;
}

const READERS = { kite: kiteReader, angel: angelReader, udiff: udiffReader };

/**
 * Reads a contract file. `readTable` is handed in because it stands on a CSV package. A name or a token that is
 * there twice is a bad row: one of the two would be traded under the other's number.
 */
export function parseContracts(
  format: ContractFormat,
  source: string,
  text: string,
  readTable: (source: string, text: string) => Result<Table, FileRefusal>,
): Result<ParsedContracts, FileRefusal> {
  const parsed = parseRows(format, source, text, readTable);
  if (!parsed.ok) return parsed;
  const rows: Instrument[] = [];
  const bad: BadRow[] = [];
  let skipped = 0;
  const names = new Set<string>();
  for (const one of parsed.value) {
    if ('skipped' in one) skipped += 1;
    else if ('bad' in one) bad.push(one.bad);
    else {
      const twice = nameTaken(names, one.row);
      if (twice === null) rows.push(one.row);
      else bad.push({ line: one.line, ...twice });
    }
  }
  if (rows.length === 0 && bad.length === 0) return refuseFile(source, 'the file holds no contract');
  return ok({ rows: format === 'lifeboat' ? rows : withAuctions(rows), bad, skipped });
}

function parseRows(
  format: ContractFormat,
  source: string,
  text: string,
  readTable: (source: string, text: string) => Result<Table, FileRefusal>,
): Result<Iterable<ParsedRow>, FileRefusal> {
  if (format === 'lifeboat') {
    const wrong = checkText(source, text) ?? checkLines(source, text);
    return wrong.ok ? ok(parseLifeboat(text)) : wrong;
  }
  const table = readTable(source, text);
  if (!table.ok) return table;
  const reader = READERS[format](source, table.value);
  return reader.ok ? ok(readEach(table.value, reader.value)) : reader;
}

function* readEach(
  table: Table,
  read: (row: Table['rows'][number]) => ParsedRow,
): Generator<ParsedRow, void, void> {
  for (const row of table.rows) yield read(row);
}

function nameTaken(names: Set<string>, row: Instrument): { column: string; reason: string } | null {
  const token = `${row.exchange}-${row.segment} ${row.token}`;
  if (names.has(token)) return { column: 'token', reason: `the token ${token} is in the file twice` };
  if (names.has(row.instrumentId)) {
    return { column: 'symbol', reason: `${row.instrumentId} is in the file twice` };
  }
  names.add(token).add(row.instrumentId);
  return null;
}

/** Shares that have stock derivatives close by auction, on either exchange (domain.md 0.2). */
function withAuctions(rows: readonly Instrument[]): readonly Instrument[] {
  const listed = new Set<string>();
  for (const row of rows) {
    if (row.segment === 'FO' && row.settlement === 'physical') listed.add(row.underlying);
  }
  if (listed.size === 0) return rows;
  return rows.map((row) =>
    row.segment === 'CM' && listed.has(row.underlying) ? { ...row, closingAuction: true } : row,
  );
}
