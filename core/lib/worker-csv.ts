import { CsvError, parse } from 'csv-parse/sync';
import { ok } from './result.ts';
import type { Result } from './result.ts';
import { LINE_MAX, ROWS_MAX, refuseFile } from './table.ts';
import type { FileRefusal, Table, TableRow } from './table.ts';
import { checkText } from './text-check.ts';

/**
 * Reads a CSV file (comma, semicolon or tab; the header is the first line that is no `#` note) or a JSON list of
 * flat objects. Runs in a worker thread where the file is large.
 */
export function readTable(source: string, text: string): Result<Table, FileRefusal> {
  const wrong = checkText(source, text);
  if (wrong !== null) return wrong;
  return /^\s*[[{]/.test(text) ? readJson(source, text) : readCsv(source, text);
}

function readCsv(source: string, text: string): Result<Table, FileRefusal> {
  const { notes, head } = headOf(text);
  if (head === '') return refuseFile(source, 'the file has no header line');
  try {
    const records = parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      delimiter: delimiterOf(head),
      info: true,
      max_record_size: LINE_MAX,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      to: ROWS_MAX + 2,
    }) as unknown as readonly { readonly record: string[]; readonly info: { readonly lines: number } }[];
    const [header, ...lines] = records;
    if (header === undefined) return refuseFile(source, 'the file has no header line');
    if (lines.length > ROWS_MAX) return refuseFile(source, `more than ${ROWS_MAX} rows`);
    const rows = lines.map(({ record, info }): TableRow => ({ line: info.lines, cells: record }));
    return ok({ notes, header: header.record, rows });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return refuseFile(source, `no readable CSV: ${error.message.slice(0, 200)}`);
  }
}

/** The `# name: value` lines at the head and the first line after them. */
function headOf(text: string): { readonly notes: Table['notes']; readonly head: string } {
  const notes: [string, string][] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0].trim().replace(/^\ufeff/, '');
    if (line === '') continue;
    if (!line.startsWith('#')) return { notes, head: line };
    const [, name = '', value = ''] = /^#\s*([a-z_ ]+):\s*(.*)$/i.exec(line) ?? [];
    if (name !== '') notes.push([name.trim().toLowerCase(), value.trim()]);
  }
  return { notes, head: '' };
}

function delimiterOf(head: string): string {
  const counts = [',', ';', '\t'].map((delimiter) => [delimiter, head.split(delimiter).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

function readJson(source: string, text: string): Result<Table, FileRefusal> {
  const value = parsed(text);
  if (value === undefined) return refuseFile(source, 'it begins like JSON and is none');
  const list: unknown = Array.isArray(value) ? value : (value as Record<string, unknown>)['rows'];
  if (!Array.isArray(list)) return refuseFile(source, 'the JSON is no list of rows and has no member "rows"');
  if (list.length > ROWS_MAX) return refuseFile(source, `more than ${ROWS_MAX} rows`);
  const header = new Set<string>();
  for (const row of list as unknown[]) {
    if (isFlat(row)) for (const name of Object.keys(row)) header.add(name);
  }
  if (header.size === 0) return refuseFile(source, 'the list has no rows');
  const names = [...header];
  const rows = (list as unknown[]).map((row, index): TableRow => {
    if (!isFlat(row)) return { line: index + 1, cells: [] };
    return { line: index + 1, cells: names.map((name) => cellText(row[name])) };
  });
  const beside = Array.isArray(value) ? [] : Object.entries(value as Record<string, unknown>);
  const notes = beside
    .filter(([name]) => name !== 'rows')
    .flatMap(([name, note]) =>
      (Array.isArray(note) ? note : [note]).map((one) => [name, cellText(one)] as const),
    );
  return ok({ notes, header: names, rows });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isFlat(row: unknown): row is Record<string, unknown> {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}
