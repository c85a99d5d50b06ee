import { valueE4, type Instrument } from '#core/model/instrument.ts';
import { signOf, type Side } from '#core/model/side.ts';

/** Share of a future's notional that its margin is taken to be, in hundredths of a percent. */
export const FUTURES_MARGIN_BASIS_POINTS = 1500;

/**
 * What closing this quantity needs (positive) or frees (negative), in ten-thousandths of a rupee. An estimate for
 * the record and the screen; a reducing order is never refused for funds (design 6.6).
 *
 * Cash and options: the value of the trade; a buy pays it, a sale receives it. Margin that closing a short
 * option frees is left out, so the need is never shown too small.
 * Futures: closing either side frees `marginBasisPoints` of the notional.
 */
export function fundsOf(
  instrument: Instrument,
  side: Side,
  quantity: number,
  priceE4: number,
  marginBasisPoints: number,
): number {
  const value = valueE4(instrument, priceE4, quantity);
  if (instrument.kind !== 'future') return signOf(side) * value;
  return -Math.round(Number((BigInt(value) * BigInt(marginBasisPoints)) / 10_000n));
}
