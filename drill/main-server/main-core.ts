import type { FromMain, NetRow } from '#core/sync/messages.ts';
import { readBook } from '#drill/book/read.ts';
import { DeskLog } from './desk-log.ts';
import type { DeskList } from './desk-list.ts';
import { Fences } from './fences.ts';
import { MainBook, type BookChange } from './main-book.ts';
import { MainOrders } from './main-orders.ts';
import { Mapping } from './mapping.ts';
import { Scenario, type ScenarioName } from './scenario.ts';
import type { Store } from './store.ts';
import { storedNets } from './stored-nets.ts';

/** How a connection is reached by the rest of main. */
export interface Connected {
  readonly desk: string;
  send(message: FromMain): void;
  /** The book changed: a delta, or null for a new snapshot. */
  sendBook(delta: Extract<FromMain, { type: 'delta' }> | null): void;
  cut(): void;
}

export interface MainOptions {
  readonly name: string;
  readonly store: Store;
  readonly desks: DeskList;
  readonly scenario: ScenarioName;
  /** book.json of a seeded book, for a store that has none; null: main has no book. */
  readonly bookPath: string | null;
  /** Control port of the drill's exchange; null: none. */
  readonly venue: number | null;
  readonly now: () => number;
  readonly beatMs: number;
  /** Transactions of facts that a store put back from a copy lacks. */
  readonly lacks: number;
}

const FIRED = 'fired';
const AGED = 'aged';

/** Everything that main knows and does, apart from its connections. */
export class Main {
  readonly options: MainOptions;
  readonly scenario: Scenario;
  readonly fences: Fences;
  readonly mapping: Mapping;
  readonly orders: MainOrders;
  /** What it says in its beats: whether main itself can trade. */
  alive = true;
  book: MainBook | null = null;
  readonly #logs = new Map<string, DeskLog>();
  readonly #connected = new Map<string, Connected>();
  #firing: NodeJS.Timeout | null = null;

  constructor(options: MainOptions) {
    this.options = options;
    const { store, venue } = options;
    this.scenario = new Scenario(options.scenario);
    this.fences = new Fences(store);
    this.mapping = new Mapping(store);
    this.orders = new MainOrders({ store, venue, pending: () => this.book?.rows('pending') ?? [] });
    this.scenario.onChange(() => void this.#changed());
  }

  /** Reads what it knew before its last end. */
  async open(): Promise<void> {
    const { store, bookPath } = this.options;
    this.book = await MainBook.load(store);
    if (this.book === null && bookPath !== null) this.book = await MainBook.seed(store, readBook(bookPath));
    await this.fences.load();
    await this.mapping.load();
    // A kill in the middle of the day does not make it older once more.
    if (this.scenario.name === 'old-data' && (await store.note(AGED)) === null) await this.becomeOld();
  }

  /** As after a restore from an old copy: the last transactions of facts are gone, and the book is an old one. */
  async becomeOld(commits = this.options.lacks): Promise<void> {
    const { store } = this.options;
    this.cut(null);
    const logs = [...this.#logs.values()];
    // One after the other inside each other: none of them takes anything meanwhile.
    const change = logs.reduce<() => Promise<void>>(
      (inner, log) => () => log.changeStore(inner),
      () => store.loseCommits(commits),
    );
    await change();
    await this.book?.becomeOld();
    await store.putNote(AGED, true);
  }

  log(desk: string, publicKey: string): DeskLog {
    const known = this.#logs.get(desk);
    if (known !== undefined) return known;
    const { store } = this.options;
    const log = new DeskLog({ desk, publicKey, store, pace: () => this.scenario.pace() });
    this.#logs.set(desk, log);
    return log;
  }
  logOf(desk: string): DeskLog | null {
    return this.#logs.get(desk) ?? null;
  }

  /** Persons have looked at why an epoch of a desk is not taken any more. The desk is to come again. */
  async release(desk: string, epoch: number): Promise<void> {
    const publicKey = await this.options.store.publicKeyOf(desk);
    if (publicKey === null) return;
    this.cut(desk);
    await this.log(desk, publicKey).release(epoch);
  }

  /** A desk has one connection: the newest. */
  connect(connected: Connected): void {
    const before = this.#connected.get(connected.desk);
    this.#connected.set(connected.desk, connected);
    before?.cut();
    void this.#arm();
  }
  disconnect(connected: Connected): void {
    if (this.#connected.get(connected.desk) === connected) this.#connected.delete(connected.desk);
  }
  connected(): readonly Connected[] {
    return [...this.#connected.values()];
  }
  /** Cuts a desk's connection; null: all. */
  cut(desk: string | null): void {
    for (const one of this.connected()) if (desk === null || one.desk === desk) one.cut();
  }

  /** Changes the book and tells every desk. */
  async changeBook(change: BookChange): Promise<number> {
    if (this.book === null) return 0;
    for (const delta of await this.book.change(change)) {
      for (const one of this.connected()) one.sendBook(delta);
    }
    return this.book.place.version;
  }
  async changeMapping(homes: Readonly<Record<string, readonly string[]>>): Promise<void> {
    this.tellMapping(await this.mapping.change(homes));
  }
  tellMapping(desks: readonly string[]): void {
    for (const one of this.connected()) {
      const mapping = desks.includes(one.desk) ? this.mapping.of(one.desk) : null;
      if (mapping !== null) one.send({ type: 'mapping', ...mapping, accounts: [...mapping.accounts] });
    }
  }

  /** True for the accounts that are at home at this desk, or nowhere. */
  isHomeOf(desk: string): (account: string) => boolean {
    return (account) => {
      const home = this.mapping.home(account);
      return home === null || home === desk;
    };
  }

  /** Its own book, the facts that it received, its own trades. */
  async nets(): Promise<NetRow[]> {
    await this.orders.learn();
    return storedNets(this.options.store, this.book);
  }

  /** Main's own square-off of every intraday row that it believes to be open and is not asked to leave alone. */
  async fire(): Promise<number> {
    const home = (account: string): string | null => this.mapping.home(account);
    const obeys = this.scenario.behaviour.obeysFence;
    const rows = (await this.nets()).filter(
      ({ account, product, net }) =>
        product === 'MIS' && net !== 0 && !(obeys && this.fences.holds(account, home)),
    );
    return this.orders.fire(rows);
  }

  /** A desk is back: main's timer runs, once. */
  async #arm(): Promise<void> {
    const { firesAfterMs } = this.scenario.behaviour;
    if (firesAfterMs === null || this.#firing !== null) return;
    this.#firing = setTimeout(() => undefined, 0);
    if ((await this.options.store.note(FIRED)) !== null) return;
    this.#firing = setTimeout(() => {
      void this.options.store.putNote(FIRED, true).then(() => this.fire());
    }, firesAfterMs);
  }

  async #changed(): Promise<void> {
    if (this.#firing !== null) clearTimeout(this.#firing);
    this.#firing = null;
    if (this.scenario.behaviour.refuses) this.cut(null);
    if (this.scenario.name === 'old-data') await this.becomeOld();
    if (this.scenario.behaviour.firesAfterMs === null) return;
    await this.options.store.putNote(FIRED, null);
    if (this.connected().length > 0) await this.#arm();
  }
}
