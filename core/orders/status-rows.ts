import type { OrderStatus } from './port.ts';

/**
 * What may be said about an order, and the rows of the status table that several statuses share.
 * Fact kinds are split where one fact has several outcomes. `-partly`: some fills are known; `-in-full`: the known
 * fills are the whole order; `-owing`: the exchange calls it complete but not all of its fills have reached us.
 */
export type OrderFactKind =
  | 'order-withdrawn'
  | 'order-released'
  | 'order-acknowledged'
  | 'order-acknowledged-partly'
  | 'order-filled'
  | 'order-filled-in-full'
  | 'fill-conflicted'
  | 'fill-busted'
  | 'fill-corrected'
  | 'cancel-requested'
  | 'replace-requested'
  | 'order-replaced'
  | 'order-replaced-partly'
  | 'order-replaced-in-full'
  | 'request-refused'
  | 'request-refused-partly'
  | 'order-canceled'
  | 'order-rejected'
  | 'order-expired'
  | 'order-done-for-day'
  | 'order-in-doubt'
  | 'order-not-delivered'
  | 'order-confirmed'
  | 'order-confirmed-partly'
  | 'order-confirmed-in-full'
  | 'order-confirmed-owing'
  | 'order-unresolved-yesterday'
  | 'decided-never-reached'
  | 'decided-canceled'
  | 'decided-filled'
  | 'day-rolled';

/** The terminal words of the exchange. */
export const ended = {
  'order-canceled': 'CANCELED',
  'order-rejected': 'REJECTED',
  'order-expired': 'EXPIRED',
  'order-done-for-day': 'DONE_FOR_DAY',
} as const;

/** Nothing of this may be said of an order that never left. */
export const neverSent = {
  'order-released': 'illegal',
  'order-acknowledged': 'illegal',
  'order-acknowledged-partly': 'illegal',
  'order-filled': 'illegal',
  'order-filled-in-full': 'illegal',
  'fill-conflicted': 'illegal',
  'fill-busted': 'illegal',
  'fill-corrected': 'illegal',
  'cancel-requested': 'illegal',
  'replace-requested': 'illegal',
  'order-replaced': 'illegal',
  'order-replaced-partly': 'illegal',
  'order-replaced-in-full': 'illegal',
  'request-refused': 'illegal',
  'request-refused-partly': 'illegal',
  'order-canceled': 'illegal',
  'order-rejected': 'illegal',
  'order-expired': 'illegal',
  'order-done-for-day': 'illegal',
  'order-in-doubt': 'illegal',
  'order-not-delivered': 'illegal',
  'order-confirmed': 'illegal',
  'order-confirmed-partly': 'illegal',
  'order-confirmed-in-full': 'illegal',
  'order-confirmed-owing': 'illegal',
  'order-unresolved-yesterday': 'illegal',
  'decided-never-reached': 'illegal',
  'decided-canceled': 'illegal',
  'decided-filled': 'illegal',
} as const;

/** An order at the exchange with nothing of ours unanswered. */
export const resting = {
  ...ended,
  'order-withdrawn': 'illegal',
  'order-released': 'illegal',
  'order-acknowledged-partly': 'PARTIALLY_FILLED',
  'order-filled': 'PARTIALLY_FILLED',
  'order-filled-in-full': 'FILLED',
  'cancel-requested': 'PENDING_CANCEL',
  'replace-requested': 'PENDING_REPLACE',
  'order-replaced-partly': 'PARTIALLY_FILLED',
  'order-replaced-in-full': 'FILLED',
  'order-in-doubt': 'IN_DOUBT',
  'order-not-delivered': 'IN_DOUBT',
  'order-confirmed-partly': 'PARTIALLY_FILLED',
  'order-confirmed-in-full': 'FILLED',
  'order-unresolved-yesterday': 'UNRESOLVED_YESTERDAY',
  'decided-never-reached': 'illegal',
  'decided-canceled': 'illegal',
  'decided-filled': 'illegal',
  'day-rolled': 'EXPIRED',
} as const;

/** All that is said of an ended order leaves it ended; see above for the two ways out. */
export function terminal<Status extends OrderStatus>(status: Status) {
  return {
    'order-withdrawn': 'illegal',
    'order-released': 'illegal',
    'order-acknowledged': status,
    'order-acknowledged-partly': status,
    'order-filled': status,
    'order-filled-in-full': status,
    'fill-conflicted': status,
    'fill-busted': status,
    'fill-corrected': status,
    'cancel-requested': 'illegal',
    'replace-requested': 'illegal',
    'order-replaced': status,
    'order-replaced-partly': status,
    'order-replaced-in-full': status,
    'request-refused': status,
    'request-refused-partly': status,
    'order-canceled': status,
    'order-rejected': status,
    'order-expired': status,
    'order-done-for-day': status,
    'order-in-doubt': 'IN_DOUBT',
    'order-not-delivered': status,
    'order-confirmed': status,
    'order-confirmed-partly': status,
    'order-confirmed-in-full': status,
    'order-confirmed-owing': status,
    'order-unresolved-yesterday': 'UNRESOLVED_YESTERDAY',
    'decided-never-reached': status,
    'decided-canceled': status,
    'decided-filled': status,
    'day-rolled': status,
  } as const;
}
