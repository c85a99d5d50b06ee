import type { Side } from '#core/model/side.ts';
import { acceptedOf, MAIN } from './history.ts';
import { HOUSE, type Market } from './market.ts';
import type { Trade, VenueEvent, VenueOrder } from './venue-types.ts';

/** Not done, with the reason in words: these come from a person or a test at the control port. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}

/** The exchange annuls a trade: each side loses the fill; a finished order is not opened again. */
export function bust(market: Market, tradeNumber: string): VenueEvent[] {
  const trade = openTrade(market, tradeNumber);
  market.putTrade({ ...trade, state: 'busted' });
  return sidesOf(market, trade).map((order) => {
    const changed = market.put({
      ...order,
      cumQuantity: order.cumQuantity - trade.quantity,
      turnoverE4: order.turnoverE4 - trade.quantity * trade.priceE4,
      state: order.state === 'filled' ? 'canceled' : order.state,
    });
    return tradeEvent(market, 'busted', changed, trade);
  });
}

/** The exchange corrects the price of a trade. */
export function correct(market: Market, tradeNumber: string, priceE4: number): VenueEvent[] {
  const trade = openTrade(market, tradeNumber);
  const corrected: Trade = { ...trade, priceE4, state: 'corrected' };
  market.putTrade(corrected);
  return sidesOf(market, trade).map((order) => {
    const change = trade.quantity * (priceE4 - trade.priceE4);
    return tradeEvent(
      market,
      'corrected',
      market.put({ ...order, turnoverE4: order.turnoverE4 + change }),
      corrected,
    );
  });
}

export interface ManualTrade {
  readonly owner: string;
  readonly account: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly quantity: number;
  readonly priceE4: number | null;
}

/** Somebody else, main or a dealer at another terminal, trades for the account: an order, filled at once. */
export function manualTrade(market: Market, of: ManualTrade): VenueEvent[] {
  const order = enter(market, of);
  const instrument = market.instrument(of.instrumentId);
  const priceE4 = of.priceE4 ?? market.referenceE4(instrument);
  return [market.event(acceptedOf(order), order), fillAtHouse(market, order, of.quantity, priceE4)];
}

/** Main, thought dead, enters an order that rests or trades like any other. */
export function mainEnters(market: Market, of: ManualTrade): VenueEvent[] {
  const order = enter(market, of);
  return [market.event(acceptedOf(order), order), ...market.match(order)];
}

/** A resting order (of main's) is filled at its own price, as if the market had come to it. */
export function fillResting(market: Market, exchangeOrderId: string, quantity: number | null): VenueEvent[] {
  const order = market.orders.get(exchangeOrderId);
  if (order === undefined || order.state !== 'working')
    throw new NotPossible(`order ${exchangeOrderId} does not rest`);
  const open = order.quantity - order.cumQuantity;
  const filled = Math.min(quantity ?? open, open);
  const book = market.book(market.instrument(order.instrumentId));
  if (filled === open) book.remove(exchangeOrderId);
  else book.reduce(exchangeOrderId, open - filled);
  const priceE4 = order.priceE4 ?? market.referenceE4(market.instrument(order.instrumentId));
  return [fillAtHouse(market, order, filled, priceE4)];
}

function enter(market: Market, of: ManualTrade): VenueOrder {
  if (!market.instruments.has(of.instrumentId)) throw new NotPossible(`unknown contract ${of.instrumentId}`);
  const exchangeOrderId = String(market.counters.nextOrder);
  market.counters.nextOrder += 1;
  market.counters.nextPriority += 1;
  return market.put({
    exchangeOrderId,
    owner: of.owner === '' ? MAIN : of.owner,
    clientOrderId: `${of.owner === '' ? MAIN : of.owner}-${exchangeOrderId}`,
    account: of.account,
    instrumentId: of.instrumentId,
    side: of.side,
    type: of.priceE4 === null ? 'market' : 'limit',
    timeInForce: 'DAY',
    quantity: of.quantity,
    priceE4: of.priceE4,
    cumQuantity: 0,
    turnoverE4: 0,
    state: 'working',
    priority: market.counters.nextPriority,
    enteredAtMs: market.now(),
    text: '',
  });
}

function fillAtHouse(market: Market, order: VenueOrder, quantity: number, priceE4: number): VenueEvent {
  const [buyer, seller] =
    order.side === 'buy' ? [order.exchangeOrderId, HOUSE] : [HOUSE, order.exchangeOrderId];
  return market.fill(
    order.exchangeOrderId,
    market.newTrade(order.instrumentId, quantity, priceE4, buyer, seller),
  );
}

function openTrade(market: Market, tradeNumber: string): Trade {
  const trade = market.trades.get(tradeNumber);
  if (trade === undefined || trade.state === 'busted')
    throw new NotPossible(`trade ${tradeNumber} does not stand`);
  return trade;
}

function sidesOf(market: Market, trade: Trade): VenueOrder[] {
  return [trade.buyOrder, trade.sellOrder].flatMap((id) => market.orders.get(id) ?? []);
}

function tradeEvent(
  market: Market,
  kind: 'busted' | 'corrected',
  order: VenueOrder,
  trade: Trade,
): VenueEvent {
  const { tradeNumber, quantity, priceE4, atMs } = trade;
  const tradingDate = market.tradingDateOf(atMs);
  const { exchangeOrderId } = order;
  return market.event(
    { kind, atMs: market.now(), exchangeOrderId, tradeNumber, quantity, priceE4, tradingDate },
    order,
  );
}
