import type { Fact } from '#core/events.ts';
import { AccountId, ExchangeOrderId, InstrumentId, OrderId, RequestId, VenueId } from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import type { Side } from '#core/model/side.ts';
import type { Evidence, FillKey, OrderTerms } from '#core/orders/events.ts';
import type { Order, OrderStatus } from '#core/orders/port.ts';
import type { PositionRow, PositionWarning } from '#core/positions/port.ts';

/** Facts of orders and trades in a few words, for tests of the handback. */

export const NIFTY = InstrumentId.parse('NSE:NIFTY26NOVFUT');
const VENUE = VenueId.parse('nse-fo');
const DAY = '2026-11-23';

export interface Row {
  readonly account?: string;
  readonly instrumentId?: string;
  readonly product?: Product;
  readonly side?: Side;
  readonly quantity?: number;
}

function termsOf(row: Row): OrderTerms {
  return {
    account: AccountId.parse(row.account ?? 'C1'),
    instrumentId: InstrumentId.parse(row.instrumentId ?? NIFTY),
    product: row.product ?? 'MIS',
    side: row.side ?? 'sell',
    quantity: row.quantity ?? 65,
    type: 'limit',
    priceE4: 250_000_000,
    timeInForce: 'DAY',
  };
}

const EVIDENCE: Evidence = {
  authority: 'mis-cut-off',
  reference: 'policy',
  channel: 'policy',
  instructedAtMs: 0,
  by: 'dealer-1',
};

export function planned(orderId: string, row: Row = {}): Fact {
  return {
    kind: 'order-planned',
    v: 1,
    orderId: OrderId.parse(orderId),
    terms: termsOf(row),
    venue: VENUE,
    tradingDate: DAY,
    evidence: EVIDENCE,
    runId: null,
    slice: 1,
  };
}

export function released(orderId: string): Fact {
  return {
    kind: 'order-released',
    v: 1,
    orderId: OrderId.parse(orderId),
    requestId: RequestId.parse(`${orderId}R`),
    type: 'limit',
    priceE4: 250_000_000,
    timeInForce: 'DAY',
    reference: null,
    fundsE4: 0,
  };
}

export function acknowledged(orderId: string, number: string): Fact {
  return {
    kind: 'order-acknowledged',
    v: 1,
    orderId: OrderId.parse(orderId),
    exchangeOrderId: ExchangeOrderId.parse(number),
    via: 'order-session',
  };
}

export function keyOf(number: string, tradeId: string, side: Side = 'sell'): FillKey {
  return {
    venue: VENUE,
    tradingDate: DAY,
    side,
    exchangeOrderId: ExchangeOrderId.parse(number),
    tradeId,
  };
}

export function filled(orderId: string, number: string, tradeId: string, quantity = 65): Fact {
  return {
    kind: 'order-filled',
    v: 1,
    orderId: OrderId.parse(orderId),
    key: keyOf(number, tradeId),
    via: 'order-session',
    quantity,
    priceE4: 250_012_500,
    cumQuantity: null,
    tradedAtMs: 1_795_400_000_000,
  };
}

export function mainsFill(number: string, tradeId: string, row: Row & { unknown?: true } = {}): Fact {
  const { account, instrumentId, product, side, quantity } = termsOf(row);
  return {
    kind: 'foreign-fill-seen',
    v: 1,
    key: keyOf(number, tradeId, side),
    account,
    instrumentId,
    product: row.unknown === true ? null : product,
    quantity,
    priceE4: 250_000_000,
    via: 'drop-copy',
    tradedAtMs: 1_795_400_000_000,
  };
}

export function mainsOrder(number: string, openQuantity: number, row: Row = {}): Fact {
  const { account, instrumentId, product, side } = termsOf(row);
  return {
    kind: 'foreign-order-seen',
    v: 1,
    venue: VENUE,
    exchangeOrderId: ExchangeOrderId.parse(number),
    account,
    instrumentId,
    product,
    side,
    quantity: openQuantity,
    openQuantity,
    source: 'drop-copy',
  };
}

export function mainsOrderEnded(number: string): Fact {
  return {
    kind: 'foreign-order-ended',
    v: 1,
    venue: VENUE,
    exchangeOrderId: ExchangeOrderId.parse(number),
    via: 'drop-copy',
    text: '',
  };
}

/** An order as the orders service shows it. */
export function orderOf(orderId: string, status: OrderStatus, row: Row & { reserved?: number } = {}): Order {
  const terms = termsOf(row);
  return {
    orderId: OrderId.parse(orderId),
    venue: VENUE,
    terms,
    status,
    tradingDate: DAY,
    evidence: EVIDENCE,
    runId: null,
    slice: 1,
    exchangeOrderId: ExchangeOrderId.parse(`X${orderId}`),
    requests: [],
    acceptedRequestId: null,
    filledQuantity: 0,
    filledValueE4: 0,
    toldQuantity: 0,
    takenBackQuantity: 0,
    reserved: row.reserved ?? 0,
    doubt: '',
    reference: null,
    fundsE4: 0,
    cancelCause: null,
    text: '',
    plannedAtMs: 0,
    sentAtMs: 0,
    answeredAtMs: 0,
    endedAtMs: 0,
  };
}

/** A row of the net position grid. */
export function rowOf(net: number, row: Row & { warnings?: readonly PositionWarning[]; high?: number } = {}) {
  const { account, instrumentId, product } = termsOf(row);
  const position: PositionRow = {
    account,
    instrumentId,
    product,
    netLow: net,
    netHigh: row.high ?? net,
    opinions: null,
    carriedQuantity: net,
    carriedValueE4: 0,
    boughtQuantity: 0,
    boughtValueE4: 0,
    soldQuantity: 0,
    soldValueE4: 0,
    realisedE4: 0,
    openCostE4: 0,
    closable: Math.abs(net),
    closingSide: null,
    proof: 'proven',
    warnings: row.warnings ?? [],
    source: 'test',
    asOfMs: 0,
    restriction: 'none',
  };
  return position;
}
