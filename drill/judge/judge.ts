import type { Book } from '#drill/book/book.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { readLedger } from './read.ts';
import { keyOf, walk, type Fill, type Line, type Offence, type Timeline } from './timeline.ts';

/** What the desk says about itself at the end. */
export interface DeskWord {
  /** CompIDs under which its orders reached the exchange. */
  readonly owners: readonly string[];
  /** Every fill of its orders that it knows and that stands, after busts and corrections. */
  readonly fills: readonly Fill[];
  readonly leftovers: readonly ToldLeftover[];
  /** Orders in doubt at the end. */
  readonly inDoubt: number;
}

export interface ToldLeftover {
  readonly account: string;
  readonly instrumentId: string;
  readonly quantity: number;
  readonly reason: string;
}

export type Cause =
  | 'odd-lot'
  | 'main-order-pinned'
  | 'busted'
  | 'foreign-trade'
  | 'halted'
  | 'refused'
  | 'unfilled'
  | 'still-working'
  | 'hedge-held'
  | 'not-ordered';

export interface JudgedLeftover {
  readonly account: string;
  readonly instrument: string;
  /** Signed net still open at the exchange. */
  readonly quantity: number;
  /** What the desk said; empty when it said nothing. */
  readonly reason: string;
  /** What the ledger shows. */
  readonly cause: Cause;
  readonly text: string;
}

export interface Verdict {
  /** Every position that an exit may take is zero at the exchange, and the others are as they were. */
  readonly flat: boolean;
  readonly rows: number;
  /** Exchange orders of the desk that the exchange accepted. */
  readonly orders: number;
  /** The least number of orders that the book needs, by lot and freeze quantity. */
  readonly slices: number;
  /** Fills as the desk counts them. */
  readonly fills: number;
  readonly duplicates: number;
  readonly overclosed: number;
  readonly unknown: number;
  /** Orders of the desk that still rest at the exchange. */
  readonly working: number;
  readonly leftovers: readonly JudgedLeftover[];
  readonly ledger: { readonly orders: number; readonly fills: number; readonly agrees: boolean };
  /** Each offence, each difference, each leftover without a cause or not told, in words. */
  readonly complaints: readonly string[];
  /** No complaint: flat, or open with a cause that the ledger shows and the desk told. */
  readonly clean: boolean;
}

export interface JudgeInput {
  readonly book: Book;
  readonly ledgerPath: string;
  readonly desk: DeskWord;
}

/** Judges a drill by the seeded book and the venue's ledger alone; the desk's word is only compared with them. */
export function judge({ book, ledgerPath, desk }: JudgeInput): Verdict {
  return judgeRecords(book, readLedger(ledgerPath), desk);
}

export function judgeRecords(book: Book, records: readonly LedgerRecord[], desk: DeskWord): Verdict {
  const timeline = walk(book, records, desk.owners);
  const expected = new Map<string, number>();
  for (const row of book.positions) {
    const key = keyOf(row.account, row.instrumentId);
    expected.set(key, (expected.get(key) ?? 0) + (row.exit ? 0 : row.quantity));
  }
  const open = [...timeline.lines.values()].filter((line) => line.net !== (expected.get(line.key) ?? 0));
  const leftovers = open.map((line) =>
    leftoverOf(book, timeline, desk, line, line.net - (expected.get(line.key) ?? 0)),
  );
  const held = withHedges(book, leftovers);
  const deskOrders = [...timeline.orders.values()].filter((order) => desk.owners.includes(order.owner));
  const differences = compareFills(timeline.deskFills, desk.fills);
  const working = deskOrders.filter((order) => order.working).length;
  const complaints = [
    ...timeline.duplicates.map((one) => say('duplicate', one)),
    ...timeline.overclosed.map((one) => say('over-closed', one)),
    ...differences,
    ...held.flatMap((one) => complaintOf(one, desk)),
    ...(working > 0 ? [`${working} orders still rest at the exchange`] : []),
  ];
  return {
    flat: open.length === 0,
    rows: book.positions.length,
    orders: deskOrders.length,
    slices: leastOrders(book),
    fills: desk.fills.length,
    duplicates: timeline.duplicates.length,
    overclosed: timeline.overclosed.length,
    unknown: desk.inDoubt,
    working,
    leftovers: held,
    ledger: { orders: deskOrders.length, fills: timeline.deskFills.length, agrees: differences.length === 0 },
    complaints,
    clean: complaints.length === 0,
  };
}

function say(what: string, { account, instrumentId, exchangeOrderId, text }: Offence): string {
  return `${what}: ${account} ${instrumentId} order ${exchangeOrderId}: ${text}`;
}

/** Equal sets of (order, trade, quantity, price); each difference in words. */
function compareFills(ledger: readonly Fill[], desk: readonly Fill[]): string[] {
  const name = (fill: Fill): string =>
    `${fill.exchangeOrderId}/${fill.tradeNumber} ${fill.quantity}@${fill.priceE4}`;
  const inLedger = new Set(ledger.map(name));
  const inDesk = new Set<string>();
  const complaints: string[] = [];
  for (const fill of desk.map(name)) {
    if (inDesk.has(fill)) complaints.push(`the desk counts ${fill} twice`);
    else if (!inLedger.has(fill)) complaints.push(`the desk has ${fill}, the ledger has not`);
    inDesk.add(fill);
  }
  for (const fill of inLedger)
    if (!inDesk.has(fill)) complaints.push(`the ledger has ${fill}, the desk has not`);
  return complaints;
}

function leastOrders(book: Book): number {
  const instruments = new Map(book.instruments.map((one) => [one.instrumentId, one]));
  let sum = 0;
  for (const row of book.positions) {
    const instrument = instruments.get(row.instrumentId);
    if (instrument === undefined || !row.exit) continue;
    const whole = Math.floor(Math.abs(row.quantity) / instrument.lotSize) * instrument.lotSize;
    const most = Math.floor(instrument.freezeQuantity / instrument.lotSize) * instrument.lotSize;
    sum += most === 0 ? 0 : Math.ceil(whole / most);
  }
  return sum;
}

function leftoverOf(
  book: Book,
  timeline: Timeline,
  desk: DeskWord,
  line: Line,
  quantity: number,
): JudgedLeftover {
  const told = desk.leftovers.filter(
    (one) => one.account === line.account && one.instrumentId === line.instrumentId,
  );
  const { cause, text } = causeOf(book, timeline, desk, line, quantity);
  return {
    account: line.account,
    instrument: line.instrumentId,
    quantity,
    reason: told.map((one) => one.reason).join(' '),
    cause,
    text,
  };
}

/** The first cause that the ledger shows for what is still open. */
function causeOf(
  book: Book,
  timeline: Timeline,
  desk: DeskWord,
  line: Line,
  quantity: number,
): { cause: Cause; text: string } {
  const instrument = book.instruments.find((one) => one.instrumentId === line.instrumentId);
  const closes = quantity > 0 ? 'sell' : 'buy';
  const isDesk = (owner: string): boolean => desk.owners.includes(owner);
  const pinned = line.orders
    .filter((order) => !isDesk(order.owner) && order.working && order.side === closes)
    .reduce((sum, order) => sum + order.quantity - order.filled, 0);
  if (line.orders.some((order) => isDesk(order.owner) && order.working)) {
    return { cause: 'still-working', text: 'an order of the desk still rests' };
  }
  if (instrument !== undefined && Math.abs(quantity) < instrument.lotSize) {
    return { cause: 'odd-lot', text: `less than the lot of ${instrument.lotSize}` };
  }
  if (pinned > 0) return { cause: 'main-order-pinned', text: `an order of another rests for ${pinned}` };
  if (timeline.busted.has(line.key)) return { cause: 'busted', text: 'a trade was annulled' };
  if (timeline.foreign.has(line.key))
    return { cause: 'foreign-trade', text: 'another traded for the account meanwhile' };
  const status =
    instrument === undefined
      ? undefined
      : timeline.segments.get(`${instrument.exchange}:${instrument.segment}`);
  if (status !== undefined && status !== 'open') return { cause: 'halted', text: `the segment is ${status}` };
  const refused = timeline.refused.get(line.key);
  if (refused !== undefined) return { cause: 'refused', text: refused };
  const canceled = timeline.canceledFor.get(line.key);
  if (canceled !== undefined) return { cause: 'unfilled', text: `cancelled: ${canceled}` };
  return { cause: 'not-ordered', text: 'no order for it reached the exchange' };
}

/** A long option may be open because the short one that it hedges is. */
function withHedges(book: Book, leftovers: readonly JudgedLeftover[]): JudgedLeftover[] {
  const instruments = new Map<string, Book['instruments'][number]>(
    book.instruments.map((one) => [one.instrumentId, one]),
  );
  return leftovers.map((one) => {
    const long = instruments.get(one.instrument);
    if (one.cause !== 'not-ordered' || long === undefined || long.kind !== 'option' || one.quantity < 0)
      return one;
    const short = leftovers.find((other) => {
      const instrument = instruments.get(other.instrument);
      return (
        other.account === one.account &&
        other.quantity < 0 &&
        other.cause !== 'not-ordered' &&
        instrument?.kind === 'option' &&
        instrument.underlying === long.underlying
      );
    });
    return short === undefined
      ? one
      : { ...one, cause: 'hedge-held', text: `it hedges ${short.instrument}, which is open` };
  });
}

function complaintOf(one: JudgedLeftover, desk: DeskWord): string[] {
  const name = `${one.account} ${one.instrument} ${one.quantity}`;
  const told = desk.leftovers.filter(
    ({ account, instrumentId }) => account === one.account && instrumentId === one.instrument,
  );
  const sum = told.reduce((total, { quantity }) => total + quantity, 0);
  if (told.length === 0) return [`left open and not told: ${name} (${one.cause}: ${one.text})`];
  if (sum !== one.quantity) return [`left open: ${name}, the desk says ${sum}`];
  return one.cause === 'not-ordered'
    ? [`left open without a cause at the exchange: ${name} (${one.reason})`]
    : [];
}
