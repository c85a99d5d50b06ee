import type { JournalRefusal } from '#core/journal/port.ts';
import type { Fact } from '#core/events.ts';
import type { Result } from '#core/lib/result.ts';
import type {
  AccountId,
  ExchangeOrderId,
  InstrumentId,
  OrderId,
  RequestId,
  RunId,
  VenueId,
} from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import type { Side } from '#core/model/side.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { CancelCause, Evidence, OrderTerms, OrderType, PriceReference, TimeInForce } from './events.ts';

/**
 * FIX OrdStatus (39) plus what an emergency desk must also be able to say: PLANNED (committed, never sent),
 * WITHDRAWN (planned, will never be sent), IN_DOUBT (sent, no answer), UNRESOLVED_YESTERDAY.
 */
export type OrderStatus =
  | 'PLANNED'
  | 'WITHDRAWN'
  | 'PENDING_NEW'
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'PENDING_CANCEL'
  | 'PENDING_REPLACE'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'DONE_FOR_DAY'
  | 'IN_DOUBT'
  | 'UNRESOLVED_YESTERDAY';

/** One order of ours. Replaced as a whole by each fact; never changed in place. */
export interface Order {
  readonly orderId: OrderId;
  readonly venue: VenueId;
  readonly terms: OrderTerms;
  readonly status: OrderStatus;
  readonly tradingDate: string;
  readonly evidence: Evidence;
  readonly runId: RunId | null;
  readonly slice: number;
  readonly exchangeOrderId: ExchangeOrderId | null;
  /** The chain's requests, newest last; `acceptedRequestId` is what a cancel names (FIX 41). */
  readonly requests: readonly {
    readonly requestId: RequestId;
    readonly kind: 'new' | 'cancel' | 'replace';
    readonly quantity: number;
    readonly priceE4: number | null;
    readonly state: 'pending' | 'accepted' | 'refused' | 'not-delivered';
    readonly atMs: number;
  }[];
  readonly acceptedRequestId: RequestId | null;
  /** Sum of the fills we know (after busts and corrections). */
  readonly filledQuantity: number;
  /** Signed by nothing: total of price x quantity x multiplier of the known fills, ten-thousandths of a rupee. */
  readonly filledValueE4: number;
  /** Highest CumQty the exchange told; more than `filledQuantity` means fills are owed to us. */
  readonly toldQuantity: number;
  /** Units that busts and corrections took back: an old CumQty may still count them. */
  readonly takenBackQuantity: number;
  /** What this order still pins of its position (design 4, "what frees quantity"): open, asked-for or owed. */
  readonly reserved: number;
  readonly doubt: string;
  readonly reference: PriceReference | null;
  readonly fundsE4: number;
  readonly cancelCause: CancelCause | null;
  readonly text: string;
  /** Latency marks, epoch ms; 0 when not yet. */
  readonly plannedAtMs: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly endedAtMs: number;
}

/** An order of main's or of another desk that rests at the exchange. */
export interface ForeignOrder {
  readonly venue: VenueId;
  readonly exchangeOrderId: ExchangeOrderId;
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly product: Product | null;
  readonly side: Side;
  readonly openQuantity: number;
  readonly cancel: 'none' | 'requested' | 'refused';
  readonly text: string;
}

export type OrderRefusal =
  | {
      readonly reason:
        | 'unknown-instrument'
        | 'no-venue'
        | 'unknown-order'
        | 'not-working'
        | 'request-pending'
        | 'quantity-not-positive'
        | 'quantity-not-whole-lots'
        | 'quantity-over-freeze'
        | 'price-not-on-tick'
        | 'price-outside-band'
        | 'price-missing'
        | 'market-order-not-taken'
        | 'opens-or-increases'
        | 'more-than-closable'
        | 'would-raise-quantity'
        | 'account-blocked'
        | 'market-closed'
        | 'auction-takes-limit-only'
        | 'main-is-up'
        | 'not-at-home'
        | 'outside-scope'
        | 'rate-exceeded'
        | 'authority-missing'
        | 'second-person-needed'
        | 'over-order-limit'
        | 'exchange-id-missing'
        | 'exchange-id-lapsed'
        | 'link-down'
        | 'not-recovered'
        | 'not-supported'
        | 'burst-too-large';
      readonly text: string;
    }
  | JournalRefusal;

export interface PlannedOrder {
  readonly terms: OrderTerms;
  readonly evidence: Evidence;
  readonly runId: RunId | null;
  readonly slice: number;
}

/** How a planned order goes out: the price is set at release, from the market of that moment. */
export interface Release {
  readonly orderId: OrderId;
  readonly type: OrderType;
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
  readonly reference: PriceReference | null;
}

export interface OrdersPort {
  order(orderId: OrderId): Order | null;
  /** Every order of today, ours, oldest first. */
  orders(): Iterable<Order>;
  ofRun(runId: RunId): readonly Order[];
  ofRow(row: RowKey): readonly Order[];
  foreignOrders(): readonly ForeignOrder[];
  /** Quantity pinned on the closing side of a row: ours plus main's pending orders of that product or unattributed. */
  reserved(row: RowKey, side: Side): number;
  /**
   * Commits the orders as PLANNED together with `alongside` (a plan's approval), each within closable (I2).
   * All or none. Refusals name the first order that may not be.
   */
  plan(orders: readonly PlannedOrder[], alongside: readonly Fact[]): Result<readonly OrderId[], OrderRefusal>;
  /**
   * Sends planned orders as one burst: section 4, price and trading session are checked again, then one
   * transaction gives sequence numbers and bytes, then they are written. An order that may no longer go is
   * withdrawn with its reason and the rest goes.
   */
  release(
    releases: readonly Release[],
  ): Result<{ readonly sent: readonly OrderId[]; readonly withdrawn: readonly OrderId[] }, OrderRefusal>;
  withdraw(orderIds: readonly OrderId[], reason: string): Result<null, OrderRefusal>;
  cancel(
    orderIds: readonly OrderId[],
    by: string,
    reason: string,
  ): Result<{ readonly sent: readonly OrderId[] }, OrderRefusal>;
  /** Cancels main's resting orders where the venue grants the authority. */
  cancelForeign(
    exchangeOrderIds: readonly ExchangeOrderId[],
    by: string,
  ): Result<{ readonly sent: number }, OrderRefusal>;
  replace(
    orderId: OrderId,
    change: { readonly quantity: number; readonly priceE4: number },
    by: string,
  ): Result<null, OrderRefusal>;
  /** An account with yesterday's unresolved order, a fill conflict or an overcommitted row takes no automation. */
  blocked(account: AccountId): string | null;
  /** More is reserved on the row than may be closed, with an order of ours in it: nothing more is released there (I2). */
  overcommitted(row: RowKey): boolean;
  /** Contract that no longer is what it was (token, lot, strike, ISIN): its old position is refused. */
  isInDoubt(instrumentId: InstrumentId, account: AccountId): boolean;
}
