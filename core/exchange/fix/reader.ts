import type { Fact } from '#core/events.ts';
import type { SessionRole, TradingSessionStatus } from '#core/exchange/events.ts';
import type { OrderBatch, OrderEvent, OrderReport, Quote } from '#core/exchange/port.ts';
import { RequestId } from '#core/model/ids.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { applyMarketData } from './market-data.ts';
import type { Message } from './codec.ts';
import type { FixGatewayDeps } from './gateway-deps.ts';
import { readCancelReject, readExecutionReport } from './reports.ts';
import type { Delivery, FactMaker, LinkChange } from './session-port.ts';

export type ReaderDeps = Pick<
  FixGatewayDeps,
  'config' | 'host' | 'instrument' | 'instrumentBySymbol' | 'beginBatch' | 'quote' | 'quotes' | 'missedTrades'
>;

export interface Reader {
  /** Makes the facts of one read of a session's socket; `changed` is called after their commit. */
  factMaker(role: SessionRole, changed: (change: LinkChange) => void): FactMaker;
}

/** Reads what the venue says: application messages and link changes in, facts out. */
export function createReader(deps: ReaderDeps): Reader {
  return {
    factMaker: (role, afterwards) => () => {
      const read = new OneRead(deps, role);
      return {
        message: (delivery) => read.take(delivery),
        change: (change) => read.changed(change),
        facts: () => read.facts,
        done: () => {
          if (read.quotes.size > 0) deps.quotes([...read.quotes.values()]);
          for (const change of read.changes) afterwards(change);
          if (read.facts.some(({ kind }) => kind === 'order-filled')) deps.host.reached('ack-fill');
        },
      };
    },
  };
}

/** What one read of a socket brought: its facts in order, for one commit. */
class OneRead {
  readonly facts: Fact[] = [];
  readonly changes: LinkChange[] = [];
  readonly quotes = new Map<string, Quote>();
  readonly #deps: ReaderDeps;
  readonly #role: SessionRole;
  readonly #batch: OrderBatch;

  constructor(deps: ReaderDeps, role: SessionRole) {
    this.#deps = deps;
    this.#role = role;
    this.#batch = deps.beginBatch();
  }

  take({ message, seq }: Delivery): void {
    const { venue } = this.#deps.config;
    if (this.#role === 'market-data') return this.#marketData(message);
    this.facts.push({
      kind: 'message-received',
      v: 1,
      venue,
      session: this.#role,
      sequence: seq,
      raw: rawOf(message),
    });
    if (message.type === '8') this.#execution(message);
    else if (message.type === '9') this.#cancelReject(message);
    else if (message.type === 'h') this.#tradingSession(message);
    else if (message.type === 'j') this.#businessReject(message);
    // A mass cancel's answer (r) frees nothing: each order's own report does.
  }

  changed(change: LinkChange): void {
    this.changes.push(change);
    switch (change.kind) {
      case 'up':
        return this.#link({ kind: 'link-up' });
      case 'down':
        this.#link({ kind: 'link-down', why: change.why });
        return this.#linkLost('link-lost', change.why, false);
      case 'lost':
        return this.#linkLost('link-lost', change.why, true);
      case 'stopped':
        this.#link({ kind: 'session-stopped', why: change.why });
        return this.#linkLost('sequence-lost', change.why, true);
      case 'reset':
        this.#link({ kind: 'session-reset', by: change.by, reason: change.reason });
        // A position file of before this has nothing of what was traded until the numbers began anew.
        if (this.#role === 'drop-copy') this.#coverage(false, 'its numbers began anew', true);
        return;
      case 'barrier-passed':
        return this.#role === 'drop-copy' ? this.#complete() : undefined;
      case 'not-delivered': {
        const requestIds = change.requestIds.map((id) => RequestId.parse(id));
        return this.#interpret({ kind: 'not-delivered', venue: this.#deps.config.venue, requestIds });
      }
      case 'peer-rejected':
        return this.#requestRejected(RequestId.parse(change.requestId), change.refType, change.text);
    }
  }

  #interpret(event: OrderEvent): void {
    this.facts.push(...this.#batch.interpret(event));
  }

  #link(
    what:
      | { readonly kind: 'link-up' }
      | { readonly kind: 'link-down' | 'session-stopped'; readonly why: string }
      | { readonly kind: 'session-reset'; readonly by: string; readonly reason: string },
  ): void {
    this.facts.push({ ...what, v: 1, venue: this.#deps.config.venue, session: this.#role });
  }

  /** `forGood`: messages are missing that will not come again. */
  #linkLost(why: 'link-lost' | 'sequence-lost', text: string, forGood: boolean): void {
    if (this.#role === 'orders')
      this.#interpret({ kind: 'doubt-raised', venue: this.#deps.config.venue, why });
    if (this.#role === 'drop-copy') this.#coverage(false, text, forGood);
  }

  /** Everything the drop copy sent before is here: from the start of day to now, unless some of it never came. */
  #complete(): void {
    const missed = this.#deps.missedTrades();
    this.#coverage(missed === null, missed ?? 'drop copy is complete');
  }

  #coverage(covered: boolean, why: string, lasting = false): void {
    for (const { exchange, segment } of this.#deps.config.trades) {
      this.facts.push({ kind: 'coverage-changed', v: 1, exchange, segment, covered, lasting, why });
    }
  }

  #execution(message: Message): void {
    const { config, host } = this.#deps;
    const report = readExecutionReport(message, {
      venue: config.venue,
      via: this.#role === 'drop-copy' ? 'drop-copy' : 'order-session',
      tradeIdTags: config.mapping.tradeIdTags,
      instrumentOf: (part) => this.#instrumentOf(part),
      nowMs: host.now(),
    });
    if (report.ok) {
      if (report.value.trade !== null) this.#traded(report.value, message);
      return this.#interpret(report.value);
    }
    // It has its number and its raw fact; what it concerns is not known, so everything open there is in doubt.
    host.log.error('execution report not readable', { venue: config.venue, text: report.refusal.text });
    if (this.#role === 'drop-copy') this.#coverage(false, `not readable: ${report.refusal.text}`, true);
    return this.#interpret({ kind: 'doubt-raised', venue: config.venue, why: 'sequence-lost' });
  }

  /** A trade that no position can take: from here on the venue's day is not covered (I9). */
  #traded(report: OrderReport, message: Message): void {
    const isKnown = report.instrumentId !== null;
    if (isKnown && this.#batch.isPlaced(report)) return;
    const said = (tag: number): string => message.get(tag) ?? '';
    const text = isKnown
      ? `a trade that does not say whose it is: order "${said(37)}", account "${said(1)}", side "${said(54)}"`
      : `a trade of an unknown contract: ${said(207)} ${said(55)} ${said(48)}`;
    this.#deps.host.log.error(text, { venue: this.#deps.config.venue });
    this.#coverage(false, text, true);
  }

  #cancelReject(message: Message): void {
    const refused = readCancelReject(message, this.#deps.config.venue);
    if (refused !== null) this.#interpret(refused);
  }

  #businessReject(message: Message): void {
    const requestId = RequestId.safeParse(message.get(379));
    if (requestId.success)
      this.#requestRejected(requestId.data, message.get(372) ?? '', message.get(58) ?? 'business reject');
  }

  #requestRejected(requestId: RequestId, refType: string, text: string): void {
    const { venue } = this.#deps.config;
    // A refused question (H) answers nothing: what it asked about stays in doubt.
    if (refType === 'H') return;
    if (refType === 'F' || refType === 'G') {
      return this.#interpret({
        kind: 'request-refused',
        venue,
        requestId,
        reason: 'other',
        status: null,
        text,
      });
    }
    return this.#interpret(rejectedReport(venue, requestId, text));
  }

  #tradingSession(message: Message): void {
    const { config } = this.#deps;
    const status = SESSION_CODES[message.get(340) ?? ''];
    if (status === undefined) return;
    const named = message.get(336) ?? '';
    for (const { exchange, segment } of config.trades) {
      if (/^[A-Z]+-(CM|FO|CD|COM)$/.test(named) && named !== `${exchange}-${segment}`) continue;
      const text = message.get(58) ?? '';
      this.facts.push({
        kind: 'trading-session-changed',
        v: 1,
        venue: config.venue,
        exchange,
        segment,
        status,
        text,
      });
    }
  }

  #marketData(message: Message): void {
    const known = (instrument: Instrument): Quote | null =>
      this.quotes.get(instrument.instrumentId) ?? this.#deps.quote(instrument);
    const changed = applyMarketData(
      message,
      (part) => this.#instrumentOf(part),
      known,
      this.#deps.host.now(),
    );
    for (const quote of changed) this.quotes.set(quote.instrumentId, quote);
  }

  /** Tokens are unique in one segment only: where several know the token, the symbol decides, and else nobody. */
  #instrumentOf(message: Message): Instrument | null {
    const token = message.get(48);
    const symbol = message.get(55) ?? '';
    const exchange = message.get(207);
    const traded = this.#deps.config.trades.filter(
      (one) => exchange === undefined || exchange === one.exchange,
    );
    const byToken = traded.flatMap((one) =>
      token === undefined ? [] : (this.#deps.instrument(one.exchange, one.segment, token) ?? []),
    );
    const [first, second] = byToken;
    if (first !== undefined && second === undefined) return first;
    if (first !== undefined) return byToken.find((one) => one.symbol === symbol) ?? null;
    for (const one of traded) {
      const found = this.#deps.instrumentBySymbol(one.exchange, symbol);
      if (found !== null) return found;
    }
    return null;
  }
}

/** TradSesStatus (340); 7 and 8 are the venue's own, as FIX allows. */
const SESSION_CODES: Readonly<Record<string, TradingSessionStatus>> = {
  1: 'halted',
  2: 'open',
  3: 'closed',
  4: 'pre-open',
  5: 'pre-close',
  7: 'closing-auction',
  8: 'risk-reduction',
};

function rejectedReport(venue: VenueId, requestId: RequestId, text: string): OrderReport {
  return {
    kind: 'order-report',
    venue,
    via: 'order-session',
    report: 'rejected',
    requestId,
    exchangeOrderId: null,
    account: null,
    instrumentId: null,
    side: null,
    status: 'rejected',
    orderQuantity: null,
    cumQuantity: 0,
    leavesQuantity: 0,
    priceE4: null,
    trade: null,
    cancelCause: null,
    text,
  };
}

function rawOf(message: Message): string {
  return message
    .fields()
    .map(([tag, value]) => `${tag}=${value}\u0001`)
    .join('');
}
