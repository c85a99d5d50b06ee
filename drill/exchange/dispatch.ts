import type { AppMessage } from '#core/exchange/fix/machine-types.ts';
import type { Faults } from './faults.ts';
import { replayEvents } from './history.ts';
import type { Ledger, Waiting } from './ledger.ts';
import type { Market } from './market.ts';
import type { Member } from './member.ts';
import { reportOf, type ReportWorld } from './reports.ts';
import type { Turn } from './turn.ts';
import type { VenueEvent } from './venue-types.ts';

export interface DispatchOptions {
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly history: boolean;
  readonly now: () => number;
  readonly later: (ms: number, task: () => void) => void;
}

/** What a waiting message waits for: a link, some time, or a status request about its order. */
const TIME = '~';
const HOLD_MIN_MS = 30;
const HOLD_SPREAD_MS = 150;

/**
 * Who is told what: the owner of an order and who asked on the order session, everybody on the drop copy. A report
 * that can not go yet lies in the ledger until it can, so that a kill loses none.
 */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #market: Market;
  readonly #members = new Map<string, Member>();
  /** Orders about which nothing is said until somebody asks. */
  readonly #silent = new Set<string>();
  #waiting: Waiting[];
  #nextWaiting: number;
  /** Reports are held back behind this turn's others; run by the exchange's own turn. */
  onDue: (task: (turn: Turn) => void) => void = () => undefined;

  constructor(options: DispatchOptions, market: Market) {
    this.#options = options;
    this.#market = market;
    this.#waiting = options.ledger.waiting();
    this.#nextWaiting = Math.max(0, ...this.#waiting.map(({ id }) => id)) + 1;
    for (const { until } of this.#waiting) if (until !== '' && until !== TIME) this.#silent.add(until);
  }

  members(): Iterable<Member> {
    return this.#members.values();
  }

  member(name: string): Member | undefined {
    return this.#members.get(name);
  }

  /** A session that has not been here before in this life of the process. */
  add(member: Member, isNew: boolean, turn: Turn): void {
    this.#members.set(member.name, member);
    if (member.role !== 'drop-copy' || !isNew || !this.#options.history) return;
    for (const event of replayEvents(this.#options.ledger.allRecords())) this.#tell(member, event, turn);
  }

  forget(): void {
    this.#members.clear();
    this.#waiting = [];
  }

  world(member: Member): ReportWorld {
    const { counters, instruments } = this.#market;
    return {
      version: member.version,
      audience: member.role === 'drop-copy' ? 'drop-copy' : 'orders',
      instrumentOf: (instrumentId) => instruments.get(instrumentId),
      nextExec: () => {
        counters.nextExec += 1;
        return counters.nextExec;
      },
      nowMs: this.#options.now(),
    };
  }

  events(events: readonly VenueEvent[], turn: Turn): void {
    for (const member of this.#members.values()) {
      if (member.role === 'market-data') continue;
      const theirs = events.filter((event) => isFor(member, event));
      if (member.role === 'orders' && theirs.length > 0) this.#misorder(member, theirs, turn);
      else for (const event of theirs) this.#tell(member, event, turn);
    }
  }

  silence(exchangeOrderId: string): void {
    this.#silent.add(exchangeOrderId);
  }

  endSilence(exchangeOrderId: string, turn: Turn): void {
    if (!this.#silent.delete(exchangeOrderId)) return;
    this.#releaseWhere((one) => one.until === exchangeOrderId, turn);
  }

  /** A session is up: what waited for the link goes, in its order. */
  flush(member: Member, turn: Turn): void {
    this.#releaseWhere(
      (one) => one.session === member.name && (one.until === '' || one.until === TIME),
      turn,
    );
  }

  /** Reports of one request out of order, or held behind those of others. */
  #misorder(member: Member, events: readonly VenueEvent[], turn: Turn): void {
    if (!this.#options.faults.strikes('disorder')) {
      for (const event of events) this.#tell(member, event, turn);
      return;
    }
    if (this.#options.faults.variant('disorder', 3) === 1) {
      for (const event of [...events].reverse()) this.#tell(member, event, turn);
      return;
    }
    for (const event of events) this.#tell(member, event, turn, TIME);
    this.#options.later(HOLD_MIN_MS + this.#options.faults.variant('disorder', HOLD_SPREAD_MS), () =>
      this.onDue((due) =>
        this.#releaseWhere((one) => one.until === TIME && one.session === member.name, due),
      ),
    );
  }

  #tell(member: Member, event: VenueEvent, turn: Turn, until = ''): void {
    const message = reportOf(event, this.world(member));
    if (message === null) return;
    const orderId = event.order?.exchangeOrderId ?? '';
    const silent = member.role === 'orders' && this.#silent.has(orderId);
    if (silent) this.#wait(member.name, message, orderId, turn);
    else if (until !== '' || !member.isActive()) this.#wait(member.name, message, until, turn);
    else {
      member.send([message], turn);
      const again = member.role === 'orders' && event.record.kind === 'filled' && this.#repeats();
      if (again) member.send([message], turn);
    }
  }

  /** The same execution under a new sequence number. */
  #repeats(): boolean {
    const { faults } = this.#options;
    return faults.strikes('duplicate') && faults.variant('duplicate', 2) === 1;
  }

  #wait(session: string, message: AppMessage, until: string, turn: Turn): void {
    const waiting: Waiting = { id: this.#nextWaiting, session, until, body: JSON.stringify(message) };
    this.#nextWaiting += 1;
    this.#waiting.push(waiting);
    turn.waiting.push(waiting);
  }

  #releaseWhere(which: (one: Waiting) => boolean, turn: Turn): void {
    const keep: Waiting[] = [];
    for (const one of this.#waiting) {
      const member = this.#members.get(one.session);
      if (!which(one)) keep.push(one);
      else if (member === undefined || !member.isActive()) keep.push({ ...one, until: '' });
      else {
        // Written by #wait of this very class, as JSON of this very type.
        member.send([JSON.parse(one.body) as AppMessage], turn);
        turn.released.push(one.id);
      }
    }
    this.#waiting = keep;
  }
}

function isFor(member: Member, event: VenueEvent): boolean {
  if (member.role === 'drop-copy') return event.order !== null && event.record.kind !== 'request-refused';
  const owner =
    event.record.kind === 'refused' || event.record.kind === 'request-refused'
      ? event.record.owner
      : event.order?.owner;
  return member.peer === owner || member.peer === event.requester;
}
