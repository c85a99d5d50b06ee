import { assert } from '#core/lib/assert.ts';
import { z } from 'zod';
import { InstrumentId } from './ids.ts';

export const Exchange = z.enum(['NSE', 'BSE', 'MCX', 'NCDEX', 'MSEI']);
export type Exchange = z.infer<typeof Exchange>;

/** CM cash market, FO equity derivatives, CD currency derivatives, COM commodity derivatives. */
export const Segment = z.enum(['CM', 'FO', 'CD', 'COM']);
export type Segment = z.infer<typeof Segment>;

const InstrumentKind = z.enum(['equity', 'future', 'option']);
export type InstrumentKind = z.infer<typeof InstrumentKind>;

/** What happens to what is left open at expiry. `devolves`: an option turns into its future (MCX). */
export const Settlement = z.enum(['cash', 'physical', 'devolves', 'delivery']);
export type Settlement = z.infer<typeof Settlement>;

const positive = z.int().positive();

/**
 * A contract as the day's files say it. Quantities are exchange units: shares, or units of the underlying
 * (grams of gold, dollars), never lots. The rupee value of a quantity is
 * price x quantity x multiplierNum / multiplierDen: gold is quoted per 10 g, so its multiplier is 1/10.
 */
export const Instrument = z.object({
  instrumentId: InstrumentId,
  exchange: Exchange,
  segment: Segment,
  kind: InstrumentKind,
  /** The exchange's numeric token: FIX SecurityID (48), NNF token. */
  token: z.string().min(1).max(20),
  /** Trading symbol as dealers type it. */
  symbol: z.string().min(1).max(60),
  underlying: z.string().min(1).max(40),
  name: z.string().max(120),
  /** EQ, BE (trade-to-trade), ... ; empty for derivatives. */
  series: z.string().max(4),
  isin: z.string().max(12),
  /** `YYYY-MM-DD`, empty in the cash market. */
  expiry: z.string().regex(/^(\d{4}-\d{2}-\d{2})?$/),
  strikeE4: z.int().nonnegative(),
  optionType: z.enum(['CE', 'PE', '']),
  lotSize: positive,
  multiplierNum: positive,
  multiplierDen: positive,
  /** What one unit of OrderQty on the wire means at this venue. */
  orderUnit: z.enum(['units', 'lots']),
  tickE4: positive,
  /** Largest quantity of one order, in units; 0 when unknown. */
  freezeQuantity: z.int().nonnegative(),
  /** Price band of the day; 0 when unknown. */
  lowerBandE4: z.int().nonnegative(),
  upperBandE4: z.int().nonnegative(),
  /** Price of the file (last or close), 0 when it has none. */
  filePriceE4: z.int().nonnegative(),
  settlement: Settlement,
  /** Minutes after IST midnight of the last trade on the expiry day, 0 when the segment's own close. */
  lastTradingMinute: z.int().nonnegative(),
  /** First day of the tender period (MCX staggered delivery), empty when none. */
  tenderStart: z.string().regex(/^(\d{4}-\d{2}-\d{2})?$/),
  /** In the F&O list, so its cash market closes by auction. */
  closingAuction: z.boolean(),
});
export type Instrument = z.infer<typeof Instrument>;

/** `NSE:NIFTY26NOV25000CE`: exchange and trading symbol name a contract for one day. */
export function instrumentId(exchange: Exchange, symbol: string): InstrumentId {
  return InstrumentId.parse(`${exchange}:${symbol.replaceAll(' ', '')}`);
}

/** Rupee value in ten-thousandths, signed like the quantity. Asserts that it fits a safe integer. */
export function valueE4(instrument: Instrument, priceE4: number, quantity: number): number {
  const exact =
    (BigInt(priceE4) * BigInt(quantity) * BigInt(instrument.multiplierNum)) /
    BigInt(instrument.multiplierDen);
  const value = Number(exact);
  assert(Number.isSafeInteger(value), 'the value of one position fits a safe integer');
  return value;
}

/** Cash, F&O, currency, commodity: the classes in which P&L is reported. */
export function assetClassOf(instrument: Instrument): 'equity' | 'fno' | 'currency' | 'commodity' {
  switch (instrument.segment) {
    case 'CM':
      return 'equity';
    case 'FO':
      return 'fno';
    case 'CD':
      return 'currency';
    case 'COM':
      return 'commodity';
  }
}

/** The largest quantity of one exchange order: floor(freeze / lot) x lot; 0 when the freeze is unknown or under a lot. */
export function sliceLimit(instrument: Instrument): number {
  return Math.floor(instrument.freezeQuantity / instrument.lotSize) * instrument.lotSize;
}
