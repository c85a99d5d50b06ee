import type { Account } from '#core/accounts/port.ts';
import type { Fact } from '#core/events.ts';
import { GENESIS, headMessage, hexOf, rowHash } from '#core/journal/chain.ts';
import type { EpochOpened } from '#core/journal/events.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import type { Tx } from '#core/journal/port.ts';
import { isSignedBy } from '#core/journal/signer.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import { ok } from '#core/lib/result.ts';
import { AccountId, type OrderId } from '#core/model/ids.ts';
import type { Order } from '#core/orders/port.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { FactRow, FromDesk, FromMain, LateOrder, NetRow, Place, SignedHead } from './messages.ts';
import { createHandback } from './service-hand-back-calls.ts';
import type { HandbackDeps, HandbackLink } from './service-handback-deps.ts';

export const WINDOW = 40;
export const START_MS = 1_795_400_000_000;

interface Tail {
  readonly first: number;
  readonly seq: number;
  readonly hash: string;
}

/** A main in memory: keeps each row once, in order, its chain and heads checked; answers what a main answers. */
export class PlayedMain {
  readonly rows = new Map<string, FactRow>();
  readonly certificates = new Map<string, { readonly text: string; readonly signature: string }>();
  readonly #tails = new Map<number, Tail>();
  readonly #desk: string;
  positions: NetRow[] = [];
  late: LateOrder[] = [];
  obeys = true;
  /** Answers nothing that is asked, but takes facts. */
  mute = false;
  duplicates = 0;

  constructor(desk: string) {
    this.#desk = desk;
  }

  places(): Place[] {
    return Array.from(this.#tails, ([epoch, { seq }]) => ({ epoch, seq }));
  }

  hear(message: FromDesk): FromMain[] {
    switch (message.type) {
      case 'facts':
        return this.#take(message.rows, message.heads);
      case 'fence':
        if (this.mute) return [];
        return [{ type: 'fenced', fence: message.fence, obeyed: this.obeys, late: this.late, text: 'heard' }];
      case 'reconcile':
        if (this.mute) return [];
        return [{ type: 'positions', through: message.through, rows: this.positions, late: this.late }];
      case 'certificate':
        if (this.mute) return [];
        this.certificates.set(message.id, message);
        return [{ type: 'certificate-kept', id: message.id }];
      case 'hello':
      case 'beat':
      case 'lift-fence':
      case 'mapping-ack':
      case 'book-again':
        return [];
    }
  }

  /** Comes back with old data: the newest rows are gone. */
  lose(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const last = [...this.#tails].at(-1);
      if (last === undefined) return;
      const [epoch, { first, seq }] = last;
      this.rows.delete(`${epoch}/${seq}`);
      const before = this.rows.get(`${epoch}/${seq - 1}`);
      if (before === undefined) this.#tails.delete(epoch);
      else this.#tails.set(epoch, { first, seq: seq - 1, hash: before.hash });
    }
  }

  #take(rows: readonly FactRow[], heads: readonly SignedHead[]): FromMain[] {
    const answers: FromMain[] = [];
    const touched = new Set<number>();
    for (const row of rows) {
      const wrong = this.#takeOne(row);
      touched.add(row.epoch);
      if (wrong === null) continue;
      answers.push({ type: 'not-taken', epoch: row.epoch, seq: row.seq, reason: wrong, text: wrong });
      break;
    }
    for (const head of heads) {
      const { epoch, seq, hash, signature, publicKey } = head;
      if (!this.rows.has(`${epoch}/${seq}`)) continue;
      const message = headMessage(this.#desk, epoch, seq, Buffer.from(hash, 'hex'));
      const good = isSignedBy(Buffer.from(publicKey, 'hex'), message, Buffer.from(signature, 'hex'));
      if (good && this.rows.get(`${epoch}/${seq}`)?.hash === hash) continue;
      answers.push({ type: 'not-taken', epoch, seq, reason: 'signature', text: 'head' });
    }
    for (const epoch of touched) {
      const tail = this.#tails.get(epoch);
      if (tail !== undefined) answers.push({ type: 'acked', epoch, seq: tail.seq });
    }
    return answers;
  }

  #takeOne(row: FactRow): 'gap' | 'hash' | 'differs' | null {
    const { epoch, seq } = row;
    const tail = this.#tails.get(epoch);
    if (tail !== undefined && seq <= tail.seq) {
      if (this.rows.get(`${epoch}/${seq}`)?.hash !== row.hash) return 'differs';
      this.duplicates += 1;
      return null;
    }
    const before = tail === undefined ? this.#opening(row) : seq === tail.seq + 1 ? tail.hash : null;
    if (before === null) return 'gap';
    if (hexOf(rowHash(Buffer.from(before, 'hex'), this.#desk, row)) !== row.hash) return 'hash';
    this.rows.set(`${epoch}/${seq}`, row);
    this.#tails.set(epoch, { first: tail?.first ?? seq, seq, hash: row.hash });
    return null;
  }

  /** What the first row of an epoch is chained to; null when it is no first row. */
  #opening({ kind, body }: FactRow): string | null {
    if (kind !== 'epoch-opened') return null;
    const { after } = JSON.parse(body) as EpochOpened;
    return after === null ? hexOf(GENESIS) : after.hash;
  }
}

/** The line between desk and main, message by message in the hands of a test. */
export class PlayedLine {
  readonly toMain: FromDesk[] = [];
  readonly toDesk: FromMain[] = [];
  #welcome: Extract<FromMain, { type: 'welcome' }> | null = null;
  #is: 'off' | 'up' | 'down' = 'down';
  readonly #listeners = new Set<(message: FromMain) => void>();
  readonly #states = new Set<() => void>();
  /** Messages that the line takes before it pushes back. */
  room = Number.POSITIVE_INFINITY;

  readonly link: HandbackLink = {
    send: (message) => {
      if (this.#is !== 'up' || this.toMain.length >= this.room) return false;
      // As over a wire: nothing is shared.
      this.toMain.push(structuredClone(message));
      return true;
    },
    on: (listener) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    },
    onState: (listener) => {
      this.#states.add(listener);
      return () => void this.#states.delete(listener);
    },
    state: () => ({ state: this.#is, sinceMs: 0, text: '', main: 'OMS', welcome: this.#welcome }),
  };

  up(main: PlayedMain, window: number = WINDOW): void {
    this.#welcome = {
      type: 'welcome',
      v: 1,
      main: 'OMS',
      nowMs: START_MS,
      beatMs: 1_000,
      acked: main.places(),
      window,
      mappingEpoch: 0,
    };
    this.#become('up');
  }

  /** What was on its way is lost, in both directions. */
  cut(): void {
    this.toMain.length = 0;
    this.toDesk.length = 0;
    this.#welcome = null;
    this.#become('down');
  }

  off(): void {
    this.#become('off');
  }

  get isUp(): boolean {
    return this.#is === 'up';
  }

  say(message: FromMain): void {
    for (const listener of this.#listeners) listener(message);
  }

  #become(state: 'off' | 'up' | 'down'): void {
    this.#is = state;
    for (const listener of this.#states) listener();
  }
}

/** What stands around the handback of a test. */
export interface Around {
  nowMs: number;
  orders: Map<OrderId, Order>;
  rows: PositionRow[];
  exchange: NetRow[];
  runs: string[];
  cancelled: string[];
  away: Set<string>;
  clients: Map<string, { readonly name: string; readonly branch: string; readonly dealers: string[] }>;
}

export function emptyAround(): Around {
  return {
    nowMs: START_MS,
    orders: new Map(),
    rows: [],
    exchange: [],
    runs: [],
    cancelled: [],
    away: new Set(),
    clients: new Map(),
  };
}

export type StagedDesk = ReturnType<typeof openDesk>;

/** A desk with a real journal in that folder, over that line. */
export function openDesk(folder: string, line: PlayedLine, around: Around = emptyAround()) {
  const soon: (() => void)[] = [];
  const ticks = new Set<() => void>();
  const options = scratchOptions(folder);
  const opened = openJournal(options);
  if (!opened.ok) throw new Error(opened.refusal.text);
  const journal: JournalFile = opened.value;
  const append = (facts: readonly Fact[], tables?: (tx: Tx) => void): void => {
    const done = journal.append(facts, tables);
    if (!done.ok) throw new Error(done.refusal.text);
  };
  const move = (from: ModeName, to: ModeName, by: readonly string[] = ['head']): void => {
    append([{ kind: 'mode-changed', v: 1, from, to, by, why: 'a test moves it' }]);
  };
  const moving = {
    endHandback: ((by) => {
      move('HANDBACK', 'STANDBY', by);
      return ok(null);
    }) as HandbackDeps['endHandback'],
  };
  const handback = createHandback({
    journal,
    link: line.link,
    host: {
      now: () => around.nowMs,
      every: (_everyMs, tick) => {
        ticks.add(tick);
        return () => void ticks.delete(tick);
      },
      soon: (task) => void soon.push(task),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    signer: options.signer,
    build: 'test',
    endHandback: (...ended) => moving.endHandback(...ended),
    orders: {
      order: (orderId) => around.orders.get(orderId) ?? null,
      orders: () => around.orders.values(),
      ofRow: (row) =>
        [...around.orders.values()].filter(
          ({ terms }) =>
            terms.account === row.account &&
            terms.instrumentId === row.instrumentId &&
            terms.product === row.product,
        ),
    },
    positions: { rows: () => around.rows },
    exchangePositions: () => around.exchange,
    accounts: { find: (account) => clientOf(around, account) },
    isHome: (account) => !around.away.has(account),
    runs: () => around.runs,
    cancelOrders: (orderIds) => void around.cancelled.push(...orderIds),
    book: () => null,
    nnfId: (dealer) => (dealer === 'dealer-1' ? '123456789012345' : ''),
  });
  const replayed = journal.replay([handback.projection]);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  const stop = handback.start();
  const turn = (): boolean => {
    const tasks = soon.splice(0);
    for (const task of tasks) task();
    return tasks.length > 0;
  };
  return {
    ...handback,
    journal,
    around,
    /** A test may take a step away. */
    deps: moving,
    append,
    move,
    /** Everything that the desk does by itself until time goes on. */
    settle: (): void => {
      for (let turns = 0; turn(); turns += 1) if (turns > TURNS_MAX) throw new Error('the desk never rests');
    },
    pass: (ms: number): void => {
      around.nowMs += ms;
      for (const tick of ticks) tick();
    },
    /** Nothing runs by itself any more, as after a crash; the file is still open. */
    halt: stop,
    close: (): void => {
      stop();
      journal.close();
    },
  };
}

function clientOf({ clients }: Around, account: string): Account | null {
  const known = clients.get(account);
  if (known === undefined) return null;
  const id = AccountId.parse(account);
  const rest = { participant: '', panLast4: '', mobileLast4: '', segments: [] };
  return { account: id, type: 'CLI', status: 'active', ...rest, ...known };
}

type ModeName = 'STANDBY' | 'SUSPECT' | 'EMERGENCY' | 'HANDBACK';

const TURNS_MAX = 100_000;

/** Carries everything back and forth until both rest; time goes on when they wait for it. */
export function carry(desk: StagedDesk, line: PlayedLine, main: PlayedMain, idleTicks = 3): void {
  for (let idle = 0; idle <= idleTicks;) {
    desk.settle();
    const said = line.toMain.splice(0);
    for (const message of said) line.toDesk.push(...main.hear(message));
    const answers = line.toDesk.splice(0);
    for (const answer of answers) line.say(answer);
    if (said.length + answers.length > 0) idle = 0;
    else {
      idle += 1;
      desk.pass(1_000);
    }
  }
}
