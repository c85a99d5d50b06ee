import { z } from 'zod';

/**
 * What a desk and main say to each other over one WebSocket (`wss`), one JSON object a message; docs/main-protocol.md
 * explains each for the team that builds main's side. The desk calls, main answers. Everything is keyed by
 * (desk, epoch, seq), so that a repeat does no harm, whoever crashed when.
 */
export const PROTOCOL_VERSION = 1;

/** Rows of one `facts` message, and of one part of a snapshot, at most. */
export const FACT_ROWS_MAX = 500;
export const BOOK_ROWS_MAX = 2_000;
/** Characters of one message. */
export const MESSAGE_TEXT_MAX = 8 * 1024 * 1024;
export const CERTIFICATE_TEXT_MAX = 4_000_000;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Hex = z
  .string()
  .regex(/^([0-9a-f]{2})+$/)
  .max(1000);
const Seq = z.int().nonnegative();
const At = z.number().nonnegative();
/** A time that is kept: whole milliseconds, as the tables of the desk have them. */
const WholeAt = z.int().nonnegative();
const Text = z.string().max(500);

/**
 * A row of the desk's log exactly as its hash covers it: `body` is the JSON of the fact, byte for byte. `seq` runs on
 * through every epoch. A later epoch begins with an `epoch-opened` fact, at whatever seq, chained to the row that its
 * `after` names; of the earlier epoch the desk hands over nothing after that row, and main keeps what it has of it.
 */
export const FactRow = z.object({
  epoch: z.int().positive(),
  seq: z.int().positive(),
  atMs: At,
  kind: z.string().max(100),
  version: z.int(),
  body: z.string(),
  hash: Hash,
});
export type FactRow = z.infer<typeof FactRow>;

/** A signed head of the chain: Ed25519 over `lifeboat-head`, desk, epoch, seq, hash, each on a line (core/journal/chain.ts). */
export const SignedHead = z.object({
  epoch: z.int().positive(),
  seq: z.int().positive(),
  hash: Hash,
  signature: Hex,
  publicKey: Hex,
});
export type SignedHead = z.infer<typeof SignedHead>;

/** Highest contiguous place of a desk's log. */
export const Place = z.object({ epoch: Seq, seq: Seq });
export type Place = z.infer<typeof Place>;

/** Parts of the book that main keeps fresh at the desk; rows are in the columns of docs/imports.md. */
export const BookPart = z.enum(['users', 'accounts', 'instruments', 'funds', 'positions', 'pending']);
export type BookPart = z.infer<typeof BookPart>;

const BookRow = z.record(z.string(), z.string());
/** Of when a part is, and which of today's trades the positions hold (docs/imports.md). */
const Freshness = z.object({
  asOfMs: WholeAt,
  tradingDate: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  cuts: z.array(Text).max(64),
});

/** One net position as somebody sees it: the rows that are compared at the handback. Units, signed. */
export const NetRow = z.object({
  account: z.string().max(20),
  instrumentId: z.string().max(60),
  product: z.string().max(10),
  net: z.int(),
});
export type NetRow = z.infer<typeof NetRow>;

/** An order of main's own that is, or may be, at the exchange. */
export const LateOrder = z.object({
  exchangeOrderId: z.string().max(40),
  account: z.string().max(20),
  instrumentId: z.string().max(60),
  product: z.string().max(10),
  side: z.enum(['buy', 'sell']),
  openQuantity: z.int().nonnegative(),
  cause: z.enum(['resting', 'auto-square-off', 'gtt', 'amo', 'client']),
});
export type LateOrder = z.infer<typeof LateOrder>;

export const FromDesk = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    v: z.literal(PROTOCOL_VERSION),
    desk: z.string().max(12),
    epoch: z.int().positive(),
    publicKey: Hex,
    build: z.string().max(60),
    /** What the desk has of main's book; null: nothing. Main sends deltas from there, or a snapshot. */
    book: z.object({ book: z.string().max(60), version: Seq }).nullable(),
    mappingEpoch: Seq,
  }),
  z.object({ type: z.literal('beat'), nowMs: At, mode: z.string().max(20) }),
  z.object({
    type: z.literal('facts'),
    rows: z.array(FactRow).min(1).max(FACT_ROWS_MAX),
    heads: z.array(SignedHead).max(FACT_ROWS_MAX),
  }),
  /** Main holds its own orders, auto square-off, GTT and AMO for these accounts (empty: all of the desk's). */
  z.object({
    type: z.literal('fence'),
    fence: z.string().max(40),
    accounts: z.array(z.string().max(20)).max(200_000),
    why: Text,
  }),
  z.object({ type: z.literal('lift-fence'), fence: z.string().max(40) }),
  /** Asks for main's positions after all facts up to the place. */
  z.object({ type: z.literal('reconcile'), through: Place }),
  /** `signature`: Ed25519 by the desk's key over `lifeboat-certificate`, a line feed, and the text. */
  z.object({
    type: z.literal('certificate'),
    id: z.string().max(60),
    text: z.string().max(CERTIFICATE_TEXT_MAX),
    signature: Hex,
  }),
  z.object({ type: z.literal('mapping-ack'), mappingEpoch: Seq }),
  z.object({ type: z.literal('book-again'), why: Text }),
]);
export type FromDesk = z.infer<typeof FromDesk>;

export const FromMain = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    v: z.literal(PROTOCOL_VERSION),
    main: z.string().max(40),
    nowMs: At,
    beatMs: z.int().min(100).max(60_000),
    /** Highest contiguous place that is durable here, per epoch of this desk. */
    acked: z.array(Place).max(1000),
    /** Facts that may be on their way without an answer, rows. */
    window: z.int().min(1).max(100_000),
    mappingEpoch: Seq,
  }),
  z.object({ type: z.literal('beat'), nowMs: At, alive: z.boolean() }),
  z.object({
    type: z.literal('refused'),
    reason: z.enum(['wrong-token', 'unknown-desk', 'wrong-key', 'wrong-version', 'busy']),
    text: Text,
  }),
  /** Every row up to here is durable, in order, without a gap, its chain and heads checked. */
  z.object({ type: z.literal('acked'), epoch: z.int().positive(), seq: Seq }),
  /**
   * Main does not take this row, and nothing after it, until persons have looked. Only after `gap` (rows are missing
   * before it) the desk sends again by itself, from the acknowledged place.
   */
  z.object({
    type: z.literal('not-taken'),
    epoch: z.int().positive(),
    seq: z.int().positive(),
    reason: z.enum(['hash', 'gap', 'signature', 'differs', 'wrong-epoch']),
    text: Text,
  }),
  z.object({
    type: z.literal('snapshot-begin'),
    book: z.string().max(60),
    version: Seq,
    parts: z.array(z.object({ part: BookPart, rows: Seq, sha256: Hash })).max(10),
    ...Freshness.shape,
  }),
  z.object({
    type: z.literal('snapshot-rows'),
    book: z.string().max(60),
    version: Seq,
    part: BookPart,
    /** Rows of the part in the messages before this one: a message that comes twice is known by it. */
    from: Seq,
    rows: z.array(BookRow).max(BOOK_ROWS_MAX),
  }),
  z.object({ type: z.literal('snapshot-end'), book: z.string().max(60), version: Seq }),
  /** Rows by key take the place of those before; `sha256` is of the whole part after it. Versions rise by one. */
  z.object({
    type: z.literal('delta'),
    book: z.string().max(60),
    version: z.int().positive(),
    part: BookPart,
    upserts: z.array(BookRow).max(BOOK_ROWS_MAX),
    removes: z.array(z.string().max(200)).max(BOOK_ROWS_MAX),
    sha256: Hash,
    ...Freshness.shape,
  }),
  z.object({
    type: z.literal('positions'),
    through: Place,
    rows: z.array(NetRow).max(200_000),
    late: z.array(LateOrder).max(10_000),
  }),
  z.object({
    type: z.literal('fenced'),
    fence: z.string().max(40),
    obeyed: z.boolean(),
    late: z.array(LateOrder).max(10_000),
    text: Text,
  }),
  z.object({ type: z.literal('certificate-kept'), id: z.string().max(60) }),
  /** Which accounts are whose home from now on; in force when the old desk acknowledged. */
  z.object({
    type: z.literal('mapping'),
    mappingEpoch: Seq,
    accounts: z.array(z.string().max(20)).max(200_000),
  }),
]);
export type FromMain = z.infer<typeof FromMain>;

/** Key of a row of a part: what makes two rows the same one. */
const BOOK_KEYS: Readonly<Record<BookPart, readonly string[]>> = {
  users: ['user'],
  accounts: ['account'],
  instruments: ['instrumentId'],
  funds: ['account'],
  positions: ['account', 'exchange', 'symbol', 'product'],
  pending: ['exchange_order_id'],
};

/** The key as one text, as `removes` names it. */
export function bookKey(part: BookPart, row: Readonly<Record<string, string>>): string {
  return BOOK_KEYS[part].map((column) => row[column] ?? '').join('|');
}

/** A row as the checksum of its part covers it: JSON with sorted columns. */
export function rowLine(row: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** What the checksum of a part covers: its rows in the order of their keys, each as JSON with sorted columns, a line each. */
export function partText(part: BookPart, rows: Iterable<Readonly<Record<string, string>>>): string {
  const lines = Array.from(rows, (row): readonly [string, string] => [bookKey(part, row), rowLine(row)]);
  return lines
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, line]) => `${line}\n`)
    .join('');
}
