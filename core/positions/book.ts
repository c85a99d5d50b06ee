import type { AccountId, InstrumentId, OrderId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Product } from '#core/model/product.ts';
import type { OrderTerms } from '#core/orders/events.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { BaselineRow } from './baseline.ts';
import type { Carried } from './carried.ts';
import type { Span, Trade } from './overlap.ts';
import type { InstrumentsPort, PositionRow } from './port.ts';
import { isLater, segmentKey, type SegmentKey, type Snapshot } from './snapshot.ts';

/**
 * What the positions service remembers: per row the newest file row and the trades known since, nothing derived
 * but what `row.ts` keeps in `derived`, which is thrown away when something under it changes. A fact about one
 * trade touches one contract; what concerns a whole segment only raises `generation`.
 */
export interface RowState {
  readonly key: RowKey;
  baseline: { readonly row: BaselineRow; readonly snapshot: Snapshot } | null;
  /** The best word about a start of day, which outlives the baseline that said it. */
  carried: Carried | null;
  readonly trades: Map<string, Trade>;
  derived: Derived | null;
}

export interface Derived {
  readonly generation: number;
  readonly row: PositionRow;
  /** Without the trades that have no product; over both opinions where the sources disagree. */
  readonly attributed: Span;
}

/** All products of one account in one contract, and the trades of which the product is not known. */
export interface ContractState {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly rows: Map<Product, RowState>;
  readonly unattributed: Map<string, Trade>;
}

export interface SegmentState {
  /** Newest file with a row of this segment. */
  readonly newest: Snapshot;
  /** Newest whole start-of-day file of this segment: rows that it does not name were flat then. */
  readonly startOfDay: Snapshot | null;
}

export interface OurOrder {
  readonly terms: OrderTerms;
  readonly day: string;
  readonly releasedSeq: number | null;
}

/** Where the trade of a key is, so that a bust or a correction finds it. */
export interface TradePlace {
  readonly contract: ContractState;
  readonly product: Product | null;
}

export interface Book {
  readonly instruments: InstrumentsPort;
  readonly rows: Map<string, RowState>;
  readonly contracts: Map<string, ContractState>;
  readonly accounts: Map<AccountId, Set<RowState>>;
  readonly orders: Map<OrderId, OurOrder>;
  readonly places: Map<string, TradePlace>;
  /** Keys of unattributed trades by the exchange's order, waiting for main's order list. */
  readonly waiting: Map<string, Set<string>>;
  /** Busts of trades that are not known yet, with their seq. */
  readonly bustedFirst: Map<string, number>;
  readonly snapshots: Snapshot[];
  /** The file that came in last, and how many of its rows are older than what was here. */
  lastFile: { readonly sha256: string; readonly older: number };
  readonly coverage: Map<SegmentKey, boolean>;
  /** Segments of which drop copy missed trades of this day for good, up to when; coverage may be back by a newer file. */
  readonly missedToday: Map<SegmentKey, number>;
  /** RMS's newest margin shortfall list: the line that names an account. */
  shortfall: { readonly sha256: string; readonly byAccount: ReadonlyMap<AccountId, string> };
  /** Digits of the newest trading date known. */
  day: string;
  generation: number;
  segments: { readonly generation: number; readonly byKey: ReadonlyMap<SegmentKey, SegmentState> } | null;
}

/** Older files say nothing that a newer one of the same segment does not; rows keep the one they stand on. */
export const SNAPSHOTS_MAX = 64;

export function createBook(instruments: InstrumentsPort): Book {
  return {
    instruments,
    rows: new Map(),
    contracts: new Map(),
    accounts: new Map(),
    orders: new Map(),
    places: new Map(),
    waiting: new Map(),
    bustedFirst: new Map(),
    snapshots: [],
    lastFile: { sha256: '', older: 0 },
    coverage: new Map(),
    missedToday: new Map(),
    shortfall: { sha256: '', byAccount: new Map() },
    day: '',
    generation: 0,
    segments: null,
  };
}

export function rowOf(book: Book, key: RowKey): RowState | null {
  return book.rows.get(rowText(key)) ?? null;
}

export function contractOf(book: Book, account: AccountId, instrumentId: InstrumentId): ContractState | null {
  return book.contracts.get(contractText(account, instrumentId)) ?? null;
}

export function ensureContract(book: Book, account: AccountId, instrumentId: InstrumentId): ContractState {
  const text = contractText(account, instrumentId);
  const known = book.contracts.get(text);
  if (known !== undefined) return known;
  const contract: ContractState = { account, instrumentId, rows: new Map(), unattributed: new Map() };
  book.contracts.set(text, contract);
  return contract;
}

export function ensureRow(book: Book, key: RowKey): RowState {
  const known = rowOf(book, key);
  if (known !== null) return known;
  const { account, instrumentId, product } = key;
  const row: RowState = {
    key: { account, instrumentId, product },
    baseline: null,
    carried: null,
    trades: new Map(),
    derived: null,
  };
  book.rows.set(rowText(key), row);
  ensureContract(book, account, instrumentId).rows.set(product, row);
  const ofAccount = book.accounts.get(account);
  if (ofAccount === undefined) book.accounts.set(account, new Set([row]));
  else ofAccount.add(row);
  return row;
}

/** Removes rows that only stood for trades without a product, once those are known or others show them. */
export function dropEmptyRows(book: Book, contract: ContractState): void {
  const isEmpty = (row: RowState): boolean => row.baseline === null && row.trades.size === 0;
  const rows = [...contract.rows.values()];
  if (contract.unattributed.size > 0 && rows.every(isEmpty)) return;
  for (const row of rows) {
    if (!isEmpty(row)) continue;
    contract.rows.delete(row.key.product);
    book.rows.delete(rowText(row.key));
    book.accounts.get(contract.account)?.delete(row);
  }
}

/** What lies under these rows changed. */
export function touch(contract: ContractState): void {
  for (const row of contract.rows.values()) row.derived = null;
}

/** The files that count for a segment; null when none has a row of it. */
export function segmentOf(book: Book, segment: SegmentKey): SegmentState | null {
  if (book.segments?.generation !== book.generation) {
    book.segments = { generation: book.generation, byKey: segmentsOf(book) };
  }
  return book.segments.byKey.get(segment) ?? null;
}

export function segmentKeyOf(instrument: Instrument | null): SegmentKey | null {
  return instrument === null ? null : segmentKey(instrument);
}

function segmentsOf(book: Book): ReadonlyMap<SegmentKey, SegmentState> {
  const byKey = new Map<SegmentKey, SegmentState>();
  for (const snapshot of book.snapshots) {
    for (const segment of segmentKeysOf(book, snapshot)) {
      const known = byKey.get(segment);
      const newest = known === undefined || !isLater(known.newest, snapshot) ? snapshot : known.newest;
      const older = known?.startOfDay ?? null;
      const counts = snapshot.startOfDay && snapshot.whole && (older === null || !isLater(older, snapshot));
      byKey.set(segment, { newest, startOfDay: counts ? snapshot : older });
    }
  }
  return byKey;
}

function segmentKeysOf(book: Book, snapshot: Snapshot): ReadonlySet<SegmentKey> {
  const keys = new Set<SegmentKey>();
  for (const instrumentId of snapshot.instrumentIds) {
    const instrument = book.instruments.get(instrumentId);
    if (instrument !== null) keys.add(segmentKey(instrument));
  }
  return keys;
}

function rowText(key: RowKey): string {
  return `${key.account} ${key.instrumentId} ${key.product}`;
}

function contractText(account: AccountId, instrumentId: InstrumentId): string {
  return `${account} ${instrumentId}`;
}
