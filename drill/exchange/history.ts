import { FIRST_EXCHANGE_ORDER } from '#drill/book/make.ts';
import type { Book } from '#drill/book/book.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { LedgerRecord } from './record.ts';
import type { Trade, VenueEvent, VenueOrder } from './venue-types.ts';

/** Whose orders the book begins with. */
export const MAIN = 'MAIN';

export interface Seeded {
  readonly records: readonly LedgerRecord[];
  readonly orders: readonly VenueOrder[];
  readonly trades: readonly Trade[];
}

/** What the ledger begins with: main's trades of the day and its resting orders, as the book has them. */
export function seedLedger(book: Book): Seeded {
  const records: LedgerRecord[] = [];
  const orders: VenueOrder[] = [];
  const trades: Trade[] = [];
  for (const trade of book.dayTrades) {
    const order = mainOrder(trade, orders.length);
    const tradeNumber = String(trade.tradeNumber);
    const { quantity, priceE4, atMs, exchangeOrderId } = trade;
    records.push(acceptedOf(order));
    records.push({
      kind: 'filled',
      atMs,
      exchangeOrderId,
      tradeNumber,
      quantity,
      priceE4,
      tradingDate: istDate(atMs),
    });
    orders.push({ ...order, cumQuantity: quantity, turnoverE4: quantity * priceE4, state: 'filled' });
    const buys = trade.side === 'buy';
    trades.push({
      tradeNumber,
      instrumentId: trade.instrumentId,
      quantity,
      priceE4,
      buyOrder: buys ? exchangeOrderId : 'OTHER',
      sellOrder: buys ? 'OTHER' : exchangeOrderId,
      atMs,
      state: 'done',
    });
  }
  for (const resting of book.mainOrders) {
    const order = mainOrder(resting, orders.length);
    records.push(acceptedOf(order));
    orders.push(order);
  }
  return { records, orders, trades };
}

function mainOrder(of: Book['mainOrders'][number] | Book['dayTrades'][number], priority: number): VenueOrder {
  return {
    exchangeOrderId: of.exchangeOrderId,
    owner: MAIN,
    clientOrderId: `M${Number(of.exchangeOrderId) - FIRST_EXCHANGE_ORDER + 1}`,
    account: of.account,
    instrumentId: of.instrumentId,
    side: of.side,
    type: 'limit',
    timeInForce: 'DAY',
    quantity: of.quantity,
    priceE4: of.priceE4,
    cumQuantity: 0,
    turnoverE4: 0,
    state: 'working',
    // Before everything that comes later.
    priority: priority - 1_000_000,
    enteredAtMs: of.atMs,
    text: '',
  };
}

/** The ledger's record of a new order. */
export function acceptedOf(order: VenueOrder): Extract<LedgerRecord, { kind: 'accepted' }> {
  return {
    kind: 'accepted',
    atMs: order.enteredAtMs,
    exchangeOrderId: order.exchangeOrderId,
    owner: order.owner,
    clientOrderId: order.clientOrderId,
    account: order.account,
    instrumentId: order.instrumentId,
    side: order.side,
    quantity: order.quantity,
    type: order.type,
    priceE4: order.priceE4,
    timeInForce: order.timeInForce,
  };
}

/** The events of a ledger again, each with its order as it was then: what a new drop copy is told of the day. */
export function replayEvents(records: readonly LedgerRecord[]): VenueEvent[] {
  const orders = new Map<string, VenueOrder>();
  const events: VenueEvent[] = [];
  for (const record of records) {
    const order = 'exchangeOrderId' in record ? after(orders.get(record.exchangeOrderId), record) : null;
    if (order === null) continue;
    orders.set(order.exchangeOrderId, order);
    events.push({ record, order, requester: null, requestId: null, originalId: null });
  }
  return events;
}

function after(order: VenueOrder | undefined, record: LedgerRecord): VenueOrder | null {
  if (record.kind === 'accepted') {
    const { kind: _, atMs, ...terms } = record;
    return {
      ...terms,
      cumQuantity: 0,
      turnoverE4: 0,
      state: 'working',
      priority: 0,
      enteredAtMs: atMs,
      text: '',
    };
  }
  if (order === undefined) return null;
  switch (record.kind) {
    case 'replaced':
      return {
        ...order,
        clientOrderId: record.clientOrderId,
        quantity: record.quantity,
        priceE4: record.priceE4,
      };
    case 'canceled':
      return { ...order, state: 'canceled', text: record.text };
    case 'filled': {
      const cumQuantity = order.cumQuantity + record.quantity;
      const turnoverE4 = order.turnoverE4 + record.quantity * record.priceE4;
      return {
        ...order,
        cumQuantity,
        turnoverE4,
        state: cumQuantity >= order.quantity ? 'filled' : order.state,
      };
    }
    case 'busted':
      return {
        ...order,
        cumQuantity: order.cumQuantity - record.quantity,
        turnoverE4: order.turnoverE4 - record.quantity * record.priceE4,
        state: order.state === 'filled' ? 'canceled' : order.state,
      };
    case 'corrected':
      return order;
    case 'refused':
    case 'request-refused':
    case 'segment':
    case 'risk-reduction':
      return null;
  }
}
