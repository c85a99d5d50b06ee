import { assert, assertNever, present } from '#core/lib/assert.ts';
import { freshFill } from './apply-fill.ts';
import type { ForeignFillSeen, OrderFact } from './events.ts';
import { exchangeKey, fillKeyText, foreignOpen, type ForeignRecord, type Records } from './records.ts';

/** A trade of somebody else, counted once. */
export function applyForeignFill(records: Records, fact: ForeignFillSeen): void {
  const text = fillKeyText(fact.key);
  const known = records.fill(text);
  assert(known === undefined, 'a foreign fill counts once');
  const { account, instrumentId, product, tradedAtMs } = fact;
  records.putFill(text, freshFill(fact, null, { account, instrumentId, product, tradedAtMs }));
  refreshForeign(records, exchangeKey(fact.key.venue, fact.key.exchangeOrderId));
}

/** Main's orders and what becomes of them. */
export function applyForeign(
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
        venue,
        exchangeOrderId,
        account,
        instrumentId,
        side,
        quantity,
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
      putKnown(records, key, known, { cancel: fact.lost === true ? 'none' : 'refused', text: fact.text });
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
