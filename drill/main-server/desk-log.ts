import { setTimeout as wait } from 'node:timers/promises';
import type { FactRow, FromMain, Place, SignedHead } from '#core/sync/messages.ts';
import { openingHash, opensAfter, repeatObjection, tailAfter } from './chain-check.ts';
import { DatabaseAway } from './database.ts';
import { FactPools, type FactPool } from './fact-pool.ts';
import { PlaceWaiters } from './place-waiters.ts';
import type { LogStore, Stop, Tail } from './store-facts.ts';
import { takeRun, type Start } from './take-run.ts';

/** Rows that may wait for one that is missing. */
const POOL_ROWS_MAX = 50_000;
/** A row that does not come for so long, while later ones wait for it, is missing. */
const GAP_MS = 3_000;
/** Transactions in a row that may fail, each after waiting for the database. */
const AWAY_MAX = 5;
const AWAY_PAUSE_MS = 200;

type NotTaken = Extract<FromMain, { type: 'not-taken' }>;
type Told = NotTaken | Extract<FromMain, { type: 'acked' }>;

/** The connection that a desk has now. */
export interface Listener {
  tell(message: Told): void;
  /** The database stays away: nothing of what was sent is stored; send it again later. */
  giveUp(why: string): void;
}

export interface DeskLogOptions {
  readonly desk: string;
  readonly publicKey: string;
  readonly store: LogStore;
  /** Waited for before each transaction: a slow main. */
  readonly pace: () => Promise<void>;
}

/** Takes the facts of one desk, whatever connection they come by: each once, in order, checked, durable, then acknowledged. */
export class DeskLog {
  duplicates = 0;
  readonly #options: DeskLogOptions;
  readonly #pools = new FactPools();
  readonly #stops = new Map<number, Stop>();
  #tails: Map<number, Tail> | null = null;
  #listener: Listener | null = null;
  /** The epoch that the desk says it is in. */
  #claimed = 0;
  #again = false;
  #working: Promise<void> | null = null;
  #gap: NodeJS.Timeout | null = null;
  readonly #waiters = new PlaceWaiters();
  #room: (() => void)[] = [];

  constructor(options: DeskLogOptions) {
    this.#options = options;
  }

  /** A connection takes over from the one before. Rows that only that one brought are sent again by the desk. */
  async attach(listener: Listener, epoch: number): Promise<readonly Place[]> {
    this.#listener = null;
    this.#forget();
    await this.#working;
    this.#forget();
    this.#claimed = epoch;
    const tails = await this.#load();
    this.#listener = listener;
    return [...tails.values()].map(({ epoch: of, seq }) => ({ epoch: of, seq }));
  }
  detach(listener: Listener): void {
    if (this.#listener !== listener) return;
    this.#listener = null;
    this.#forget();
  }

  get tails(): readonly Tail[] {
    return [...(this.#tails?.values() ?? [])];
  }
  get stops(): readonly Stop[] {
    return [...this.#stops.values()];
  }

  /** Calls `room` when the next message may be read. */
  take(rows: readonly FactRow[], heads: readonly SignedHead[], room: () => void): void {
    for (const row of rows) if (this.#pools.of(row.epoch).addRow(row)) this.duplicates += 1;
    for (const head of heads) this.#pools.of(head.epoch).addHead(head);
    if (this.#pools.rows > POOL_ROWS_MAX) this.#room.push(room);
    else room();
    this.#work();
  }

  /** Calls back once every row up to the place is durable; not at all when this connection ends before. */
  whenReached(place: Place, done: () => void): void {
    this.#waiters.add(place, done);
    this.#callWaiters();
  }

  /** Persons have looked at what stopped the epoch. */
  async release(epoch: number): Promise<void> {
    const tail = (await this.#load()).get(epoch);
    const { store, desk } = this.#options;
    await this.changeStore(() => store.release(desk, epoch, tail?.signedSeq ?? 0));
  }

  /** Somebody changes what is stored, while nothing is being taken. */
  async changeStore(change: () => Promise<void>): Promise<void> {
    await this.#working;
    await change();
    this.#tails = null;
    this.#forget();
  }

  #forget(): void {
    this.#pools.clear();
    this.#waiters.clear();
    this.#callRoom();
  }

  async #load(): Promise<Map<number, Tail>> {
    if (this.#tails !== null) return this.#tails;
    const { store, desk } = this.#options;
    const tails = await store.tails(desk);
    this.#stops.clear();
    for (const stop of await store.stops(desk)) this.#stops.set(stop.epoch, stop);
    this.#tails = new Map(tails.map((tail) => [tail.epoch, tail]));
    return this.#tails;
  }

  #work(): void {
    this.#again = true;
    this.#working ??= this.#rounds().finally(() => {
      this.#working = null;
    });
  }

  async #rounds(): Promise<void> {
    let away = 0;
    while (this.#again) {
      this.#again = false;
      try {
        await this.#options.pace();
        const tails = await this.#load();
        for (const epoch of this.#pools.epochs()) await this.#round(epoch, tails);
        away = 0;
      } catch (error) {
        if (!(error instanceof DatabaseAway)) throw error;
        // Committed or not: the store knows.
        this.#tails = null;
        away += 1;
        if (away < AWAY_MAX) {
          this.#again = true;
          await wait(AWAY_PAUSE_MS);
        } else this.#listener?.giveUp(error.message);
      }
      this.#callRoom();
      this.#callWaiters();
    }
    this.#watchGap();
  }

  /** One epoch: what is known is compared, what follows is checked, stored and acknowledged. */
  async #round(epoch: number, tails: Map<number, Tail>): Promise<void> {
    const pool = this.#pools.of(epoch);
    if (pool.isEmpty) return;
    const tail = tails.get(epoch);
    if (pool.conflict !== null) {
      const text = `epoch ${epoch}: two different rows ${pool.conflict} came`;
      return this.#stop(pool, { epoch, seq: pool.conflict, reason: 'differs', text });
    }
    const late = tail === undefined ? [] : await this.#compare(pool, tail);
    if (late === null) return;
    const known = this.#stops.get(epoch);
    const first = pool.first();
    if (first !== null && known !== undefined) return void this.#refuse(pool, known);
    const tell = (): void => {
      const now = tails.get(epoch);
      if (now !== undefined) this.#listener?.tell({ type: 'acked', epoch, seq: now.seq });
    };
    const commit = async (rows: readonly FactRow[], heads: readonly SignedHead[]): Promise<void> => {
      await this.#store(tails, epoch, rows, heads);
      pool.drop(rows, heads);
      tell();
      this.#callRoom();
    };
    const start = first === null ? null : await this.#startOf(epoch, tails, first);
    if (start === null) {
      if (late.length > 0) await commit([], late);
      else tell();
      return;
    }
    const stop = await takeRun({ ...this.#options, epoch, pool, commit }, start, late);
    if (stop !== null) return this.#stop(pool, stop);
    // Nothing followed: the desk is told where main stands.
    if (tails.get(epoch) === tail) tell();
  }

  /** Rows and heads up to the tail: repeats do no harm. The good heads that are new; null when the epoch stops here. */
  async #compare(pool: FactPool, tail: Tail): Promise<readonly SignedHead[] | null> {
    const { epoch } = tail;
    const { rows, heads } = pool.upTo(tail.seq);
    const seqs = [...rows, ...heads].map(({ seq }) => seq);
    if (seqs.length === 0) return [];
    const [low, high] = seqs.reduce(
      ([min, max], seq) => [Math.min(min, seq), Math.max(max, seq)],
      [tail.seq, 0],
    );
    const hashes = await this.#options.store.hashes(this.#options.desk, epoch, low, high);
    this.duplicates += rows.length;
    const stop = repeatObjection(this.#options, tail, { rows, heads, hashes });
    if (stop !== null) await this.#stop(pool, stop);
    return stop === null ? heads.filter(({ seq }) => seq > tail.signedSeq) : null;
  }

  /** Where the next row of the epoch goes on from; null: it has to wait, or is not taken. */
  async #startOf(epoch: number, tails: Map<number, Tail>, first: FactRow): Promise<Start | null> {
    const pool = this.#pools.of(epoch);
    const later = [...tails.keys()].find((other) => other > epoch);
    if (later !== undefined)
      return this.#refuse(pool, wrongEpoch(first, `epoch ${later} has begun, ${epoch} has ended`));
    if (epoch > this.#claimed)
      return this.#refuse(pool, wrongEpoch(first, `the desk says that it is in ${this.#claimed}`));
    const tail = tails.get(epoch);
    if (tail !== undefined) {
      return { seq: tail.seq + 1, previous: Buffer.from(tail.hash, 'hex'), signedSeq: tail.signedSeq };
    }
    const after = opensAfter(first);
    // Not the first row, or its head has not come: the rest may be on its way.
    if (after === undefined || pool.head(first.seq) === undefined) return null;
    const start = { seq: first.seq, previous: openingHash(after), signedSeq: first.seq - 1 };
    if (after === null) return start;
    if ((tails.get(after.epoch)?.seq ?? 0) < after.seq) return null;
    const { store, desk } = this.#options;
    const stored = (await store.hashes(desk, after.epoch, after.seq, after.seq)).get(after.seq);
    if (stored === after.hash && after.seq < first.seq) return start;
    return this.#refuse(
      pool,
      wrongEpoch(first, `it follows a row ${after.seq} of epoch ${after.epoch} that is not the one here`),
    );
  }

  async #store(
    tails: Map<number, Tail>,
    epoch: number,
    rows: readonly FactRow[],
    heads: readonly SignedHead[],
  ): Promise<void> {
    if (rows.length + heads.length === 0) return;
    const tail = tailAfter(tails.get(epoch), epoch, rows, heads);
    await this.#options.store.commitFacts({ desk: this.#options.desk, rows, heads });
    tails.set(epoch, tail);
  }

  async #stop(pool: FactPool, stop: Stop): Promise<void> {
    await this.#options.store.putStop(this.#options.desk, stop);
    this.#stops.set(stop.epoch, this.#stops.get(stop.epoch) ?? stop);
    this.#refuse(pool, stop);
  }
  #refuse(pool: FactPool, { epoch, seq, reason, text }: Omit<NotTaken, 'type'>): null {
    pool.clear();
    this.#listener?.tell({ type: 'not-taken', epoch, seq, reason, text });
    return null;
  }

  #watchGap(): void {
    if (this.#gap !== null) clearTimeout(this.#gap);
    this.#gap = null;
    if (this.#pools.rows === 0) return;
    this.#gap = setTimeout(() => this.#tellGap(), GAP_MS).unref();
  }
  /** The connection lost something on its way; the desk sends again from the row after the last acknowledged one. */
  #tellGap(): void {
    for (const epoch of this.#pools.epochs()) {
      const pool = this.#pools.of(epoch);
      const first = pool.first();
      if (first === null) continue;
      const seq = this.#tails?.get(epoch)?.seq;
      const text = `epoch ${epoch}: row ${first.seq} came, ${seq === undefined ? 'the first row' : `row ${seq + 1}`} did not`;
      this.#refuse(pool, { epoch, seq: first.seq, reason: 'gap', text });
    }
    this.#callRoom();
  }

  #callRoom(): void {
    if (this.#pools.rows > POOL_ROWS_MAX) return;
    for (const room of this.#room.splice(0)) room();
  }
  #callWaiters(): void {
    this.#waiters.call((epoch) => this.#tails?.get(epoch)?.seq ?? 0);
  }
}

function wrongEpoch({ epoch, seq }: FactRow, why: string): Omit<NotTaken, 'type'> {
  return { epoch, seq, reason: 'wrong-epoch', text: `epoch ${epoch}: ${why}` };
}
