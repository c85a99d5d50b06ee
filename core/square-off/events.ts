import type { Evidence } from '#core/orders/events.ts';
import type { AccountId, ExchangeOrderId, InstrumentId, OrderId, PlanId, RunId } from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';

/** Why a row, or a part of it, is not flat when its exit ends. A closed list: each has its words on the board. */
export type LeftoverReason =
  | 'in-doubt'
  | 'main-order-pinned'
  | 'odd-lot'
  | 'freeze-unknown'
  | 'no-live-price'
  | 'no-authority'
  | 'not-in-exit-all'
  | 'unproven'
  | 'sign-in-doubt'
  | 'offset-by-product'
  | 'contract-changed'
  | 'unknown-instrument'
  | 'account-blocked'
  | 'not-at-home'
  | 'outside-scope'
  | 'hedge-held'
  | 'rejected'
  | 'no-liquidity'
  | 'circuit-locked'
  | 'halted'
  | 'market-closed'
  | 'let-expire'
  | 'deadline-missed'
  | 'busted'
  | 'fill-conflict'
  | 'overcommitted'
  | 'link-down'
  | 'stopped-by-dealer';

/** Names one position: account, contract, product. */
export interface RowKey {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly product: Product;
}

/** A row of an approved plan: how much of it may be closed, at worst at which price, and why it may. */
export interface ApprovedRow extends RowKey {
  /** Signed net position that the plan closes, in units: +75 is sold, -75 bought back. */
  readonly quantity: number;
  /** 0 when the venue takes market orders or the price comes at release. */
  readonly worstPriceE4: number;
  readonly evidence: Evidence;
  readonly leg: 'short-option' | 'future' | 'long-option' | 'cash';
  /** Account + underlying: longs of a group wait for its shorts. */
  readonly group: string;
  readonly deadlineMs: number;
  /** Units of one exchange order of this row, at most: whole lots under the freeze quantity, or a fair turn. */
  readonly sliceQuantity: number;
  /** Of the broker's own book: goes after every client. */
  readonly proprietary: boolean;
  /** The dealer's own limit; 0 when none was given. */
  readonly limitE4: number;
}

export interface PlanApproved {
  readonly kind: 'plan-approved';
  readonly v: 1;
  readonly planId: PlanId;
  readonly runId: RunId;
  /** SHA-256 of the plan that was read; the approval is void for any other. */
  readonly planHash: string;
  readonly tradingDate: string;
  readonly by: readonly string[];
  /** In the order of urgency. */
  readonly rows: readonly ApprovedRow[];
  readonly leftovers: readonly Leftover[];
  readonly hedges: readonly Hedge[];
  /** Step one: our own resting orders and main's, to be cancelled before the rest. */
  readonly cancelOrders: readonly OrderId[];
  readonly cancelForeign: readonly ExchangeOrderId[];
}

/**
 * What the longs of one account + underlying wait for. The initial quantities count every open short and
 * future of the group, also those that the plan may not close: a short that stays holds its longs.
 */
export interface Hedge {
  readonly group: string;
  readonly longLots: number;
  /** Units of short options. */
  readonly shortInitial: number;
  /** Units of futures, both signs. */
  readonly futureInitial: number;
}

export interface Leftover extends RowKey {
  /** Signed quantity still open. */
  readonly quantity: number;
  readonly reason: LeftoverReason;
  /** What was seen, in a sentence for the board. */
  readonly text: string;
}

export interface RunPaused {
  readonly kind: 'run-paused';
  readonly v: 1;
  readonly runId: RunId;
  readonly why: string;
  readonly by: string;
}
export interface RunResumed {
  readonly kind: 'run-resumed';
  readonly v: 1;
  readonly runId: RunId;
  readonly by: string;
  readonly why: string;
}

/** A dealer ends a run for good: what is on the way is cancelled, the rest goes to the board. */
export interface RunStopped {
  readonly kind: 'run-stopped';
  readonly v: 1;
  readonly runId: RunId;
  readonly by: string;
  readonly why: string;
}

/** Part of a row will not be closed by this run any more. */
export interface RowLeftOver extends Leftover {
  readonly kind: 'row-left-over';
  readonly v: 1;
  readonly runId: RunId;
  /** The run does nothing more on this row. */
  readonly final: boolean;
}

/** A row is flat as far as the run was asked. */
export interface RowFlat extends RowKey {
  readonly kind: 'row-flat';
  readonly v: 1;
  readonly runId: RunId;
  /** Units that somebody else closed while the run was at it. */
  readonly closedElsewhere: number;
}

/** A dealer lets held longs go although their short was not closed. */
export interface HedgeReleased extends RowKey {
  readonly kind: 'hedge-released';
  readonly v: 1;
  readonly runId: RunId;
  readonly by: string;
  readonly reason: string;
}

/** Every row is flat or on the leftovers board. */
export interface RunEnded {
  readonly kind: 'run-ended';
  readonly v: 1;
  readonly runId: RunId;
  readonly flatRows: number;
  readonly leftoverRows: number;
}

/** A person took a leftover on: retry, convert, let expire, other exchange, give to RMS. */
export interface LeftoverSettled extends RowKey {
  readonly kind: 'leftover-settled';
  readonly v: 1;
  readonly runId: RunId;
  readonly how: 'retry' | 'convert' | 'let-expire' | 'other-exchange' | 'give-to-rms';
  readonly by: string;
  readonly note: string;
}

export type SquareOffFact =
  | PlanApproved
  | RunPaused
  | RunResumed
  | RunStopped
  | RowLeftOver
  | RowFlat
  | HedgeReleased
  | RunEnded
  | LeftoverSettled;
