import type { Account } from '#core/accounts/port.ts';
import type { Fact } from '#core/events.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import type { Tx } from '#core/journal/port.ts';
import { boundReached, scratchOptions } from '#core/journal/stage.ts';
import { ok } from '#core/lib/result.ts';
import { AccountId, type OrderId } from '#core/model/ids.ts';
import type { Order } from '#core/orders/port.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { NetRow } from './messages.ts';
import { createHandback } from './service-hand-back-calls.ts';
import type { HandbackDeps } from './service-handback-deps.ts';
import type { PlayedLine, PlayedMain } from './service-handback-stage-main.ts';

const START_MS = 1_795_400_000_000;

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
      reached: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    signer: options.signer,
    endHandback: (...ended) => moving.endHandback(...ended),
    ...bookOf(around),
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

/** The services around, as tests set them. */
function bookOf(around: Around): Omit<HandbackDeps, 'journal' | 'link' | 'host' | 'signer' | 'endHandback'> {
  return {
    build: 'test',
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

/** Facts that mean nothing to anybody. */
export function someFacts(count: number, from = 0): readonly Fact[] {
  return Array.from({ length: count }, (_, n) => boundReached(`fact-${from + n}`));
}

/** Into HANDBACK, as an emergency goes. */
export function toHandback(desk: StagedDesk): void {
  desk.move('SUSPECT', 'EMERGENCY');
  desk.move('EMERGENCY', 'HANDBACK');
}

/** Rows that main has not acknowledged. */
export function waiting(desk: StagedDesk): number {
  return desk.port.status().handback.waiting;
}
