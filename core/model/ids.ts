import type { Brand } from '#core/lib/brand.ts';
import { z } from 'zod';

/**
 * Every id of the house. An id is made only by its schema (at a door) or by the function that owns it.
 * Ids are short printable ASCII, so that they travel unchanged on FIX, in SQL and in a file name.
 */
const printable = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'printable ASCII without blanks');

export type DeskId = Brand<string, 'DeskId'>;
export type AccountId = Brand<string, 'AccountId'>;
export type InstrumentId = Brand<string, 'InstrumentId'>;
export type OrderId = Brand<string, 'OrderId'>;
export type RequestId = Brand<string, 'RequestId'>;
export type ExchangeOrderId = Brand<string, 'ExchangeOrderId'>;
export type PlanId = Brand<string, 'PlanId'>;
export type RunId = Brand<string, 'RunId'>;
export type VenueId = Brand<string, 'VenueId'>;

/** One installation of Lifeboat. */
export const DeskId = printable(12).transform((value) => value as DeskId);
/** A client's trading account: the UCC (unique client code), 10 characters at most at NSE, 12 elsewhere. */
export const AccountId = printable(20).transform((value) => value as AccountId);
/** Our name of a contract: see `instrumentId` in instrument.ts. */
export const InstrumentId = printable(60).transform((value) => value as InstrumentId);
/** Our name of an order, for ever: trading date, desk and a counter that never restarts. */
export const OrderId = printable(40).transform((value) => value as OrderId);
/** Our name of one request about an order (new, replace, cancel): FIX ClOrdID (11). */
export const RequestId = printable(40).transform((value) => value as RequestId);
/** The exchange's name of an order: FIX OrderID (37), NNF order number. */
export const ExchangeOrderId = printable(40).transform((value) => value as ExchangeOrderId);
export const PlanId = printable(40).transform((value) => value as PlanId);
export const RunId = printable(40).transform((value) => value as RunId);
/** One configured exchange connection of this desk, as `nse-fo`. */
export const VenueId = printable(20).transform((value) => value as VenueId);
