import type { Fact } from '#core/events.ts';
import type { SessionRole, TradingSessionStatus } from '#core/exchange/events.ts';
import type { OrderBatch, OrderReport, Quote } from '#core/exchange/port.ts';
import type { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import { RequestId } from '#core/model/ids.ts';
import { applyMarketData } from './market-data.ts';
import type { Message } from './codec.ts';
import type { FixGatewayDeps } from './gateway-deps.ts';
import { readCancelReject, readExecutionReport } from './reports.ts';
import type { Delivery, FactMaker, LinkChange } from './session.ts';

export interface ReaderDeps
  extends Pick<FixGatewayDeps, 'config' | 'host' | 'instrument' | 'instrumentBySymbol' | 'beginBatch' | 'quote' | 'quotes'> {
  readonly sessionCodes: Readonly<Record<string, TradingSessionStatus>>;
}

export interface Reader {
  /** Makes the facts of one read of a session's socket; `changed` is called after their commit. */
  factMaker(role: SessionRole, changed: (change: LinkChange) => void): FactMaker;
}

interface Collected {
  readonly role: SessionRole;
  readonly batch: OrderBatch;
  readonly facts: Fact[];
  readonly changes: LinkChange[];
  readonly quotes: Map<string, Quote>;
}

/** Reads what the venue says: application messages and link changes in, facts out. */
export function createReader(deps: ReaderDeps): Reader {
  const { config, host } = deps;
  const { venue } = config;

  const instrumentOf = (message: Message): Instrument | null => {
    const token = message.get(48);
    const exchange = message.get(207);
    for (const traded of config.trades) {
      if (exchange !== undefined && exchange !== traded.exchange) continue;
      const byToken = token === undefined ? null : deps.instrument(traded.exchange, traded.segment, token);
      const found = byToken ?? deps.instrumentBySymbol(traded.exchange, message.get(55) ?? '');
      if (found !== null) return found;
    }
    return null;
  };

  const execution = (message: Message, collected: Collected): void => {
    const via = collected.role === 'drop-copy' ? 'drop-copy' : 'order-session';
    const report = readExecutionReport(message, {
      venue,
      via,
      tradeIdTags: config.mapping.tradeIdTags,
      instrumentOf,
      nowMs: host.now(),
    });
    if (report.ok) {
      collected.facts.push(...collected.batch.interpret(report.value));
      return;
    }
    // It has its number and its raw fact; what it concerns is not known, so everything open there is in doubt.
    host.log.error('execution report not readable', { venue, text: report.refusal.text });
    collected.facts.push(...collected.batch.interpret({ kind: 'doubt-raised', venue, why: 'sequence-lost' }));
  };

  const businessReject = (message: Message, collected: Collected): void => {
    const requestId = RequestId.safeParse(message.get(379));
    if (!requestId.success) return;
    requestRejected(requestId.data, message.get(372) ?? '', message.get(58) ?? 'business reject', collected);
  };

  const requestRejected = (requestId: RequestId, refType: string, text: string, collected: Collected): void => {
    const event =
      refType === 'F' || refType === 'G'
        ? ({ kind: 'request-refused', venue, requestId, reason: 'other', status: null, text } as const)
        : rejectedReport(requestId, text);
    if (refType !== 'H') collected.facts.push(...collected.batch.interpret(event));
  };

  const rejectedReport = (requestId: RequestId, text: string): OrderReport => ({
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
  });

  const tradingSession = (message: Message, collected: Collected): void => {
    const status = deps.sessionCodes[message.get(340) ?? ''];
    const named = segmentOf(message.get(336) ?? '');
    if (status === undefined) return;
    for (const { exchange, segment } of config.trades) {
      if (named !== null && (named.exchange !== exchange || named.segment !== segment)) continue;
      collected.facts.push({ kind: 'trading-session-changed', v: 1, venue, exchange, segment, status, text: message.get(58) ?? '' });
    }
  };

  const take = ({ message, seq }: Delivery, collected: Collected): void => {
    if (collected.role === 'market-data') {
      const known = (instrument: Instrument): Quote | null => collected.quotes.get(instrument.instrumentId) ?? deps.quote(instrument);
      for (const quote of applyMarketData(message, instrumentOf, known, host.now())) collected.quotes.set(quote.instrumentId, quote);
      return;
    }
    collected.facts.push({ kind: 'message-received', v: 1, venue, session: collected.role, sequence: seq, raw: rawOf(message) });
    switch (message.type) {
      case '8':
        return execution(message, collected);
      case '9': {
        const refused = readCancelReject(message, venue);
        if (refused !== null) collected.facts.push(...collected.batch.interpret(refused));
        return undefined;
      }
      case 'h':
        return tradingSession(message, collected);
      case 'j':
        return businessReject(message, collected);
      default:
        // A mass cancel's answer (r) frees nothing: each order's own report does.
        return undefined;
    }
  };

  const changed = (change: LinkChange, collected: Collected): void => {
    const { role, facts, batch } = collected;
    collected.changes.push(change);
    const at = { v: 1, venue, session: role } as const;
    switch (change.kind) {
      case 'up':
        facts.push({ kind: 'link-up', ...at });
        return;
      case 'down':
      case 'lost':
        if (change.kind === 'down') facts.push({ kind: 'link-down', ...at, why: change.why });
        if (role === 'orders') facts.push(...batch.interpret({ kind: 'doubt-raised', venue, why: 'link-lost' }));
        if (role === 'drop-copy') facts.push(...coverage(config.trades, false, change.why));
        return;
      case 'stopped':
        facts.push({ kind: 'session-stopped', ...at, why: change.why });
        if (role === 'orders') facts.push(...batch.interpret({ kind: 'doubt-raised', venue, why: 'sequence-lost' }));
        if (role === 'drop-copy') facts.push(...coverage(config.trades, false, change.why));
        return;
      case 'barrier-passed':
        // Everything the drop copy sent before is here: from the start of day to now.
        if (role === 'drop-copy') facts.push(...coverage(config.trades, true, 'drop copy is complete'));
        return;
      case 'not-delivered': {
        const requestIds = change.requestIds.map((id) => RequestId.parse(id));
        facts.push(...batch.interpret({ kind: 'not-delivered', venue, requestIds }));
        return;
      }
      case 'peer-rejected':
        requestRejected(RequestId.parse(change.requestId), change.refType, change.text, collected);
        return;
    }
  };

  return {
    factMaker: (role, afterwards) => () => {
      const collected: Collected = { role, batch: deps.beginBatch(), facts: [], changes: [], quotes: new Map() };
      return {
        message: (delivery) => take(delivery, collected),
        change: (change) => changed(change, collected),
        facts: () => (role === 'market-data' ? collected.facts.filter(({ kind }) => kind === 'link-up' || kind === 'link-down') : collected.facts),
        done: () => {
          if (collected.quotes.size > 0) deps.quotes([...collected.quotes.values()]);
          for (const change of collected.changes) afterwards(change);
          if (collected.facts.some(({ kind }) => kind === 'order-filled')) host.reached('ack-fill');
        },
      };
    },
  };
}

function coverage(trades: ReaderDeps['config']['trades'], covered: boolean, why: string): readonly Fact[] {
  return trades.map(({ exchange, segment }) => ({ kind: 'coverage-changed', v: 1, exchange, segment, covered, why }));
}

/** TradingSessionID (336) as `NSE-FO`; null means every segment of the venue. */
function segmentOf(text: string): { exchange: Exchange; segment: Segment } | null {
  const match = /^(NSE|BSE|MCX|NCDEX|MSEI)-(CM|FO|CD|COM)$/.exec(text);
  return match === null ? null : { exchange: match[1] as Exchange, segment: match[2] as Segment };
}

function rawOf(message: Message): string {
  return message
    .fields()
    .map(([tag, value]) => `${tag}=${value}\u0001`)
    .join('');
}
