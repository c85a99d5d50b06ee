import type { OrderReport } from '#core/exchange/port.ts';
import type { ExchangeOrderId } from '#core/model/ids.ts';
import type { FillKey, OrderFact } from './events.ts';
import type { Order } from './port.ts';
import { exchangeKey, fillKeyText, type FillRecord, type Records } from './records.ts';
import { keyOf } from './report-match.ts';
import { MAY_WORK } from './status-table.ts';

/** A fill of ours: new, known already, or the same key with another content. */
export function fillFacts(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const exchangeOrderId = report.exchangeOrderId ?? order.exchangeOrderId;
  const trade = report.trade;
  if (trade === null || exchangeOrderId === null || trade.quantity <= 0) return illegible(order);
  const key = keyOf(report, order.terms.side, exchangeOrderId, 'told');
  if (key === null) return illegible(order);
  const known = records.fill(fillKeyText(key));
  const { quantity, priceE4, tradedAtMs } = trade;
  if (known === undefined || (known.orderId === null && !known.busted && isOf(known, quantity, priceE4))) {
    return [
      ...adopted(records, order, exchangeOrderId, key),
      {
        kind: 'order-filled',
        v: 1,
        orderId: order.orderId,
        key,
        quantity,
        priceE4,
        tradedAtMs,
        cumQuantity: report.cumQuantity,
        via: report.via,
      },
    ];
  }
  // A copy says nothing new, not even by its CumQty: the trade may have been corrected or annulled since.
  if (known.orderId === order.orderId && (isOf(known, quantity, priceE4) || isAnnulledUnseen(known))) {
    return [];
  }
  return conflictFacts(order, key, known, { quantity, priceE4 }, report);
}

/** The exchange annulled a trade of ours. */
export function bustFacts(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const exchangeOrderId = report.exchangeOrderId ?? order.exchangeOrderId;
  const key = exchangeOrderId === null ? null : keyOf(report, order.terms.side, exchangeOrderId, 'referred');
  if (key === null) return illegible(order);
  const known = records.fill(fillKeyText(key));
  const { orderId } = order;
  const facts: OrderFact[] = [];
  if (known?.busted === true) return [];
  if (known !== undefined && known.orderId !== null && known.orderId !== orderId) return illegible(order);
  if (known === undefined || known.orderId === null) {
    const { quantity = 0, priceE4 = 0, tradedAtMs = 0 } = report.trade ?? {};
    const content = known ?? { quantity, priceE4 };
    if (content.quantity > 0) {
      const told = { quantity: content.quantity, priceE4: content.priceE4, cumQuantity: null, tradedAtMs };
      facts.push({ kind: 'order-filled', v: 1, orderId, key, via: report.via, ...told });
    }
  }
  facts.push({ kind: 'fill-busted', v: 1, orderId, key, via: report.via });
  // The exchange may put the quantity back into the book: then the order is alive again.
  const alive =
    (report.leavesQuantity ?? 0) > 0 && (report.status === 'new' || report.status === 'partially-filled');
  if (alive && !MAY_WORK.has(order.status)) {
    facts.push({ kind: 'order-in-doubt', v: 1, orderId, why: 'contradicted' });
  }
  return facts;
}

/** The exchange changed price or quantity of a trade of ours. */
export function correctFacts(records: Records, order: Order, report: OrderReport): readonly OrderFact[] {
  const exchangeOrderId = report.exchangeOrderId ?? order.exchangeOrderId;
  const key = exchangeOrderId === null ? null : keyOf(report, order.terms.side, exchangeOrderId, 'referred');
  const trade = report.trade;
  if (key === null || trade === null || trade.quantity <= 0) return illegible(order);
  const known = records.fill(fillKeyText(key));
  const { orderId } = order;
  const { quantity, priceE4, tradedAtMs } = trade;
  if (known === undefined) {
    const cumQuantity = report.cumQuantity;
    const { via } = report;
    return [{ kind: 'order-filled', v: 1, orderId, key, quantity, priceE4, cumQuantity, via, tradedAtMs }];
  }
  if (known.busted || (known.quantity === quantity && known.priceE4 === priceE4)) return [];
  if (known.orderId !== orderId) return conflictFacts(order, key, known, { quantity, priceE4 }, report);
  return [{ kind: 'fill-corrected', v: 1, orderId, key, quantity, priceE4, via: report.via }];
}

/**
 * Fills that came before we knew the exchange's number of our order were taken for somebody else's. Once it is
 * known they are ours, each counted once, under the key they have.
 */
export function adopted(
  records: Records,
  order: Order,
  exchangeOrderId: ExchangeOrderId,
  but: FillKey | null,
): readonly OrderFact[] {
  const exchange = exchangeKey(order.venue, exchangeOrderId);
  const facts: OrderFact[] = [];
  const foreign = records.foreignOrder(exchange);
  const isOurs = foreign?.side === order.terms.side && foreign.instrumentId === order.terms.instrumentId;
  if (isOurs && !foreign.ended) {
    const text = 'it is an order of ours';
    facts.push({
      kind: 'foreign-order-ended',
      v: 1,
      venue: order.venue,
      exchangeOrderId,
      text,
      via: 'order-session',
    });
  }
  const exempt = but === null ? '' : fillKeyText(but);
  for (const text of records.foreignFillsOf(exchange)) {
    const fill = records.fill(text);
    if (text === exempt || fill === undefined || fill.orderId !== null || fill.busted) continue;
    if (fill.key.side !== order.terms.side || fill.foreign?.instrumentId !== order.terms.instrumentId)
      continue;
    facts.push({
      kind: 'order-filled',
      v: 1,
      orderId: order.orderId,
      key: fill.key,
      cumQuantity: null,
      via: 'drop-copy',
      quantity: fill.quantity,
      priceE4: fill.priceE4,
      tradedAtMs: fill.foreign.tradedAtMs,
    });
  }
  return facts;
}

/** CumQty ahead of what we knew: the fills between are owed and stay reserved. */
export function aheadFacts(order: Order, report: OrderReport): readonly OrderFact[] {
  const cum = report.cumQuantity ?? 0;
  if (cum <= order.toldQuantity || !MAY_WORK.has(order.status) || order.status === 'IN_DOUBT') return [];
  const exchangeOrderId = report.exchangeOrderId ?? order.exchangeOrderId;
  if (exchangeOrderId === null) return [];
  return [
    {
      kind: 'order-confirmed',
      v: 1,
      orderId: order.orderId,
      exchangeOrderId,
      cumQuantity: cum,
      leavesQuantity: report.leavesQuantity ?? Math.max(0, order.terms.quantity - cum),
      via: report.via,
    },
  ];
}

function conflictFacts(
  order: Order,
  key: FillKey,
  known: FillRecord,
  claimed: { readonly quantity: number; readonly priceE4: number },
  report: OrderReport,
): readonly OrderFact[] {
  // The same claim again, over the other session, is told already.
  if (known.conflicted && isOf(known, claimed.quantity, claimed.priceE4)) return [];
  const { orderId } = order;
  const facts: OrderFact[] = [
    {
      kind: 'fill-conflicted',
      v: 1,
      orderId,
      key,
      claimed,
      via: report.via,
      known: {
        quantity: known.quantity,
        priceE4: known.priceE4,
      },
    },
  ];
  if (MAY_WORK.has(order.status) && order.status !== 'IN_DOUBT') {
    facts.push({ kind: 'order-in-doubt', v: 1, orderId, why: 'fill-conflict' });
  }
  return facts;
}

/** A report of a trade that lacks what names or counts it: the order is a question until a status answers. */
function illegible(order: Order): readonly OrderFact[] {
  if (order.requests.length === 0 || order.status === 'IN_DOUBT' || order.status === 'UNRESOLVED_YESTERDAY')
    return [];
  return [{ kind: 'order-in-doubt', v: 1, orderId: order.orderId, why: 'contradicted' }];
}

function isOf(fill: FillRecord, quantity: number, priceE4: number): boolean {
  return fill.contents.some((content) => content.quantity === quantity && content.priceE4 === priceE4);
}

function isAnnulledUnseen(fill: FillRecord): boolean {
  return fill.busted && fill.contents.every((content) => content.quantity === 0);
}
