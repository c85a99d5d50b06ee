import { dayOf } from '#core/model/as-of.ts';
import type { AccountId, ExchangeOrderId, InstrumentId, VenueId } from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import { signOf } from '#core/model/side.ts';
import type { FillKey } from '#core/orders/events.ts';
import {
  dropEmptyRows,
  ensureContract,
  ensureRow,
  touch,
  type Book,
  type ContractState,
  type TradePlace,
} from './book.ts';
import type { Trade, TradeContent } from './overlap.ts';

/** A trade as a fact tells it, with the position that it belongs to. */
export interface ToldTrade {
  readonly key: FillKey;
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly product: Product | null;
  readonly releasedSeq: number | null;
  readonly content: TradeContent;
}

/**
 * Counts a trade once (I4). A key that is known already changes nothing, except that it may now tell the product;
 * a trade that was seen as somebody's and turns out to be of our order takes our order's account and product.
 */
export function addTrade(book: Book, told: ToldTrade): void {
  const text = keyText(told.key);
  const place = book.places.get(text);
  if (place !== undefined) {
    const ours = told.releasedSeq !== null && tradeAt(place, text)?.releasedSeq === null;
    if (told.product !== null && (ours || place.product === null)) {
      move(book, text, place, told);
    }
    return;
  }
  put(book, text, told.account, told.instrumentId, {
    key: told.key,
    sign: signOf(told.key.side),
    day: dayOf(told.key.tradingDate),
    product: told.product,
    releasedSeq: told.releasedSeq,
    contents: [told.content],
    claims: [],
    bustedSeq: book.bustedFirst.get(text) ?? null,
  });
  book.bustedFirst.delete(text);
}

/** Main's order list tells the product of trades that came before it. */
export function attribute(
  book: Book,
  venue: VenueId,
  exchangeOrderId: ExchangeOrderId,
  product: Product,
): void {
  const waiting = book.waiting.get(orderText(venue, exchangeOrderId));
  if (waiting === undefined) return;
  for (const text of waiting) {
    const place = book.places.get(text);
    if (place === undefined) continue;
    const { account, instrumentId } = place.contract;
    move(book, text, place, { account, instrumentId, product, releasedSeq: null });
  }
}

/** Changes what is known of a trade; false when the key is not known. */
export function changeTrade(book: Book, key: FillKey, change: (trade: Trade) => Trade): boolean {
  const text = keyText(key);
  const place = book.places.get(text);
  const trade = place === undefined ? null : tradeAt(place, text);
  if (place === undefined || trade === null) return false;
  tradesAt(place)?.set(text, change(trade));
  touch(place.contract);
  return true;
}

/** An annulled trade; also when the word of it comes before the trade itself. */
export function bustTrade(book: Book, key: FillKey, seq: number): void {
  const known = changeTrade(book, key, (trade) => ({
    ...trade,
    claims: [],
    bustedSeq: trade.bustedSeq ?? seq,
  }));
  if (!known) book.bustedFirst.set(keyText(key), seq);
}

/** Forgets the trades of days before this one: the row's new file holds them. */
export function forgetTradesBefore(book: Book, trades: Map<string, Trade>, day: string): void {
  for (const [text, trade] of trades) {
    if (trade.day >= day) continue;
    trades.delete(text);
    book.places.delete(text);
  }
}

function move(
  book: Book,
  text: string,
  from: TradePlace,
  to: Pick<ToldTrade, 'account' | 'instrumentId' | 'product' | 'releasedSeq'>,
): void {
  const trade = tradeAt(from, text);
  if (trade === null) return;
  tradesAt(from)?.delete(text);
  if (from.product === null) unwait(book, text, trade);
  put(book, text, to.account, to.instrumentId, {
    ...trade,
    product: to.product,
    releasedSeq: to.releasedSeq ?? trade.releasedSeq,
  });
  touch(from.contract);
  dropEmptyRows(book, from.contract);
}

function put(book: Book, text: string, account: AccountId, instrumentId: InstrumentId, trade: Trade): void {
  const contract = ensureContract(book, account, instrumentId);
  if (trade.product === null) {
    // Somebody must see it even where no row is: the product that no exit-all touches stands in.
    if (contract.rows.size === 0)
      ensureRow(book, { account, instrumentId, product: standIn(book, contract) });
    contract.unattributed.set(text, trade);
    const order = orderText(trade.key.venue, trade.key.exchangeOrderId);
    book.waiting.set(order, (book.waiting.get(order) ?? new Set()).add(text));
  } else {
    ensureRow(book, { account, instrumentId, product: trade.product }).trades.set(text, trade);
  }
  book.places.set(text, { contract, product: trade.product });
  touch(contract);
}

function unwait(book: Book, text: string, trade: Trade): void {
  const order = orderText(trade.key.venue, trade.key.exchangeOrderId);
  const waiting = book.waiting.get(order);
  waiting?.delete(text);
  if (waiting?.size === 0) book.waiting.delete(order);
}

function standIn(book: Book, contract: ContractState): Product {
  return book.instruments.get(contract.instrumentId)?.segment === 'CM' ? 'CNC' : 'NRML';
}

function tradesAt(place: TradePlace): Map<string, Trade> | undefined {
  return place.product === null
    ? place.contract.unattributed
    : place.contract.rows.get(place.product)?.trades;
}

function tradeAt(place: TradePlace, text: string): Trade | null {
  return tradesAt(place)?.get(text) ?? null;
}

function keyText(key: FillKey): string {
  return `${key.venue} ${dayOf(key.tradingDate)} ${key.side} ${key.exchangeOrderId} ${key.tradeId}`;
}

function orderText(venue: VenueId, exchangeOrderId: ExchangeOrderId): string {
  return `${venue} ${exchangeOrderId}`;
}
