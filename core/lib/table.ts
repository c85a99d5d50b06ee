import { parseE4 } from '#core/model/price.ts';
import { refuse, ok } from './result.ts';
import type { Result } from './result.ts';

/** The file itself can not be used: says which and why. Nothing of it was taken. */
export interface FileRefusal {
  readonly reason: 'file-not-read';
  readonly text: string;
}

/** What is wrong with one row: the line in the file, the column by its name there, and the reason. */
export interface BadRow {
  readonly line: number;
  readonly column: string;
  readonly reason: string;
}

export interface TableRow {
  /** Line of the file, from 1; of a JSON list the number of the element, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file of rows and columns, as text, before anything is known of its meaning. */
export interface Table {
  /** `# name: value` lines at the head of the file, or the members of a JSON file beside its rows. */
  readonly notes: readonly (readonly [name: string, value: string])[];
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Characters of one line; longer ones are no row of a table. */
export const LINE_MAX = 64 * 1024;
/** Rows of one file. NSE's whole F&O master is about 150,000. */
export const ROWS_MAX = 1_000_000;
/** Bad rows that are named one by one; the others are counted. */
export const NAMED_MAX = 20;

/** Names of columns are compared without case, blanks and underscores: `Trading Symbol` is `tradingsymbol`. */
function columnName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '');
}

/** Where each column lies. `renamed` maps a column of the file to the documented one. */
export function findColumns<Name extends string>(
  source: string,
  header: readonly string[],
  wanted: { readonly needed: readonly Name[]; readonly optional: readonly Name[] },
  renamed: Readonly<Record<string, string>> = {},
): Result<Columns<Name>, FileRefusal> {
  const known = new Map([...wanted.needed, ...wanted.optional].map((name) => [columnName(name), name]));
  const aliases = new Map<string, string>();
  for (const [theirs, ours] of Object.entries(renamed)) {
    if (!known.has(columnName(ours)))
      return refuseFile(source, `the column map names "${ours}", which is no column`);
    if (!header.some((name) => columnName(name) === columnName(theirs))) {
      return refuseFile(source, `the column map names "${theirs}", which is not in the file`);
    }
    aliases.set(columnName(theirs), columnName(ours));
  }
  const at = new Map<Name, number>();
  for (const [index, text] of header.entries()) {
    const name = known.get(aliases.get(columnName(text)) ?? columnName(text));
    if (name === undefined) continue;
    if (at.has(name)) return refuseFile(source, `the column "${name}" is there twice`);
    at.set(name, index);
  }
  const missing = wanted.needed.filter((name) => !at.has(name));
  if (missing.length === 0) return ok({ at, header });
  const found = header.slice(0, 30).join(', ').slice(0, 400);
  return refuseFile(source, `the columns ${missing.join(', ')} are missing; the file has: ${found}`);
}

export interface Columns<Name extends string> {
  readonly at: ReadonlyMap<Name, number>;
  readonly header: readonly string[];
}

export function refuseFile(source: string, why: string) {
  const refusal: FileRefusal = { reason: 'file-not-read', text: `${source}: ${why}; nothing imported` };
  return refuse(refusal);
}

/**
 * The cells of one row, read by meaning. A cell that can not be read notes a problem and gives a harmless value,
 * so that a parser reads straight on and asks `bad` once at the end.
 */
export class Cells<Name extends string> {
  bad: BadRow | null = null;
  readonly #columns: Columns<Name>;
  readonly #row: TableRow;

  constructor(columns: Columns<Name>, row: TableRow) {
    this.#columns = columns;
    this.#row = row;
    if (row.cells.length !== columns.header.length) {
      const [has, wants] = [row.cells.length, columns.header.length];
      this.bad = { line: row.line, column: '', reason: `${has} cells where the header has ${wants}` };
    }
  }

  /** Notes the first problem of the row. */
  fail(column: Name, reason: string): void {
    const index = this.#columns.at.get(column);
    const name = index === undefined ? column : (this.#columns.header[index] ?? column);
    this.bad ??= { line: this.#row.line, column: name.trim(), reason };
  }

  has(column: Name): boolean {
    return this.#columns.at.has(column) && this.text(column) !== '';
  }

  /** Trimmed; empty when the column is not there. */
  text(column: Name): string {
    const index = this.#columns.at.get(column);
    return index === undefined ? '' : (this.#row.cells[index] ?? '').trim();
  }

  /** Not empty, at most `max` characters, printable ASCII. */
  word(column: Name, max = 60): string {
    const text = this.text(column);
    if (text === '') this.fail(column, 'empty');
    else if (text.length > max) this.fail(column, `longer than ${max} characters`);
    else if (!/^[\x20-\x7e]+$/.test(text)) this.fail(column, `${quoted(text)} is not printable ASCII`);
    return text;
  }

  /** A whole number within the bounds; `1200.0` is one, `1200.5` is none. */
  integer(column: Name, min: number, max: number): number {
    const text = this.text(column);
    const value = /^[+-]?\d{1,15}(\.0*)?$/.test(text) ? Number(text) : null;
    if (value === null) this.fail(column, `${quoted(text)} is no whole number`);
    else if (value < min || value > max) this.fail(column, `${text} is not between ${min} and ${max}`);
    else return value === 0 ? 0 : value;
    return min;
  }

  /** A price in rupees, as ten-thousandths; at least `minE4`. */
  priceE4(column: Name, minE4: number): number {
    const text = this.text(column);
    const value = parseE4(text);
    if (value === null) this.fail(column, `${quoted(text)} is no price with at most four decimals`);
    else if (value < minE4) this.fail(column, `${text} is too low`);
    else return value;
    return Math.max(minE4, 0);
  }

  /** One of the words; compared without case. */
  oneOf<Value>(column: Name, words: Readonly<Record<string, Value>>): Value | null {
    const text = this.text(column).toUpperCase();
    const value = Object.hasOwn(words, text) ? words[text] : undefined;
    if (value !== undefined) return value;
    this.fail(
      column,
      `${quoted(this.text(column))} is none of ${Object.keys(words).join(', ').slice(0, 200)}`,
    );
    return null;
  }
}

function quoted(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  return JSON.stringify(short);
}

/** Says what a refused file's first bad row is, and how many there are. */
export function badRowsText(source: string, bad: readonly BadRow[], count = bad.length): string {
  const [first] = bad;
  const where = `${source}, line ${first?.line ?? 0}, column ${first?.column || 'all'}: ${first?.reason ?? ''}`;
  return `${where}; ${count === 1 ? '' : `${count} bad rows in all, `}nothing imported`;
}
