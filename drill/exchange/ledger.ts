import { openSqlite, type Sqlite } from '#core/journal/sqlite.ts';
import type { SavedSession } from '#core/exchange/fix/machine-types.ts';
import type { Book } from '#drill/book/book.ts';
import type { FaultState } from './faults.ts';
import type { MarketState } from './market.ts';
import type { MemberProfile } from './member-profile.ts';
import { LedgerRecord, type SegmentStatus } from './record.ts';
import type { Counters, Trade, VenueOrder } from './venue-types.ts';
import { FIRST_EXCHANGE_ORDER, FIRST_TRADE } from '#drill/book/make.ts';

/** A business message of a session that waits for its turn or its link: type and body fields as JSON. */
export interface Waiting {
  readonly id: number;
  readonly session: string;
  /** Set back until this order is asked about; empty when it only waits. */
  readonly until: string;
  readonly body: string;
}

export interface SessionChange {
  readonly session: string;
  readonly saved: SavedSession;
}
export interface SentMessage {
  readonly session: string;
  readonly seq: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** All that one turn of the venue changed; committed before a byte of it leaves. */
export interface LedgerBatch {
  readonly records: readonly LedgerRecord[];
  readonly orders: readonly VenueOrder[];
  readonly trades: readonly Trade[];
  readonly requests: readonly (readonly [request: string, exchangeOrderId: string])[];
  readonly sessions: readonly SessionChange[];
  readonly sent: readonly SentMessage[];
  readonly waiting: readonly Waiting[];
  readonly released: readonly number[];
  readonly meta: Readonly<Record<string, unknown>>;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS records (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, order_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trades (trade_number TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (request TEXT PRIMARY KEY, order_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (session TEXT PRIMARY KEY, saved TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (session TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (session, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY, session TEXT NOT NULL, until TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

export interface Ledger {
  /** Nothing was ever written to it. */
  readonly isNew: boolean;
  commit(batch: LedgerBatch): void;
  market(): MarketState;
  requests(): Map<string, string>;
  session(name: string): SavedSession | null;
  sent(session: string, seq: number): { readonly type: string; readonly bytes: Uint8Array } | undefined;
  waiting(): Waiting[];
  meta(name: string): unknown;
  /** Every record so far, in order. */
  allRecords(): LedgerRecord[];
  /** Loses the sequence numbers and messages of every session, as a venue restored from nothing does. */
  forgetSessions(): void;
  close(): void;
}

/** Opens or makes the venue's memory: SQLite, WAL, FULL sync. It survives a kill at any instant. */
export function openLedger(path: string): Ledger {
  const db = openSqlite(path);
  db.exec(SCHEMA);
  return {
    isNew: db.get('SELECT 1 FROM meta LIMIT 1') === undefined,
    commit: (batch) => db.transaction(() => write(db, batch)),
    market: () => readMarket(db),
    requests: () =>
      new Map(
        db
          .all('SELECT request, order_id FROM requests')
          .map((row) => [String(row['request']), String(row['order_id'])]),
      ),
    session(name) {
      const row = db.get('SELECT saved FROM sessions WHERE session = ?', name);
      return row === undefined ? null : readSaved(String(row['saved']));
    },
    sent(session, seq) {
      const row = db.get('SELECT type, bytes FROM sent WHERE session = ? AND seq = ?', session, seq);
      const bytes = row?.['bytes'];
      return bytes instanceof Uint8Array ? { type: String(row?.['type']), bytes } : undefined;
    },
    waiting: () =>
      db.all('SELECT id, session, until, body FROM waiting ORDER BY id').map((row) => ({
        id: Number(row['id']),
        session: String(row['session']),
        until: String(row['until']),
        body: String(row['body']),
      })),
    meta: (name) => readMeta(db, name),
    allRecords: () => recordsOf(db),
    forgetSessions: () => db.exec('DELETE FROM sessions; DELETE FROM sent; DELETE FROM waiting;'),
    close: () => db.close(),
  };
}

/** Every record of a ledger file, in order; opened read-only, the venue may be running. */
export function readRecords(path: string): LedgerRecord[] {
  const db = openSqlite(path, { readOnly: true });
  try {
    return recordsOf(db);
  } finally {
    db.close();
  }
}

function recordsOf(db: Sqlite): LedgerRecord[] {
  return db
    .all('SELECT body FROM records ORDER BY n')
    .map((row) => LedgerRecord.parse(JSON.parse(String(row['body']))));
}

function write(db: Sqlite, batch: LedgerBatch): void {
  for (const record of batch.records) {
    const orderId = 'exchangeOrderId' in record ? record.exchangeOrderId : '';
    db.run(
      'INSERT INTO records (kind, order_id, body) VALUES (?, ?, ?)',
      record.kind,
      orderId,
      JSON.stringify(record),
    );
  }
  for (const order of batch.orders) {
    db.run('INSERT OR REPLACE INTO orders VALUES (?, ?)', order.exchangeOrderId, JSON.stringify(order));
  }
  for (const trade of batch.trades) {
    db.run('INSERT OR REPLACE INTO trades VALUES (?, ?)', trade.tradeNumber, JSON.stringify(trade));
  }
  for (const [request, orderId] of batch.requests)
    db.run('INSERT OR REPLACE INTO requests VALUES (?, ?)', request, orderId);
  for (const { session, saved } of batch.sessions) {
    db.run('INSERT OR REPLACE INTO sessions VALUES (?, ?)', session, JSON.stringify(saved));
  }
  for (const { session, seq, type, bytes } of batch.sent) {
    db.run('INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)', session, seq, type, bytes);
  }
  for (const { id, session, until, body } of batch.waiting) {
    db.run('INSERT INTO waiting VALUES (?, ?, ?, ?)', id, session, until, body);
  }
  for (const id of batch.released) db.run('DELETE FROM waiting WHERE id = ?', id);
  for (const [name, value] of Object.entries(batch.meta)) {
    db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', name, JSON.stringify(value));
  }
}

/*
 * The rows below were written by `write` above, as JSON of these very types, in the same version of the drill: they
 * are read back as such.
 */
function readMarket(db: Sqlite): MarketState {
  const bodies = (sql: string): unknown[] =>
    db.all(sql).map((row): unknown => JSON.parse(String(row['body'])));
  const segments = (readMeta(db, 'segments') ?? []) as [string, SegmentStatus][];
  return {
    orders: bodies('SELECT body FROM orders') as VenueOrder[],
    trades: bodies('SELECT body FROM trades ORDER BY length(trade_number), trade_number') as Trade[],
    counters: (readMeta(db, 'counters') ?? firstCounters(null)) as Counters,
    segments: new Map(segments),
  };
}

function readSaved(text: string): SavedSession {
  const saved = JSON.parse(text) as Partial<SavedSession> &
    Pick<SavedSession, 'nextIn' | 'nextOut' | 'resetPending'>;
  return { ...saved, stopped: saved.stopped };
}

function readMeta(db: Sqlite, name: string): unknown {
  const row = db.get('SELECT value FROM meta WHERE name = ?', name);
  return row === undefined ? undefined : (JSON.parse(String(row['value'])) as unknown);
}

export function readFaultState(ledger: Ledger): FaultState {
  return (ledger.meta('faults') ?? {}) as FaultState;
}

/** Members that were here before. */
export function readProfiles(ledger: Ledger): MemberProfile[] {
  return (ledger.meta('members') ?? []) as MemberProfile[];
}

/** Numbers begin after those of the book. */
export function firstCounters(book: Book | null): Counters {
  const orders = book === null ? 0 : book.dayTrades.length + book.mainOrders.length;
  return {
    nextOrder: FIRST_EXCHANGE_ORDER + orders,
    nextTrade: FIRST_TRADE + (book?.dayTrades.length ?? 0),
    nextPriority: 1,
    nextExec: 1,
  };
}
