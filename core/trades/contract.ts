import { oc, touches, type Touched } from '#core/lib/procedure.ts';
import { AccountId, InstrumentId, OrderId } from '#core/model/ids.ts';
import { Product } from '#core/model/product.ts';
import { Side } from '#core/model/side.ts';
import { EvidenceGiven, OrderShown, OrderTypeName, TimeInForceName } from '#core/orders/contract.ts';
import { z } from 'zod';

const TradingDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'YYYY-MM-DD');

/** Trades in one answer; the next page begins after the last one's `seq`. */
export const TRADES_MAX = 1000;

/** Places one reducing order. Quantity in exchange units, price in ten-thousandths of a rupee. */
export const PlaceInput = z
  .object({
    account: AccountId,
    instrumentId: InstrumentId,
    product: Product,
    side: Side,
    quantity: z.int().positive(),
    type: OrderTypeName,
    priceE4: z.int().positive().nullable(),
    timeInForce: TimeInForceName,
    evidence: EvidenceGiven,
  })
  .refine((order) => (order.type === 'limit') === (order.priceE4 !== null), {
    message: 'a limit order has a price, a market order has none',
    path: ['priceE4'],
  });
export type PlaceInput = z.infer<typeof PlaceInput>;

/** One trade. `state`: counted; busted by the exchange; conflicted, told with two contents. */
export const TradeShown = z.object({
  seq: z.number(),
  /** Null for a trade that is not of this desk. */
  orderId: z.string().nullable(),
  venue: z.string(),
  tradingDate: z.string(),
  account: z.string(),
  instrumentId: z.string(),
  product: z.string().nullable(),
  side: Side,
  exchangeOrderId: z.string(),
  tradeId: z.string(),
  quantity: z.number(),
  priceE4: z.number(),
  tradedAtMs: z.number(),
  via: z.string(),
  state: z.enum(['counted', 'busted', 'conflicted']),
});
export type TradeShown = z.infer<typeof TradeShown>;

export const HistoryInput = z.object({
  /** Null: every account of this desk. */
  account: AccountId.nullable(),
  from: TradingDate,
  to: TradingDate,
  afterSeq: z.int().nonnegative().default(0),
});
export type HistoryInput = z.infer<typeof HistoryInput>;

/** All that is known of one order: itself, its requests, what was said of it, its trades, the messages on the wire. */
export const TransactionShown = z.object({
  /** Null when the order is of a day that is only in history: `stored` and the facts tell it. */
  order: OrderShown.nullable(),
  stored: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  requests: z.array(
    z.object({
      requestId: z.string(),
      kind: z.enum(['new', 'cancel', 'replace']),
      quantity: z.number(),
      priceE4: z.number().nullable(),
      state: z.enum(['pending', 'accepted', 'refused', 'not-delivered']),
      atMs: z.number(),
    }),
  ),
  facts: z.array(z.object({ seq: z.number(), atMs: z.number(), kind: z.string(), body: z.string() })),
  messages: z.array(
    z.object({ seq: z.number(), atMs: z.number(), direction: z.enum(['sent', 'received']), raw: z.string() }),
  ),
  trades: z.array(TradeShown),
});
export type TransactionShown = z.infer<typeof TransactionShown>;

const ofOrder = (order: { readonly orderId: string }): Touched => ({ orders: [order.orderId] });
/** Without an account the answer is cut to the caller's own. */
const ofAccount = (asked: { readonly account: string | null }): Touched =>
  asked.account === null ? {} : { accounts: [asked.account] };

export const tradesContract = {
  place: oc
    .meta({ permission: 'trades.place', doing: 'trade', accounts: touches(ofAccount) })
    .input(PlaceInput)
    .output(z.object({ orderId: OrderId })),
  modify: oc
    .meta({ permission: 'trades.modify', doing: 'trade', accounts: touches(ofOrder) })
    .input(z.object({ orderId: OrderId, quantity: z.int().positive(), priceE4: z.int().positive() }))
    .output(z.object({ asked: z.literal(true) })),
  cancel: oc
    .meta({ permission: 'trades.cancel', accounts: touches(ofOrder) })
    .input(z.object({ orderId: OrderId, reason: z.string().trim().min(1).max(200) }))
    .output(z.object({ asked: z.literal(true) })),
  history: oc
    .meta({ permission: 'trades.read', accounts: touches(ofAccount) })
    .input(HistoryInput)
    .output(z.object({ trades: z.array(TradeShown), more: z.boolean() })),
  details: oc
    .meta({ permission: 'trades.read', accounts: touches(ofOrder) })
    .input(z.object({ orderId: OrderId }))
    .output(TransactionShown.nullable()),
};
