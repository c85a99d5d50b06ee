import { LINE_MAX } from '#core/lib/table.ts';
import { istTimestamp } from '#core/model/market-clock.ts';
import { bookKey, rowLine, type BookPart, type FromMain } from './messages.ts';

/** Rows of a whole book. Twice what the largest broker has; past it nothing is taken. */
const BOOK_TOTAL_ROWS_MAX = 600_000;
/** Contracts of one file that is handed on: a bound of the text that is hashed at a time. */
export const INSTRUMENTS_A_FILE = 10_000;
const KEY_MAX = 200;

/** In the order in which one leans on the other. */
export const PARTS_IN_ORDER: readonly BookPart[] = [
  'instruments',
  'accounts',
  'users',
  'funds',
  'positions',
  'pending',
];

/**
 * A file only adds and replaces, so that what main has no more is handed on as a row that says so: a position of zero,
 * an order of which nothing is open. In the other parts a missing row is no row.
 */
export function tellsGone(part: BookPart): boolean {
  return part === 'positions' || part === 'pending';
}

/** The messages of which the book is made. */
export type BookMessage = Extract<
  FromMain,
  { type: 'snapshot-begin' | 'snapshot-rows' | 'snapshot-end' | 'delta' }
>;

export function isOfBook(message: { readonly type: string }): message is BookMessage {
  return message.type === 'delta' || message.type.startsWith('snapshot-');
}

/** Rows that the message brings or takes away. */
export function rowsIn(message: BookMessage): number {
  if (message.type === 'snapshot-rows') return message.rows.length;
  return message.type === 'delta' ? message.upserts.length + message.removes.length : 0;
}

type Begin = Extract<FromMain, { type: 'snapshot-begin' }>;
type Delta = Extract<FromMain, { type: 'delta' }>;

interface At {
  readonly book: string;
  readonly version: number;
}

/** What is wrong with the head of a snapshot; null when it may come in. */
export function beginFault(have: At | null, begin: Begin): string | null {
  const names = begin.parts.map(({ part }) => part);
  if (new Set(names).size < names.length) return 'a part is in the snapshot twice';
  const rows = begin.parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows > BOOK_TOTAL_ROWS_MAX) return `the snapshot has ${rows} rows, more than ${BOOK_TOTAL_ROWS_MAX}`;
  // Main that came back from an old copy: its book is older than the one that is here.
  if (have?.book === begin.book && begin.version < have.version) {
    const { book, version } = have;
    return `main's book ${book} went back from version ${version} to ${begin.version}: main has old data. It is taken again from version ${version} on, or under a new name; until then the desk keeps its own`;
  }
  return null;
}

/** A delta after what is here: the next one, one that is here already, or why it does not fit. */
export function deltaFits(
  have: At | null,
  { book, version }: At,
): 'next' | 'known' | { readonly gap: string } {
  if (have === null) return { gap: `a delta of ${book}, and no book is here` };
  if (book !== have.book) return { gap: `a delta of ${book}, and ${have.book} is here` };
  if (version <= have.version) return 'known';
  if (version === have.version + 1) return 'next';
  return { gap: `version ${version} came after ${have.version}` };
}

export interface KeyedLine {
  readonly key: string;
  readonly line: string;
}

/** The row by its key. A fault names no cell: it may be a client's. */
export function keyedLine(
  part: BookPart,
  row: Readonly<Record<string, string>>,
): KeyedLine | { readonly fault: string } {
  const key = bookKey(part, row);
  const fault = keyFault(part, key);
  if (fault !== null) return { fault };
  const line = rowLine(row);
  if (line.length > LINE_MAX) return { fault: `a row of ${part} is longer than ${LINE_MAX} characters` };
  return { key, line };
}

/** Keys are printable ASCII, so that the order of the table is the order of the checksum. */
function keyFault(part: BookPart, key: string): string | null {
  if (key.replaceAll('|', '') === '') return `a row of ${part} has no key`;
  return key.length <= KEY_MAX && /^[\x20-\x7e]*$/.test(key)
    ? null
    : `a key of ${part} is not printable ASCII`;
}

/** What is wrong with the names of a delta's removed rows. */
export function removesFault({ part, removes }: Pick<Delta, 'part' | 'removes'>): string | null {
  return removes.map((key) => keyFault(part, key)).find((fault) => fault !== null) ?? null;
}

/** As `source` of everything that comes of it. */
function sourceOf({ book, version }: At): string {
  return `main:${book}/${version}`;
}

export interface BookFile {
  readonly source: string;
  readonly text: string;
  readonly asOfMs: number;
  readonly tradingDate: string;
  readonly cuts: readonly string[];
}

/**
 * Lines of a part as a file in the documented form (docs/imports.md): contracts as `lifeboat` JSON lines, the rest as
 * JSON with the notes beside `rows`. The text names book and version, so that rows which come back to what they were
 * are other bytes than before and count again.
 */
export function fileOf(
  part: BookPart,
  at: At & Omit<BookFile, 'source' | 'text'>,
  lines: readonly string[],
): BookFile {
  const { asOfMs, tradingDate, cuts } = at;
  const source = sourceOf(at);
  const head = { source, as_of: istTimestamp(asOfMs), trading_date: tradingDate, cut: cuts };
  const text =
    part === 'instruments'
      ? marked(source, lines)
      : `${JSON.stringify(head).slice(0, -1)},"rows":[${lines.join(',')}]}`;
  return { source, text, asOfMs, tradingDate, cuts };
}

/** An `Instrument` has no such member, and its reader passes by what it does not know. */
function marked(source: string, lines: readonly string[]): string {
  const [first = '{}', ...rest] = lines;
  const members = first.length > 2 ? `,${first.slice(1)}` : '}';
  return [`{"followed":${JSON.stringify(source)}${members}`, ...rest].join('\n');
}

/** The line as a file has it; null when a file says nothing of it. */
export function fileLine(
  part: BookPart,
  { line, gone }: { readonly line: string; readonly gone: boolean },
): string | null {
  if (gone && !tellsGone(part)) return null;
  if (part === 'instruments') return instrumentLine(line);
  if (!gone) return line;
  const row = JSON.parse(line) as Readonly<Record<string, string>>;
  if (part === 'pending') return JSON.stringify({ ...row, open_quantity: '0' });
  const { account, exchange, symbol, product } = row;
  return JSON.stringify({
    account,
    exchange,
    symbol,
    product,
    quantity: '0',
    unit: 'units',
    average_price: '0',
  });
}

/** Fields of `Instrument` that are whole numbers; a test holds this against the model. */
export const INSTRUMENT_INTEGERS: readonly string[] = [
  'strikeE4',
  'lotSize',
  'multiplierNum',
  'multiplierDen',
  'tickE4',
  'freezeQuantity',
  'lowerBandE4',
  'upperBandE4',
  'filePriceE4',
  'lastTradingMinute',
];

/** Every field travels as a text; what is no number is left as it is, and the reader of the file names it. */
function instrumentLine(line: string): string {
  const row = JSON.parse(line) as Record<string, unknown>;
  for (const name of INSTRUMENT_INTEGERS) {
    const text = row[name];
    if (typeof text === 'string' && /^-?\d{1,15}$/.test(text)) row[name] = Number(text);
  }
  const auction = row['closingAuction'];
  if (auction === 'true' || auction === 'false') row['closingAuction'] = auction === 'true';
  return JSON.stringify(row);
}
