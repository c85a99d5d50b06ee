import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { EpochOpened } from './events.ts';
import type { Log } from '#core/host.ts';
import type { DeskId } from '#core/model/ids.ts';
import { openAnchor } from './anchor.ts';
import type { Anchor, AnchorPoint } from './anchor.ts';
import { GENESIS, hexOf } from './chain.ts';
import { checkChain, checkTail } from './check.ts';
import type { Break } from './check.ts';
import { Durable } from './durable.ts';
import { StoredJournal } from './journal.ts';
import type { JournalFile } from './journal.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { besides } from './paths.ts';
import { migrations } from './migrations/index.ts';
import type { Reader } from './port.ts';
import { RESERVE_BYTES, ensureReserve } from './reserve.ts';
import { deskOf, lastRow, pointOf, rowAt } from './rows.ts';
import type { HeadPoint } from './rows.ts';
import type { Signer } from './signer.ts';
import { holdLock, isPlain, openSqlite, storageCode } from './sqlite.ts';
import type { Sqlite, Synchronous } from './sqlite.ts';

export interface JournalOptions {
  /** `desk.db`; the files `desk.lock`, `desk.anchor` and `desk.reserve` lie beside it. */
  readonly path: string;
  readonly desk: DeskId;
  readonly build: string;
  readonly host: { now(): number; readonly log: Log };
  readonly signer: Signer;
  /** 32 bytes: the file is encrypted with them. */
  readonly key?: Uint8Array;
  readonly reserveBytes?: number;
  readonly migrations?: readonly Migration[];
  readonly synchronous?: Synchronous;
  /** Opens the writer's connection; handed in so that a test can hand in a full disk. */
  readonly open?: (path: string) => Sqlite;
}

export interface OpenRefusal {
  readonly reason:
    | 'journal-in-use'
    | 'not-openable'
    | 'not-encrypted'
    | 'newer-version'
    | 'wrong-desk'
    | 'restored-copy'
    | 'two-persons-needed'
    | 'nothing-to-leave';
  readonly text: string;
}

/**
 * Opens the desk's journal, makes it when it is missing, and judges it: a broken chain opens read-only and says
 * where it is broken; a copy that was put back is refused, because facts known to others are missing from it.
 * `replay` must follow.
 */
export function openJournal(options: JournalOptions): Result<JournalFile, OpenRefusal> {
  return withFile(options, (file) => {
    if (file.broken === null && file.restored !== null) {
      return refuse({
        reason: 'restored-copy',
        text: `${file.restored}; two persons may open a new epoch (npm run epoch)`,
      });
    }
    const opening = file.last === null ? epochOpened('first', null, []) : null;
    const epoch = file.last?.epoch ?? 1;
    return ok(journalOf(options, file, { epoch, opening, chainTo: file.last, broken: file.broken }));
  });
}

/** What main said of this very file: that it has rows which the file lacks, or that a row of the file is another than its own. */
export interface MainsWord {
  /** The newest epoch that main has. */
  readonly epoch: number;
  /** Seq of the last row that both have; 0: none. */
  readonly shared: number;
}

/** Epochs that a copy may lack, at most: beyond it the number would fit no name of an order. */
const EPOCHS_LACKED_MAX = 20;

/**
 * Goes on over a broken chain or a restored copy: a new epoch, after the last good row, named by two persons. Nothing
 * is written before `replay`. `mainsWord` is asked where the file and its anchor know of nothing: a copy whose anchor
 * came with it.
 */
export function openNewEpoch(
  options: JournalOptions,
  by: readonly string[],
  mainsWord: (file: Reader) => MainsWord | null = () => null,
): Result<JournalFile, OpenRefusal> {
  if (new Set(by).size < 2) {
    return refuse({ reason: 'two-persons-needed', text: 'a new epoch is opened by two different persons' });
  }
  return withFile(options, (file) => {
    const { sqlite } = file.durable;
    const { good, broken } = checkChain(sqlite);
    const why = file.broken === null && broken === null ? 'restored-copy' : 'broken-chain';
    const isKnownHere = why === 'broken-chain' || file.restored !== null;
    const word = isKnownHere ? null : mainsWord(sqlite);
    if (!isKnownHere && word === null) {
      const text = 'the chain holds, and the file is no restored copy that this desk or main knows of';
      return refuse({ reason: 'nothing-to-leave', text });
    }
    const newest = Math.max(...[file.last, file.anchor.found].map((place) => place?.epoch ?? 0));
    if (word !== null && word.epoch > newest + EPOCHS_LACKED_MAX) {
      const text = `main can not have epoch ${word.epoch} of a desk that is in epoch ${newest}`;
      return refuse({ reason: 'nothing-to-leave', text });
    }
    const shared = word === null ? null : rowAt(sqlite, word.shared);
    const after = word === null ? good : shared && pointOf(shared);
    const epoch = Math.max(newest, word?.epoch ?? 0) + 1;
    const chainTo = after === null ? null : { hash: Buffer.from(after.hash, 'hex') };
    const opening = epochOpened(why, after, by);
    return ok(journalOf(options, file, { epoch, opening, chainTo, broken: null }));
  });
}

interface OpenFile {
  readonly durable: Durable;
  readonly anchor: Anchor;
  readonly last: { readonly epoch: number; readonly seq: number; readonly hash: Uint8Array } | null;
  readonly broken: Break | null;
  /** Why the file is a restored copy; null when it is the one the desk wrote last. */
  readonly restored: string | null;
  readonly release: () => void;
}

function withFile(
  options: JournalOptions,
  use: (file: OpenFile) => Result<JournalFile, OpenRefusal>,
): Result<JournalFile, OpenRefusal> {
  mkdirSync(dirname(options.path), { recursive: true });
  const lock = holdLock(besides(options.path, 'lock'));
  if (lock === null) {
    return refuse({ reason: 'journal-in-use', text: `another process has ${options.path} open` });
  }
  const closers = [lock.release];
  const done = judged(options, closers, (file) => use({ ...file, release: lock.release }));
  if (!done.ok) for (const close of closers.toReversed()) close();
  return done;
}

function judged(
  options: JournalOptions,
  closers: (() => void)[],
  use: (file: Omit<OpenFile, 'release'>) => Result<JournalFile, OpenRefusal>,
): Result<JournalFile, OpenRefusal> {
  const { path, desk, signer } = options;
  if (options.key !== undefined && isPlain(path)) {
    const text = `${path} is not encrypted; on the stopped desk, npm run rekey -- --encrypt encrypts it`;
    return refuse({ reason: 'not-encrypted', text });
  }
  const anchor = openAnchor(besides(path, 'anchor'));
  closers.push(() => anchor.close());
  const fresh = !existsSync(path) && anchor.found === null;
  // Before the file itself: a crash in between must not look like a copy without its anchor.
  if (fresh) anchor.advance({ desk, epoch: 1, seq: 0, hash: hexOf(GENESIS) });
  try {
    const durable = new Durable(() => openConnection(options), besides(path, 'reserve'));
    closers.push(() => durable.close());
    const { sqlite } = durable;
    const schema = migrate(sqlite, options.migrations ?? migrations);
    if (!schema.ok) return schema;
    const owner = deskOf(sqlite);
    if (owner === null) sqlite.transaction((tx) => tx.run('INSERT INTO desk (desk) VALUES (?)', desk));
    if ((owner ?? desk) !== desk) {
      return refuse({ reason: 'wrong-desk', text: `the file is the journal of desk ${owner}` });
    }
    const last = lastRow(sqlite);
    const broken = checkTail(sqlite, desk, signer.publicKey);
    const restored = fresh ? null : whyRestored(sqlite, desk, last, anchor.found);
    return use({ durable, anchor, last, broken, restored });
  } catch (error) {
    const code = storageCode(error);
    if (code === null) throw error;
    return refuse({ reason: 'not-openable', text: `${path} can not be opened: ${codeText(code)}` });
  }
}

function openConnection(options: JournalOptions): Sqlite {
  if (options.open !== undefined) return options.open(options.path);
  return openSqlite(options.path, { key: options.key, synchronous: options.synchronous ?? 'FULL' });
}

function journalOf(
  options: JournalOptions,
  file: OpenFile,
  start: {
    readonly epoch: number;
    readonly opening: EpochOpened | null;
    readonly chainTo: { readonly hash: Uint8Array } | null;
    readonly broken: Break | null;
  },
): JournalFile {
  const { desk, build, host, signer, reserveBytes = RESERVE_BYTES } = options;
  const { durable, anchor, release } = file;
  if (!ensureReserve(besides(options.path, 'reserve'), reserveBytes)) {
    host.log.warn('the disk has no room for the reserve of the journal', { bytes: reserveBytes });
  }
  return new StoredJournal({
    ...start,
    desk,
    build,
    durable,
    anchor,
    signer,
    release,
    now: () => host.now(),
    log: host.log,
  });
}

function whyRestored(
  sqlite: Sqlite,
  desk: string,
  last: OpenFile['last'],
  anchor: AnchorPoint | null,
): string | null {
  if (anchor === null) return last === null ? null : 'the file came without its anchor';
  if (anchor.desk !== desk) return `the anchor beside the file is of desk ${anchor.desk}`;
  if (anchor.seq === 0) return null;
  const there = rowAt(sqlite, anchor.seq);
  if (there === null)
    return `the file ends at seq ${last?.seq ?? 0}, this desk had written up to ${anchor.seq}`;
  if (there.epoch === anchor.epoch && hexOf(there.hash) === anchor.hash) return null;
  return `seq ${anchor.seq} of the file is not what this desk had written`;
}

function epochOpened(why: EpochOpened['why'], after: HeadPoint | null, by: readonly string[]): EpochOpened {
  return { kind: 'epoch-opened', v: 1, why, after, by };
}

function codeText(code: string): string {
  if (code === 'SQLITE_NOTADB') return 'it is no journal, or its key is another one';
  return code;
}
