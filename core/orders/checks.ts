import type { Capabilities } from '#core/exchange/port.ts';
import type { TradingSessionStatus } from '#core/exchange/events.ts';
import { sliceLimit, type Instrument } from '#core/model/instrument.ts';
import { formatE4 } from '#core/model/price.ts';
import type { JournalRefusal } from '#core/journal/port.ts';
import type { PositionsPort } from '#core/positions/port.ts';
import type { Evidence, OrderTerms, OrderType, TimeInForce } from './events.ts';
import type { OrderRefusal } from './port.ts';
import type { OrdersState } from './state.ts';

/** The checks of an order, each pure and named by the rule it keeps. Null is "may". */
export interface Objection {
  readonly reason: Exclude<OrderRefusal['reason'], JournalRefusal['reason']>;
  readonly text: string;
}

export type Closable = Pick<PositionsPort, 'closable' | 'closableOfContract'>;

function object(reason: Objection['reason'], text: string): Objection {
  return { reason, text };
}

/** Whole lots under the freeze quantity; an unknown freeze is the plan's to judge. */
export function quantityObjection(instrument: Instrument, quantity: number): Objection | null {
  if (!Number.isSafeInteger(quantity) || quantity <= 0) {
    return object('quantity-not-positive', `a quantity is a positive whole number of units, not ${quantity}`);
  }
  if (quantity % instrument.lotSize !== 0) {
    return object(
      'quantity-not-whole-lots',
      `${quantity} is not a multiple of the lot of ${instrument.lotSize}`,
    );
  }
  if (instrument.freezeQuantity > 0 && quantity > sliceLimit(instrument)) {
    return object(
      'quantity-over-freeze',
      `${quantity} is over ${sliceLimit(instrument)}, the most in one order`,
    );
  }
  return null;
}

/** A limit on the tick and inside the day's band; a market order where the venue takes it. */
export function priceObjection(
  instrument: Instrument,
  type: OrderType,
  priceE4: number | null,
  capabilities: Pick<Capabilities, 'marketOrders'>,
): Objection | null {
  if (type === 'market') {
    return capabilities.marketOrders
      ? null
      : object('market-order-not-taken', 'this venue takes limit orders only');
  }
  if (priceE4 === null || !Number.isSafeInteger(priceE4) || priceE4 <= 0) {
    return object('price-missing', 'a limit order has a price above zero');
  }
  if (priceE4 % instrument.tickE4 !== 0) {
    return object(
      'price-not-on-tick',
      `${formatE4(priceE4)} is not a multiple of ${formatE4(instrument.tickE4)}`,
    );
  }
  const { lowerBandE4, upperBandE4 } = instrument;
  if ((lowerBandE4 > 0 && priceE4 < lowerBandE4) || (upperBandE4 > 0 && priceE4 > upperBandE4)) {
    const band = `${formatE4(lowerBandE4)} to ${formatE4(upperBandE4)}`;
    return object('price-outside-band', `${formatE4(priceE4)} is outside the day's band, ${band}`);
  }
  return null;
}

/** What the exchange takes now. A state that the venue does not tell is for the exchange to refuse. */
export function sessionObjection(
  session: TradingSessionStatus,
  type: OrderType,
  timeInForce: TimeInForce,
): Objection | null {
  switch (session) {
    case 'open':
    case 'unknown':
      return null;
    case 'closing-auction':
      return type === 'limit' && timeInForce === 'DAY'
        ? null
        : object('auction-takes-limit-only', 'the closing auction takes limit orders for the day');
    case 'risk-reduction':
      return timeInForce === 'IOC'
        ? null
        : object('not-supported', 'risk-reduction mode takes IOC orders only');
    case 'pre-open':
    case 'pre-close':
    case 'halted':
    case 'closed':
      return object('market-closed', `the exchange is ${session}`);
  }
}

/** Why the order may exist, by whom: it goes with the order into the journal, the export and the handback. */
export function evidenceObjection(evidence: Evidence): Objection | null {
  if (evidence.reference.trim() === '' || evidence.by.trim() === '') {
    return object('authority-missing', 'an exit names its authority, with a reference and the dealer');
  }
  return null;
}

/**
 * I2, both levels: with `extra` more units of ours, the row's reservation stays within what the row may close, and
 * the contract's within what the contract may close.
 */
export function roomObjection(
  state: OrdersState,
  positions: Closable,
  terms: Pick<OrderTerms, 'account' | 'instrumentId' | 'product' | 'side'>,
  extra: { readonly row: number; readonly contract: number },
): Objection | null {
  const { account, instrumentId, side } = terms;
  const closable = positions.closable(terms, side);
  if (closable <= 0) return object('opens-or-increases', `a ${side} would open or increase this position`);
  const pinned = state.reserved(terms, side);
  if (pinned + extra.row > closable) {
    return object('more-than-closable', roomText(extra.row, pinned, closable, ''));
  }
  const ofContract = positions.closableOfContract(account, instrumentId, side);
  const inContract = state.reservedOfContract(account, instrumentId, side);
  if (inContract + extra.contract > ofContract) {
    const where = ' in this contract over all products';
    return object('more-than-closable', roomText(extra.contract, inContract, ofContract, where));
  }
  return null;
}

/** What is asked beside what is left of it. An order that goes out is in the sums already, and asks for no more. */
function roomText(asked: number, pinned: number, closable: number, where: string): string {
  if (asked <= 0) return `${pinned + asked} are reserved by orders, and ${closable} may be closed${where}`;
  if (pinned === 0) return `${asked} asked, ${closable} may be closed${where}`;
  const left = Math.max(0, closable - pinned);
  return `${asked} asked, ${left} of ${closable} may still be closed${where}: ${pinned} are reserved by working orders`;
}
