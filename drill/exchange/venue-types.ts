import type { Instrument } from '#core/model/instrument.ts';
import type { Side } from '#core/model/side.ts';
import type { LedgerRecord } from './record.ts';

/** One order as the venue holds it; a new object for each change. */
export interface VenueOrder {
  readonly exchangeOrderId: string;
  readonly owner: string;
  /** ClOrdID of the last accepted new or replace; empty for an order that came without one. */
  readonly clientOrderId: string;
  readonly account: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly type: 'limit' | 'market';
  readonly timeInForce: 'DAY' | 'IOC';
  readonly quantity: number;
  readonly priceE4: number | null;
  readonly cumQuantity: number;
  /** Sum of price x quantity of its fills, for the average price on a report. */
  readonly turnoverE4: number;
  readonly state: 'working' | 'filled' | 'canceled' | 'rejected';
  /** Place in the queue of its price: smaller is earlier. */
  readonly priority: number;
  readonly enteredAtMs: number;
  readonly text: string;
}

export interface NewOrderRequest {
  readonly owner: string;
  readonly clientOrderId: string;
  readonly account: string;
  readonly instrument: Instrument | null;
  /** As the sender named it, for the refusal's record. */
  readonly named: string;
  readonly side: Side;
  readonly quantity: number;
  readonly type: 'limit' | 'market';
  readonly priceE4: number | null;
  readonly timeInForce: 'DAY' | 'IOC';
}

export interface CancelRequest {
  readonly owner: string;
  readonly clientOrderId: string;
  readonly originalId: string;
  readonly exchangeOrderId: string | null;
}

export interface ReplaceRequest extends CancelRequest {
  readonly quantity: number;
  readonly priceE4: number | null;
}

/** A record with what a report about it needs: the order as it was right after. */
export interface VenueEvent {
  readonly record: LedgerRecord;
  readonly order: VenueOrder | null;
  /** Who asked, when it answers a request. */
  readonly requester: string | null;
  /** The request that it answers (11) and, of a cancel or replace, the one that it was about (41). */
  readonly requestId: string | null;
  readonly originalId: string | null;
}

export interface Refusal {
  readonly code: number;
  /** OrdRejReason (103). */
  readonly reason: number;
  readonly text: string;
}

/** Counters that never go back, whatever restarts. */
export interface Counters {
  nextOrder: number;
  nextTrade: number;
  nextPriority: number;
  nextExec: number;
}

/** One trade, both sides; `maker` stands for the venue's own liquidity. */
export interface Trade {
  readonly tradeNumber: string;
  readonly instrumentId: string;
  readonly quantity: number;
  readonly priceE4: number;
  readonly buyOrder: string;
  readonly sellOrder: string;
  readonly atMs: number;
  readonly state: 'done' | 'corrected' | 'busted';
}
