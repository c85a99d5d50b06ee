import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAnchor } from '#core/journal/anchor.ts';
import { hexOf, rowHash } from '#core/journal/chain.ts';
import { rowsAfter } from '#core/journal/rows.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { present } from '#core/lib/assert.ts';
import { readDeskFacts } from '#drill/judge/desk-file.ts';
import { judgeHandback, type FactOf, type HandbackVerdict, type MainStore } from '#drill/judge/handback.ts';
import { readMainStore } from '#drill/judge/main-store.ts';
import { readLedger } from '#drill/judge/read.ts';
import { DATABASE_URL } from '#drill/main-server/open-store.ts';
import { startPostgres, type Postgres } from '#drill/main-server/postgres.ts';
import { exitEverything } from '#drill/rehearsal/dealer.ts';
import { bringFiles, declareLost } from '#drill/rehearsal/following.ts';
import { Patience } from '#drill/rehearsal/patience.ts';
import { startChild, type Child } from '#drill/world/child.ts';
import { DeskReady, openDoor } from '#drill/world/front-door.ts';
import type { MainWorld } from '#drill/world/main-world.ts';
import type { Person } from '#drill/world/persons.ts';
import { agreed, seatPersons, type Doors, type Seats } from '#drill/world/seats.ts';
import { DESK_COMP_ID } from '#drill/world/desk-config.ts';
import { openWorld, seededBook, type World } from '#drill/world/world.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { runNode, VERIFY, type Ended } from '#tests/secrets/run.ts';

const DESK = join(import.meta.dirname, '..', '..', 'drill', 'desk', 'main.ts');
const EPOCH = join(import.meta.dirname, '..', '..', 'main', 'epoch.ts');
const SEED = 3;
const WAIT_MS = 30_000;
/** The journal's file and what SQLite keeps beside it, and the witness of how far the desk had written. */
const FILE = ['desk.db', 'desk.db-wal', 'desk.db-shm'];
const ANCHOR = 'desk.anchor';

export interface StageOptions {
  readonly accounts: number;
  readonly positions: number;
  /** Main speaks our protocol, on a PostgreSQL of its own; else there is only paper between the two. */
  readonly onTheWire: boolean;
}

/** The exchange, main, and a desk that comes and goes with its two persons. */
export class Stage {
  /** Laid out as `npm start` does it: the desk's data, and the simulated world inside. */
  readonly data: string;
  readonly world: World;
  readonly patience: Patience;
  readonly #postgres: Postgres | null;
  #desk: Child | null = null;
  #seats: Seats | null = null;
  #doors: Doors | null = null;
  #mainBackAtMs = 0;

  /** Main is not there yet. */
  static async open(
    { accounts, positions, onTheWire }: StageOptions = { accounts: 4, positions: 8, onTheWire: true },
  ): Promise<Stage> {
    const postgres = onTheWire ? await startPostgres() : null;
    if (postgres !== null) process.env[DATABASE_URL] = postgres.url;
    const data = mkdtempSync(join(tmpdir(), 'lifeboat-handback-'));
    const world = await openWorld({
      folder: join(data, 'simulation'),
      book: () => seededBook({ seed: SEED, accounts, positions, tradingDate: '2026-11-25' }),
      seed: SEED,
      faults: [],
      ratePerSecond: null,
      burstMax: 20,
      withLink: false,
      gateway: null,
      ...(onTheWire ? { main: { wireFaults: [] } } : {}),
      failed: (error) => {
        throw error;
      },
    });
    const stage = new Stage(data, world, postgres);
    if (!onTheWire) return stage;
    await simulationSecrets(data).set('main-token', Buffer.from(present(world.desks[0], 'a desk').token));
    await stage.main.process.kill();
    return stage;
  }

  private constructor(data: string, world: World, postgres: Postgres | null) {
    this.data = data;
    this.world = world;
    this.#postgres = postgres;
    this.patience = new Patience(
      {
        ask: async (call) => ({ value: await call(this.doors) }),
        arm: () => undefined,
        hits: () => [],
        restarts: () => 0,
        stop: () => this.stop(),
      },
      new AbortController().signal,
    );
  }

  get main(): MainWorld {
    return present(this.world.main, 'main');
  }
  get doors(): Doors {
    return present(this.#doors, 'the desk');
  }
  now(): number {
    return Date.now() + this.world.file.clockOffsetMs;
  }
  path(...names: readonly string[]): string {
    return join(this.data, ...names);
  }

  /** The desk as a process; both persons are there with the sessions that they have. Throws what it says when it ends. */
  async start(): Promise<void> {
    const { deskConfig, file } = this.world;
    const args = [`--config=${deskConfig}`, `--data=${this.data}`, `--clock-offset=${file.clockOffsetMs}`];
    this.#desk = await startChild(DESK, args);
    const ready = DeskReady.parse(this.#desk.ready);
    this.#seats ??= await seatPersons(ready, { path: this.path('persons.json'), now: () => this.now() });
    this.#doors = this.#seats.doors(ready.url);
  }
  async stop(): Promise<void> {
    await this.#desk?.stop();
    this.#desk = null;
  }
  /** No goodbye, and no signed head. */
  async kill(): Promise<void> {
    const { pid, ended } = present(this.#desk, 'the desk');
    process.kill(pid, 'SIGKILL');
    await ended;
    this.#desk = null;
  }
  /** With password and code: no session outlives an epoch. */
  async signIn(...who: readonly ('admin' | 'dealer')[]): Promise<void> {
    const { url } = DeskReady.parse(present(this.#desk, 'the desk').ready);
    const nobody = openDoor(url, () => Promise.resolve(null));
    for (const one of who) await present(this.#seats, 'persons')[one].enter(nobody, null);
  }

  /** The files of the day, and main declared lost: the desk may trade. */
  async emergency(): Promise<void> {
    const { book: _book, ...files } = this.world.file.files;
    await bringFiles(this.patience, files);
    await declareLost(this.patience);
    await this.linksUp();
  }
  async mainIsBack(): Promise<void> {
    this.#mainBackAtMs ||= this.now();
    await this.main.process.start();
    await this.linkUp();
  }
  /** Both accept that main is back. */
  async accept(): Promise<void> {
    const reason = 'main is back';
    await agreed(() => this.doors.admin.mode.declareBack({ reason }), this.doors.dealer);
  }
  /** The dealer's script closes all there is. */
  async exit(): Promise<void> {
    const nobody = { progress: () => undefined, say: () => undefined, running: () => undefined };
    const { patience } = this;
    await exitEverything({ patience, plain: false, idlePlansMax: 2, now: () => this.now(), ...nobody });
  }

  linkUp(): Promise<void> {
    return this.patience.until(WAIT_MS, async ({ admin }) => {
      const { link, linkText } = await admin.sync.status();
      return link === 'up' ? null : `the link to main is ${link}: ${linkText}`;
    });
  }
  /** Every session of the exchange is up, and what it had to tell has come. */
  linksUp(): Promise<void> {
    return this.patience.until(WAIT_MS, async ({ admin }) => {
      const down = (await admin.exchange.links()).find(({ state }) => state !== 'up');
      if (down !== undefined) return `${down.session} is ${down.state}: ${down.why}`;
      const { handback: before } = await admin.sync.status();
      await this.patience.pause(300);
      const { handback: after } = await admin.sync.status();
      return after.head.seq === before.head.seq ? null : 'the exchange is still telling';
    });
  }
  allHandedOver(): Promise<void> {
    return this.patience.until(WAIT_MS, async ({ admin }) => {
      const { handback } = await admin.sync.status();
      return handback.waiting === 0 ? null : `${handback.waiting} facts wait`;
    });
  }

  /** `npm run epoch` with the proofs of these two, by authenticator or by a recovery code. */
  async epoch(
    proofs: readonly (readonly [Person['role'], 'authenticator' | 'recovery' | 'wrong'])[],
  ): Promise<Ended> {
    const seats = present(this.#seats, 'persons');
    const lines: string[] = [];
    for (const [role, how] of proofs) {
      const { person } = seats[role];
      const codes = {
        authenticator: () => seats[role].code(),
        recovery: () => present(person.recoveryCodes[this.#recoveries[role]++], 'a recovery code'),
        wrong: () => '000000',
      };
      lines.push(person.password, await codes[how]());
    }
    writeFileSync(this.path('proofs'), `${lines.join('\n')}\n`, { mode: 0o600 });
    const names = proofs.flatMap(([role]) => ['--person', seats[role].person.user]);
    return runNode([EPOCH, '--data', this.data, ...names], {
      env: { LIFEBOAT_PASSWORD_FD: '3' },
      files: [this.path('proofs')],
    });
  }
  /** Codes of each that were tried. */
  readonly #recoveries = { admin: 0, dealer: 0 };

  /** `npm run verify`. */
  verify(): Promise<Ended> {
    return runNode([VERIFY, this.path('desk.db')]);
  }

  /** Rows of the file, decrypted; of a desk that runs, as they are now. */
  facts(): Promise<FactOf[]> {
    return readDeskFacts(this.data);
  }
  /** What main's tables hold. */
  async atMain(): Promise<MainStore> {
    const database = await this.main.database.open();
    try {
      return await readMainStore(database);
    } finally {
      await database.close();
    }
  }
  /** Rows of an epoch at main. */
  async stored(epoch: number): Promise<readonly FactOf[]> {
    const { facts } = await this.atMain();
    return (facts.get('DRILL') ?? []).filter((row) => row.epoch === epoch);
  }

  /** The judge's word when desk and main have stopped. `before`: rows that the file held and lost. */
  async judge(before: readonly FactOf[]): Promise<HandbackVerdict> {
    return judgeHandback({
      book: this.world.book,
      records: readLedger(this.world.ledger),
      owners: [DESK_COMP_ID],
      mainBackAtMs: this.#mainBackAtMs,
      desks: [{ desk: 'DRILL', facts: await this.facts(), before, through: null }],
      main: await this.atMain(),
      excused: '',
    });
  }

  /** Copies the journal's file with its WAL, of a desk that runs too; `whole`: the witness beside it as well. */
  copy(to: string, whole = false): void {
    mkdirSync(this.path(to));
    for (const name of whole ? [...FILE, ANCHOR] : FILE) {
      if (existsSync(this.path(name))) copyFileSync(this.path(name), this.path(to, name));
    }
  }
  putBack(from: string): void {
    for (const name of FILE) rmSync(this.path(name), { force: true });
    for (const name of [...FILE, ANCHOR]) {
      if (existsSync(this.path(from, name))) copyFileSync(this.path(from, name), this.path(name));
    }
  }

  /** Somebody with the key of the file, and not the one that signs, changes one row and hashes all after it anew. */
  async forge(
    { seq }: FactOf,
    change: (body: string) => string,
    hides: 'nothing' | 'heads' | 'all',
  ): Promise<void> {
    const key = present(await simulationSecrets(this.data).get('database-key'), 'a key');
    const sqlite = openSqlite(this.path('desk.db'), { key });
    const [found, ...later] = rowsAfter(sqlite, seq - 1, 10_000);
    let previous = present(rowsAfter(sqlite, seq - 2, 1)[0], 'the row before').hash;
    const original = present(found, 'the row');
    const row = { ...original, body: change(original.body) };
    sqlite.run('UPDATE log SET body = ? WHERE seq = ?', row.body, seq);
    for (const one of [row, ...later]) {
      previous = rowHash(previous, 'DRILL', one);
      sqlite.run('UPDATE log SET hash = ? WHERE seq = ?', previous, one.seq);
    }
    if (hides !== 'nothing') sqlite.run('DELETE FROM heads WHERE seq >= ?', seq);
    sqlite.close();
    if (hides !== 'all') return;
    const last = later.at(-1) ?? row;
    const anchor = openAnchor(this.path(ANCHOR));
    for (let slot = 0; slot < 2; slot += 1) {
      anchor.advance({ desk: 'DRILL', epoch: last.epoch, seq: last.seq, hash: hexOf(previous) });
    }
    anchor.close();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.world.stop();
    await this.world.main?.database.drop();
    await this.#postgres?.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}
