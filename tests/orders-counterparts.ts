import type { Entry, Fact } from '#core/events.ts';
import type { Capabilities, ExchangeGateway, GatewayCommand } from '#core/exchange/port.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { AccountId, InstrumentId } from '#core/model/ids.ts';
import { DeskId, VenueId, type OrderId } from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import { closingSide, signOf, type Side } from '#core/model/side.ts';
import type { FillKey, OrderTerms } from '#core/orders/events.ts';
import type { RowKey } from '#core/square-off/events.ts';

export const VENUE = VenueId.parse('nse-fo');

/** A journal in memory that keeps the order of things: commit, memory, followers. */
export class MemoryJournal implements Journal {
  readonly desk = DeskId.parse('DESK1');
  readonly epoch: number;
  readonly entries: Entry[] = [];
  readonly reader = { all: () => [], get: () => undefined };
  readonly #projections: Projection[] = [];
  readonly #followers = new Set<(entry: Entry) => void>();
  readonly #now: () => number;
  isWritable = true;

  constructor(now: () => number, epoch = 1) {
    this.#now = now;
    this.epoch = epoch;
  }
  register(projection: Projection): void {
    this.#projections.push(projection);
    for (const entry of this.entries) projection.memory(entry);
  }
  head() {
    return { seq: this.entries.length, hash: '' };
  }
  append(facts: readonly Fact[]) {
    if (!this.isWritable)
      return refuse({ reason: 'journal-not-writable', text: 'the disk is full' } as const);
    const added = facts.map((fact, index): Entry => {
      const copy = JSON.parse(JSON.stringify(fact)) as Fact;
      const seq = this.entries.length + index + 1;
      return { desk: this.desk, epoch: this.epoch, seq, atMs: this.#now(), fact: copy };
    });
    for (const entry of added) {
      this.entries.push(entry);
      for (const projection of this.#projections) projection.memory(entry);
    }
    for (const entry of added) for (const follower of this.#followers) follower(entry);
    return ok(added);
  }
  follow(_afterSeq: number, follower: (entry: Entry) => void) {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
  read(afterSeq: number, limit: number) {
    return this.entries.slice(afterSeq, afterSeq + limit);
  }
}

/** Net positions from baselines and every trade that the log tells of, each counted as told. */
export class NetPositions {
  readonly #baseline = new Map<string, { readonly row: RowKey; net: number }>();
  readonly #trades = new Map<
    string,
    { readonly row: RowKey | null; readonly contract: string; signed: number }
  >();
  readonly #terms = new Map<OrderId, OrderTerms>();

  hold(row: RowKey, net: number): void {
    this.#baseline.set(text(row), { row, net });
  }
  readonly projection: Projection = { name: 'positions', memory: ({ fact }) => this.#apply(fact) };

  net(row: RowKey): number {
    let net = this.#baseline.get(text(row))?.net ?? 0;
    for (const trade of this.#trades.values())
      if (trade.row !== null && text(trade.row) === text(row)) net += trade.signed;
    return net;
  }
  netOfContract(account: AccountId, instrumentId: InstrumentId): number {
    let net = 0;
    for (const { row, net: one } of this.#baseline.values()) {
      if (row.account === account && row.instrumentId === instrumentId) net += one;
    }
    for (const trade of this.#trades.values())
      if (trade.contract === `${account} ${instrumentId}`) net += trade.signed;
    return net;
  }
  /** A trade that nobody can attribute may have reduced this row: it lowers what may be closed. */
  closable(row: RowKey, side: Side): number {
    const net = this.net(row);
    let least = Math.abs(net);
    for (const trade of this.#trades.values()) {
      if (trade.row !== null || trade.contract !== `${row.account} ${row.instrumentId}`) continue;
      if (Math.sign(trade.signed) === -Math.sign(net)) least -= Math.abs(trade.signed);
    }
    return closingSide(net) === side ? Math.max(0, least) : 0;
  }
  closableOfContract(account: AccountId, instrumentId: InstrumentId, side: Side): number {
    const net = this.netOfContract(account, instrumentId);
    return closingSide(net) === side ? Math.abs(net) : 0;
  }

  #apply(fact: Fact): void {
    if (fact.kind === 'order-planned') this.#terms.set(fact.orderId, fact.terms);
    if (fact.kind === 'order-filled') {
      const terms = this.#terms.get(fact.orderId);
      if (terms !== undefined) this.#count(fact.key, terms, terms.product, fact.quantity);
    }
    if (fact.kind === 'foreign-fill-seen') this.#count(fact.key, fact, fact.product, fact.quantity);
    if (fact.kind === 'fill-busted' || fact.kind === 'foreign-fill-busted') this.#change(fact.key, 0);
    if (fact.kind === 'fill-corrected') this.#change(fact.key, fact.quantity);
  }
  #count(
    key: FillKey,
    place: { readonly account: AccountId; readonly instrumentId: InstrumentId },
    product: Product | null,
    quantity: number,
  ): void {
    const { account, instrumentId } = place;
    this.#trades.set(JSON.stringify(key), {
      row: product === null ? null : { account, instrumentId, product },
      contract: `${account} ${instrumentId}`,
      signed: signOf(key.side) * quantity,
    });
  }
  #change(key: FillKey, quantity: number): void {
    const trade = this.#trades.get(JSON.stringify(key));
    if (trade !== undefined) trade.signed = signOf(key.side) * quantity;
  }
}

function text(row: RowKey): string {
  return `${row.account} ${row.instrumentId} ${row.product}`;
}

/** A venue that takes bursts and keeps what was written, in order. */
export class RecordingGateway implements ExchangeGateway {
  readonly venue = VENUE;
  readonly capabilities: Capabilities = {
    marketOrders: true,
    immediateOrCancel: true,
    replace: true,
    massCancel: false,
    cancelOthers: 'member',
    listOthers: true,
    orderStatus: true,
    massStatus: false,
    dropCopy: true,
    marketData: true,
    tradingSession: true,
  };
  burstMax = 100;
  isReady = true;
  left = Infinity;
  abandoned = 0;
  readonly wire: GatewayCommand[] = [];
  onWrite: (commands: readonly GatewayCommand[]) => void = () => undefined;

  ready(): boolean {
    return this.isReady;
  }
  allowance(): number {
    return this.left;
  }
  stage(commands: readonly GatewayCommand[]) {
    if (!this.isReady) return refuse({ reason: 'link-down', text: 'the link is down' } as const);
    const facts: Fact[] = commands.map((command) => ({
      kind: 'message-sent',
      v: 1,
      venue: VENUE,
      session: 'orders',
      sequence: this.wire.length + 1,
      raw: `11=${command.requestId}`,
    }));
    return ok({
      facts,
      tables: () => undefined,
      write: () => {
        this.wire.push(...commands);
        this.onWrite(commands);
      },
      abandon: () => {
        this.abandoned += 1;
      },
    });
  }
}
