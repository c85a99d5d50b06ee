import type { Phase } from '#core/model/calendar.ts';
import type { OrderId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Order } from '#core/orders/port.ts';
import type { RunRow } from './domain.ts';
import type { LeftoverReason } from './events.ts';
import type { Policy } from './policy.ts';

/** Rejections, withdrawals and cancel attempts of one row, at most, before it goes to the board. */
export const REJECTS_MAX = 4;
/**
 * Rounds of refusals that are nobody's fault: orders lost with a link, and `market closed` from a venue that says
 * it is open, whose word about the halt may be late.
 */
export const BLAMELESS_MAX = 20;
export const WITHDRAWALS_MAX = 6;
export const CANCELS_MAX = 3;

export interface Part {
  readonly quantity: number;
  readonly reason: LeftoverReason;
  readonly text: string;
}

export type WaitKind =
  'doubt' | 'answer' | 'link' | 'price' | 'circuit' | 'cancel' | 'quantity' | 'grace' | 'blocked';

/**
 * What a run remembers of a row between its steps and does not journal: where it stands on the price ladder
 * and what it waits for. Lost at a restart and rebuilt from the row's orders; every wait then starts again.
 */
export interface RowMemory {
  step: number;
  wait: { readonly kind: WaitKind; readonly sinceMs: number } | null;
  /** Step one's cancels had their time: what they pin is not waited for again. */
  cancelsWaited: boolean;
  retryAtMs: number;
  rejects: number;
  blameless: number;
  withdrawals: number;
  sliceQuantity: number;
  limitsOnly: boolean;
  iocOnly: boolean;
  /** Terminal orders that were taken into account. */
  readonly seen: Set<OrderId>;
  /** Orders whose answer is not waited for any more. */
  readonly abandoned: Map<OrderId, string>;
  readonly stepOf: Map<OrderId, number>;
  readonly cancels: Map<OrderId, { readonly atMs: number; readonly count: number }>;
  readonly withdrawing: Set<OrderId>;
  /** Parts that will be left over whatever comes. */
  readonly parts: Part[];
  gaveUp: { readonly reason: LeftoverReason; readonly text: string } | null;
}

/** The world around one row at one instant. */
export interface RowView {
  readonly row: RunRow;
  readonly instrument: Instrument;
  /** The row's orders in this run. */
  readonly orders: readonly Order[];
  readonly nowMs: number;
  readonly policy: Policy;
  readonly phase: Phase;
  /** Last trading moment of the row today, by the calendar. */
  readonly lastMs: number;
  readonly venueReady: boolean;
  readonly paused: boolean;
  readonly stopping: boolean;
  /** Why the account takes no automation; null when it does. */
  readonly blocked: string | null;
  /** Units that may be newly planned: closable less everything reserved. */
  readonly room: number;
  readonly netLow: number;
  readonly netHigh: number;
  /** Units that somebody else's resting orders pin on the closing side. */
  readonly pinned: number;
  /** Step one has not heard of all its cancels in this contract. */
  readonly cancelling: boolean;
  readonly priced: boolean;
  readonly circuitLocked: boolean;
  /** Units of a hedging long that may still be sent; null when nothing holds it. */
  readonly hedgeRoom: number | null;
  /** Every short and future of the group is flat or on the board. */
  readonly riskDone: boolean;
}

export type RowAction =
  | { readonly kind: 'plan'; readonly quantities: readonly number[] }
  | { readonly kind: 'release'; readonly orderIds: readonly OrderId[] }
  | { readonly kind: 'cancel'; readonly orderIds: readonly OrderId[]; readonly why: string }
  | { readonly kind: 'withdraw'; readonly orderIds: readonly OrderId[]; readonly why: string }
  | { readonly kind: 'left-over'; readonly parts: readonly Part[] }
  | { readonly kind: 'flat'; readonly closedElsewhere: number };

export interface Decision {
  readonly actions: readonly RowAction[];
  /** Look again at this instant even when nothing happens; null: only when something does. */
  readonly wakeMs: number | null;
}

export function newMemory(row: RunRow): RowMemory {
  return {
    step: 0,
    wait: null,
    cancelsWaited: false,
    retryAtMs: 0,
    rejects: 0,
    blameless: 0,
    withdrawals: 0,
    sliceQuantity: row.approved.sliceQuantity,
    limitsOnly: false,
    iocOnly: false,
    seen: new Set(),
    abandoned: new Map(),
    stepOf: new Map(),
    cancels: new Map(),
    withdrawing: new Set(),
    parts: [],
    gaveUp: null,
  };
}
