import type { Reader, Tx } from '#core/journal/port.ts';
import type { BookPart } from './messages.ts';

/** Of when main's book is, and which of today's trades its positions hold. */
export interface Freshness {
  readonly asOfMs: number;
  readonly tradingDate: string;
  /** As the notes `# cut:` of a position file (docs/imports.md). */
  readonly cuts: readonly string[];
}

/** The book in force. */
export interface Followed extends Freshness {
  readonly generation: number;
  readonly book: string;
  readonly version: number;
}

export interface FollowedPart {
  readonly part: BookPart;
  /** When it last changed. */
  readonly version: number;
  readonly rows: number;
  readonly sha256: string;
  /** Up to where this desk's own services have taken it; below zero: nothing of this generation. */
  readonly importedVersion: number;
}

/** A row of main's: `line` is its JSON with sorted columns (`rowLine`). */
export interface BookLine {
  readonly key: string;
  readonly line: string;
  /** Main had it and has it no more; `line` is what it was. */
  readonly gone: boolean;
}

/** The desk's seal, as for other secrets; null from `open`: sealed by another key, or changed. */
export interface Seal {
  seal(whose: string, secret: Uint8Array): Uint8Array;
  open(whose: string, sealed: Uint8Array): Uint8Array | null;
}

/** How lines lie in the table: those with a whole PAN are sealed (I11). */
export interface Sealing {
  close(part: BookPart, line: string): string | Uint8Array;
  open(part: BookPart, body: unknown): string;
}

/** Rows of one page: read, or written in one transaction, well within a turn. */
export const PAGE_ROWS = 250;

export function storedFollowed(reader: Reader): Followed | null {
  const row = reader.get('SELECT * FROM followed');
  if (row === undefined) return null;
  return {
    generation: Number(row['generation']),
    book: String(row['book']),
    version: Number(row['version']),
    asOfMs: Number(row['as_of_ms']),
    tradingDate: String(row['trading_date']),
    cuts: JSON.parse(String(row['cuts'])) as string[],
  };
}

export function storedParts(reader: Reader): readonly FollowedPart[] {
  return reader.all('SELECT * FROM followed_parts').map((row) => ({
    part: row['part'] as BookPart,
    version: Number(row['version']),
    rows: Number(row['rows']),
    sha256: String(row['sha256']),
    importedVersion: Number(row['imported_version']),
  }));
}

/** Above every generation that has rows, in force or not. */
export function freshGeneration(reader: Reader): number {
  const row = reader.get('SELECT max(generation) AS last FROM followed_rows');
  return Math.max(Number(row?.['last'] ?? 0), storedFollowed(reader)?.generation ?? 0) + 1;
}

export function writeFollowed(tx: Tx, followed: Followed): void {
  const { generation, book, version, asOfMs, tradingDate, cuts } = followed;
  const insert =
    'INSERT OR REPLACE INTO followed (one, generation, book, version, as_of_ms, trading_date, cuts)';
  tx.run(
    `${insert} VALUES (1, ?, ?, ?, ?, ?, ?)`,
    generation,
    book,
    version,
    asOfMs,
    tradingDate,
    JSON.stringify(cuts),
  );
}

export function writePart(tx: Tx, { part, version, rows, sha256, importedVersion }: FollowedPart): void {
  const insert = 'INSERT OR REPLACE INTO followed_parts (part, version, rows, sha256, imported_version)';
  tx.run(`${insert} VALUES (?, ?, ?, ?, ?)`, part, version, rows, sha256, importedVersion);
}

export function markImported(tx: Tx, part: BookPart, version: number): void {
  tx.run('UPDATE followed_parts SET imported_version = ? WHERE part = ?', version, part);
}

/** Where a row lies. */
export interface RowAt {
  readonly generation: number;
  readonly part: BookPart;
  readonly version: number;
}

export function writeLine(tx: Tx, at: RowAt, { key, line, gone }: BookLine, sealing: Sealing): void {
  const insert =
    'INSERT OR REPLACE INTO followed_rows (generation, part, key, version, gone, body) VALUES (?, ?, ?, ?, ?, ?)';
  tx.run(insert, at.generation, at.part, key, at.version, gone ? 1 : 0, sealing.close(at.part, line));
}

/** The latest line of a key up to the version. */
export function lineOf(reader: Reader, at: RowAt, key: string, sealing: Sealing): BookLine | null {
  const row = reader.get(
    'SELECT gone, body FROM followed_rows WHERE generation = ? AND part = ? AND key = ? AND version <= ? ORDER BY version DESC LIMIT 1',
    at.generation,
    at.part,
    key,
    at.version,
  );
  return row === undefined
    ? null
    : { key, line: sealing.open(at.part, row['body']), gone: row['gone'] === 1 };
}

/**
 * Of each key its latest line up to the version, in the order of the keys, in pages; also the gone ones. `since`: only
 * lines of a later version than that.
 */
export function* latestLines(
  reader: Reader,
  at: RowAt,
  sealing: Sealing,
  since = -1,
): Generator<readonly BookLine[], void, void> {
  let last: BookLine | null = null;
  let after: readonly [key: string, version: number] = ['', -1];
  for (;;) {
    const rows = reader.all(
      'SELECT key, version, gone, body FROM followed_rows WHERE generation = ? AND part = ? AND version > ? AND version <= ? AND (key, version) > (?, ?) ORDER BY key, version LIMIT ?',
      at.generation,
      at.part,
      since,
      at.version,
      ...after,
      PAGE_ROWS,
    );
    const page: BookLine[] = [];
    for (const row of rows) {
      const key = String(row['key']);
      if (last !== null && last.key !== key) page.push(last);
      last = { key, line: sealing.open(at.part, row['body']), gone: row['gone'] === 1 };
      after = [key, Number(row['version'])];
    }
    if (rows.length < PAGE_ROWS) {
      if (last !== null) page.push(last);
      yield page;
      return;
    }
    yield page;
  }
}

/** Versions of the key before the one named, which took their place. */
export function dropOlder(tx: Tx, at: RowAt, key: string): void {
  tx.run(
    'DELETE FROM followed_rows WHERE generation = ? AND part = ? AND key = ? AND version < ?',
    at.generation,
    at.part,
    key,
    at.version,
  );
}

export function hasOtherGenerations(reader: Reader, generation: number): boolean {
  return SIDES.some((side) => reader.all(`${OTHERS} ${side}`, generation, 1).length > 0);
}

/** One page of them. */
export function dropOtherGenerations(tx: Tx, generation: number): void {
  for (const side of SIDES) {
    const rows = tx.all(`${OTHERS} ${side}`, generation, PAGE_ROWS);
    for (const row of rows) dropRow(tx, row);
    if (rows.length > 0) return;
  }
}

const OTHERS = 'SELECT generation, part, key, version FROM followed_rows WHERE generation';
/** Each a range of the key, so that the rows in force are not read. */
const SIDES = ['< ? ORDER BY generation LIMIT ?', '> ? ORDER BY generation DESC LIMIT ?'] as const;

/**
 * Looks at one page of the generation after a place and drops what was written for a version that never came into
 * force. Gives the place to go on from; null at the end.
 */
export function dropUncommitted(
  tx: Tx,
  { generation, version }: Pick<Followed, 'generation' | 'version'>,
  after: readonly [part: string, key: string, version: number],
): readonly [part: string, key: string, version: number] | null {
  const rows = tx.all(
    'SELECT generation, part, key, version FROM followed_rows WHERE generation = ? AND (part, key, version) > (?, ?, ?) ORDER BY part, key, version LIMIT ?',
    generation,
    ...after,
    PAGE_ROWS * 4,
  );
  for (const row of rows) if (Number(row['version']) > version) dropRow(tx, row);
  const last = rows.at(-1);
  return last === undefined ? null : [String(last['part']), String(last['key']), Number(last['version'])];
}

function dropRow(tx: Tx, row: ReturnType<Reader['all']>[number]): void {
  tx.run(
    'DELETE FROM followed_rows WHERE generation = ? AND part = ? AND key = ? AND version = ?',
    row['generation'] ?? null,
    row['part'] ?? null,
    row['key'] ?? null,
    row['version'] ?? null,
  );
}

const SEALED = 'followed accounts';

/** Accounts come with whole PANs, which do not lie in the open. */
export function sealingOf(seal: Seal): Sealing {
  return {
    close: (part, line) => (part === 'accounts' ? seal.seal(SEALED, Buffer.from(line)) : line),
    open(part, body) {
      if (part !== 'accounts') return String(body);
      // Sealed under another key, it is no row: the checksum says so, and a new snapshot comes.
      const opened = body instanceof Uint8Array ? seal.open(SEALED, body) : null;
      return opened === null ? '' : Buffer.from(opened).toString('utf8');
    },
  };
}
