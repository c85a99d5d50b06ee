import { oc, touches, type Touched } from '#core/lib/procedure.ts';
import { AccountId, ExchangeOrderId, InstrumentId, OrderId, VenueId } from '#core/model/ids.ts';
import { Product } from '#core/model/product.ts';
import { Side } from '#core/model/side.ts';
import { z } from 'zod';

export const OrderTypeName = z.enum(['limit', 'market']);
export const TimeInForceName = z.enum(['DAY', 'IOC']);

/** Why an order may exist, as a person states it; who it was comes from the session. */
export const EvidenceGiven = z.object({
  authority: z.enum([
    'mis-cut-off',
    'margin-shortfall',
    'client-instruction',
    'rms-decision',
    'cancel-excess',
  ]),
  reference: z.string().trim().min(1).max(200),
  channel: z.string().trim().min(1).max(40),
  instructedAtMs: z.int().nonnegative(),
});

const OrderStatusName = z.enum([
  'PLANNED',
  'WITHDRAWN',
  'PENDING_NEW',
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'PENDING_CANCEL',
  'PENDING_REPLACE',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'DONE_FOR_DAY',
  'IN_DOUBT',
  'UNRESOLVED_YESTERDAY',
]);

/** One order as the order book shows it. Units; prices and money in ten-thousandths of a rupee; epoch ms, 0 not yet. */
export const OrderShown = z.object({
  orderId: OrderId,
  venue: VenueId,
  account: AccountId,
  instrumentId: InstrumentId,
  product: Product,
  side: Side,
  type: OrderTypeName,
  timeInForce: TimeInForceName,
  quantity: z.number(),
  priceE4: z.number().nullable(),
  status: OrderStatusName,
  tradingDate: z.string(),
  exchangeOrderId: z.string().nullable(),
  filledQuantity: z.number(),
  filledValueE4: z.number(),
  /** CumQty as the exchange told it: more than `filledQuantity` means that fills are owed. */
  toldQuantity: z.number(),
  /** Units that busts and corrections took back. */
  takenBackQuantity: z.number(),
  /** What the order still pins of its position. */
  reserved: z.number(),
  /** Why it is in doubt; empty when it is not. */
  doubt: z.string(),
  runId: z.string().nullable(),
  slice: z.number(),
  evidence: EvidenceGiven.extend({ by: z.string() }),
  fundsE4: z.number(),
  cancelCause: z.string().nullable(),
  text: z.string(),
  plannedAtMs: z.number(),
  sentAtMs: z.number(),
  answeredAtMs: z.number(),
  endedAtMs: z.number(),
});
export type OrderShown = z.infer<typeof OrderShown>;

/** One resting order of main's or of another desk. */
export const ForeignOrderShown = z.object({
  venue: VenueId,
  exchangeOrderId: z.string(),
  account: AccountId,
  instrumentId: InstrumentId,
  product: Product.nullable(),
  side: Side,
  openQuantity: z.number(),
  cancel: z.enum(['none', 'requested', 'refused']),
  text: z.string(),
});

export const OrderFilter = z.object({
  account: AccountId.optional(),
  instrumentId: InstrumentId.optional(),
  /** `open`: may still trade or is owed fills; `in-doubt`: the quarantine. */
  which: z.enum(['all', 'open', 'in-doubt']).default('all'),
});
export type OrderFilter = z.infer<typeof OrderFilter>;

/** Foreign orders named in one call. */
const FOREIGN_MAX = 1000;

/** Characters of one file of pending orders. */
const PENDING_TEXT_MAX = 16 * 1024 * 1024;

/** Main's resting orders, in the columns of docs/imports.md. */
export const PendingFile = z.object({
  /** Name of the file, for refusals. */
  source: z.string().min(1).max(200),
  text: z.string().max(PENDING_TEXT_MAX),
  /** Our column by the file's, where the file's own names are not the documented ones. */
  columns: z.record(z.string(), z.string()).optional(),
  /** Take the good rows of a file that has bad ones. */
  partial: z.boolean().default(false),
});
export type PendingFile = z.infer<typeof PendingFile>;

export const PendingReport = z.object({
  /** Orders in good rows; of them `unchanged` were stated just so before, and made no fact. */
  rows: z.number(),
  unchanged: z.number(),
  refused: z.number(),
  problems: z.array(z.object({ line: z.number(), column: z.string(), reason: z.string() })),
});
export type PendingReport = z.infer<typeof PendingReport>;

const ofOrder = (order: { readonly orderId: string }): Touched => ({ orders: [order.orderId] });
const ofForeign = (asked: { readonly exchangeOrderIds: readonly string[] }): Touched => ({
  exchangeOrders: asked.exchangeOrderIds,
});

export const ordersContract = {
  list: oc
    .meta({ permission: 'orders.read', accounts: 'filtered' })
    .input(OrderFilter)
    .output(z.array(OrderShown)),
  one: oc
    .meta({ permission: 'orders.read', accounts: touches(ofOrder) })
    .input(z.object({ orderId: OrderId }))
    .output(OrderShown.nullable()),
  foreign: oc.meta({ permission: 'orders.read', accounts: 'filtered' }).output(z.array(ForeignOrderShown)),
  importPending: oc
    .meta({ permission: 'orders.import', doing: 'import', accounts: 'none' })
    .input(PendingFile)
    .output(PendingReport),
  /** Asks the exchange to cancel main's resting orders, where the venue grants it. */
  cancelForeign: oc
    .meta({ permission: 'orders.cancel-foreign', doing: 'trade', accounts: touches(ofForeign) })
    .input(z.object({ exchangeOrderIds: z.array(ExchangeOrderId).min(1).max(FOREIGN_MAX) }))
    .output(z.object({ sent: z.number() })),
  /** What became of an order in doubt, or of a trade with two contents.*/
  decideDoubt: oc
    .meta({ permission: 'orders.decide-doubt', accounts: touches(ofOrder), action: 'doubt' })
    .input(
      z.object({
        orderId: OrderId,
        outcome: z.enum(['never-reached', 'canceled', 'filled']),
        cumQuantity: z.int().nonnegative(),
        reason: z.string().trim().min(5).max(500),
      }),
    )
    .output(z.object({ decided: z.literal(true) })),
};
