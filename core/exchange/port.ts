import type { Fact } from '#core/events.ts';
import type { Tx } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import type {
  AccountId,
  ExchangeOrderId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
} from '#core/model/ids.ts';
import type { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import type { Side } from '#core/model/side.ts';
import type { CancelCause, OrderType, TimeInForce, Via } from '#core/orders/events.ts';
import type { SessionRole, TradingSessionStatus } from './events.ts';

/**
 * The seam between the product and any exchange. It speaks of our own request id, the exchange's order number
 * and doubt, because NSE's NNF has neither a client order id nor a resend; FIX is one implementation.
 */

/** What a venue can do; nothing above the gateway asks for a protocol. */
export interface Capabilities {
  readonly marketOrders: boolean;
  readonly immediateOrCancel: boolean;
  readonly replace: boolean;
  readonly massCancel: boolean;
  /** Cancel orders of others: nobody's, the branch's, the member's. */
  readonly cancelOthers: 'none' | 'branch' | 'member';
  readonly listOthers: boolean;
  readonly orderStatus: boolean;
  readonly massStatus: boolean;
  readonly dropCopy: boolean;
  readonly marketData: boolean;
  readonly tradingSession: boolean;
}

export interface NewOrder {
  readonly kind: 'new';
  readonly requestId: RequestId;
  readonly orderId: OrderId;
  readonly account: AccountId;
  readonly instrument: Instrument;
  readonly side: Side;
  /** Units; the gateway turns them into the venue's order unit. */
  readonly quantity: number;
  readonly type: OrderType;
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
}

/** Names an order towards the exchange: by our last accepted request, and by its number once it has one. */
export interface OrderAddress {
  readonly orderId: OrderId | null;
  /** Request id of the chain's last accepted new or replace; null for an order that is not ours. */
  readonly originalRequestId: RequestId | null;
  readonly exchangeOrderId: ExchangeOrderId | null;
  readonly account: AccountId;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly quantity: number;
}

export interface CancelOrder {
  readonly kind: 'cancel';
  readonly requestId: RequestId;
  readonly order: OrderAddress;
}
export interface ReplaceOrder {
  readonly kind: 'replace';
  readonly requestId: RequestId;
  readonly order: OrderAddress;
  /** Total quantity of the order, units. */
  readonly quantity: number;
  readonly type: OrderType;
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
}
export interface MassCancel {
  readonly kind: 'mass-cancel';
  readonly requestId: RequestId;
}
export interface AskStatus {
  readonly kind: 'status';
  readonly requestId: RequestId;
  readonly order: OrderAddress;
}

export type GatewayCommand = NewOrder | CancelOrder | ReplaceOrder | MassCancel | AskStatus;

/**
 * Commands with their sequence numbers and bytes, not yet committed. The caller commits `facts` and `tables`
 * in the transaction of its own facts and then, and only then, calls `write`. A staged burst that is not
 * committed must be dropped with `abandon`, which gives its sequence numbers back.
 */
export interface Staged {
  readonly facts: readonly Fact[];
  readonly tables: (tx: Tx) => void;
  /** Installs the new session state and writes the bytes. */
  readonly write: () => void;
  readonly abandon: () => void;
}

export interface GatewayRefusal {
  readonly reason: 'link-down' | 'not-recovered' | 'not-supported' | 'burst-too-large';
  readonly text: string;
}

/** What the exchange said about one order, in quantities of units and prices in ten-thousandths. */
export interface OrderReport {
  readonly kind: 'order-report';
  readonly venue: VenueId;
  readonly via: Via;
  /**
   * `status` answers a question and describes; the others say that something happened. `unknown` answers a
   * status question with "no such order".
   */
  readonly report:
    | 'pending'
    | 'new'
    | 'fill'
    | 'replaced'
    | 'canceled'
    | 'rejected'
    | 'expired'
    | 'done-for-day'
    | 'status'
    | 'unknown'
    | 'bust'
    | 'correct';
  /** The request that it answers, when the venue echoes one. */
  readonly requestId: RequestId | null;
  readonly exchangeOrderId: ExchangeOrderId | null;
  readonly account: AccountId | null;
  readonly instrumentId: InstrumentId | null;
  readonly side: Side | null;
  /** OrdStatus in the house's words, when said. */
  readonly status: ReportedStatus | null;
  readonly orderQuantity: number | null;
  readonly cumQuantity: number | null;
  readonly leavesQuantity: number | null;
  readonly priceE4: number | null;
  /** Of a fill, a bust or a correction. */
  readonly trade: {
    readonly tradeId: string;
    /** Of a bust or a correction: the trade that it annuls or corrects. */
    readonly refersTo: string | null;
    readonly quantity: number;
    readonly priceE4: number;
    readonly tradedAtMs: number;
    readonly tradingDate: string;
  } | null;
  readonly cancelCause: CancelCause | null;
  readonly text: string;
}

export type ReportedStatus =
  | 'pending-new'
  | 'new'
  | 'partially-filled'
  | 'filled'
  | 'pending-cancel'
  | 'pending-replace'
  | 'canceled'
  | 'rejected'
  | 'expired'
  | 'done-for-day'
  | 'suspended';

/** Our cancel, replace or mass cancel was refused; `order` says what the exchange thinks of the order. */
export interface RequestRefusedEvent {
  readonly kind: 'request-refused';
  readonly venue: VenueId;
  readonly requestId: RequestId;
  readonly reason: 'unknown-order' | 'too-late' | 'other';
  readonly status: ReportedStatus | null;
  readonly text: string;
}

/** Sequence numbers prove that these requests never reached the peer; to be confirmed by a status query. */
export interface NotDelivered {
  readonly kind: 'not-delivered';
  readonly venue: VenueId;
  readonly requestIds: readonly RequestId[];
}

/** The order session is gone (or its sequence state is): all that is unanswered there is in doubt. */
export interface DoubtRaised {
  readonly kind: 'doubt-raised';
  readonly venue: VenueId;
  readonly why: 'link-lost' | 'crash' | 'sequence-lost';
}

/** Events that concern orders, in the order of the wire; each is decided on and committed before the next acts. */
export type OrderEvent = OrderReport | RequestRefusedEvent | NotDelivered | DoubtRaised;

/**
 * Decides what the exchange's words mean. One batch sees its own earlier facts, so that several messages can
 * share one transaction; memory changes only after that commit.
 */
export interface OrderBatch {
  interpret(event: OrderEvent): readonly Fact[];
  /** Whose order it is about is known: one of ours, or one that the report or an earlier one names. */
  isPlaced(report: OrderReport): boolean;
}

/** Live market data, never a fact. Prices in ten-thousandths, quantities in units; 0 when that side is empty. */
export interface Quote {
  readonly instrumentId: InstrumentId;
  readonly bidE4: number;
  readonly bidQuantity: number;
  readonly askE4: number;
  readonly askQuantity: number;
  readonly lastE4: number;
  readonly atMs: number;
}

export interface LinkView {
  readonly venue: VenueId;
  readonly session: SessionRole;
  readonly state: 'down' | 'connecting' | 'recovering' | 'up' | 'stopped';
  readonly sinceMs: number;
  readonly nextIn: number;
  readonly nextOut: number;
  readonly why: string;
}

/** What the exchange service offers the rest of core. */
export interface ExchangeGateway {
  readonly venue: VenueId;
  readonly capabilities: Capabilities;
  /** Largest number of commands in one burst; the rate bucket of this exchange login decides how many now. */
  readonly burstMax: number;
  /** Up, recovered and trading may be commanded. */
  ready(): boolean;
  stage(commands: readonly GatewayCommand[]): Result<Staged, GatewayRefusal>;
  /** Messages that the subscribed rate still allows in this second; Infinity when the rate is off. */
  allowance(nowMs: number): number;
}

export interface ExchangePort {
  readonly gateways: ReadonlyMap<VenueId, ExchangeGateway>;
  /** The gateway that trades this contract; null when none is configured. */
  gatewayOf(instrument: Instrument): ExchangeGateway | null;
  links(): readonly LinkView[];
  quote(instrumentId: InstrumentId): Quote | null;
  /** Asks for market data of these contracts; repeated calls are harmless. */
  subscribe(instruments: readonly Instrument[]): void;
  tradingSession(exchange: Exchange, segment: Segment): TradingSessionStatus;
}
