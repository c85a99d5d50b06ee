import type { Book } from '#drill/book/book.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';

/** Orders and positions as the ledger tells them, from its first record to its last. The judge's own arithmetic. */
export interface TimelineOrder {
  readonly exchangeOrderId: string;
  readonly owner: string;
  readonly key: string;
  readonly side: 'buy' | 'sell';
  clientOrderId: string;
  quantity: number;
  filled: number;
  working: boolean;
}

/** One account in one contract. */
export interface Line {
  readonly key: string;
  readonly account: string;
  readonly instrumentId: string;
  /** Net units with every trade so far. */
  net: number;
  /** Net units without the desk's own trades: what there is to close. */
  exposure: number;
  /** The largest exposure since the desk began. */
  most: number;
  /** Filled by the desk, after busts. */
  deskFilled: number;
  readonly orders: TimelineOrder[];
}

export interface Fill {
  readonly exchangeOrderId: string;
  readonly tradeNumber: string;
  readonly quantity: number;
  readonly priceE4: number;
}

export interface Offence {
  readonly account: string;
  readonly instrumentId: string;
  readonly exchangeOrderId: string;
  readonly text: string;
}

export interface Timeline {
  readonly lines: ReadonlyMap<string, Line>;
  readonly orders: ReadonlyMap<string, TimelineOrder>;
  /** The desk's fills that stand: not busted, corrected ones with their new price. */
  readonly deskFills: readonly Fill[];
  readonly duplicates: readonly Offence[];
  readonly overclosed: readonly Offence[];
  readonly refused: ReadonlyMap<string, string>;
  readonly segments: ReadonlyMap<string, string>;
  readonly busted: ReadonlySet<string>;
  readonly canceledFor: ReadonlyMap<string, string>;
  readonly foreign: ReadonlySet<string>;
}

interface Work {
  readonly isDesk: (owner: string) => boolean;
  readonly lines: Map<string, Line>;
  readonly orders: Map<string, TimelineOrder>;
  readonly fills: Map<string, Fill>;
  readonly requests: Set<string>;
  readonly duplicates: Offence[];
  readonly overclosed: Offence[];
  readonly refused: Map<string, string>;
  readonly segments: Map<string, string>;
  readonly busted: Set<string>;
  readonly canceledFor: Map<string, string>;
  readonly foreign: Set<string>;
}

export function keyOf(account: string, instrumentId: string): string {
  return `${account} ${instrumentId}`;
}

/**
 * Walks the ledger once. `owners` are the desk's CompIDs; everything else at the exchange is foreign. The
 * positions begin with what was carried; every trade of the day is in the ledger. A ledger without the day's trades (another
 * venue's) begins with the whole position.
 */
export function walk(book: Book, records: readonly LedgerRecord[], owners: readonly string[]): Timeline {
  const work: Work = {
    isDesk: (owner) => owners.includes(owner),
    lines: new Map(),
    orders: new Map(),
    fills: new Map(),
    requests: new Set(),
    duplicates: [],
    overclosed: [],
    refused: new Map(),
    segments: new Map(),
    busted: new Set(),
    canceledFor: new Map(),
    foreign: new Set(),
  };
  const known = new Set(records.flatMap((record) => (record.kind === 'filled' ? [record.tradeNumber] : [])));
  for (const row of book.positions) lineOf(work, row.account, row.instrumentId).net += row.carriedQuantity;
  for (const trade of book.dayTrades) {
    if (known.has(String(trade.tradeNumber))) continue;
    lineOf(work, trade.account, trade.instrumentId).net +=
      trade.side === 'buy' ? trade.quantity : -trade.quantity;
  }
  for (const line of work.lines.values()) {
    line.exposure = line.net;
    line.most = Math.abs(line.net);
  }
  for (const record of records) take(work, record);
  return { ...work, deskFills: [...work.fills.values()] };
}

function lineOf(work: Work, account: string, instrumentId: string): Line {
  const key = keyOf(account, instrumentId);
  const known = work.lines.get(key);
  if (known !== undefined) return known;
  const line: Line = { key, account, instrumentId, net: 0, exposure: 0, most: 0, deskFilled: 0, orders: [] };
  work.lines.set(key, line);
  return line;
}

function take(work: Work, record: LedgerRecord): void {
  switch (record.kind) {
    case 'accepted':
      return accepted(work, record);
    case 'refused':
      return refused(work, record);
    case 'replaced': {
      const order = work.orders.get(record.exchangeOrderId);
      if (order === undefined) return undefined;
      order.clientOrderId = record.clientOrderId;
      order.quantity = record.quantity;
      return checkOrdered(work, order, 'a replace asks for more than there is');
    }
    case 'canceled': {
      const order = work.orders.get(record.exchangeOrderId);
      if (order !== undefined) {
        order.working = false;
        if (work.isDesk(order.owner)) work.canceledFor.set(order.key, record.cause);
      }
      return undefined;
    }
    case 'filled':
      return filled(work, record);
    case 'busted':
      return busted(work, record);
    case 'corrected':
      if (work.fills.has(fillKey(record))) work.fills.set(fillKey(record), fillOf(record));
      return undefined;
    case 'segment':
      work.segments.set(`${record.exchange}:${record.segment}`, record.status);
      return undefined;
    case 'request-refused':
    case 'risk-reduction':
      return undefined;
  }
}

type Of<Kind extends LedgerRecord['kind']> = Extract<LedgerRecord, { kind: Kind }>;

function accepted(work: Work, record: Of<'accepted'>): void {
  const line = lineOf(work, record.account, record.instrumentId);
  const order: TimelineOrder = {
    exchangeOrderId: record.exchangeOrderId,
    owner: record.owner,
    key: line.key,
    side: record.side,
    clientOrderId: record.clientOrderId,
    quantity: record.quantity,
    filled: 0,
    working: true,
  };
  work.orders.set(order.exchangeOrderId, order);
  line.orders.push(order);
  if (!work.isDesk(order.owner)) return;
  asked(work, record, record.exchangeOrderId);
  checkOrdered(work, order, 'more is ordered than there is to close');
}

function refused(work: Work, record: Of<'refused'>): void {
  if (!work.isDesk(record.owner)) return;
  asked(work, record, '');
  work.refused.set(keyOf(record.account, record.instrumentId), record.text);
}

/** The same request twice is a second sending, whatever the exchange made of it. */
function asked(work: Work, record: Of<'accepted'> | Of<'refused'>, exchangeOrderId: string): void {
  const request = `${record.owner} ${record.clientOrderId}`;
  if (work.requests.has(request)) {
    const { account, instrumentId } = record;
    work.duplicates.push({
      account,
      instrumentId,
      exchangeOrderId,
      text: `request ${record.clientOrderId} came twice`,
    });
  }
  work.requests.add(request);
}

/** Filled and working orders of the desk together never exceed what there was to close. */
function checkOrdered(work: Work, order: TimelineOrder, text: string): void {
  const line = work.lines.get(order.key);
  if (line === undefined || !work.isDesk(order.owner)) return;
  const open = line.orders
    .filter((one) => work.isDesk(one.owner) && one.working && one.side === order.side)
    .reduce((sum, one) => sum + one.quantity - one.filled, 0);
  if (line.deskFilled + open <= line.most) return;
  const { account, instrumentId } = line;
  work.duplicates.push({
    account,
    instrumentId,
    exchangeOrderId: order.exchangeOrderId,
    text: `${text}: ${line.deskFilled} done, ${open} open, ${line.most} to close`,
  });
}

function filled(work: Work, record: Of<'filled'>): void {
  const order = work.orders.get(record.exchangeOrderId);
  const line = order === undefined ? undefined : work.lines.get(order.key);
  if (order === undefined || line === undefined) return;
  const isDesk = work.isDesk(order.owner);
  const change = order.side === 'buy' ? record.quantity : -record.quantity;
  const before = line.net;
  line.net += change;
  order.filled += record.quantity;
  if (order.filled >= order.quantity) order.working = false;
  if (order.filled > order.quantity)
    offend(work.duplicates, line, order, `filled ${order.filled} of ${order.quantity}`);
  const turned = before !== 0 && Math.sign(line.net) === -Math.sign(before);
  const grew = Math.abs(line.net) > Math.abs(before);
  // Another one's fill turns the position because the desk had closed what that order was for.
  const pinned = !isDesk && turned && line.deskFilled > 0 && order.owner === 'MAIN';
  if ((isDesk && (turned || grew)) || pinned) {
    offend(
      work.overclosed,
      line,
      order,
      `${before} became ${line.net} by trade ${record.tradeNumber} of ${order.owner}`,
    );
  }
  if (isDesk) {
    line.deskFilled += record.quantity;
    work.fills.set(fillKey(record), fillOf(record));
  } else {
    line.exposure += change;
    line.most = Math.max(line.most, Math.abs(line.exposure));
    if (line.deskFilled > 0) work.foreign.add(line.key);
  }
}

function busted(work: Work, record: Of<'busted'>): void {
  const order = work.orders.get(record.exchangeOrderId);
  const line = order === undefined ? undefined : work.lines.get(order.key);
  if (order === undefined || line === undefined) return;
  const change = order.side === 'buy' ? -record.quantity : record.quantity;
  line.net += change;
  order.filled -= record.quantity;
  work.busted.add(line.key);
  if (work.isDesk(order.owner)) {
    line.deskFilled -= record.quantity;
    work.fills.delete(fillKey(record));
  } else {
    line.exposure += change;
    line.most = Math.max(line.most, Math.abs(line.exposure));
  }
}

function offend(list: Offence[], line: Line, order: TimelineOrder, text: string): void {
  list.push({
    account: line.account,
    instrumentId: line.instrumentId,
    exchangeOrderId: order.exchangeOrderId,
    text,
  });
}

function fillKey(of: { readonly exchangeOrderId: string; readonly tradeNumber: string }): string {
  return `${of.exchangeOrderId}/${of.tradeNumber}`;
}

function fillOf(record: Of<'filled'> | Of<'corrected'>): Fill {
  const { exchangeOrderId, tradeNumber, quantity, priceE4 } = record;
  return { exchangeOrderId, tradeNumber, quantity, priceE4 };
}
