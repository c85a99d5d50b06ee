import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { Cells, findColumns } from '#core/lib/table.ts';
import type { BadRow, Columns, FileRefusal, Table, TableRow } from '#core/lib/table.ts';
import { readAccount } from '#core/model/file-words.ts';
import { AccountId } from '#core/model/ids.ts';
import { Segment } from '#core/model/instrument.ts';
import type { Account } from './port.ts';

/** The documented columns of a file of accounts: docs/imports.md. */
const NEEDED = ['account', 'name', 'type', 'pan', 'branch', 'segments', 'status'] as const;
const OPTIONAL = ['participant', 'mobile', 'dealers'] as const;
type Name = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

const TYPES = { PRO: 'PRO', CLI: 'CLI', INST: 'INST' } as const;
const STATUS = { ACTIVE: 'active', SUSPENDED: 'suspended', CLOSED: 'closed' } as const;
const DEALERS_MAX = 50;

export type AccountReader = (row: TableRow) => { readonly account: Account } | { readonly bad: BadRow };

/** Reads accounts row by row. Of PAN and mobile only the last four characters are kept. */
export function accountReader(
  source: string,
  table: Table,
  columnMap: Readonly<Record<string, string>>,
): Result<AccountReader, FileRefusal> {
  const columns = findColumns<Name>(source, table.header, { needed: NEEDED, optional: OPTIONAL }, columnMap);
  if (!columns.ok) return columns;
  const seen = new Set<string>();
  return ok((row) => readRow(columns.value, row, seen));
}

function readRow(columns: Columns<Name>, row: TableRow, seen: Set<string>): ReturnType<AccountReader> {
  const cells = new Cells<Name>(columns, row);
  const account = readAccount(cells);
  const name = cells.text('name').slice(0, 120);
  if (name === '') cells.fail('name', 'empty');
  const type = cells.oneOf('type', TYPES);
  const pan = readPan(cells);
  const mobile = readMobile(cells);
  const segments = readSegments(cells);
  const status = cells.oneOf('status', STATUS);
  const branch = cells.word('branch', 40);
  const dealers = listOf(cells.text('dealers'));
  if (dealers.length > DEALERS_MAX) cells.fail('dealers', `more than ${DEALERS_MAX} dealers`);
  if (seen.has(account)) cells.fail('account', `${account} is in the file twice`);
  seen.add(account);
  if (cells.bad !== null || type === null || status === null) {
    return { bad: cells.bad ?? { line: row.line, column: '', reason: 'not readable' } };
  }
  return {
    account: {
      account: AccountId.parse(account),
      name,
      type,
      participant: cells.text('participant').slice(0, 20),
      panLast4: pan.slice(-4),
      mobileLast4: mobile.slice(-4),
      segments,
      status,
      branch,
      dealers,
    },
  };
}

/** The reason never repeats the number: refusals are shown and logged. */
function readPan(cells: Cells<Name>): string {
  const pan = cells.text('pan').toUpperCase();
  if (!/^[A-Z]{5}\d{4}[A-Z]$/.test(pan)) cells.fail('pan', 'no PAN: five letters, four digits, a letter');
  return pan;
}

function readMobile(cells: Cells<Name>): string {
  const digits = cells.text('mobile').replaceAll(/[\s-]/g, '');
  if (digits !== '' && !/^\+?\d{8,15}$/.test(digits)) cells.fail('mobile', 'no telephone number');
  return digits;
}

function readSegments(cells: Cells<Name>): Segment[] {
  const segments: Segment[] = [];
  for (const word of listOf(cells.text('segments'))) {
    const segment = Segment.safeParse(word.toUpperCase());
    if (segment.success) segments.push(segment.data);
    else cells.fail('segments', `"${word.slice(0, 10)}" is none of ${Segment.options.join(', ')}`);
  }
  return segments;
}

function listOf(text: string): string[] {
  return text.split(/[\s;|,]+/).filter((word) => word !== '');
}
