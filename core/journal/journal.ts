import { assert } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Entry, Fact } from '#core/events.ts';
import type { Log } from '#core/host.ts';
import type { DeskId } from '#core/model/ids.ts';
import type { Anchor } from './anchor.ts';
import { GENESIS, headMessage, hexOf, rowHash } from './chain.ts';
import type { Break } from './check.ts';
import type { Durable } from './durable.ts';
import { Followers } from './followers.ts';
import type { Journal, JournalRefusal, Projection, Reader, Tx } from './port.ts';
import { RESERVE_BYTES } from './reserve.ts';
import { entriesAfter, headsWithin, lastHead, lastRow, rowsAfter } from './rows.ts';
import type { HeadPoint, StoredEntries, StoredHead, StoredRow } from './rows.ts';
import type { Signer } from './signer.ts';

/** Facts between two signed heads. */
export const HEAD_EVERY = 1_000;
const REPLAY_BATCH = 5_000;

/** What a journal needs once its file is open and judged. */
export interface JournalParts {
  readonly desk: DeskId;
  readonly epoch: number;
  /** The epoch is to be opened by the next replay: its first fact. */
  readonly opening: Fact | null;
  /** The row that the next one is chained to; null at the very beginning. */
  readonly chainTo: { readonly hash: Uint8Array } | null;
  readonly broken: Break | null;
  readonly build: string;
  readonly durable: Durable;
  readonly anchor: Anchor;
  readonly signer: Signer;
  readonly now: () => number;
  readonly log: Log;
  readonly release: () => void;
}

/** The journal with its file: what the composer holds. */
export interface JournalFile extends Journal {
  /** The break that makes this journal read-only; null when it is whole. */
  readonly broken: Break | null;
  /**
   * Streams the stored facts through each projection's memory, then opens the epoch if that is due and notes the
   * start. Once, before the first append.
   */
  replay(projections: readonly Projection[]): Result<null, JournalRefusal>;
  /** Rows after `afterSeq` as they are stored, at most `limit`, and the signed heads among them: for handing over. */
  stored(afterSeq: number, limit: number): StoredPart;
  /** Signs the head and lets the file go; what was not replayed is left as it was. */
  close(): void;
}

/** A part of the log, byte for byte. */
export interface StoredPart {
  readonly rows: readonly StoredRow[];
  readonly heads: readonly StoredHead[];
}

interface Draft {
  readonly entries: readonly Entry[];
  readonly rows: readonly { readonly body: string; readonly hash: Buffer }[];
  readonly hash: Uint8Array;
}

/** See `Journal` in port.ts for what it promises. */
export class StoredJournal implements JournalFile {
  readonly desk: DeskId;
  readonly epoch: number;
  readonly broken: Break | null;
  readonly reader: Reader;
  readonly #parts: JournalParts;
  readonly #followers: Followers;
  #projections: readonly Projection[] = [];
  #seq: number;
  #hash: Uint8Array;
  #refusal: JournalRefusal | null;
  /** `replaying` and `committing` are the two times in which nobody may append. */
  #state: 'opened' | 'replaying' | 'ready' | 'committing' | 'closed' = 'opened';

  constructor(parts: JournalParts) {
    this.desk = parts.desk;
    this.epoch = parts.epoch;
    this.broken = parts.broken;
    this.#parts = parts;
    this.reader = {
      all: (sql, ...values) => parts.durable.sqlite.all(sql, ...values),
      get: (sql, ...values) => parts.durable.sqlite.get(sql, ...values),
    };
    this.#seq = lastRow(parts.durable.sqlite)?.seq ?? 0;
    this.#hash = parts.chainTo?.hash ?? GENESIS;
    this.#refusal =
      parts.broken === null ? null : { reason: 'journal-read-only', text: brokenText(parts.broken) };
    this.#followers = new Followers((error) => {
      parts.log.error('a follower of the journal failed', { error: String(error) });
      // The commit stands and its caller is not at fault: the bug goes to the host as an uncaught one.
      queueMicrotask(() => {
        throw error;
      });
    });
  }

  head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#seq, hash: hexOf(this.#hash) };
  }

  replay(projections: readonly Projection[]): Result<null, JournalRefusal> {
    assert(this.#state === 'opened', 'a journal is replayed once, before anything else');
    this.#state = 'replaying';
    this.#projections = projections;
    let after: number | null = 0;
    while (after !== null) {
      const { entries, lastSeq } = entriesAfter(this.#parts.durable.sqlite, this.desk, after, REPLAY_BATCH);
      for (const entry of entries) {
        if (entry !== null) this.#replayOne(entry);
        else this.#parts.log.error('a row of the journal is unreadable', { after, upTo: lastSeq ?? after });
      }
      after = lastSeq;
    }
    this.#state = 'ready';
    if (this.#refusal !== null) return ok(null);
    const started: Fact = { kind: 'desk-started', v: 1, build: this.#parts.build };
    const { opening } = this.#parts;
    if (opening !== null) {
      // Heads of rows that the file lacks would lie where the new epoch goes on.
      const opened = this.append([opening], (tx) => tx.run('DELETE FROM heads WHERE seq > ?', this.#seq));
      if (!opened.ok) return opened;
    }
    const done = this.append([started]);
    return done.ok ? ok(null) : done;
  }

  append(facts: readonly Fact[], tables?: (tx: Tx) => void): Result<readonly Entry[], JournalRefusal> {
    assert(this.#state === 'ready', `nobody appends to a journal that is ${this.#state}`);
    if (this.#refusal !== null) return refuse(this.#refusal);
    if (facts.length === 0 && tables === undefined) return ok([]);
    this.#followers.assertRoom(facts.length);
    const draft = this.#draft(facts);
    this.#state = 'committing';
    try {
      const write = (tx: Tx): void => this.#write(tx, draft, tables);
      const commit = this.#parts.durable.commit(write, facts.length > 0 ? MARK_ROWS : MARK_TABLES);
      if (!commit.committed) {
        this.#refusal = {
          reason: 'journal-not-writable',
          text: `the journal can not be written: ${commit.code}`,
        };
        this.#parts.log.error(this.#refusal.text);
        return refuse(this.#refusal);
      }
      this.#remember(draft);
      if (commit.reserveReleased)
        this.#parts.log.error('the disk is full: the reserve of the journal was released');
      this.#state = 'ready';
      this.#followers.deliver(draft.entries);
      if (commit.reserveReleased) this.append([RESERVE_RELEASED]);
      return ok(draft.entries);
    } finally {
      if (this.#state === 'committing') this.#state = 'ready';
    }
  }

  follow(afterSeq: number, follower: (entry: Entry) => void): () => void {
    return this.#followers.follow(afterSeq, follower, (after, limit) => this.read(after, limit));
  }

  read(afterSeq: number, limit: number): readonly Entry[] {
    let after: number | null = afterSeq;
    while (after !== null) {
      const stored: StoredEntries = entriesAfter(this.#parts.durable.sqlite, this.desk, after, limit);
      const readable = stored.entries.filter((entry) => entry !== null);
      if (readable.length > 0) return readable;
      after = stored.lastSeq;
    }
    return [];
  }

  stored(afterSeq: number, limit: number): StoredPart {
    const { sqlite } = this.#parts.durable;
    const rows = rowsAfter(sqlite, afterSeq, limit);
    const last = rows.at(-1);
    return { rows, heads: last === undefined ? [] : headsWithin(sqlite, afterSeq, last.seq) };
  }

  close(): void {
    assert(
      this.#state !== 'committing' && this.#state !== 'replaying',
      'a journal is not closed from within',
    );
    if (this.#state === 'closed') return;
    const isReplayed = this.#state === 'ready';
    this.#state = 'closed';
    const { durable, anchor, release } = this.#parts;
    if (
      isReplayed &&
      this.#refusal === null &&
      lastHead(durable.sqlite)?.seq !== this.#seq &&
      this.#seq > 0
    ) {
      const commit = durable.commit((tx) => this.#sign(tx, this.#seq, this.#hash), MARK_HEADS);
      if (!commit.committed)
        this.#parts.log.error('the last head could not be signed', { code: commit.code });
    }
    anchor.sync();
    anchor.close();
    durable.close();
    release();
  }

  /** A broken journal is shown as far as it goes: a row that memory can not take is named and passed over. */
  #replayOne(entry: Entry): void {
    for (const { name, memory } of this.#projections) {
      try {
        memory(entry);
      } catch (error) {
        if (this.broken === null) throw error;
        this.#parts.log.error('a row of a broken journal was passed over', {
          projection: name,
          seq: entry.seq,
          error: String(error),
        });
      }
    }
  }

  #draft(facts: readonly Fact[]): Draft {
    const { desk, epoch } = this;
    const atMs = this.#parts.now();
    let hash = this.#hash;
    const entries: Entry[] = [];
    const rows = facts.map((fact, index) => {
      const body = JSON.stringify(fact);
      const seq = this.#seq + 1 + index;
      const row = { epoch, seq, atMs, kind: fact.kind, version: fact.v, body };
      const next = rowHash(hash, desk, row);
      hash = next;
      // Memory gets what replay will get, not the caller's object (I7).
      entries.push({ desk, epoch, seq, atMs, fact: JSON.parse(body) as Fact });
      return { body, hash: next };
    });
    return { entries, rows, hash };
  }

  #write(tx: Tx, draft: Draft, tables: ((tx: Tx) => void) | undefined): void {
    draft.entries.forEach(({ seq, epoch, atMs, fact }, index) => {
      const row = draft.rows[index];
      assert(row !== undefined, 'an entry has its row');
      tx.run(INSERT_ROW, seq, epoch, atMs, fact.kind, fact.v, row.body, row.hash);
    });
    for (const entry of draft.entries)
      for (const { tables: project } of this.#projections) project?.(tx, entry);
    tables?.(tx);
    const last = draft.entries.at(-1);
    if (last === undefined) tx.run('UPDATE desk SET table_commits = table_commits + 1');
    else if (crossesHead(this.#seq, last.seq) || last.fact.kind === 'epoch-opened')
      this.#sign(tx, last.seq, draft.hash);
  }

  #sign(tx: Tx, seq: number, hash: Uint8Array): void {
    const { signer } = this.#parts;
    const signature = signer.sign(headMessage(this.desk, this.epoch, seq, hash));
    tx.run(INSERT_HEAD, seq, this.epoch, hash, signature, signer.publicKey);
  }

  #remember({ entries, hash }: Draft): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    const signed = crossesHead(this.#seq, last.seq);
    this.#seq = last.seq;
    this.#hash = hash;
    const point: HeadPoint = { epoch: this.epoch, seq: last.seq, hash: hexOf(hash) };
    this.#parts.anchor.advance({ desk: this.desk, ...point });
    if (signed) this.#parts.anchor.sync();
    for (const entry of entries) for (const { memory } of this.#projections) memory(entry);
  }
}

const INSERT_ROW =
  'INSERT INTO log (seq, epoch, at_ms, kind, version, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)';
const INSERT_HEAD = 'INSERT INTO heads (seq, epoch, hash, signature, public_key) VALUES (?, ?, ?, ?, ?)';
const MARK_ROWS = 'SELECT max(seq) FROM log';
const MARK_TABLES = 'SELECT table_commits FROM desk';
const MARK_HEADS = 'SELECT max(seq) FROM heads';

const RESERVE_RELEASED: Fact = {
  kind: 'bound-reached',
  v: 1,
  bound: 'journal-reserve-bytes',
  limit: RESERVE_BYTES,
  outcome: 'the reserve was given back to the full disk and the commit went through',
};

function crossesHead(before: number, after: number): boolean {
  return Math.floor(before / HEAD_EVERY) !== Math.floor(after / HEAD_EVERY);
}

function brokenText({ epoch, seq, what, text }: Break): string {
  return `the chain is broken at epoch ${epoch}, seq ${seq} (${what}): ${text}; two persons may open a new epoch (npm run epoch)`;
}
