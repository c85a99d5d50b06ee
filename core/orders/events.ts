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

/** Limit and market, DAY and IOC: what an exit needs and what Indian venues take. */
export type OrderType = 'limit' | 'market';
export type TimeInForce = 'DAY' | 'IOC';

/** Why an order may exist. It travels with the order into the journal, the export and the handback. */
export interface Evidence {
  readonly authority:
    'mis-cut-off' | 'margin-shortfall' | 'client-instruction' | 'rms-decision' | 'cancel-excess';
  /** RMS list row, call id, e-mail id, clause; never empty. */
  readonly reference: string;
  /** `phone`, `e-mail`, `desk`, `policy`, ... */
  readonly channel: string;
  readonly instructedAtMs: number;
  /** The dealer who did it. */
  readonly by: string;
}

export interface OrderTerms {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly product: Product;
  readonly side: Side;
  /** Exchange units. */
  readonly quantity: number;
  readonly type: OrderType;
  /** Limit price; null for a market order and for a planned order that is priced at release. */
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
}

/**
 * The key by which a fill counts once (I4): a trade number names both sides of a trade, and `tradeId` (trade
 * number, else ExecID) restarts every day.
 */
export interface FillKey {
  readonly venue: VenueId;
  readonly tradingDate: string;
  readonly side: Side;
  readonly exchangeOrderId: ExchangeOrderId;
  readonly tradeId: string;
}

export type Via = 'order-session' | 'drop-copy' | 'status-answer' | 'person';

export type CancelCause =
  'requested' | 'ioc' | 'self-trade-prevention' | 'risk-reduction-mode' | 'exchange' | 'band';

interface Of<Kind extends string> {
  readonly kind: Kind;
  readonly v: 1;
}
interface OfOrder<Kind extends string> extends Of<Kind> {
  readonly orderId: OrderId;
}
interface OfFill<Kind extends string> extends OfOrder<Kind> {
  readonly key: FillKey;
  readonly via: Via;
}
interface EndOf<Kind extends string> extends OfOrder<Kind> {
  readonly cumQuantity: number;
  readonly via: Via;
}
interface OfForeign<Kind extends string> extends Of<Kind> {
  readonly venue: VenueId;
  readonly exchangeOrderId: ExchangeOrderId;
}

/** Committed with our id, not sent, no sequence number: reserved all the same. */
export interface OrderPlanned extends OfOrder<'order-planned'> {
  readonly terms: OrderTerms;
  readonly venue: VenueId;
  readonly tradingDate: string;
  readonly evidence: Evidence;
  /** The exit it is a slice of; null for a single order. */
  readonly runId: RunId | null;
  /** 1 for the first order of its row in the run. */
  readonly slice: number;
}

/** A planned order that will never be sent. */
export interface OrderWithdrawn extends OfOrder<'order-withdrawn'> {
  readonly reason: string;
}

/** Has its bytes and sequence number in the same transaction; on the wire right after. */
export interface OrderReleased extends OfOrder<'order-released'> {
  readonly requestId: RequestId;
  readonly type: OrderType;
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
  /** The price the decision used, for the record: market data is no fact. */
  readonly reference: PriceReference | null;
  /** Margin the order frees (negative) or needs, in ten-thousandths of a rupee; computed, never refusing. */
  readonly fundsE4: number;
}

export interface PriceReference {
  readonly priceE4: number;
  readonly source: 'live' | 'file' | 'dealer';
  readonly ageMs: number;
  /** What capped the limit: market protection, limit-price protection, band or nothing. */
  readonly cappedBy: 'market-protection' | 'limit-price-protection' | 'band' | 'dealer' | 'none';
}

export interface OrderAcknowledged extends OfOrder<'order-acknowledged'> {
  readonly exchangeOrderId: ExchangeOrderId;
  readonly via: Via;
}

export interface OrderFilled extends OfFill<'order-filled'> {
  readonly quantity: number;
  readonly priceE4: number;
  /** What the exchange says is filled in all, when it said so; our own sum may lag behind (fills owed). */
  readonly cumQuantity: number | null;
  readonly tradedAtMs: number;
}

/** Same key, other content: never dropped; the row is in doubt until a person decides. */
export interface FillConflicted extends OfFill<'fill-conflicted'> {
  readonly known: { readonly quantity: number; readonly priceE4: number };
  readonly claimed: { readonly quantity: number; readonly priceE4: number };
}

/** The exchange annulled a trade; reverses the fill by reference. */
export type FillBusted = OfFill<'fill-busted'>;

export interface FillCorrected extends OfFill<'fill-corrected'> {
  readonly quantity: number;
  readonly priceE4: number;
}

export interface CancelRequested extends OfOrder<'cancel-requested'> {
  readonly requestId: RequestId;
  readonly by: string;
  readonly reason: string;
}
export interface ReplaceRequested extends OfOrder<'replace-requested'> {
  readonly requestId: RequestId;
  readonly quantity: number;
  readonly priceE4: number;
  readonly by: string;
}
export interface OrderReplaced extends OfOrder<'order-replaced'> {
  readonly requestId: RequestId;
  readonly exchangeOrderId: ExchangeOrderId;
  readonly quantity: number;
  readonly priceE4: number;
  readonly via: Via;
}

/** Our cancel or replace was not done; the order's state comes from the exchange's word. */
export interface RequestRefused extends OfOrder<'request-refused'> {
  readonly requestId: RequestId;
  readonly reason: 'unknown-order' | 'too-late' | 'other';
  readonly text: string;
}

/** Terminal words of the exchange. `cumQuantity` frees OrderQty - CumQty; missing fills stay owed. */
export interface OrderCanceled extends EndOf<'order-canceled'> {
  readonly cause: CancelCause;
  readonly text: string;
}
export interface OrderRejected extends OfOrder<'order-rejected'> {
  readonly text: string;
  readonly via: Via;
}
export type OrderExpired = EndOf<'order-expired'>;
export type OrderDoneForDay = EndOf<'order-done-for-day'>;

/** `contradicted`: the exchange shows an order alive that had ended for us, or tells its end without its quantity. */
export type DoubtCause =
  | 'link-lost'
  | 'no-answer'
  | 'crash'
  | 'sequence-lost'
  | 'unknown-to-exchange'
  | 'fill-conflict'
  | 'contradicted';

/** Sent, no answer, link lost: neither done nor failed. */
export interface OrderInDoubt extends OfOrder<'order-in-doubt'> {
  readonly why: DoubtCause;
}

/** The peer's sequence numbers say that the request never reached it; still to be confirmed by a query. */
export interface OrderNotDelivered extends OfOrder<'order-not-delivered'> {
  readonly requestId: RequestId;
}

/** The exchange's answer about an order in doubt: alive, with these quantities. */
export interface OrderConfirmed extends OfOrder<'order-confirmed'> {
  readonly exchangeOrderId: ExchangeOrderId;
  readonly cumQuantity: number;
  readonly leavesQuantity: number;
  readonly via: Via;
}

/** Yesterday's doubt: blocks its account until positions agree. */
export interface OrderUnresolvedYesterday extends OfOrder<'order-unresolved-yesterday'> {
  readonly tradingDate: string;
}

/** Two persons decide what became of an order in doubt. */
export interface OrderDecidedByPersons extends OfOrder<'order-decided-by-persons'> {
  readonly outcome: 'never-reached' | 'canceled' | 'filled';
  readonly cumQuantity: number;
  readonly by: readonly string[];
  readonly reason: string;
}

/** A fill that is not of an order of ours: main's, another desk's, a manual one; seen on drop copy. */
export interface ForeignFillSeen extends Of<'foreign-fill-seen'> {
  readonly key: FillKey;
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  /** From main's order list by exchange order number; null is unattributed. */
  readonly product: Product | null;
  readonly quantity: number;
  readonly priceE4: number;
  readonly via: Via;
  readonly tradedAtMs: number;
}

export type ForeignFillBusted = Of<'foreign-fill-busted'> & Pick<FillBusted, 'key' | 'via'>;

/** A resting order that is not ours, from main's list or from drop copy: pins its open quantity. */
export interface ForeignOrderSeen extends OfForeign<'foreign-order-seen'> {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly product: Product | null;
  readonly side: Side;
  readonly quantity: number;
  readonly openQuantity: number;
  readonly source: 'file' | 'drop-copy' | 'list';
}

export interface ForeignOrderEnded extends OfForeign<'foreign-order-ended'> {
  readonly via: Via;
  readonly text: string;
}

/** We asked the exchange to cancel an order that is not ours, under the authority the venue grants. */
export interface ForeignCancelRequested extends OfForeign<'foreign-cancel-requested'> {
  readonly requestId: RequestId;
  readonly by: string;
}
/** Not done. `lost`: nobody refused, it went missing on the way and may be asked again. */
export interface ForeignCancelRefused extends OfForeign<'foreign-cancel-refused'> {
  readonly requestId: RequestId;
  readonly text: string;
  readonly lost?: boolean;
}

/** The trading date moved on: DAY orders are over, doubts become yesterday's. */
export interface DayRolled extends Of<'day-rolled'> {
  readonly from: string;
  readonly to: string;
}

export type OrderFact =
  | OrderPlanned
  | OrderWithdrawn
  | OrderReleased
  | OrderAcknowledged
  | OrderFilled
  | FillConflicted
  | FillBusted
  | FillCorrected
  | CancelRequested
  | ReplaceRequested
  | OrderReplaced
  | RequestRefused
  | OrderCanceled
  | OrderRejected
  | OrderExpired
  | OrderDoneForDay
  | OrderInDoubt
  | OrderNotDelivered
  | OrderConfirmed
  | OrderUnresolvedYesterday
  | OrderDecidedByPersons
  | ForeignFillSeen
  | ForeignFillBusted
  | ForeignOrderSeen
  | ForeignOrderEnded
  | ForeignCancelRequested
  | ForeignCancelRefused
  | DayRolled;
