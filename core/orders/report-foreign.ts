import type { OrderReport } from '#core/exchange/port.ts';
import type { AccountId, ExchangeOrderId, InstrumentId } from '#core/model/ids.ts';
import type { Side } from '#core/model/side.ts';
import type { FillKey, OrderFact } from './events.ts';
import { exchangeKey, fillKeyText, type FillRecord, type Records } from './records.ts';

interface Named {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly exchangeOrderId: ExchangeOrderId;
}

/**
 * Orders and fills that are not ours: main's, another desk's, a manual one. Its product is that of main's list
 * by exchange order number, else nobody knows it and it counts against every row it could be of.
 */
export function foreignFacts(records: Records, report: OrderReport): readonly OrderFact[] {
  const named = nameOf(records, report);
  if (named === null) return [];
  switch (report.report) {
    case 'pending':
    case 'rejected':
    case 'unknown':
      return [];
    case 'new':
    case 'replaced':
      return seenFacts(records, report, named);
    case 'fill':
      return [...fillFacts(records, report, named), ...restFacts(records, report, named)];
    case 'canceled':
    case 'expired':
    case 'done-for-day':
      return endedFacts(records, report, named);
    case 'status':
      return report.leavesQuantity === 0
        ? endedFacts(records, report, named)
        : seenFacts(records, report, named);
    case 'bust':
      return bustFacts(records, report, named);
    case 'correct':
      return correctFacts(records, report, named);
  }
}

/** A foreign report can be placed: account, contract, side and order are said, or known of its order. */
export function isNamed(records: Records, report: OrderReport): boolean {
  return nameOf(records, report) !== null;
}

/** What a foreign report must say to be placed; what it leaves out is taken from what is known of its order. */
function nameOf(records: Records, report: OrderReport): Named | null {
  const { exchangeOrderId, venue } = report;
  if (exchangeOrderId === null) return null;
  const known = records.foreignOrder(exchangeKey(venue, exchangeOrderId));
  const account = report.account ?? known?.account ?? null;
  const instrumentId = report.instrumentId ?? known?.instrumentId ?? null;
  const side = report.side ?? known?.side ?? null;
  if (account === null || instrumentId === null || side === null) return null;
  return { account, instrumentId, side, exchangeOrderId };
}

function seenFacts(records: Records, report: OrderReport, named: Named): readonly OrderFact[] {
  const { venue, orderQuantity, leavesQuantity } = report;
  const known = records.foreignOrder(exchangeKey(venue, named.exchangeOrderId));
  const quantity = orderQuantity ?? known?.quantity ?? leavesQuantity;
  const openQuantity = leavesQuantity ?? quantity;
  if (quantity === null || openQuantity === null || openQuantity <= 0) return [];
  // Over the other session the same word comes again, later: an order that has ended does not come back by it.
  if (known?.ended === true && report.report === 'new') return [];
  // A stored "new" is older than what is known; an answer or a replace is the word of now.
  const isOld = report.report === 'new' && known !== undefined && known.openQuantity <= openQuantity;
  const isSame = known?.ended === false && known.quantity === quantity && known.openQuantity === openQuantity;
  if (isOld || isSame) return [];
  return [
    {
      kind: 'foreign-order-seen',
      v: 1,
      venue,
      ...named,
      quantity,
      openQuantity,
      product: known?.product ?? null,
      source: report.via === 'drop-copy' ? 'drop-copy' : 'list',
    },
  ];
}

/** After a fill: what is left of the order, when the report says so and the fill itself does not tell it. */
function restFacts(records: Records, report: OrderReport, named: Named): readonly OrderFact[] {
  const known = records.foreignOrder(exchangeKey(report.venue, named.exchangeOrderId));
  if (report.leavesQuantity === null || known?.ended === true) return [];
  if (report.leavesQuantity === 0) return endedFacts(records, report, named);
  const left = (known?.openQuantity ?? Infinity) - (report.trade?.quantity ?? 0);
  if (left <= report.leavesQuantity) return [];
  return seenFacts(records, report, named);
}

function endedFacts(records: Records, report: OrderReport, named: Named): readonly OrderFact[] {
  const { venue, via, text } = report;
  const { exchangeOrderId } = named;
  const known = records.foreignOrder(exchangeKey(venue, exchangeOrderId));
  if (known === undefined || known.ended) return [];
  return [{ kind: 'foreign-order-ended', v: 1, venue, exchangeOrderId, via, text }];
}

function fillFacts(records: Records, report: OrderReport, named: Named): readonly OrderFact[] {
  const { trade, venue, via } = report;
  if (trade === null || trade.quantity <= 0) return [];
  const { side, exchangeOrderId } = named;
  const key: FillKey = {
    venue,
    tradingDate: trade.tradingDate,
    side,
    exchangeOrderId,
    tradeId: trade.tradeId,
  };
  const known = records.fill(fillKeyText(key));
  const claimed = { quantity: trade.quantity, priceE4: trade.priceE4 };
  if (known === undefined) return [seenFill(records, key, named, claimed, trade.tradedAtMs, via)];
  if (known.contents.some((one) => one.quantity === claimed.quantity && one.priceE4 === claimed.priceE4))
    return [];
  if (known.orderId !== null) {
    const { quantity, priceE4 } = known;
    return [
      {
        kind: 'fill-conflicted',
        v: 1,
        orderId: known.orderId,
        key,
        known: { quantity, priceE4 },
        claimed,
        via,
      },
    ];
  }
  // Two contents of a trade of somebody else: the one that pins more must not be lost.
  return correctedFacts(records, known, named, claimed, trade.tradedAtMs, via);
}

function seenFill(
  records: Records,
  key: FillKey,
  named: Named,
  content: { readonly quantity: number; readonly priceE4: number },
  tradedAtMs: number,
  via: OrderReport['via'],
): OrderFact {
  const { account, instrumentId } = named;
  const product = records.foreignOrder(exchangeKey(key.venue, key.exchangeOrderId))?.product ?? null;
  return {
    kind: 'foreign-fill-seen',
    v: 1,
    key,
    account,
    instrumentId,
    product,
    ...content,
    via,
    tradedAtMs,
  };
}

function bustFacts(records: Records, report: OrderReport, named: Named): readonly OrderFact[] {
  const fill = standing(records, report, named);
  if (fill === undefined || fill.busted || fill.orderId !== null) return [];
  return [{ kind: 'foreign-fill-busted', v: 1, key: fill.key, via: report.via }];
}

function correctFacts(records: Records, report: OrderReport, named: Named): readonly OrderFact[] {
  const { trade, via } = report;
  if (trade === null || trade.quantity <= 0) return [];
  const content = { quantity: trade.quantity, priceE4: trade.priceE4 };
  const fill = standing(records, report, named);
  if (fill === undefined) return fillFacts(records, report, named);
  if (fill.orderId !== null || fill.busted) return [];
  if (fill.quantity === content.quantity && fill.priceE4 === content.priceE4) return [];
  return correctedFacts(records, fill, named, content, trade.tradedAtMs, via);
}

/** The trade as it stands now: a corrected one goes on under its own key with a mark. */
function standing(records: Records, report: OrderReport, named: Named): FillRecord | undefined {
  const { trade, venue } = report;
  if (trade === null) return undefined;
  const { side, exchangeOrderId } = named;
  const tradeId = trade.refersTo ?? trade.tradeId;
  let key: FillKey = { venue, tradingDate: trade.tradingDate, side, exchangeOrderId, tradeId };
  let fill = records.fill(fillKeyText(key));
  while (fill?.busted === true) {
    key = corrected(key);
    const next = records.fill(fillKeyText(key));
    if (next === undefined) return fill;
    fill = next;
  }
  return fill;
}

function correctedFacts(
  records: Records,
  fill: FillRecord,
  named: Named,
  content: { readonly quantity: number; readonly priceE4: number },
  tradedAtMs: number,
  via: OrderReport['via'],
): readonly OrderFact[] {
  let last = fill;
  for (let next = records.fill(fillKeyText(corrected(last.key))); next !== undefined;) {
    if (next.quantity === content.quantity && next.priceE4 === content.priceE4) return [];
    last = next;
    next = records.fill(fillKeyText(corrected(last.key)));
  }
  const seen = seenFill(records, corrected(last.key), named, content, tradedAtMs, via);
  return last.busted ? [] : [{ kind: 'foreign-fill-busted', v: 1, key: last.key, via }, seen];
}

function corrected(key: FillKey): FillKey {
  return { ...key, tradeId: `${key.tradeId}~` };
}
