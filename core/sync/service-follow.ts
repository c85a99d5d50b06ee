import type { Host } from '#core/host.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import type { SyncShown } from './contract.ts';
import { allows } from './domain-allows.ts';
import { isOfBook, rowsIn, type BookMessage } from './domain-follow.ts';
import { SnapshotWanted } from './domain-follow-again.ts';
import { freshText, NO_BOOK, seen, type FollowView } from './domain-follow-view.ts';
import type { Mode } from './events.ts';
import type { FromMain } from './messages.ts';
import { FollowedBook } from './service-follow-book.ts';
import { BookImporter, type BookImports } from './service-follow-import.ts';
import { Mapping } from './service-follow-mapping.ts';
import type { Fault } from './service-follow-rows.ts';
import type { MainLink } from './service-link.ts';
import { lineOf, sealingOf, type Seal, type Sealing } from './store-follow.ts';

export interface FollowDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'soon' | 'every' | 'random' | 'log'>;
  readonly link: Pick<MainLink, 'on' | 'onState' | 'send' | 'state'>;
  readonly mode: () => Mode;
  readonly imports: BookImports;
  /** Accounts come with whole PANs, which do not lie in the open (I11): the desk's seal, as for other secrets. */
  readonly seal: Seal;
}

/** What others ask of following. */
export interface FollowPort {
  /** For our hello: main sends what came after it; null: a snapshot. */
  place(): { readonly book: string; readonly version: number } | null;
  mappingEpoch(): number;
  /** Whether the account's home is this desk; without a word of main every account is. Stays as it is without main. */
  isHome(account: string): boolean;
  /** Main's row of funds: `account, cash, collateral, used` in rupees; null when it has none. */
  funds(account: string): Readonly<Record<string, string>> | null;
  /** For screen and readiness; beside it the trading date (`YYYY-MM-DD`) of which the book is, as main says. */
  book(): SyncShown['book'];
  tradingDate(): string | null;
}

/** Rows of messages that wait for their turn. */
const WAITING_ROWS_MAX = 400_000;
/** Deltas are put in force and handed on at most so often. */
const COMMIT_EVERY_MS = 1_000;
const TICK_MS = 250;
/** Characters of an error's own words. */
const FAULT_TEXT_MAX = 300;
type Work = BookMessage | { readonly type: 'clean' | 'cut' | 'drop' };

/**
 * Following main's book: snapshot and deltas are written in turns, checked, put in force by one fact, and handed on to
 * the services whose they are. Only where the mode takes it: in EMERGENCY and HANDBACK the desk's own book is the truth,
 * and what main sends meanwhile is not taken; a new snapshot is asked for afterwards.
 */
export function createFollow(deps: FollowDeps) {
  const follow = new Follow(deps);
  return {
    port: follow.port,
    projection: follow.projection,
    /** After replay and before the link starts, which says in its hello what is here. Gives the way to stop, over when nothing of it runs. */
    start: (): (() => Promise<void>) => follow.start(),
  };
}

class Follow {
  readonly #deps: FollowDeps;
  readonly #book: FollowedBook;
  readonly #importer: BookImporter;
  readonly #sealing: Sealing;
  #view: FollowView = NO_BOOK;
  #queue: Work[] = [];
  #waitingRows = 0;
  #running = false;
  #stopped = false;
  #committedMs = Number.NEGATIVE_INFINITY;
  readonly #wanted = new SnapshotWanted();
  readonly #mapping: Mapping;
  #heardMs = 0;
  /** Resolves when what runs is over. */
  #ran: Promise<void> = Promise.resolve();

  constructor(deps: FollowDeps) {
    this.#deps = deps;
    const { journal, host, imports, link } = deps;
    const follows = (): boolean => this.#follows();
    this.#sealing = sealingOf(deps.seal);
    const [now, monotonicMs] = [() => host.now(), () => host.monotonicMs()];
    this.#book = new FollowedBook({ journal, turns: host, sealing: this.#sealing, follows, now });
    this.#importer = new BookImporter({ book: this.#book, imports, monotonicMs, follows });
    this.#mapping = new Mapping({ journal, link, follows, epoch: () => this.#view.mappingEpoch });
  }

  readonly projection: Projection = {
    name: 'follow',
    memory: ({ fact }) => {
      this.#view = seen(this.#view, fact);
    },
  };

  readonly port: FollowPort = {
    place: () => {
      const { followed } = this.#book;
      if (followed === null || (this.#wanted.why !== null && this.#follows())) return null;
      return { book: followed.book, version: followed.version };
    },
    mappingEpoch: () => this.#view.mappingEpoch,
    isHome: (account) => this.#view.homes?.has(account) ?? true,
    funds: (account) => {
      const { followed } = this.#book;
      if (followed === null) return null;
      const at = { ...followed, part: 'funds' as const };
      const row = lineOf(this.#deps.journal.reader, at, account, this.#sealing);
      return row === null || row.gone ? null : (JSON.parse(row.line) as Record<string, string>);
    },
    book: () => {
      const { followed } = this.#book;
      if (followed === null) return null;
      const text = freshText({
        mode: this.#deps.mode(),
        link: this.#deps.link.state(),
        silentMs: this.#nowMs() - this.#heardMs,
        awaiting: this.#wanted.why,
        problem: this.#importer.problem(),
      });
      const { book, version, asOfMs } = followed;
      return { book, version, asOfMs, stale: text !== null, text: text ?? 'as main has it' };
    },
    tradingDate: () => this.#book.followed?.tradingDate ?? null,
  };

  start(): () => Promise<void> {
    const { link, host } = this.#deps;
    this.#book.load();
    if (this.#view.broken !== null) this.#wanted.missed(this.#view.broken, host.monotonicMs());
    this.#queue = [{ type: 'clean' }];
    this.#heardMs = this.#nowMs();
    const stops = [
      link.on((message) => this.#receive(message)),
      link.onState(() => this.#linkMoved()),
      host.every(TICK_MS, () => this.#tick()),
    ];
    this.#kick();
    return () => {
      this.#stopped = true;
      for (const stop of stops) stop();
      return this.#ran;
    };
  }

  #follows(): boolean {
    return allows(this.#deps.mode(), 'follow');
  }

  #receive(message: FromMain): void {
    this.#heardMs = this.#nowMs();
    if (message.type === 'mapping') this.#mapping.offer(message);
    else if (isOfBook(message)) this.#take(message);
  }

  #take(message: BookMessage): void {
    if (!this.#follows()) return this.#missed();
    this.#waitingRows += rowsOf(message);
    if (this.#waitingRows <= WAITING_ROWS_MAX) {
      this.#queue.push(message);
      return this.#kick();
    }
    this.#clear({ type: 'drop' });
    this.#broken(`more than ${WAITING_ROWS_MAX} rows of main wait`);
  }

  /** Nothing that waits is done; instead, this. */
  #clear(work: Work): void {
    this.#queue = [...this.#queue.filter(({ type }) => type === 'clean'), work];
    this.#waitingRows = 0;
    this.#kick();
  }

  #linkMoved(): void {
    const nowMs = this.#nowMs();
    if (this.#deps.link.state().state === 'up') {
      this.#heardMs = nowMs;
      this.#wanted.linkUp(nowMs);
    } else if (this.#queue.length > 0 || this.#book.isComing) this.#clear({ type: 'cut' });
  }

  #tick(): void {
    if (!this.#follows()) {
      if (!this.#book.isComing && !this.#book.hasPending) return;
      this.#clear({ type: 'drop' });
      return this.#missed();
    }
    this.#mapping.take();
    const nowMs = this.#nowMs();
    const why = this.#wanted.isDue(nowMs) ? this.#wanted.why : null;
    const idle = this.#queue.length === 0 && !this.#book.isComing;
    if (why !== null && idle && this.#deps.link.send({ type: 'book-again', why })) {
      this.#wanted.asked(nowMs, this.#deps.host.random());
    }
    this.#kick();
  }

  #kick(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#ran = this.#run();
  }

  /** One thing after the other, each in turns, until nothing is due. */
  async #run(): Promise<void> {
    try {
      // What comes while the last step says that nothing is due is looked at, too.
      while (!this.#stopped && ((await this.#step()) || this.#queue.length > 0)) {
        await new Promise<void>((resolve) => this.#deps.host.soon(resolve));
      }
    } catch (error) {
      // A bug, or a book that the tables do not take: the desk goes on without it, and says so.
      this.#broken(`main's book could not be taken in: ${String(error).slice(0, FAULT_TEXT_MAX)}`);
    } finally {
      this.#running = false;
    }
  }

  async #step(): Promise<boolean> {
    const nowMs = this.#nowMs();
    if (this.#book.hasPending && this.#follows() && nowMs - this.#committedMs >= COMMIT_EVERY_MS) {
      this.#committedMs = nowMs;
      this.#settle(await this.#book.commit());
      return true;
    }
    const work = this.#queue.shift();
    if (work !== undefined) {
      this.#waitingRows = Math.max(0, this.#waitingRows - rowsOf(work));
      await this.#do(work);
      return true;
    }
    if (this.#importer.isDue()) {
      await this.#importer.run();
      return true;
    }
    return !this.#book.isComing && this.#book.rows.tidy(this.#book.followed?.generation ?? 0);
  }

  async #do(work: Work): Promise<void> {
    const { followed } = this.#book;
    // What comes after a break, before the snapshot that mends it, is of no use.
    const lost = this.#wanted.why !== null && !this.#book.isComing;
    switch (work.type) {
      case 'clean':
        if (followed !== null) await this.#book.rows.clean(followed);
        return;
      case 'cut':
        return this.#book.dropIncoming();
      case 'drop':
        return this.#book.drop();
      case 'snapshot-begin':
        this.#wanted.begins();
        return this.#settle(this.#book.begin(work));
      case 'snapshot-rows':
        return lost ? undefined : this.#settle(await this.#book.takeRows(work));
      case 'snapshot-end':
        return lost
          ? undefined
          : this.#settle(await this.#book.end(work), () => {
              this.#wanted.came();
              this.#committedMs = this.#nowMs();
            });
      case 'delta':
        return lost ? undefined : this.#settle(await this.#book.delta(work));
    }
  }

  #settle(fault: Fault, done?: () => void): void {
    if (fault !== null) this.#broken(fault);
    else done?.();
  }

  #broken(why: string): void {
    this.#book.drop();
    if (!this.#follows()) return this.#missed();
    const { book, version } = this.#book.followed ?? { book: '', version: 0 };
    this.#deps.host.log.warn('the book of main is broken', { why, version });
    // The same over and over is one fact.
    if (this.#view.broken !== why) {
      this.#deps.journal.append([{ kind: 'book-broken', v: 1, book, version, why }]);
    }
    this.#wanted.broke(why, this.#nowMs(), this.#deps.host.random());
  }

  #missed(): void {
    this.#wanted.missed(`main's book was not taken in ${this.#deps.mode()}`, this.#nowMs());
  }

  #nowMs(): number {
    return this.#deps.host.monotonicMs();
  }
}

function rowsOf(work: Work): number {
  return isOfBook(work) ? rowsIn(work) : 0;
}
