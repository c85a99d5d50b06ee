import { isDeepStrictEqual } from 'node:util';
import { present } from '#core/lib/assert.ts';
import { aheadText } from '#core/model/as-of.ts';
import { beginFault, deltaFits, removesFault, tellsGone } from './domain-follow.ts';
import type { BookFollowed } from './events.ts';
import type { BookPart, FromMain } from './messages.ts';
import { BookRows, Touched, type Fault, type RowsDeps } from './service-follow-rows.ts';
import {
  freshGeneration,
  markImported,
  storedFollowed,
  storedParts,
  writeFollowed,
  writePart,
  type Followed,
  type FollowedPart,
  type Freshness,
  type RowAt,
} from './store-follow.ts';

type Begin = Extract<FromMain, { type: 'snapshot-begin' }>;
type Rows = Extract<FromMain, { type: 'snapshot-rows' }>;
type End = Extract<FromMain, { type: 'snapshot-end' }>;
type Delta = Extract<FromMain, { type: 'delta' }>;

export interface BookDeps extends RowsDeps {
  /** The mode of this moment takes main's book. */
  readonly follows: () => boolean;
  /** Epoch ms. */
  readonly now: () => number;
}

interface Incoming {
  readonly generation: number;
  readonly begin: Begin;
  readonly came: Map<BookPart, Came>;
}

/** What has come of a part: the rows, and the places at which its messages begin. */
interface Came {
  readonly rows: number;
  readonly places: ReadonlySet<number>;
}

/** Deltas that are written and not yet in force. */
interface Pending extends Freshness {
  readonly version: number;
  readonly parts: ReadonlyMap<BookPart, { readonly sha256: string; readonly version: number }>;
  readonly touched: Touched;
}

/**
 * The book of main in the tables of this desk: written beside what is in force, checked against main's checksums, and
 * then put in force by one fact. Calls run one after the other; each works in turns of a few ms.
 */
export class FollowedBook {
  readonly rows: BookRows;
  readonly #deps: BookDeps;
  #followed: Followed | null = null;
  #parts: readonly FollowedPart[] = [];
  #incoming: Incoming | null = null;
  #pending: Pending | null = null;

  constructor(deps: BookDeps) {
    this.#deps = deps;
    this.rows = new BookRows(deps);
  }

  /** After replay. */
  load(): void {
    this.#followed = storedFollowed(this.#deps.journal.reader);
    this.#parts = storedParts(this.#deps.journal.reader);
  }

  get followed(): Followed | null {
    return this.#followed;
  }
  get parts(): readonly FollowedPart[] {
    return this.#parts;
  }
  get hasPending(): boolean {
    return this.#pending !== null;
  }
  get isComing(): boolean {
    return this.#incoming !== null;
  }

  /** A snapshot that was cut off counts for nothing. */
  dropIncoming(): void {
    this.#incoming = null;
  }

  /** Nor does what is not in force yet. */
  drop(): void {
    this.#incoming = null;
    this.#pending = null;
  }

  begin(begin: Begin): Fault {
    // The same head again, in the middle of its snapshot.
    if (this.#incoming !== null && isDeepStrictEqual(this.#incoming.begin, begin)) return null;
    this.drop();
    const fault = beginFault(this.#followed, begin) ?? this.#aheadFault(begin);
    if (fault !== null) return fault;
    const generation = freshGeneration(this.#deps.journal.reader);
    this.#incoming = { generation, begin, came: new Map() };
    return null;
  }

  async takeRows({ book, version, part, from, rows }: Rows): Promise<Fault> {
    const incoming = this.#incoming;
    if (incoming === null && this.#isInForce({ book, version })) return null;
    if (incoming?.begin.book !== book || incoming.begin.version !== version) {
      return `rows of ${book} came, and no snapshot of it began`;
    }
    const due = incoming.begin.parts.find((one) => one.part === part);
    const before = incoming.came.get(part) ?? { rows: 0, places: new Set<number>() };
    if (before.places.has(from)) return null;
    const came = before.rows + rows.length;
    if (due === undefined || came > due.rows) return `more rows of ${part} came than the snapshot has`;
    incoming.came.set(part, { rows: came, places: new Set(before.places).add(from) });
    const { generation, begin } = incoming;
    return this.rows.write({ generation, part, version: begin.version }, rows);
  }

  /** Checks all that came and puts it in force. */
  async end({ book, version }: End): Promise<Fault> {
    const incoming = this.#incoming;
    if (incoming === null && this.#isInForce({ book, version })) return null;
    if (incoming === null || incoming.begin.book !== book || incoming.begin.version !== version) {
      return `the end of ${book} came, and no snapshot of it began`;
    }
    const { generation, begin } = incoming;
    for (const { part, rows, sha256 } of begin.parts) {
      const { fault } = await this.rows.check({ generation, part, version }, sha256, rows);
      if (fault !== null) return fault;
    }
    for (const { part } of begin.parts) {
      const old = this.#parts.find((one) => one.part === part);
      if (!tellsGone(part) || this.#followed === null || old === undefined) continue;
      const untold = old.importedVersion < old.version;
      const fault = await this.rows.carryGone(this.#followed, { generation, part, version }, untold);
      if (fault !== null) return fault;
    }
    const { asOfMs, tradingDate, cuts } = begin;
    const next: Followed = { generation, book, version, asOfMs, tradingDate, cuts };
    const parts = begin.parts.map((part) => this.#partOf(part, next));
    const fault = this.#commit(next, parts, 'snapshot', parts);
    if (fault === null) this.drop();
    return fault;
  }

  #aheadFault(told: Freshness): Fault {
    const ahead = aheadText(told, this.#deps.now());
    return ahead === null ? null : `main's book is not taken: ${ahead}`;
  }

  /** A message of a snapshot that is in force already: it came twice. */
  #isInForce({ book, version }: Pick<End, 'book' | 'version'>): boolean {
    return this.#followed?.book === book && this.#followed.version === version;
  }

  /** Writes a delta beside what is in force. One that is here already changes nothing. */
  async delta(delta: Delta): Promise<Fault> {
    if (this.#incoming !== null) return 'a delta in the middle of a snapshot';
    const have = this.#followed;
    const fits = deltaFits(
      have === null ? null : { book: have.book, version: this.#pending?.version ?? have.version },
      delta,
    );
    if (fits === 'known') return null;
    if (fits !== 'next') return fits.gap;
    const wrong = removesFault(delta) ?? (delta.part === 'positions' ? this.#aheadFault(delta) : null);
    if (wrong !== null) return wrong;
    const { generation } = present(have, 'the book before its next delta');
    const { part, version, sha256, asOfMs, tradingDate, cuts } = delta;
    const at: RowAt = { generation, part, version };
    const touched = this.#pending?.touched ?? new Touched();
    const fault =
      (await this.rows.remove(at, delta.removes, touched)) ??
      (await this.rows.write(at, delta.upserts, touched));
    if (fault !== null) return fault;
    const parts = new Map(this.#pending?.parts).set(part, { sha256, version });
    this.#pending = { version, parts, touched, asOfMs, tradingDate, cuts };
    return null;
  }

  /** Checks the deltas that came and puts them in force, all at once. */
  async commit(): Promise<Fault> {
    const [have, pending] = [this.#followed, this.#pending];
    if (pending === null || have === null) return null;
    const { generation, book } = have;
    const { version, asOfMs, tradingDate, cuts } = pending;
    const changed: FollowedPart[] = [];
    for (const [part, { sha256, version: changedAt }] of pending.parts) {
      const { rows, fault } = await this.rows.check({ generation, part, version }, sha256, null);
      if (fault !== null) return fault;
      const importedVersion = this.#parts.find((one) => one.part === part)?.importedVersion ?? -1;
      changed.push({ part, version: changedAt, rows, sha256, importedVersion });
    }
    const others = this.#parts.filter(({ part }) => !pending.parts.has(part));
    const next: Followed = { generation, book, version, asOfMs, tradingDate, cuts };
    const fault = this.#commit(next, [...others, ...changed], 'delta', changed);
    if (fault !== null) return fault;
    this.#pending = null;
    // What stays of it by a refusal of the journal lies under newer versions and does no harm.
    await this.rows.dropOlder(pending.touched);
    return null;
  }

  /** The service whose part it is has taken it up to the version. A refusal only makes it be taken again. */
  imported(part: BookPart, version: number): void {
    this.#deps.journal.append([], (tx) => markImported(tx, part, version));
    this.#parts = this.#parts.map((one) => (one.part === part ? { ...one, importedVersion: version } : one));
  }

  /** A part of a new generation: taken already when its rows are those that were taken, and no fresher. */
  #partOf({ part, rows, sha256 }: Begin['parts'][number], next: Followed): FollowedPart {
    const before = this.#parts.find((one) => one.part === part);
    const taken =
      before !== undefined && before.sha256 === sha256 && before.importedVersion >= before.version;
    const asFresh = part !== 'positions' || isAsFresh(this.#followed, next);
    const { version } = next;
    return { part, version, rows, sha256, importedVersion: taken && asFresh ? version : -1 };
  }

  #commit(
    next: Followed,
    parts: readonly FollowedPart[],
    how: BookFollowed['how'],
    told: readonly FollowedPart[],
  ): Fault {
    if (!this.#deps.follows()) return 'the mode of the desk does not take the book of main';
    const { book, version, asOfMs } = next;
    const said = told.map(({ part, rows, sha256 }) => ({ part, rows, sha256 }));
    const fact: BookFollowed = { kind: 'book-followed', v: 1, book, version, asOfMs, how, parts: said };
    const kept = this.#deps.journal.append([fact], (tx) => {
      writeFollowed(tx, next);
      if (how === 'snapshot') tx.run('DELETE FROM followed_parts');
      for (const part of parts) writePart(tx, part);
    });
    if (!kept.ok) return kept.refusal.text;
    this.#followed = next;
    this.#parts = parts;
    return null;
  }
}

function isAsFresh(one: Freshness | null, other: Freshness): boolean {
  if (one === null || one.asOfMs !== other.asOfMs || one.tradingDate !== other.tradingDate) return false;
  return one.cuts.join('\n') === other.cuts.join('\n');
}
