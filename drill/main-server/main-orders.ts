import { z } from 'zod';
import { opposite } from '#core/model/side.ts';
import type { LateOrder, NetRow } from '#core/sync/messages.ts';
import { askVenue, VenueRefused } from '#drill/exchange/control-client.ts';
import { MAIN } from '#drill/exchange/history.ts';
import type { BookRow } from './book-rows.ts';
import { statement } from './database.ts';
import { nameOf, OwnTrade } from './nets.ts';
import type { Store } from './store.ts';

const VenueOrders = z.object({
  orders: z.array(
    z.object({
      exchangeOrderId: z.string(),
      account: z.string(),
      instrumentId: z.string(),
      side: z.enum(['buy', 'sell']),
      quantity: z.int(),
      cumQuantity: z.int(),
      state: z.string(),
    }),
  ),
});
const VenueTrades = z.object({
  trades: z.array(OwnTrade.omit({ product: true, tradeId: true }).extend({ tradeNumber: z.string() })),
});
const Entered = z.object({
  events: z.array(z.looseObject({ kind: z.string(), exchangeOrderId: z.string().optional() })),
});
const OwnOrder = z.object({ product: z.string(), cause: z.enum(['auto-square-off', 'client']) });
type OwnOrder = z.infer<typeof OwnOrder>;

/** Orders at once of one square-off of main's. */
const FIRED_MAX = 2_000;

export interface MainOrdersOptions {
  readonly store: Store;
  /** Where the drill's exchange takes commands; null: main has no way to the exchange. */
  readonly venue: number | null;
  readonly pending: () => readonly BookRow[];
}

/** Main's own orders at the exchange: those that rest from before, and those that it sends on its own. */
export class MainOrders {
  readonly #options: MainOrdersOptions;

  constructor(options: MainOrdersOptions) {
    this.#options = options;
  }

  /** Orders that are, or may be, at the exchange, of these accounts. */
  async late(has: (account: string) => boolean): Promise<LateOrder[]> {
    const pending = new Map(this.#options.pending().map((row) => [row['exchange_order_id'] ?? '', row]));
    const answer = await this.#ask({ do: 'orders', owner: MAIN });
    if (answer === null)
      return [...pending.values()].filter((row) => has(row['account'] ?? '')).map(restingOf);
    const own = await this.#ownOrders();
    return VenueOrders.parse(answer)
      .orders.filter(({ state, account }) => state === 'working' && has(account))
      .map(({ exchangeOrderId, account, instrumentId, side, quantity, cumQuantity }) => ({
        exchangeOrderId,
        account,
        instrumentId,
        product: own.get(exchangeOrderId)?.product ?? pending.get(exchangeOrderId)?.['product'] ?? '',
        side,
        openQuantity: quantity - cumQuantity,
        cause: own.get(exchangeOrderId)?.cause ?? (pending.has(exchangeOrderId) ? 'resting' : 'client'),
      }));
  }

  /** Squares off these rows at the market, as main's own timer does. Answers how many orders went. */
  async fire(rows: readonly NetRow[]): Promise<number> {
    const { store, venue } = this.#options;
    if (venue === null) return 0;
    let fired = 0;
    for (const { account, instrumentId, product, net } of rows.slice(0, FIRED_MAX)) {
      const side = opposite(net > 0 ? 'buy' : 'sell');
      const order = {
        do: 'main-order',
        account,
        instrumentId,
        side,
        quantity: Math.abs(net),
        priceE4: null,
      } as const;
      const answer = await this.#ask(order);
      const accepted = answer === null ? [] : Entered.parse(answer).events;
      const id = accepted.find(({ kind }) => kind === 'accepted')?.exchangeOrderId;
      if (id === undefined) continue;
      const body: OwnOrder = { product, cause: 'auto-square-off' };
      const sql = 'INSERT INTO own_orders VALUES ($1, $2) ON CONFLICT (exchange_order_id) DO NOTHING';
      await store.commit([statement(sql, id, JSON.stringify(body))]);
      fired += 1;
    }
    return fired;
  }

  /** Learns the trades of its own that only the exchange has told by now. */
  async learn(): Promise<void> {
    const answer = await this.#ask({ do: 'trades', owner: MAIN });
    if (answer === null) return;
    const own = await this.#ownOrders();
    await this.note(
      VenueTrades.parse(answer).trades.map(({ tradeNumber, ...trade }) => ({
        ...trade,
        tradeId: tradeNumber,
        product: own.get(trade.exchangeOrderId)?.product ?? '',
      })),
    );
  }

  /** Trades of main's own, as its exchange session tells them. */
  async note(trades: readonly OwnTrade[]): Promise<void> {
    const { store } = this.#options;
    const known = new Set((await readOwnTrades(store)).map((trade) => JSON.stringify(trade)));
    const fresh = trades
      .map((trade) => OwnTrade.parse(trade))
      .filter((trade) => !known.has(JSON.stringify(trade)));
    if (fresh.length === 0) return;
    const sql = `INSERT INTO own_trades VALUES ($1, $2, $3)
      ON CONFLICT (exchange_order_id, trade_id) DO UPDATE SET body = excluded.body`;
    await store.commit(
      fresh.map((trade) => statement(sql, trade.exchangeOrderId, trade.tradeId, JSON.stringify(trade))),
    );
  }

  async #ownOrders(): Promise<ReadonlyMap<string, OwnOrder>> {
    const found = await this.#options.store.rows('SELECT exchange_order_id, body FROM own_orders');
    return new Map(
      found.map((row) => [String(row['exchange_order_id']), OwnOrder.parse(JSON.parse(String(row['body'])))]),
    );
  }

  /** Null: there is no exchange, it can not be reached, or it does not do it. */
  async #ask(command: Parameters<typeof askVenue>[1]): Promise<Record<string, unknown> | null> {
    const { venue } = this.#options;
    if (venue === null) return null;
    try {
      return await askVenue(venue, command);
    } catch (error) {
      if (error instanceof VenueRefused) return null;
      throw error;
    }
  }
}

/** Main's own trades as its store has them. */
export async function readOwnTrades(store: Pick<Store, 'rows'>): Promise<readonly OwnTrade[]> {
  const found = await store.rows('SELECT body FROM own_trades ORDER BY exchange_order_id, trade_id');
  return found.map((row) => OwnTrade.parse(JSON.parse(String(row['body']))));
}

function restingOf(row: BookRow): LateOrder {
  return {
    exchangeOrderId: row['exchange_order_id'] ?? '',
    account: row['account'] ?? '',
    instrumentId: nameOf(row),
    product: row['product'] ?? '',
    side: row['side'] === 'sell' ? 'sell' : 'buy',
    openQuantity: Number(row['open_quantity']),
    cause: 'resting',
  };
}
