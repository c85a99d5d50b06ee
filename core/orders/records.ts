import type {
  AccountId,
  ExchangeOrderId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
} from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import type { Side } from '#core/model/side.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { FillKey } from './events.ts';
import type { ForeignOrder, Order } from './port.ts';

/** A trade as it stands. `contents` are all that was ever said about it, so that a late copy is known as one. */
export interface FillRecord {
  readonly key: FillKey;
  /** Null for a fill of an order that is not ours. */
  readonly orderId: OrderId | null;
  readonly quantity: number;
  readonly priceE4: number;
  readonly busted: boolean;
  readonly conflicted: boolean;
  readonly contents: readonly { readonly quantity: number; readonly priceE4: number }[];
  /** Of a foreign fill, so that it can be adopted when its order turns out to be ours. */
  readonly foreign: {
    readonly account: AccountId;
    readonly instrumentId: InstrumentId;
    readonly product: Product | null;
    readonly tradedAtMs: number;
  } | null;
}

/** Main's resting order with what is needed to know its open quantity whichever word comes first. */
export interface ForeignRecord extends ForeignOrder {
  readonly quantity: number;
  /** What its last report or list said is open. */
  readonly statedOpen: number;
  readonly ended: boolean;
  /** Our last request to cancel it. */
  readonly cancelRequestId: RequestId | null;
}

/**
 * The records that facts change: the state itself, or a batch's overlay over it. Whoever holds the records keeps
 * the indexes; the rules in apply.ts only read and put.
 */
export interface Records {
  order(orderId: OrderId): Order | undefined;
  /** Orders that have not ended or are still owed fills. */
  unsettled(): Iterable<OrderId>;
  orderOfRequest(requestId: RequestId): OrderId | undefined;
  orderOfExchange(key: string): OrderId | undefined;
  fill(key: string): FillRecord | undefined;
  /** Fill keys of an exchange order that is not ours. */
  foreignFillsOf(exchangeKey: string): readonly string[];
  foreignOrder(exchangeKey: string): ForeignRecord | undefined;
  foreignOrders(): Iterable<ForeignRecord>;
  foreignOfRequest(requestId: RequestId): string | undefined;

  putOrder(order: Order): void;
  /** A fill of this order has two contents, or no longer: a correction or persons settled it. */
  markConflict(orderId: OrderId, isOpen: boolean): void;
  linkRequest(requestId: RequestId, orderId: OrderId): void;
  linkExchange(key: string, orderId: OrderId): void;
  putFill(key: string, fill: FillRecord): void;
  putForeignOrder(exchangeKey: string, order: ForeignRecord): void;
  linkForeignRequest(requestId: RequestId, exchangeKey: string): void;
}

/** Ids have no blanks, so a blank parts them; the trade id comes last because it is the exchange's own text. */
export function fillKeyText(key: FillKey): string {
  return `${key.venue} ${key.tradingDate} ${key.side} ${key.exchangeOrderId} ${key.tradeId}`;
}

export function exchangeKey(venue: VenueId, exchangeOrderId: ExchangeOrderId): string {
  return `${venue} ${exchangeOrderId}`;
}

export function rowText(row: RowKey): string {
  return `${row.account} ${row.instrumentId} ${row.product}`;
}

export function contractText(account: AccountId, instrumentId: InstrumentId): string {
  return `${account} ${instrumentId}`;
}

export function rowSide(row: RowKey, side: Side): string {
  return `${rowText(row)} ${side}`;
}

export function contractSide(account: AccountId, instrumentId: InstrumentId, side: Side): string {
  return `${contractText(account, instrumentId)} ${side}`;
}

/** A foreign order can hold at most what was last stated open, and at most what its known fills leave. */
export function foreignOpen(
  record: Pick<ForeignRecord, 'quantity' | 'statedOpen' | 'ended'>,
  filled: number,
): number {
  if (record.ended) return 0;
  return Math.max(0, Math.min(record.statedOpen, record.quantity - filled));
}
