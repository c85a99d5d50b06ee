import { assert, present } from '#core/lib/assert.ts';
import type { InstrumentId } from '#core/model/ids.ts';
import type { FillBusted, FillCorrected, FillKey, OrderFilled } from './events.ts';
import { accepted, moved } from './order-change.ts';
import type { Order } from './port.ts';
import { exchangeKey, fillKeyText, type FillRecord, type Records } from './records.ts';
import { MAY_WORK } from './status-table.ts';

/** What applying a fact needs beside it. `valueOf` is price x quantity x multiplier in ten-thousandths of a rupee. */
export interface ApplyContext {
  readonly atMs: number;
  readonly valueOf: (instrumentId: InstrumentId, priceE4: number, quantity: number) => number;
}

/** A fill counts once, in every status (I4, I5). */
export function applyFill(records: Records, fact: OrderFilled, context: ApplyContext): void {
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

/** Takes a fill back by reference. */
export function applyBust(records: Records, fact: FillBusted, context: ApplyContext): void {
  const order = present(records.order(fact.orderId), 'the order of a bust');
  const key = fillKeyText(fact.key);
  const fill = records.fill(key);
  if (fill === undefined) {
    // The bust came first and told no quantity: the fill, when it comes, must not count.
    records.putFill(key, {
      ...freshFill({ key: fact.key, quantity: 0, priceE4: 0 }, fact.orderId, null),
      busted: true,
    });
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
      takenBackQuantity: order.takenBackQuantity + fill.quantity,
      text: `trade ${fact.key.tradeId} was annulled by the exchange`,
    }),
  );
}

/** Changes a fill by reference. */
export function applyCorrection(records: Records, fact: FillCorrected, context: ApplyContext): void {
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
    takenBackQuantity: order.takenBackQuantity + Math.max(0, fill.quantity - quantity),
  };
  if (fill.conflicted) records.markConflict(fact.orderId, false);
  const inFull = MAY_WORK.has(order.status) && filledQuantity >= order.terms.quantity;
  records.putOrder(moved(order, inFull ? 'order-filled-in-full' : 'fill-corrected', context.atMs, sums));
}

/** The record of a trade that is told for the first time. */
export function freshFill(
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
