import type { Book } from '#drill/book/book.ts';
import type { Field, Message } from '#core/exchange/fix/codec.ts';
import type { AppMessage } from '#core/exchange/fix/machine-types.ts';
import { groupsOf } from '#core/exchange/fix/messages-groups.ts';
import { Dispatch } from './dispatch.ts';
import type { Faults } from './faults.ts';
import { seedLedger } from './history.ts';
import { firstCounters, type Ledger } from './ledger.ts';
import { Market, segmentKey } from './market.ts';
import { createFeed, type Feed } from './market-feed.ts';
import type { Member } from './member.ts';
import type { SegmentStatus } from './record.ts';
import { statusReport, unknownOrder } from './reports.ts';
import { createCatalogue, readNewOrder, readReplace, type Catalogue } from './requests.ts';
import { isEmpty, Turn } from './turn.ts';
import { Venue } from './venue.ts';
import type { NewOrderRequest, VenueEvent } from './venue-types.ts';

export interface ExchangeOptions {
  readonly book: Book;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly seed: number;
  readonly now: () => number;
  readonly authority: 'none' | 'member';
  readonly marketOrders: boolean;
  /** Tell a new drop copy everything of the day first. */
  readonly history: boolean;
  /** Runs a task after some time; the drill's process gives setTimeout. */
  readonly later: (ms: number, task: () => void) => void;
}

const HALT_MIN_MS = 400;
const HALT_SPREAD_MS = 900;

/** The venue as members meet it: requests of every session in, records and reports out, one commit a turn. */
export class Exchange {
  readonly venue: Venue;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly dispatch: Dispatch;
  readonly feed: Feed;
  readonly #options: ExchangeOptions;
  readonly #catalogue: Catalogue;
  #meta = '';
  #stopped = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.ledger = options.ledger;
    this.faults = options.faults;
    if (options.ledger.isNew) seed(options);
    const pans = new Map(options.book.accounts.map((one) => [one.account as string, one.pan]));
    const market = new Market(
      {
        instruments: options.book.instruments,
        panOf: (account) => pans.get(account) ?? null,
        seed: options.seed,
        now: options.now,
      },
      options.ledger.market(),
    );
    const accounts = new Set(pans.keys());
    this.venue = new Venue(
      market,
      { accounts, authority: options.authority, marketOrders: options.marketOrders },
      options.ledger.requests(),
      options.ledger.meta('riskReduction') === true,
    );
    this.#catalogue = createCatalogue(options.book.instruments);
    this.dispatch = new Dispatch(options, market);
    this.feed = createFeed(this.venue, this.#catalogue, options.now);
    this.#reopenLater();
  }

  /** Does the work, commits what it changed, and only then lets bytes leave. */
  turn(work: (turn: Turn) => void): void {
    if (this.#stopped) return;
    const turn = new Turn();
    work(turn);
    const { orders, trades } = this.venue.market.takeChanges();
    const batch = turn.batch({ orders, trades, requests: this.venue.takeRequests(), meta: this.#takeMeta() });
    if (!isEmpty(batch)) this.ledger.commit(batch);
    turn.finish();
  }

  /** The process ends: what comes later by itself is not done any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Records the events and tells whoever they concern. */
  publish(events: readonly VenueEvent[], turn: Turn): void {
    for (const event of events) turn.records.push(event.record);
    this.dispatch.events(events, turn);
    const segments = events.flatMap(({ record }) =>
      record.kind === 'segment' ? [`${record.exchange}:${record.segment}`] : [],
    );
    if (events.some(({ record }) => record.kind === 'risk-reduction')) segments.push(...this.#segments());
    for (const key of new Set(segments)) this.#tellStatus(key, turn);
  }

  setSegment(exchange: string, segment: string, status: SegmentStatus, turn: Turn): void {
    this.publish(this.venue.setSegment(exchange, segment, status), turn);
  }

  refill(turn: Turn): void {
    this.publish(this.venue.refill(), turn);
    this.feed.update(this.dispatch.members(), turn);
  }

  /** One application message of a member, in order. */
  deliver(member: Member, message: Message, turn: Turn): void {
    const owner = member.peer;
    const named = {
      owner,
      clientOrderId: message.get(11) ?? '',
      originalId: message.get(41) ?? '',
      exchangeOrderId: message.get(37) ?? null,
    };
    switch (message.type) {
      case 'D':
        return this.#newOrder(readNewOrder(message, owner, this.#catalogue), turn);
      case 'F':
        return this.#quietly(this.venue.cancel(named), turn);
      case 'G':
        return this.publish(this.venue.replace(readReplace(message, owner, this.#catalogue)), turn);
      case 'q':
        return this.#massCancel(member, message, turn);
      case 'H':
        return this.#status(member, message, turn);
      case 'AF':
        return this.#massStatus(member, message, turn);
      case 'g':
        member.statusRequest = message.get(335) ?? '';
        for (const key of this.#segments()) member.send([this.#statusMessage(key, member)], turn);
        return undefined;
      case 'V':
        return this.publish(
          this.feed.subscribe(member, message, groupsOf(member.version, message, 146), turn),
          turn,
        );
      default:
        return undefined;
    }
  }

  #newOrder(request: NewOrderRequest, turn: Turn): void {
    if (request.instrument !== null && this.faults.strikes('halt')) {
      const { exchange, segment } = request.instrument;
      this.setSegment(exchange, segment, 'halted', turn);
      this.#reopenLater();
    }
    const mood = { refuse: this.faults.strikes('reject'), thin: this.faults.strikes('partial') };
    this.#quietly(this.venue.newOrder(request, mood), turn);
  }

  /** Publishes, perhaps without telling the member until it asks. */
  #quietly(events: readonly VenueEvent[], turn: Turn): void {
    const order = events.find(({ requestId, order: about }) => requestId !== null && about !== null)?.order;
    if (order !== undefined && order !== null && this.faults.strikes('silence')) {
      this.dispatch.silence(order.exchangeOrderId);
    }
    this.publish(events, turn);
  }

  #massCancel(member: Member, message: Message, turn: Turn): void {
    const events = this.venue.massCancel(member.peer);
    const answer: AppMessage = {
      type: 'r',
      body: [
        [37, `Q${this.venue.market.counters.nextExec}`],
        [11, message.get(11) ?? ''],
        [530, message.get(530) ?? '7'],
        [531, '7'],
        [533, events.length],
      ],
    };
    this.venue.market.counters.nextExec += 1;
    member.send([answer], turn);
    this.publish(events, turn);
  }

  #status(member: Member, message: Message, turn: Turn): void {
    const clientOrderId = message.get(11) ?? '';
    const order = this.venue.find(member.peer, clientOrderId, message.get(37) ?? null);
    const world = this.dispatch.world(member);
    if (order === null) {
      const asked = [11, 55, 48, 22, 207, 54].flatMap((tag): Field[] => {
        const value = message.get(tag);
        return value === undefined || value === '' ? [] : [[tag, value]];
      });
      member.send([unknownOrder(asked, world)], turn);
      return;
    }
    member.send([statusReport(order, clientOrderId, world, [])], turn);
    this.dispatch.endSilence(order.exchangeOrderId, turn);
  }

  #massStatus(member: Member, message: Message, turn: Turn): void {
    const orders = this.venue.ordersOf(member.peer);
    const world = this.dispatch.world(member);
    const request: Field = [584, message.get(584) ?? ''];
    if (orders.length === 0) {
      member.send([unknownOrder([request, [912, 'Y'], [54, '1']], world)], turn);
      return;
    }
    const answers = orders.map((order, index) =>
      statusReport(order, '', world, [
        request,
        [911, orders.length],
        [912, index === orders.length - 1 ? 'Y' : 'N'],
      ]),
    );
    member.send(answers, turn);
    for (const order of orders) this.dispatch.endSilence(order.exchangeOrderId, turn);
  }

  #segments(): string[] {
    return [...new Set([...this.venue.market.instruments.values()].map((one) => segmentKey(one)))];
  }

  #tellStatus(key: string, turn: Turn): void {
    for (const member of this.dispatch.members()) {
      if (member.role === 'orders' && member.isActive() && member.statusRequest !== null) {
        member.send([this.#statusMessage(key, member)], turn);
      }
    }
  }

  /** TradingSessionStatus (h): 336 is exchange-segment; 340 7 closing auction, 8 risk reduction are the venue's own. */
  #statusMessage(key: string, member: Member): AppMessage {
    const status = this.venue.market.segments().get(key) ?? 'open';
    const code = status === 'open' && this.venue.riskReduction ? 8 : STATUS_CODE[status];
    const body: Field[] = [
      [336, key.replace(':', '-')],
      [340, code],
      [58, code === 8 ? 'risk reduction mode' : status],
    ];
    const request = member.statusRequest;
    return { type: 'h', body: request === null || request === '' ? body : [[335, request], ...body] };
  }

  /** A trading halt of the venue's own making ends after a while, also when the venue was restarted in it. */
  #reopenLater(): void {
    const inHalt = (): string[] =>
      [...this.venue.market.segments()].flatMap(([key, status]) => (status === 'halted' ? [key] : []));
    if (inHalt().length === 0 || this.faults.counts()['halt'] === undefined) return;
    this.#options.later(HALT_MIN_MS + this.faults.variant('halt', HALT_SPREAD_MS), () =>
      this.turn((turn) => {
        for (const key of inHalt())
          this.setSegment(key.split(':')[0] ?? '', key.split(':')[1] ?? '', 'open', turn);
      }),
    );
  }

  #takeMeta(): Record<string, unknown> {
    const { market } = this.venue;
    const meta = {
      counters: market.counters,
      segments: [...market.segments()],
      riskReduction: this.venue.riskReduction,
      faults: this.faults.state(),
      members: [...this.dispatch.members()].map((member) => member.profile),
    };
    const text = JSON.stringify(meta);
    if (text === this.#meta) return {};
    this.#meta = text;
    return meta;
  }
}

const STATUS_CODE: Readonly<Record<SegmentStatus, number>> = {
  open: 2,
  halted: 1,
  closed: 3,
  'pre-open': 4,
  auction: 7,
};

function seed({ book, ledger }: ExchangeOptions): void {
  const { records, orders, trades } = seedLedger(book);
  ledger.commit({
    records,
    orders,
    trades,
    requests: [],
    sessions: [],
    sent: [],
    waiting: [],
    released: [],
    meta: { counters: firstCounters(book), seeded: book.seed },
  });
}
