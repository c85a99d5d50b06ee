import { hash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Fact } from '#core/events.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { ok, type Result } from '#core/lib/result.ts';
import type { BookFile } from './domain-follow.ts';
import type { Mode } from './events.ts';
import { bookKey, BOOK_ROWS_MAX, partText, type BookPart, type FromDesk, type FromMain } from './messages.ts';
import { createFollow, type FollowDeps } from './service-follow.ts';
import { until } from './service-link-stage.ts';
import type { LinkState } from './service-link.ts';

type Row = Readonly<Record<string, string>>;
type Message<Type extends FromMain['type']> = Extract<FromMain, { type: Type }>;

const QUIET_TURNS = 100;
const PARTS: readonly BookPart[] = ['users', 'accounts', 'instruments', 'funds', 'positions', 'pending'];
/** 14:49:30 IST. */
export const AS_OF_MS = 1_795_425_570_000;
/** What the clock of the desk says: 15:59:30 IST, and it stands still. */
export const NOW_MS = AS_OF_MS + 70 * 60_000;

/** Main's side of the book: rows by their keys, a version, and what it says of them. */
export class PlayedBook {
  readonly book: string;
  version = 1;
  asOfMs = AS_OF_MS;
  tradingDate = '2026-11-23';
  cuts = ['NSE:FO last-trade 4711'];
  readonly parts = new Map<BookPart, Map<string, Row>>(PARTS.map((part) => [part, new Map()]));

  constructor(book: string, rows: Partial<Record<BookPart, readonly Row[]>>) {
    this.book = book;
    for (const part of PARTS) this.#put(part, rows[part] ?? []);
  }

  sha256(part: BookPart): string {
    return hash('sha256', partText(part, this.#rows(part)), 'hex');
  }

  snapshot(rowsAMessage = BOOK_ROWS_MAX): FromMain[] {
    const { book, version } = this;
    const begin: Message<'snapshot-begin'> = {
      type: 'snapshot-begin',
      book,
      version,
      parts: PARTS.map((part) => ({ part, rows: this.#rows(part).length, sha256: this.sha256(part) })),
      ...this.#freshness(),
    };
    const rows = PARTS.flatMap((part) => {
      const all = this.#rows(part);
      return Array.from({ length: Math.ceil(all.length / rowsAMessage) }, (_, n) => ({
        type: 'snapshot-rows' as const,
        book,
        version,
        part,
        from: n * rowsAMessage,
        rows: all.slice(n * rowsAMessage, (n + 1) * rowsAMessage),
      }));
    });
    return [begin, ...rows, { type: 'snapshot-end', book, version }];
  }

  delta(part: BookPart, upserts: readonly Row[], removes: readonly string[] = []): Message<'delta'> {
    this.version += 1;
    this.asOfMs += 1_000;
    for (const key of removes) this.parts.get(part)?.delete(key);
    this.#put(part, upserts);
    const { book, version } = this;
    const rows = { upserts: [...upserts], removes: [...removes] };
    return { type: 'delta', book, version, part, ...rows, sha256: this.sha256(part), ...this.#freshness() };
  }

  #put(part: BookPart, rows: readonly Row[]): void {
    for (const row of rows) this.parts.get(part)?.set(bookKey(part, row), row);
  }
  #rows(part: BookPart): readonly Row[] {
    return [...(this.parts.get(part)?.values() ?? [])];
  }
  #freshness() {
    return { asOfMs: this.asOfMs, tradingDate: this.tradingDate, cuts: [...this.cuts] };
  }
}

/** A contract as it travels: every field a text. */
export const CONTRACT = {
  instrumentId: 'NSE:NIFTY',
  exchange: 'NSE',
  segment: 'FO',
  kind: 'future',
  token: '1',
  symbol: 'NIFTY',
  underlying: 'NIFTY',
  name: '',
  series: '',
  isin: '',
  expiry: '2026-11-26',
  strikeE4: '0',
  optionType: '',
  lotSize: '75',
  multiplierNum: '1',
  multiplierDen: '1',
  orderUnit: 'units',
  tickE4: '500',
  freezeQuantity: '1800',
  lowerBandE4: '0',
  upperBandE4: '0',
  filePriceE4: '250000000',
  settlement: 'cash',
  lastTradingMinute: '930',
  tenderStart: '',
  closingAuction: 'false',
};

export function position(account: string, quantity: number, symbol = 'NIFTY'): Row {
  const cells = { product: 'NRML', quantity: String(quantity), unit: 'units', average_price: '100' };
  return { account, exchange: 'NSE', symbol, ...cells };
}

/** A link that says what a test lets it say. */
export function scriptedLink() {
  const listeners = new Set<(message: FromMain) => void>();
  const moved = new Set<() => void>();
  let state: LinkState = { state: 'up', sinceMs: 0, text: '', main: 'OMS', welcome: null, badMessages: 0 };
  const sent: FromDesk[] = [];
  return {
    sent,
    asked: () => sent.flatMap((one) => (one.type === 'book-again' ? [one.why] : [])),
    on(listener: (message: FromMain) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onState(listener: () => void) {
      moved.add(listener);
      return () => void moved.delete(listener);
    },
    send(message: FromDesk): boolean {
      if (state.state === 'up') sent.push(message);
      return state.state === 'up';
    },
    state: () => state,
    become(next: LinkState['state']): void {
      state = { ...state, state: next, text: 'the cable is out' };
      for (const listener of moved) listener();
    },
    say(...messages: readonly FromMain[]): void {
      for (const message of messages) for (const listener of listeners) listener(message);
    },
  };
}

interface Options {
  readonly folder: string;
  readonly link?: FollowDeps['link'];
  /** A clock that goes on with each look at it, so that work is cut into turns. */
  readonly ticking?: boolean;
}

/** A seal that can be seen not to be the plain text. */
const TURNED_AROUND: FollowDeps['seal'] = {
  seal: (whose, secret) => Buffer.concat([Buffer.from(`${whose}:`), secret.toReversed()]),
  open: (whose, sealed) => sealed.slice(whose.length + 1).toReversed(),
};

function stillClock() {
  const mode = 'SUSPECT' as Mode;
  return { mode, nowMs: 1_000_000, wallMs: NOW_MS, turns: 0, looks: 0, longestTurn: 0 };
}

/** Following on a real journal; its clock stands still until a test moves it. */
export function deskThatFollows({ folder, link = scriptedLink(), ticking = false }: Options) {
  const around = stillClock();
  const ticks = new Set<() => void>();
  const facts: Fact[] = [];
  const files: (BookFile & { readonly part: BookPart })[] = [];
  const refusals = new Map<BookPart, string>();
  const take =
    (part: BookPart) =>
    (file: BookFile): Result<null, { readonly reason: string; readonly text: string }> => {
      const text = refusals.get(part);
      if (text !== undefined) return { ok: false, refusal: { reason: 'rows-refused', text } };
      files.push({ part, ...file });
      return ok(null);
    };
  // The journal replays before the service stands: it hears of that afterwards.
  const later: { hear: ((fact: Fact) => void) | null } = { hear: null };
  const journal = openScratch(scratchOptions(folder), ({ fact }) => {
    facts.push(fact);
    later.hear?.(fact);
  });
  const follow = createFollow({
    journal,
    host: hostOf(around, ticks, ticking),
    link,
    mode: () => around.mode,
    imports: {
      users: take('users'),
      accounts: take('accounts'),
      instruments: take('instruments'),
      positions: take('positions'),
      pending: take('pending'),
    },
    seal: TURNED_AROUND,
  });
  later.hear = (fact) => follow.projection.memory({ desk: journal.desk, epoch: 1, seq: 1, atMs: 0, fact });
  for (const fact of facts) later.hear(fact);
  const stop = follow.start();
  const close = async (): Promise<void> => {
    await stop();
    journal.close();
  };
  onTestFinished(close);
  return {
    ...follow,
    around,
    journal,
    files,
    refusals,
    close,
    /** Until a row of that version is written; it is not in force yet. */
    wrote: (version: number) =>
      until(() => journal.reader.get('SELECT max(version) AS v FROM followed_rows')?.['v'] === version),
    /** Until all that waits for its turn has had it: with a clock that stands still, a turn is a step. */
    async quiet(): Promise<void> {
      for (let n = 0; n < QUIET_TURNS; n += 1) await new Promise((resolve) => setImmediate(resolve));
    },
    of: (kind: Fact['kind']) => facts.filter((fact) => fact.kind === kind),
    /** What was handed on, in words: part, source, rows. */
    handed: () => files.map(({ part, source, text }) => `${part} ${source} ${rowsIn(part, text)}`),
    pass(ms: number): void {
      around.nowMs += ms;
      for (const tick of ticks) tick();
    },
  };
}

function hostOf(
  around: ReturnType<typeof stillClock>,
  ticks: Set<() => void>,
  ticking: boolean,
): FollowDeps['host'] {
  const quiet = (): void => undefined;
  let turnFrom = 0;
  return {
    now: () => around.wallMs,
    monotonicMs: () => (ticking ? (around.nowMs += (around.looks += 1) % 2) : around.nowMs),
    soon(task) {
      around.turns += 1;
      around.longestTurn = Math.max(around.longestTurn, around.looks - turnFrom);
      turnFrom = around.looks;
      setImmediate(task);
    },
    every(_everyMs, tick) {
      ticks.add(tick);
      return () => void ticks.delete(tick);
    },
    random: () => 0,
    log: { info: quiet, warn: quiet, error: quiet },
  };
}

function rowsIn(part: BookPart, text: string): number {
  if (part === 'instruments') return text.split('\n').length;
  return (JSON.parse(text) as { rows: unknown[] }).rows.length;
}
