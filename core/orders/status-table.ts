import type { OrderStatus } from './port.ts';
import { ended, neverSent, resting, terminal, type OrderFactKind } from './status-rows.ts';

/**
 * The life of an order as data (I5). The columns, what may be said about an order, are in status-rows.ts.
 *
 *             withdrawn
 *   PLANNED ─────────────▶ WITHDRAWN
 *      │ released
 *      ▼         acknowledged            fill                fill in full
 *   PENDING_NEW ────────────▶ NEW ──────────────▶ PARTIALLY_FILLED ─────────▶ FILLED
 *      │                       │ cancel / replace requested │
 *      │                       └──▶ PENDING_CANCEL ◀────────┤      canceled, rejected, expired, done for day
 *      │                       └──▶ PENDING_REPLACE ◀───────┘ ───▶ CANCELED REJECTED EXPIRED DONE_FOR_DAY
 *      │                                  │
 *      └──── link lost, no answer ────────┴──▶ IN_DOUBT ── confirmed ──▶ NEW / PARTIALLY_FILLED
 *                                                  │ day rolled
 *                                                  ▼
 *                                          UNRESOLVED_YESTERDAY ── fills, persons ──▶ a terminal status
 *
 * A fill is legal in every status that was sent: after a terminal word it counts and the order stays terminal.
 * A terminal status is left in two ways only: to IN_DOUBT when the exchange itself shows the order alive
 * (a word of ours or of a person was wrong: it must pin its quantity again), and to UNRESOLVED_YESTERDAY when
 * its fills are still owed at day roll. In doubt is left by an answer about the order, never by an old report.
 */
export const STATUS_TABLE = {
  PLANNED: {
    ...neverSent,
    'order-withdrawn': 'WITHDRAWN',
    'order-released': 'PENDING_NEW',
    'day-rolled': 'WITHDRAWN',
  },
  WITHDRAWN: { ...neverSent, 'order-withdrawn': 'illegal', 'day-rolled': 'WITHDRAWN' },
  PENDING_NEW: {
    ...resting,
    'order-acknowledged': 'NEW',
    'fill-conflicted': 'PENDING_NEW',
    'fill-busted': 'PENDING_NEW',
    'fill-corrected': 'PENDING_NEW',
    'cancel-requested': 'illegal',
    'replace-requested': 'illegal',
    'order-replaced': 'NEW',
    'request-refused': 'PENDING_NEW',
    'request-refused-partly': 'PARTIALLY_FILLED',
    'order-confirmed': 'NEW',
    'order-confirmed-owing': 'IN_DOUBT',
    'day-rolled': 'UNRESOLVED_YESTERDAY',
  },
  NEW: {
    ...resting,
    'order-acknowledged': 'NEW',
    'fill-conflicted': 'NEW',
    'fill-busted': 'NEW',
    'fill-corrected': 'NEW',
    'order-replaced': 'NEW',
    'request-refused': 'NEW',
    'request-refused-partly': 'PARTIALLY_FILLED',
    'order-confirmed': 'NEW',
    'order-confirmed-owing': 'IN_DOUBT',
  },
  PARTIALLY_FILLED: {
    ...resting,
    'order-acknowledged': 'PARTIALLY_FILLED',
    'fill-conflicted': 'PARTIALLY_FILLED',
    'fill-busted': 'PARTIALLY_FILLED',
    'fill-corrected': 'PARTIALLY_FILLED',
    'order-replaced': 'PARTIALLY_FILLED',
    'request-refused': 'PARTIALLY_FILLED',
    'request-refused-partly': 'PARTIALLY_FILLED',
    'order-confirmed': 'PARTIALLY_FILLED',
    'order-confirmed-owing': 'IN_DOUBT',
  },
  PENDING_CANCEL: {
    ...resting,
    'order-acknowledged': 'PENDING_CANCEL',
    'order-acknowledged-partly': 'PENDING_CANCEL',
    'order-filled': 'PENDING_CANCEL',
    'fill-conflicted': 'PENDING_CANCEL',
    'fill-busted': 'PENDING_CANCEL',
    'fill-corrected': 'PENDING_CANCEL',
    'cancel-requested': 'illegal',
    'replace-requested': 'illegal',
    'order-replaced': 'PENDING_CANCEL',
    'order-replaced-partly': 'PENDING_CANCEL',
    'request-refused': 'NEW',
    'request-refused-partly': 'PARTIALLY_FILLED',
    'order-confirmed': 'PENDING_CANCEL',
    'order-confirmed-partly': 'PENDING_CANCEL',
    'order-confirmed-owing': 'IN_DOUBT',
    'day-rolled': 'UNRESOLVED_YESTERDAY',
  },
  PENDING_REPLACE: {
    ...resting,
    'order-acknowledged': 'PENDING_REPLACE',
    'order-acknowledged-partly': 'PENDING_REPLACE',
    'order-filled': 'PENDING_REPLACE',
    'fill-conflicted': 'PENDING_REPLACE',
    'fill-busted': 'PENDING_REPLACE',
    'fill-corrected': 'PENDING_REPLACE',
    'cancel-requested': 'illegal',
    'replace-requested': 'illegal',
    'order-replaced': 'NEW',
    'request-refused': 'NEW',
    'request-refused-partly': 'PARTIALLY_FILLED',
    'order-confirmed': 'PENDING_REPLACE',
    'order-confirmed-partly': 'PENDING_REPLACE',
    'order-confirmed-owing': 'IN_DOUBT',
    'day-rolled': 'UNRESOLVED_YESTERDAY',
  },
  FILLED: terminal('FILLED'),
  CANCELED: terminal('CANCELED'),
  REJECTED: terminal('REJECTED'),
  EXPIRED: terminal('EXPIRED'),
  DONE_FOR_DAY: terminal('DONE_FOR_DAY'),
  IN_DOUBT: {
    ...resting,
    'order-acknowledged': 'IN_DOUBT',
    'order-acknowledged-partly': 'IN_DOUBT',
    'order-filled': 'IN_DOUBT',
    'fill-conflicted': 'IN_DOUBT',
    'fill-busted': 'IN_DOUBT',
    'fill-corrected': 'IN_DOUBT',
    'cancel-requested': 'IN_DOUBT',
    'replace-requested': 'illegal',
    'order-replaced': 'IN_DOUBT',
    'order-replaced-partly': 'IN_DOUBT',
    'request-refused': 'IN_DOUBT',
    'request-refused-partly': 'IN_DOUBT',
    'order-confirmed': 'NEW',
    'order-confirmed-owing': 'IN_DOUBT',
    'decided-never-reached': 'REJECTED',
    'decided-canceled': 'CANCELED',
    'decided-filled': 'FILLED',
    'day-rolled': 'UNRESOLVED_YESTERDAY',
  },
  UNRESOLVED_YESTERDAY: {
    ...ended,
    'order-withdrawn': 'illegal',
    'order-released': 'illegal',
    'order-acknowledged': 'UNRESOLVED_YESTERDAY',
    'order-acknowledged-partly': 'UNRESOLVED_YESTERDAY',
    'order-filled': 'UNRESOLVED_YESTERDAY',
    'order-filled-in-full': 'FILLED',
    'fill-conflicted': 'UNRESOLVED_YESTERDAY',
    'fill-busted': 'UNRESOLVED_YESTERDAY',
    'fill-corrected': 'UNRESOLVED_YESTERDAY',
    'cancel-requested': 'illegal',
    'replace-requested': 'illegal',
    'order-replaced': 'UNRESOLVED_YESTERDAY',
    'order-replaced-partly': 'UNRESOLVED_YESTERDAY',
    'order-replaced-in-full': 'FILLED',
    'request-refused': 'UNRESOLVED_YESTERDAY',
    'request-refused-partly': 'UNRESOLVED_YESTERDAY',
    'order-in-doubt': 'UNRESOLVED_YESTERDAY',
    'order-not-delivered': 'UNRESOLVED_YESTERDAY',
    'order-confirmed': 'UNRESOLVED_YESTERDAY',
    'order-confirmed-partly': 'UNRESOLVED_YESTERDAY',
    'order-confirmed-in-full': 'FILLED',
    'order-confirmed-owing': 'UNRESOLVED_YESTERDAY',
    'order-unresolved-yesterday': 'UNRESOLVED_YESTERDAY',
    'decided-never-reached': 'REJECTED',
    'decided-canceled': 'CANCELED',
    'decided-filled': 'FILLED',
    'day-rolled': 'UNRESOLVED_YESTERDAY',
  },
} as const satisfies Record<OrderStatus, Record<OrderFactKind, OrderStatus | 'illegal'>>;

export const TERMINAL: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'WITHDRAWN',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'DONE_FOR_DAY',
]);

/** Statuses in which an order may be at the exchange, or may not: all that were sent and have not ended. */
export const MAY_WORK: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'PENDING_NEW',
  'NEW',
  'PARTIALLY_FILLED',
  'PENDING_CANCEL',
  'PENDING_REPLACE',
  'IN_DOUBT',
]);
