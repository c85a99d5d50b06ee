import { assert, assertNever, present } from '#core/lib/assert.ts';
import type { Fact } from '#core/events.ts';
import type { InstrumentId } from '#core/model/ids.ts';
import type { FillBusted, FillCorrected, FillKey, ForeignFillSeen, OrderFact, OrderFilled, OrderPlanned } from './events.ts';
import { accepted, changed, moved, reservedOf, rolled, type OrderWord } from './order-change.ts';
import type { Order } from './port.ts';
import {
  exchangeKey,
  fillKeyText,
  foreignOpen,
  type FillRecord,
  type ForeignRecord,
  type Records,
} from './records.ts';
import { MAY_WORK } from './status-table.ts';

/** What applying a fact needs beside it. `valueOf` is price x quantity x multiplier in ten-thousandths of a rupee. */
export interface ApplyContext {
  readonly atMs: number;
  readonly valueOf: (instrumentId: InstrumentId, priceE4: number, quantity: number) => number;
}

const ORDER_KINDS = {
  'order-planned': true,
  'order-withdrawn': true,
  'order-released': true,
  'order-acknowledged': true,
  'order-filled': true,
  'fill-conflicted': true,
  'fill-busted': true,
  'fill-corrected': true,
  'cancel-requested': true,
  'replace-requested': true,
  'order-replaced': true,
  'request-refused': true,
  'order-canceled': true,
  'order-rejected': true,
  'order-expired': true,
  'order-done-for-day': true,
  'order-in-doubt': true,
  'order-not-delivered': true,
  'order-confirmed': true,
  'order-unresolved-yesterday': true,
  'order-decided-by-persons': true,
  'foreign-fill-seen': true,
  'foreign-fill-busted': true,
  'foreign-order-seen': true,
  'foreign-order-ended': true,
  'foreign-cancel-requested': true,
  'foreign-cancel-refused': true,
  'day-rolled': true,
} satisfies Record<OrderFact['kind'], true>;

/** Facts of this service; the others of the journal do not concern it. */
export function isOrderFact(fact: Fact): fact is OrderFact {
  return Object.hasOwn(ORDER_KINDS, fact.kind);
}

/** Changes the records by one fact. Pure but for them: the same facts in the same order give the same records. */
export function applyFact(records: Records, fact: OrderFact, context: ApplyContext): void {
  switch (fact.kind) {
    case 'order-planned':
      records.putOrder(plannedOrder(fact, context.atMs));
      return;
    case 'order-filled':
      return applyFill(records, fact, context);
    case 'fill-busted':
      return applyBust(records, fact, context);
    case 'fill-corrected':
      return applyCorrection(records, fact, context);
    case 'foreign-fill-seen':
      return applyForeignFill(records, fact);
    case 'foreign-fill-busted':
    case 'foreign-order-seen':
    case 'foreign-order-ended':
    case 'foreign-cancel-requested':
    case 'foreign-cancel-refused':
      return applyForeign(records, fact);
    case 'day-rolled':
      return applyDayRoll(records, fact.from, context.atMs);
    default:
      return applyWord(records, fact, context);
  }
}

function plannedOrder(fact: OrderPlanned, atMs: number): Order {
  const order: Omit<Order, 'reserved'> = {
    orderId: fact.orderId,
    venue: fact.venue,
    terms: fact.terms,
    status: 'PLANNED',
    tradingDate: fact.tradingDate,
    evidence: fact.evidence,
    runId: fact.runId,
    slice: fact.slice,
    exchangeOrderId: null,
    requests: [],
    acceptedRequestId: null,
    filledQuantity: 0,
    filledValueE4: 0,
    toldQuantity: 0,
    doubt: '',
    reference: null,
    fundsE4: 0,
    cancelCause: null,
    text: '',
    plannedAtMs: atMs,
    sentAtMs: 0,
    answeredAtMs: 0,
    endedAtMs: 0,
  };
  return { ...order, reserved: reservedOf(order) };
}

function applyWord(records: Records, fact: OrderWord, context: ApplyContext): void {
  const order = present(records.order(fact.orderId), 'the order of a fact');
  records.putOrder(changed(order, fact, context.atMs));
  switch (fact.kind) {
    case 'order-released':
    case 'cancel-requested':
    case 'replace-requested':
      records.linkRequest(fact.requestId, fact.orderId);
      return;
    case 'order-acknowledged':
    case 'order-replaced':
    case 'order-confirmed':
      records.linkExchange(exchangeKey(order.venue, fact.exchangeOrderId), fact.orderId);
      return;
    case 'fill-conflicted': {
      const text = fillKeyText(fact.key);
      const known = records.fill(text);
      if (known !== undefined) {
        records.putFill(text, { ...known, conflicted: true, contents: [...known.contents, fact.claimed] });
      }
      records.markConflict(fact.orderId, true);
      return;
    }
    case 'order-decided-by-persons':
      records.markConflict(fact.orderId, false);
      return;
    default:
      return;
  }
}

function applyFill(records: Records, fact: OrderFilled, context: ApplyContext): void {
  const order = present(records.order(fact.orderId), 'the order of a fill');
  const key = fillKeyText(fact.key);
  const known = records.fill(key);
  // A foreign fill whose order turns out to be ours is adopted under the same key.
  assert(known === undefined || (known.orderId === null && !known.busted), 'a fill counts once');
  assert(fact.quantity > 0, 'a fill has a quantity');
  records.putFill(key, freshFill(fact, fact.orderId, null));
  records.linkExchange(exchangeKey(order.venue, fact.key.exchangeOrderId), fact.orderId);
  const value = context.valueOf(order.terms.instrumentId, fact.priceE4, fact.quantity);
  records.putOrder(
    withFills(
      { ...order, ...accepted(order), exchangeOrderId: order.exchangeOrderId ?? fact.key.exchangeOrderId },
      {
        quantity: order.filledQuantity + fact.quantity,
        valueE4: order.filledValueE4 + value,
        told: Math.max(order.toldQuantity, fact.cumQuantity ?? 0),
      },
      context.atMs,
    ),
  );
}

/** An order with new sums of its fills: in full, or partly. */
function withFills(
  order: Order,
  sums: { readonly quantity: number; readonly valueE4: number; readonly told: number },
  atMs: number,
): Order {
  assert(Number.isSafeInteger(sums.valueE4), 'the value of one order fits a safe integer');
  return moved(order, sums.quantity >= order.terms.quantity ? 'order-filled-in-full' : 'order-filled', atMs, {
    filledQuantity: sums.quantity,
    filledValueE4: sums.valueE4,
    toldQuantity: Math.max(sums.told, sums.quantity),
    answeredAtMs: order.answeredAtMs === 0 ? atMs : order.answeredAtMs,
  });
}

function applyBust(records: Records, fact: FillBusted, context: ApplyContext): void {
  const order = present(records.order(fact.orderId), 'the order of a bust');
  const key = fillKeyText(fact.key);
  const fill = records.fill(key);
  if (fill === undefined) {
    // The bust came first and told no quantity: the fill, when it comes, must not count.
    records.putFill(key, { ...freshFill({ key: fact.key, quantity: 0, priceE4: 0 }, fact.orderId, null), busted: true });
    return;
  }
  assert(fill.orderId === fact.orderId && !fill.busted, 'a bust takes back a fill of its order, once');
  records.putFill(key, { ...fill, busted: true });
  const filledQuantity = order.filledQuantity - fill.quantity;
  records.putOrder(
    moved(order, 'fill-busted', context.atMs, {
      filledQuantity,
      filledValueE4:
        order.filledValueE4 - context.valueOf(order.terms.instrumentId, fill.priceE4, fill.quantity),
      toldQuantity: Math.max(filledQuantity, order.toldQuantity - fill.quantity),
      text: `trade ${fact.key.tradeId} was annulled by the exchange`,
    }),
  );
}

function applyCorrection(records: Records, fact: FillCorrected, context: ApplyContext): void {
  const order = present(records.order(fact.orderId), 'the order of a correction');
  const key = fillKeyText(fact.key);
  const fill = present(records.fill(key), 'the fill that is corrected');
  assert(fill.orderId === fact.orderId && !fill.busted, 'a correction is of a standing fill of its order');
  const { quantity, priceE4 } = fact;
  records.putFill(key, {
    ...fill,
    quantity,
    priceE4,
    conflicted: false,
    contents: [...fill.contents, { quantity, priceE4 }],
  });
  const value = (price: number, units: number) => context.valueOf(order.terms.instrumentId, price, units);
  const filledQuantity = order.filledQuantity + quantity - fill.quantity;
  const sums = {
    filledQuantity,
    filledValueE4: order.filledValueE4 + value(priceE4, quantity) - value(fill.priceE4, fill.quantity),
    toldQuantity: Math.max(filledQuantity, order.toldQuantity + quantity - fill.quantity),
  };
  if (fill.conflicted) records.markConflict(fact.orderId, false);
  const inFull = MAY_WORK.has(order.status) && filledQuantity >= order.terms.quantity;
  records.putOrder(moved(order, inFull ? 'order-filled-in-full' : 'fill-corrected', context.atMs, sums));
}

function freshFill(
  fill: { readonly key: FillKey; readonly quantity: number; readonly priceE4: number },
  orderId: FillRecord['orderId'],
  foreign: FillRecord['foreign'],
): FillRecord {
  const { key, quantity, priceE4 } = fill;
  return {
    key,
    orderId,
    quantity,
    priceE4,
    busted: false,
    conflicted: false,
    contents: [{ quantity, priceE4 }],
    foreign,
  };
}

function applyForeignFill(records: Records, fact: ForeignFillSeen): void {
  const text = fillKeyText(fact.key);
  const known = records.fill(text);
  assert(known === undefined, 'a foreign fill counts once');
  const { account, instrumentId, product, tradedAtMs } = fact;
  records.putFill(text, freshFill(fact, null, { account, instrumentId, product, tradedAtMs }));
  refreshForeign(records, exchangeKey(fact.key.venue, fact.key.exchangeOrderId));
}

function applyForeign(
  records: Records,
  fact: Extract<
    OrderFact,
    {
      kind:
        | 'foreign-fill-busted'
        | 'foreign-order-seen'
        | 'foreign-order-ended'
        | 'foreign-cancel-requested'
        | 'foreign-cancel-refused';
    }
  >,
): void {
  if (fact.kind === 'foreign-fill-busted') {
    const text = fillKeyText(fact.key);
    const fill = present(records.fill(text), 'the foreign fill that is annulled');
    assert(fill.orderId === null, 'a foreign bust is of a foreign fill');
    records.putFill(text, { ...fill, busted: true });
    refreshForeign(records, exchangeKey(fact.key.venue, fact.key.exchangeOrderId));
    return;
  }
  const key = exchangeKey(fact.venue, fact.exchangeOrderId);
  const known = records.foreignOrder(key);
  switch (fact.kind) {
    case 'foreign-order-seen': {
      // A file is older than the exchange's own word that the order is over.
      if (fact.source === 'file' && known?.ended === true) return;
      const { venue, exchangeOrderId, account, instrumentId, product, side, quantity, openQuantity } = fact;
      records.putForeignOrder(key, {
        ...{ venue, exchangeOrderId, account, instrumentId, side, quantity },
        product: product ?? known?.product ?? null,
        statedOpen: openQuantity,
        openQuantity: 0,
        ended: false,
        cancel: known?.cancel ?? 'none',
        cancelRequestId: known?.cancelRequestId ?? null,
        text: known?.text ?? '',
      });
      refreshForeign(records, key);
      return;
    }
    case 'foreign-order-ended':
      if (known !== undefined) {
        records.putForeignOrder(key, { ...known, ended: true, openQuantity: 0, text: fact.text });
      }
      return;
    case 'foreign-cancel-requested':
      records.linkForeignRequest(fact.requestId, key);
      putKnown(records, key, known, { cancel: 'requested', cancelRequestId: fact.requestId });
      return;
    case 'foreign-cancel-refused':
      putKnown(records, key, known, { cancel: 'refused', text: fact.text });
      return;
    default:
      return assertNever(fact);
  }
}

function putKnown(
  records: Records,
  key: string,
  known: ForeignRecord | undefined,
  changes: Partial<ForeignRecord>,
): void {
  if (known !== undefined) records.putForeignOrder(key, { ...known, ...changes });
}

/** What main's order still pins, from its last word and its fills, whichever came first. */
function refreshForeign(records: Records, key: string): void {
  const order = records.foreignOrder(key);
  if (order === undefined) return;
  let filled = 0;
  for (const text of records.foreignFillsOf(key)) {
    const fill = records.fill(text);
    if (fill !== undefined && fill.orderId === null && !fill.busted) filled += fill.quantity;
  }
  records.putForeignOrder(key, { ...order, openQuantity: foreignOpen(order, filled) });
}

function applyDayRoll(records: Records, from: string, atMs: number): void {
  for (const orderId of [...records.unsettled()]) {
    const order = present(records.order(orderId), 'an unsettled order');
    if (order.tradingDate <= from) records.putOrder(rolled(order, from, atMs));
  }
  for (const foreign of [...records.foreignOrders()]) {
    const key = exchangeKey(foreign.venue, foreign.exchangeOrderId);
    records.putForeignOrder(key, { ...foreign, ended: true, openQuantity: 0, text: 'the trading day ended' });
  }
}
