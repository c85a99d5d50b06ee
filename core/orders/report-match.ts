import type { OrderReport } from '#core/exchange/port.ts';
import type { ExchangeOrderId } from '#core/model/ids.ts';
import type { FillKey } from './events.ts';
import type { Order } from './port.ts';
import { exchangeKey, type Records } from './records.ts';

/**
 * The order of ours that a report is about. Our own request id names it for sure. An exchange's order number
 * alone does so only where side and contract agree: a venue that lost its store gives the same numbers again.
 */
export function orderOf(records: Records, report: OrderReport): Order | undefined {
  if (report.requestId !== null) {
    const orderId = records.orderOfRequest(report.requestId);
    if (orderId !== undefined) return records.order(orderId);
  }
  if (report.exchangeOrderId === null) return undefined;
  const orderId = records.orderOfExchange(exchangeKey(report.venue, report.exchangeOrderId));
  const order = orderId === undefined ? undefined : records.order(orderId);
  if (order === undefined) return undefined;
  const { terms } = order;
  const agrees =
    (report.side === null || report.side === terms.side) &&
    (report.instrumentId === null || report.instrumentId === terms.instrumentId) &&
    (report.account === null || report.account === terms.account);
  return agrees ? order : undefined;
}

/** The key of the trade that a fill tells, or that a bust or correction refers to. */
export function keyOf(
  report: OrderReport,
  side: FillKey['side'],
  exchangeOrderId: ExchangeOrderId,
  which: 'told' | 'referred',
): FillKey | null {
  const { trade, venue } = report;
  if (trade === null) return null;
  const tradeId = which === 'referred' ? (trade.refersTo ?? trade.tradeId) : trade.tradeId;
  return { venue, tradingDate: trade.tradingDate, side, exchangeOrderId, tradeId };
}
