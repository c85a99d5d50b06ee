import { z } from 'zod';
import { InstrumentId } from '#core/model/ids.ts';
import type { NetRow } from '#core/sync/messages.ts';
import type { BookRow } from './book-rows.ts';
import type { HandedFact } from './store-facts.ts';

/** A trade of main's own. */
export const OwnTrade = z.object({
  exchangeOrderId: z.string(),
  tradeId: z.string(),
  tradingDate: z.string(),
  account: z.string(),
  instrumentId: z.string(),
  /** Empty: main does not know it. */
  product: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: z.int().positive(),
  busted: z.boolean(),
});
export type OwnTrade = z.infer<typeof OwnTrade>;

/** What main's positions are made of. */
export interface NetsInput {
  readonly positions: readonly BookRow[];
  readonly instruments: readonly BookRow[];
  readonly pending: readonly BookRow[];
  readonly tradingDate: string;
  /** As docs/imports.md writes them: trades that the positions hold already. */
  readonly cuts: readonly string[];
  readonly facts: readonly HandedFact[];
  readonly own: readonly OwnTrade[];
}

/** The kinds of facts that `netsOf` reads. */
export const TRADE_KINDS = [
  'order-planned',
  'order-filled',
  'fill-busted',
  'fill-corrected',
  'foreign-fill-seen',
  'foreign-fill-busted',
] as const;

const Key = z.object({
  tradingDate: z.string(),
  side: z.enum(['buy', 'sell']),
  exchangeOrderId: z.string(),
  tradeId: z.string(),
});
type Key = z.infer<typeof Key>;
const Terms = z.object({ account: z.string(), instrumentId: z.string(), product: z.string() });
type Terms = z.infer<typeof Terms>;
const TradeFact = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('order-planned'), orderId: z.string(), terms: Terms }),
  z.object({ kind: z.literal('order-filled'), orderId: z.string(), key: Key, quantity: z.int() }),
  z.object({ kind: z.literal('fill-busted'), key: Key }),
  z.object({ kind: z.literal('fill-corrected'), orderId: z.string(), key: Key, quantity: z.int() }),
  z.object({
    kind: z.literal('foreign-fill-seen'),
    key: Key,
    ...Terms.shape,
    product: z.string().nullable(),
    quantity: z.int(),
  }),
  z.object({ kind: z.literal('foreign-fill-busted'), key: Key }),
]);
type TradeFact = z.infer<typeof TradeFact>;

interface Trade {
  readonly key: Key;
  readonly terms: Terms;
  readonly quantity: number;
}

/** Each trade of the exchange once, by its own key, however many desks and epochs tell of it. */
class Trades {
  readonly #trades = new Map<string, Trade>();
  readonly #busted = new Set<string>();
  readonly #orders = new Map<string, Terms>();

  apply(desk: string, fact: TradeFact): void {
    switch (fact.kind) {
      case 'order-planned':
        // Of an order id that a restored desk gave a second time, the newer plan counts from here on.
        this.#orders.set(`${desk} ${fact.orderId}`, fact.terms);
        return;
      case 'order-filled':
      case 'fill-corrected': {
        const terms = this.#orders.get(`${desk} ${fact.orderId}`);
        if (terms !== undefined) this.#put({ key: fact.key, terms, quantity: fact.quantity });
        return;
      }
      case 'foreign-fill-seen': {
        const { key, account, instrumentId, product, quantity } = fact;
        // Who sent the order knows its product better than who saw the trade.
        if (this.#trades.get(textOf(key))?.terms.product) return;
        this.#put({ key, terms: { account, instrumentId, product: product ?? '' }, quantity });
        return;
      }
      case 'fill-busted':
      case 'foreign-fill-busted':
        this.bust(fact.key);
    }
  }
  #put(trade: Trade): void {
    this.#trades.set(textOf(trade.key), trade);
  }
  bust(key: Key): void {
    this.#busted.add(textOf(key));
  }
  standing(): readonly Trade[] {
    return [...this.#trades].filter(([text]) => !this.#busted.has(text)).map(([, trade]) => trade);
  }
}

/** Main's positions: those of its book, and every trade of that day which the book does not hold yet. */
export function netsOf(input: NetsInput): NetRow[] {
  const nets = new Map<string, NetRow>();
  const add = (terms: Terms, quantity: number): void => {
    const text = `${terms.account} ${terms.instrumentId} ${terms.product}`;
    const net = (nets.get(text)?.net ?? 0) + quantity;
    nets.set(text, { ...terms, net });
  };
  for (const row of input.positions) add(termsOf(row), Number(row['quantity']));
  const holds = bookHolds(input);
  const productOf = products(input);
  for (const { key, terms, quantity } of tradesOf(input).standing()) {
    if (dayOf(key.tradingDate) !== dayOf(input.tradingDate) || holds(terms.instrumentId, key.tradeId))
      continue;
    const product = terms.product === '' ? productOf(key.exchangeOrderId, terms) : terms.product;
    add({ ...terms, product }, key.side === 'buy' ? quantity : -quantity);
  }
  return [...nets.values()];
}

function tradesOf({ facts, own }: NetsInput): Trades {
  const trades = new Trades();
  for (const { desk, body } of facts) {
    const fact = TradeFact.safeParse(JSON.parse(body));
    if (fact.success) trades.apply(desk, fact.data);
  }
  for (const { tradeId, exchangeOrderId, tradingDate, side, busted, ...terms } of own) {
    const key = { tradingDate, side, exchangeOrderId, tradeId };
    const product = terms.product === '' ? null : terms.product;
    trades.apply('', { kind: 'foreign-fill-seen', key, ...terms, product });
    if (busted) trades.bust(key);
  }
  return trades;
}

function termsOf(row: BookRow): Terms {
  const { account = '', product = '' } = row;
  return { account, instrumentId: nameOf(row), product };
}

/** The contract of a row of positions or pending orders. */
export function nameOf({ exchange = '', symbol = '' }: BookRow): string {
  return InstrumentId.parse(`${exchange}:${symbol.replaceAll(' ', '')}`);
}

function textOf({ tradingDate, side, exchangeOrderId, tradeId }: Key): string {
  return `${dayOf(tradingDate)} ${side} ${exchangeOrderId} ${tradeId}`;
}

/** Whether the book's positions contain a trade, by the cut of its exchange segment. */
function bookHolds({ instruments, cuts }: NetsInput): (instrumentId: string, tradeId: string) => boolean {
  const segments = new Map(
    instruments.map((row) => [row['instrumentId'], `${row['exchange'] ?? ''}:${row['segment'] ?? ''}`]),
  );
  const last = new Map<string, number>();
  const listed = new Set<string>();
  for (const cut of cuts) {
    const [segment = '', how, ...trades] = cut.split(' ');
    if (how === 'last-trade') last.set(segment, Number(trades[0]));
    if (how === 'trades') for (const trade of trades) listed.add(`${segment} ${trade}`);
  }
  return (instrumentId, tradeId) => {
    const segment = segments.get(instrumentId) ?? '';
    return Number(tradeId) <= (last.get(segment) ?? -1) || listed.has(`${segment} ${tradeId}`);
  };
}

/** The product of a trade whose order nobody knows: of main's own order, else of the only row in that contract. */
function products({ positions, pending }: NetsInput): (exchangeOrderId: string, terms: Terms) => string {
  const ofOrder = new Map(pending.map((row) => [row['exchange_order_id'], row['product'] ?? '']));
  const ofContract = Map.groupBy(positions, (row) => `${row['account'] ?? ''} ${nameOf(row)}`);
  return (exchangeOrderId, { account, instrumentId }) => {
    const rows = ofContract.get(`${account} ${instrumentId}`) ?? [];
    return ofOrder.get(exchangeOrderId) ?? (rows.length === 1 ? (rows[0]?.['product'] ?? '') : '');
  };
}

/** FIX writes a day without hyphens. */
function dayOf(tradingDate: string): string {
  return tradingDate.replaceAll('-', '');
}
