import { GENESIS, headMessage, hexOf, rowHash, sameBytes } from './chain.ts';
import { deskOf, factOf, headsBetween, headsBeyond, lastHead, pointOf, rowAt, rowsAfter } from './rows.ts';
import type { HeadPoint, StoredHead, StoredRow } from './rows.ts';
import { isSignedBy } from './signer.ts';
import { storageCode } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';

/** The first row of a chain that does not hold, and how. */
export interface Break {
  readonly epoch: number;
  readonly seq: number;
  /**
   * `hash`: the row is not what was hashed. `gap`: a row is missing before it. `head-mismatch`: the signed head is
   * of another row. `signature`: the head is missing, not signed, or signed by another key. `unreadable`: the
   * database can not read it. `left`: it hangs together, but a later epoch goes on from a row before it.
   */
  readonly what: 'hash' | 'gap' | 'head-mismatch' | 'signature' | 'unreadable' | 'left';
  readonly text: string;
}

export interface ChainReport {
  readonly desk: string;
  readonly rows: number;
  readonly epochs: number;
  readonly head: HeadPoint | null;
  /**
   * The last row that stands: before a false head the last one under a good head, because of the rows between the two
   * nobody can tell which was changed; else the last row before the break; the head when there is none.
   */
  readonly good: HeadPoint | null;
  /** The last row under a valid signature; the rows after it are chained, not yet signed. */
  readonly signed: HeadPoint | null;
  /** Public keys that signed, SPKI DER in hex, one per epoch at most. */
  readonly publicKeys: readonly string[];
  /** The first break that no later epoch names; null when the chain holds. */
  readonly broken: Break | null;
  /** Breaks that an `epoch-opened` fact names: two persons saw them and went on after the last good row. */
  readonly named: readonly Break[];
}

export interface CheckOptions {
  /** When given, only this key (SPKI DER) may have signed. */
  readonly publicKey?: Uint8Array;
  readonly progress?: (rows: number) => void;
}

const BATCH_ROWS = 2_000;

/** Checks every row, hash and signature of the file, in order. Reads only. */
export function checkChain(sqlite: Sqlite, options: CheckOptions = {}): ChainReport {
  const walk = new ChainWalk(deskOf(sqlite) ?? '', options.publicKey ?? null, (seq) => rowAt(sqlite, seq));
  let limit = BATCH_ROWS;
  for (;;) {
    try {
      const rows = rowsAfter(sqlite, walk.lastSeq, limit);
      const last = rows.at(-1);
      if (last === undefined) break;
      walk.rows(rows, headsBetween(sqlite, walk.lastSeq, last.seq));
      options.progress?.(walk.count);
    } catch (error) {
      const code = storageCode(error);
      if (code === null) throw error;
      // Once more row by row, to name the one; then nothing after it can be reached.
      if (limit === 1) return walk.unreadable(code);
      limit = 1;
    }
  }
  walk.strays(headsBeyond(sqlite, walk.lastSeq));
  return walk.report();
}

/**
 * The check of every start: the last signed head with its key, and each row after it. What lies before is held by
 * that signature, as long as its rows are what they were; `checkChain` proves that.
 */
export function checkTail(sqlite: Sqlite, desk: string, publicKey: Uint8Array): Break | null {
  const head = lastHead(sqlite);
  const first = rowsAfter(sqlite, 0, 1)[0];
  if (head === null) {
    if (first === undefined) return null;
    return { epoch: first.epoch, seq: first.seq, what: 'signature', text: 'no head of this file is signed' };
  }
  const row = rowAt(sqlite, head.seq);
  const wrong = row === null ? strayHead(head) : checkHead(desk, row, head, publicKey);
  if (wrong !== null || row === null) return wrong;
  return checkRowsAfter(sqlite, desk, row);
}

function checkRowsAfter(sqlite: Sqlite, desk: string, from: StoredRow): Break | null {
  const before = rowAt(sqlite, from.seq - 1);
  if (before !== null && before.epoch === from.epoch) {
    const wrong = checkRow(desk, before, from);
    if (wrong !== null) return wrong;
  }
  let last = from;
  for (;;) {
    const rows = rowsAfter(sqlite, last.seq, BATCH_ROWS);
    if (rows.length === 0) return null;
    for (const row of rows) {
      const wrong = checkRow(desk, last, row);
      if (wrong !== null) return wrong;
      last = row;
    }
  }
}

function checkRow(desk: string, before: StoredRow, row: StoredRow): Break | null {
  if (row.seq !== before.seq + 1) return gap(row, before.seq);
  if (row.epoch !== before.epoch || !sameBytes(rowHash(before.hash, desk, row), row.hash))
    return changed(row);
  return null;
}

function checkHead(
  desk: string,
  row: StoredRow,
  head: StoredHead,
  publicKey: Uint8Array | null,
): Break | null {
  const { epoch, seq } = row;
  if (head.epoch !== epoch || !sameBytes(head.hash, row.hash)) {
    return { epoch, seq, what: 'head-mismatch', text: 'the signed head is of another row than this' };
  }
  if (publicKey !== null && !sameBytes(head.publicKey, publicKey)) {
    return { epoch, seq, what: 'signature', text: "the head is signed by a key that is not this desk's" };
  }
  if (!isSignedBy(head.publicKey, headMessage(desk, epoch, seq, head.hash), head.signature)) {
    return { epoch, seq, what: 'signature', text: 'the signature of the head is not valid' };
  }
  return null;
}

function strayHead(head: StoredHead): Break {
  return {
    epoch: head.epoch,
    seq: head.seq,
    what: 'head-mismatch',
    text: 'a head is signed whose row is missing',
  };
}

function gap(row: StoredRow, lastSeq: number): Break {
  const text = `${row.seq - lastSeq - 1} rows are missing after seq ${lastSeq}`;
  return { epoch: row.epoch, seq: row.seq, what: 'gap', text };
}

function changed(row: StoredRow): Break {
  return { epoch: row.epoch, seq: row.seq, what: 'hash', text: 'the row is not the one that was written' };
}

/** Walks the rows in order and keeps the last good one, so that an epoch opened over a break can be followed. */
class ChainWalk {
  count = 0;
  lastSeq = 0;
  readonly #desk: string;
  readonly #pinned: Uint8Array | null;
  readonly #rowAt: (seq: number) => StoredRow | null;
  readonly #named: Break[] = [];
  readonly #keys = new Set<string>();
  #broken: Break | null = null;
  #epoch = 0;
  #epochs = 0;
  #epochKey: Uint8Array | null = null;
  #good: HeadPoint | null = null;
  #goodHash: Uint8Array = GENESIS;
  #signed: HeadPoint | null = null;
  #head: HeadPoint | null = null;

  constructor(desk: string, pinned: Uint8Array | null, at: (seq: number) => StoredRow | null) {
    this.#desk = desk;
    this.#pinned = pinned;
    this.#rowAt = at;
  }

  rows(rows: readonly StoredRow[], heads: readonly StoredHead[]): void {
    let next = 0;
    for (const row of rows) {
      for (let head = heads[next]; head !== undefined && head.seq < row.seq; head = heads[++next]) {
        this.#broken ??= strayHead(head);
      }
      const head = heads[next]?.seq === row.seq ? heads[next++] : undefined;
      this.#row(row, head ?? null);
    }
    // A second head of the last row.
    this.strays(heads.slice(next));
  }

  strays(heads: readonly StoredHead[]): void {
    const stray = heads[0];
    if (stray !== undefined) this.#broken ??= strayHead(stray);
  }

  unreadable(code: string): ChainReport {
    const text = `the database can not read this row: ${code}`;
    this.#broken ??= { epoch: this.#epoch, seq: this.lastSeq + 1, what: 'unreadable', text };
    return this.report();
  }

  report(): ChainReport {
    return {
      desk: this.#desk,
      rows: this.count,
      epochs: this.#epochs,
      head: this.#head,
      good: this.#good,
      signed: this.#signed,
      publicKeys: [...this.#keys],
      broken: this.#broken,
      named: this.#named,
    };
  }

  #row(row: StoredRow, head: StoredHead | null): void {
    this.count++;
    const opens = row.epoch !== this.#epoch;
    if (opens) this.#openEpoch(row, head);
    // After a break nothing of its epoch can be trusted; the next epoch goes on from the last good row.
    if (this.#broken === null) {
      this.#broken = this.#check(row, head);
      if (this.#broken?.what === 'head-mismatch' || this.#broken?.what === 'signature')
        this.#good = this.#signed;
    }
    if (this.#broken === null) {
      this.#good = pointOf(row);
      this.#goodHash = row.hash;
      if (head !== null) this.#sign(row, head);
    }
    this.#head = pointOf(row);
    this.lastSeq = row.seq;
  }

  #openEpoch(row: StoredRow, head: StoredHead | null): void {
    const rising = row.epoch > this.#epoch;
    this.#epoch = row.epoch;
    this.#epochs++;
    this.#epochKey = null;
    const after = rising ? openedAfter(row) : undefined;
    if (after === undefined) {
      this.#broken ??= { ...changed(row), text: 'an epoch begins here without saying after which row' };
      return;
    }
    if (head === null) {
      this.#broken ??= {
        ...changed(row),
        what: 'signature',
        text: 'the first row of the epoch is not signed',
      };
      return;
    }
    const goodSeq = this.#good?.seq ?? 0;
    const afterSeq = after?.seq ?? 0;
    const stands = after === null || after.seq > goodSeq ? null : this.#rowAt(after.seq);
    if (after !== null && (stands === null || !samePoint(after, pointOf(stands)))) return;
    this.#goodHash = stands?.hash ?? GENESIS;
    const text = `${goodSeq - afterSeq} rows that main does not have were left`;
    const left: Break = { epoch: this.#good?.epoch ?? 0, seq: afterSeq + 1, what: 'left', text };
    if (this.#broken !== null || afterSeq < goodSeq) this.#named.push(this.#broken ?? left);
    this.#broken = null;
  }

  #check(row: StoredRow, head: StoredHead | null): Break | null {
    if (row.seq !== this.lastSeq + 1) return gap(row, this.lastSeq);
    if (!sameBytes(rowHash(this.#goodHash, this.#desk, row), row.hash)) return changed(row);
    if (head === null) return null;
    return checkHead(this.#desk, row, head, this.#pinned ?? this.#epochKey);
  }

  #sign(row: StoredRow, head: StoredHead): void {
    this.#signed = pointOf(row);
    this.#epochKey = head.publicKey;
    this.#keys.add(hexOf(head.publicKey));
  }
}

/** What an `epoch-opened` row says it follows; undefined when the row is no such fact. */
function openedAfter(row: StoredRow): HeadPoint | null | undefined {
  const fact = factOf(row.body);
  return fact?.kind === 'epoch-opened' ? fact.after : undefined;
}

function samePoint(one: HeadPoint, other: HeadPoint): boolean {
  return one.epoch === other.epoch && one.seq === other.seq && one.hash === other.hash;
}
