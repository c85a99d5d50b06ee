import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { AccountId, ExchangeOrderId, RequestId } from '#core/model/ids.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import { parseE4 } from '#core/model/price.ts';
import type { CancelCause, Via } from '#core/orders/events.ts';
import type { OrderReport, ReportedStatus, RequestRefusedEvent } from '#core/exchange/port.ts';
import type { Message } from './codec.ts';
import { parseUtc } from './codec-time.ts';
import { unitsOf } from './commands.ts';

/** What is needed to read a venue's reports. */
export interface ReportContext {
  readonly venue: VenueId;
  readonly via: Via;
  readonly tradeIdTags: readonly number[];
  readonly instrumentOf: (message: Message) => Instrument | null;
  readonly nowMs: number;
}

export interface Unreadable {
  readonly reason: 'unreadable-report';
  readonly text: string;
}

/** Thrown nowhere: collects the first field that could not be read. */
interface Fault {
  text: string;
}

const STATUS: Readonly<Record<string, ReportedStatus>> = {
  A: 'pending-new',
  0: 'new',
  1: 'partially-filled',
  2: 'filled',
  3: 'done-for-day',
  4: 'canceled',
  5: 'new', // FIX 4.2 knows OrdStatus Replaced: working
  6: 'pending-cancel',
  7: 'suspended',
  8: 'rejected',
  9: 'suspended',
  C: 'expired',
  E: 'pending-replace',
};

/**
 * ExecutionReport (8) in the house's words, for FIX 4.2 (ExecTransType 20) and 4.4 (ExecType 150). A quantity
 * or price that can not be read exactly is refused: an execution is never guessed.
 */
export function readExecutionReport(
  message: Message,
  context: ReportContext,
): Result<OrderReport, Unreadable> {
  const fault: Fault = { text: '' };
  const instrument = context.instrumentOf(message);
  const report = reportOf(message);
  const quantity = (tag: number): number | null => readQuantity(message, tag, instrument, fault);
  const trade =
    report === 'fill' || report === 'bust' || report === 'correct'
      ? readTrade(message, context, instrument, fault)
      : null;
  const exchangeOrderId = message.get(37);
  const value: OrderReport = {
    kind: 'order-report',
    venue: context.venue,
    via: report === 'status' || report === 'unknown' ? 'status-answer' : context.via,
    report,
    requestId: parsed(RequestId, message.get(11), fault),
    exchangeOrderId: isOrderNumber(exchangeOrderId) ? parsed(ExchangeOrderId, exchangeOrderId, fault) : null,
    account: parsed(AccountId, message.get(1), fault),
    instrumentId: instrument?.instrumentId ?? null,
    side: sideOf(message.get(54)),
    status: STATUS[message.get(39) ?? ''] ?? null,
    orderQuantity: quantity(38),
    cumQuantity: quantity(14),
    leavesQuantity: quantity(151),
    priceE4: readPrice(message, 44, fault),
    trade,
    cancelCause: report === 'canceled' ? cancelCauseOf(message) : null,
    text: message.get(58) ?? '',
  };
  if (fault.text !== '') return refuse({ reason: 'unreadable-report', text: fault.text });
  return ok(value);
}

/** OrderCancelReject (9): the order's state comes from OrdStatus (39), never assumed. */
export function readCancelReject(message: Message, venue: VenueId): RequestRefusedEvent | null {
  const requestId = RequestId.safeParse(message.get(11));
  if (!requestId.success) return null;
  const code = message.get(102);
  return {
    kind: 'request-refused',
    venue,
    requestId: requestId.data,
    reason: code === '1' ? 'unknown-order' : code === '0' ? 'too-late' : 'other',
    status: STATUS[message.get(39) ?? ''] ?? null,
    text: message.get(58) ?? '',
  };
}

function reportOf(message: Message): OrderReport['report'] {
  const transaction = message.beginString === 'FIX.4.2' ? message.get(20) : undefined;
  const type = message.get(150);
  const rejected = message.get(39) === '8';
  const unknown = rejected && (message.get(103) === '5' || message.get(37) === 'NONE');
  if (transaction === '1' || type === 'H') return 'bust';
  if (transaction === '2' || type === 'G') return 'correct';
  if (transaction === '3' || type === 'I') return unknown ? 'unknown' : 'status';
  switch (type ?? '') {
    case '0':
      return 'new';
    case '1':
    case '2':
    case 'F':
      return 'fill';
    case '3':
      return 'done-for-day';
    case '4':
      return 'canceled';
    case '5':
      return 'replaced';
    case '8':
      // A new order that is refused never had a number either: only the reason tells the two apart.
      return rejected && message.get(103) === '5' ? 'unknown' : 'rejected';
    case 'C':
      return 'expired';
    case 'D':
      return message.get(39) === '4' ? 'canceled' : 'status';
    case '6':
    case 'A':
    case 'E':
      return 'pending';
    default:
      return 'status';
  }
}

function readTrade(
  message: Message,
  context: ReportContext,
  instrument: Instrument | null,
  fault: Fault,
): OrderReport['trade'] {
  const annuls = message.get(19) !== undefined;
  const tags = annuls ? context.tradeIdTags.filter((tag) => tag !== 17) : context.tradeIdTags;
  const tradeId =
    tags.map((tag) => message.get(tag)).find((value) => value !== undefined) ?? message.get(19) ?? '';
  if (tradeId === '') fault.text ||= 'no trade number (880, 527 or 17)';
  const tradedAtMs = parseUtc(message.get(60) ?? '') ?? context.nowMs;
  const date = message.get(75);
  return {
    tradeId,
    refersTo: annuls ? tradeId : null,
    quantity: readQuantity(message, 32, instrument, fault) ?? 0,
    priceE4: readPrice(message, 31, fault) ?? 0,
    tradedAtMs,
    tradingDate:
      date !== undefined && /^\d{8}$/.test(date)
        ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
        : istDate(tradedAtMs),
  };
}

function readQuantity(
  message: Message,
  tag: number,
  instrument: Instrument | null,
  fault: Fault,
): number | null {
  const text = message.get(tag);
  if (text === undefined) return null;
  const e4 = parseE4(text);
  if (e4 === null || e4 < 0 || e4 % 10_000 !== 0) {
    fault.text ||= `quantity ${tag}=${text} is no whole number`;
    return null;
  }
  // Whether a venue counts lots or units is a matter of the contract: of an unknown one no quantity is known.
  if (instrument === null) return e4 === 0 ? 0 : null;
  return unitsOf(instrument, e4 / 10_000);
}

function readPrice(message: Message, tag: number, fault: Fault): number | null {
  const text = message.get(tag);
  if (text === undefined) return null;
  const e4 = parseE4(text);
  if (e4 === null) fault.text ||= `price ${tag}=${text} has no exact ten-thousandths`;
  return e4;
}

function parsed<Id>(
  schema: { safeParse(value: unknown): { success: true; data: Id } | { success: false } },
  value: string | undefined,
  fault: Fault,
): Id | null {
  if (value === undefined) return null;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  fault.text ||= `${value.slice(0, 40)} is no id`;
  return null;
}

function isOrderNumber(text: string | undefined): text is string {
  return text !== undefined && text !== 'NONE' && text !== '0' && text !== 'UNKNOWN';
}

function sideOf(code: string | undefined): OrderReport['side'] {
  if (code === '1') return 'buy';
  // 5 is sell short: an exit never sends it, drop copy may show it.
  return code === '2' || code === '5' ? 'sell' : null;
}

function cancelCauseOf(message: Message): CancelCause {
  const text = (message.get(58) ?? '').toLowerCase();
  if (text.includes('self trade') || text.includes('self-trade') || text.includes('17071'))
    return 'self-trade-prevention';
  if (text.includes('risk reduction')) return 'risk-reduction-mode';
  if (text.includes('ioc')) return 'ioc';
  if (text.includes('band')) return 'band';
  // FIX: a cancel that answers a request names the order it cancelled in OrigClOrdID.
  return message.has(41) ? 'requested' : 'exchange';
}
