import type { Instrument } from '#core/model/instrument.ts';
import { opposite } from '#core/model/side.ts';
import { answer, refusedEvent, requestRefusedEvent, type Asked, type RequestFault } from './answers.ts';
import { checkOrder } from './checks.ts';
import { acceptedOf } from './history.ts';
import { segmentKey, type Market } from './market.ts';
import type { CancelText, LedgerRecord, SegmentStatus } from './record.ts';
import type {
  CancelRequest,
  NewOrderRequest,
  Refusal,
  ReplaceRequest,
  VenueEvent,
  VenueOrder,
} from './venue-types.ts';

export interface VenueOptions {
  readonly accounts: ReadonlySet<string>;
  /** Whose orders a session may cancel: its own, or every order of the member. */
  readonly authority: 'none' | 'member';
  readonly marketOrders: boolean;
}

/** What a new order meets besides the rules: a seeded refusal, or a market with little in it. */
export interface Mood {
  readonly refuse: boolean;
  /** Part of the order for which there is liquidity now; the rest waits. */
  readonly thin: boolean;
}

/** Contracts whose quotes move in one refill although nobody traded them. */
const REFILL_IN_TURN = 20;

const CALM: Mood = { refuse: false, thin: false };

/** Requests of members against the market, with an exchange's rules. No wire, no store. */
export class Venue {
  readonly market: Market;
  riskReduction: boolean;
  #options: VenueOptions;
  /** `owner/ClOrdID` of every request ever accepted or refused, to its order. */
  #requests: Map<string, string>;
  #fresh: (readonly [string, string])[] = [];
  #touched = new Set<string>();
  #thinned = new Set<string>();
  #turn = 0;

  constructor(
    market: Market,
    options: VenueOptions,
    requests: ReadonlyMap<string, string>,
    riskReduction: boolean,
  ) {
    this.market = market;
    this.#options = options;
    this.#requests = new Map(requests);
    this.riskReduction = riskReduction;
    // Orders that still rest meet the venue's own quotes again after a restart.
    for (const order of this.#working()) this.#touched.add(order.instrumentId);
  }

  /** The order that a request made or changed, by the names its sender gives. */
  find(owner: string, clientOrderId: string, exchangeOrderId: string | null): VenueOrder | null {
    const byNumber = exchangeOrderId === null ? undefined : this.market.orders.get(exchangeOrderId);
    if (byNumber !== undefined) return byNumber;
    const named = this.#requests.get(`${owner}/${clientOrderId}`);
    return named === undefined ? null : (this.market.orders.get(named) ?? null);
  }

  newOrder(request: NewOrderRequest, mood: Mood = CALM): VenueEvent[] {
    const { instrument } = request;
    const fault = mood.refuse
      ? { code: 16_012, reason: 99, text: '16012 system busy' }
      : this.#isRepeated(request)
        ? { code: 16_115, reason: 6, text: '16115 duplicate ClOrdID' }
        : this.#checkNew(request);
    if (instrument === null || fault !== null) return [refusedEvent(this.market, request, fault)];
    const order = this.#accept(request, instrument);
    const accepted = answer(this.market.event(acceptedOf(order), order), request, null);
    // Quotes stand behind every order, unless this one is to find few.
    const first = this.market.refill(instrument);
    this.#touched.add(instrument.instrumentId);
    this.#thinned.add(instrument.instrumentId);
    if (mood.thin)
      this.market.thin(instrument, opposite(order.side), partOf(order.quantity, instrument.lotSize));
    return [...first, accepted, ...this.market.match(order)];
  }

  cancel(request: CancelRequest): VenueEvent[] {
    const order = this.find(request.owner, request.originalId, request.exchangeOrderId);
    const fault = this.#checkOwn(request, order) ?? this.#checkOpen(order);
    if (order === null || fault !== null) return [requestRefusedEvent(this.market, request, order, fault)];
    this.#remember(request, order.exchangeOrderId);
    const event = this.market.cancel(order, 'requested', 'cancelled on request');
    return [answer(event, request, order.clientOrderId || request.originalId)];
  }

  replace(request: ReplaceRequest): VenueEvent[] {
    const order = this.find(request.owner, request.originalId, request.exchangeOrderId);
    const fault = this.#checkOwn(request, order) ?? this.#checkReplace(request, order);
    if (order === null || fault !== null) return [requestRefusedEvent(this.market, request, order, fault)];
    this.#remember(request, order.exchangeOrderId);
    this.market.book(this.market.instrument(order.instrumentId)).remove(order.exchangeOrderId);
    const changed = this.market.put({
      ...order,
      clientOrderId: request.clientOrderId,
      quantity: request.quantity,
      priceE4: request.priceE4,
      priority: this.#nextPriority(),
    });
    const record: LedgerRecord = {
      kind: 'replaced',
      atMs: this.market.now(),
      exchangeOrderId: order.exchangeOrderId,
      clientOrderId: request.clientOrderId,
      quantity: request.quantity,
      priceE4: request.priceE4,
    };
    const replaced = answer(this.market.event(record, changed), request, order.clientOrderId);
    return [replaced, ...this.market.match(changed)];
  }

  /** Every working order that the owner may cancel. The answer counts them; each cancel is told by itself. */
  massCancel(owner: string): VenueEvent[] {
    return this.#working()
      .filter((order) => this.#options.authority === 'member' || order.owner === owner)
      .filter((order) => this.#checkOpen(order) === null)
      .map((order) => this.market.cancel(order, 'requested', 'mass cancel'));
  }

  /** Working orders of one owner, for a mass status request. */
  ordersOf(owner: string): VenueOrder[] {
    return this.#working().filter((order) => order.owner === owner);
  }

  setSegment(exchange: string, segment: string, status: SegmentStatus): VenueEvent[] {
    const ours = [...this.market.instruments.values()].filter(
      (one) => segmentKey(one) === `${exchange}:${segment}`,
    );
    const wasAuction = ours.some((one) => this.market.status(one) === 'auction');
    const changed = this.market.setStatus(exchange, segment, status);
    if (status !== 'open' || !wasAuction) return [changed];
    return [changed, ...ours.flatMap((one) => this.market.uncross(one))];
  }

  /** At its start the exchange cancels every resting order; then it takes immediate orders only. */
  setRiskReduction(on: boolean): VenueEvent[] {
    this.riskReduction = on;
    const changed = this.market.event({ kind: 'risk-reduction', atMs: this.market.now(), on });
    return on ? [changed, ...this.cancelAll(() => true, 'risk-reduction', 'risk reduction mode')] : [changed];
  }

  cancelAll(which: (order: VenueOrder) => boolean, cause: CancelText, text: string): VenueEvent[] {
    return this.#working()
      .filter(which)
      .map((order) => this.market.cancel(order, cause, text));
  }

  /** Fills up the quotes of what was traded since the last time, and of a few of the rest in turn. */
  refill(): VenueEvent[] {
    const known = [...this.#touched];
    for (let count = 0; count < Math.min(REFILL_IN_TURN, known.length); count += 1) {
      this.#turn = (this.#turn + 1) % known.length;
      this.#thinned.add(known[this.#turn] ?? '');
    }
    const due = [...this.#thinned];
    this.#thinned.clear();
    return due.flatMap((id) => this.market.refill(this.market.instrument(id)));
  }

  watch(instrument: Instrument): VenueEvent[] {
    if (this.#touched.has(instrument.instrumentId)) return [];
    this.#touched.add(instrument.instrumentId);
    return this.market.refill(instrument);
  }

  #working(): VenueOrder[] {
    return [...this.market.orders.values()].filter((order) => order.state === 'working');
  }

  #nextPriority(): number {
    this.market.counters.nextPriority += 1;
    return this.market.counters.nextPriority;
  }

  #accept(request: NewOrderRequest, instrument: Instrument): VenueOrder {
    const exchangeOrderId = String(this.market.counters.nextOrder);
    this.market.counters.nextOrder += 1;
    this.#remember(request, exchangeOrderId);
    return this.market.put({
      exchangeOrderId,
      owner: request.owner,
      clientOrderId: request.clientOrderId,
      account: request.account,
      instrumentId: instrument.instrumentId,
      side: request.side,
      type: request.type,
      timeInForce: request.timeInForce,
      quantity: request.quantity,
      priceE4: request.type === 'market' ? null : request.priceE4,
      cumQuantity: 0,
      turnoverE4: 0,
      state: 'working',
      priority: this.#nextPriority(),
      enteredAtMs: this.market.now(),
      text: '',
    });
  }

  #isRepeated(request: Asked): boolean {
    return request.clientOrderId !== '' && this.#requests.has(`${request.owner}/${request.clientOrderId}`);
  }

  #checkNew(request: NewOrderRequest): Refusal | null {
    if (request.instrument === null)
      return { code: 16_035, reason: 1, text: `16035 unknown symbol ${request.named}` };
    if (!this.#options.accounts.has(request.account)) {
      return { code: 16_807, reason: 15, text: `16807 account ${request.account} unknown` };
    }
    return checkOrder(request.instrument, request, this.#circumstances(request.instrument));
  }

  #circumstances(instrument: Instrument) {
    return {
      status: this.market.status(instrument),
      riskReduction: this.riskReduction,
      marketOrders: this.#options.marketOrders,
      referenceE4: this.market.referenceE4(instrument),
    };
  }

  #checkOwn(request: CancelRequest, order: VenueOrder | null): RequestFault | null {
    if (order === null) return { reason: 'unknown-order', text: '16060 no such order' };
    if (this.#isRepeated(request)) return { reason: 'other', text: '16115 duplicate ClOrdID' };
    if (order.owner !== request.owner && this.#options.authority === 'none') {
      return { reason: 'other', text: '17184 no rights over this order' };
    }
    return null;
  }

  #checkOpen(order: VenueOrder | null): RequestFault | null {
    if (order === null) return null;
    if (order.state !== 'working') return { reason: 'too-late', text: '16169 order is not open' };
    const status = this.market.status(this.market.instrument(order.instrumentId));
    return status === 'closed' ? { reason: 'other', text: '16000 market closed' } : null;
  }

  #checkReplace(request: ReplaceRequest, order: VenueOrder | null): RequestFault | null {
    const closed = this.#checkOpen(order);
    if (closed !== null || order === null) return closed;
    if (request.quantity <= order.cumQuantity)
      return { reason: 'too-late', text: '16169 quantity already filled' };
    const instrument = this.market.instrument(order.instrumentId);
    const terms = { ...order, quantity: request.quantity, priceE4: request.priceE4 };
    const fault = checkOrder(instrument, terms, this.#circumstances(instrument));
    return fault === null ? null : { reason: 'other', text: fault.text };
  }

  /** Requests remembered since the last call, for the store. */
  takeRequests(): (readonly [request: string, exchangeOrderId: string])[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #remember(request: Asked, exchangeOrderId: string): void {
    const key = `${request.owner}/${request.clientOrderId}`;
    this.#requests.set(key, exchangeOrderId);
    this.#fresh.push([key, exchangeOrderId]);
  }
}

/** About a third of it in whole lots, at least one. */
function partOf(quantity: number, lotSize: number): number {
  return Math.max(1, Math.floor(quantity / lotSize / 3)) * lotSize;
}
