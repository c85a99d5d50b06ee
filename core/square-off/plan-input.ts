import type { AccountScope } from '#core/model/scope.ts';
import type { Capabilities, Quote } from '#core/exchange/port.ts';
import type { TradingSessionStatus } from '#core/exchange/events.ts';
import type { AccountId, ExchangeOrderId, InstrumentId, OrderId, RunId, VenueId } from '#core/model/ids.ts';
import type { DeadlineCause } from '#core/model/calendar.ts';
import type { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import type { Side } from '#core/model/side.ts';
import type { Evidence, PriceReference, TimeInForce } from '#core/orders/events.ts';
import type { ForeignOrder, Order } from '#core/orders/port.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { OutsideOf } from '#core/sync/port.ts';
import type { ApprovedRow, Hedge, Leftover, RowKey } from './events.ts';
import type { Policy } from './policy.ts';

/** One row that a dealer asks for by name. */
export interface RequestedRow extends RowKey {
  /** Units to close, positive; null for all of it. */
  readonly quantity: number | null;
  /** Signed net as the dealer read it back; needed for an unproven row. */
  readonly readBack: number | null;
  readonly evidence: Evidence | null;
  readonly limitE4: number | null;
}

/** What is asked: everything that may be closed, or rows by name. */
export interface ExitRequest {
  readonly scope:
    { readonly kind: 'all' } | { readonly kind: 'rows'; readonly rows: readonly RequestedRow[] };
  /** Authority for every row that has none of its own; null: only cut-off and shortfall rows go. */
  readonly evidence: Evidence | null;
  /** A client's instruction speaks for that client only. */
  readonly instructions: readonly { readonly account: AccountId; readonly evidence: Evidence }[];
  readonly by: string;
  /** Whose rows an exit of everything takes: those of the asker's accounts; without it every row. */
  readonly within?: AccountScope;
}

export interface VenueView {
  readonly venue: VenueId;
  readonly capabilities: Capabilities;
  /** Messages a second of this exchange login; Infinity when the rate is off. */
  readonly ratePerSecond: number;
}

/** All that a plan is made from: rows and look-ups, no clock and no effect. */
export interface PlanInput {
  readonly request: ExitRequest;
  /** Every position of every account in the request, also the rows not asked for: nets and hedges need them. */
  readonly rows: readonly PositionRow[];
  /** Our own orders of today that are not over. */
  readonly orders: readonly Order[];
  readonly foreignOrders: readonly ForeignOrder[];
  readonly liveRuns: ReadonlySet<RunId>;
  readonly instrument: (instrumentId: InstrumentId) => Instrument | null;
  readonly quote: (instrumentId: InstrumentId) => Quote | null;
  readonly fileAsOfMs: (instrument: Instrument) => number | null;
  readonly session: (exchange: Exchange, segment: Segment) => TradingSessionStatus;
  readonly venue: (instrument: Instrument) => VenueView | null;
  /** Rows of another desk's accounts, or outside of the emergency. */
  readonly outside: OutsideOf;
  readonly blocked: (account: AccountId) => string | null;
  readonly shortfall: (account: AccountId) => { readonly reference: string } | null;
  /** The broker's own accounts go last. */
  readonly isProprietary: (account: AccountId) => boolean;
  readonly nowMs: number;
  readonly tradingDate: string;
  readonly policy: Policy;
}

/** One row of the dry run: what would be sent for it, at worst at which price, and what if it is not. */
export interface PlanRow extends ApprovedRow {
  readonly side: Side;
  readonly venue: VenueId;
  readonly slices: readonly number[];
  readonly lots: number;
  readonly notionalE4: number;
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
  readonly reference: PriceReference | null;
  /** Quantity as a share of what the other side of the visible book shows, in per cent; null when unknown. */
  readonly bookSharePercent: number | null;
  readonly circuitLocked: boolean;
  /** Goes on the strength of a read-back. */
  readonly unproven: boolean;
  readonly marginFreedE4: number;
  /** Waits for orders that step one cancels. */
  readonly afterCancel: number;
  readonly deadlineCause: DeadlineCause;
  readonly expectedMs: number;
  readonly missesDeadline: boolean;
  readonly ifLeftOpen: string;
}

/** A book conversion that main makes, before the exchange: opposite products of one client in one contract. */
export interface Conversion {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly from: RowKey['product'];
  readonly to: RowKey['product'];
  readonly quantity: number;
}

export interface CancelStep {
  readonly orders: readonly OrderId[];
  readonly foreign: readonly ExchangeOrderId[];
  /** Venues whose login may cancel everything of the member at once: offered, a person's choice. */
  readonly massCancelOffered: readonly VenueId[];
}

/** What a dry run shows. `canonical` is the text whose SHA-256 an approval binds. */
export interface Plan {
  readonly cancels: CancelStep;
  readonly conversions: readonly Conversion[];
  readonly rows: readonly PlanRow[];
  readonly leftovers: readonly Leftover[];
  readonly hedges: readonly Hedge[];
  /** Rows that a live run is already closing. */
  readonly elsewhere: readonly RowKey[];
  readonly totals: {
    readonly rows: number;
    readonly orders: number;
    readonly messages: number;
    readonly notionalE4: string;
    readonly marginFreedE4: string;
    readonly missing: number;
    readonly unproven: number;
  };
  readonly flatByMs: number;
  readonly canonical: string;
}

/** `account|instrument|product`: one text per position row. */
export function rowKey(key: RowKey): string {
  return `${key.account}|${key.instrumentId}|${key.product}`;
}
