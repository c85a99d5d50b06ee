import type { Instrument } from '#core/model/instrument.ts';

const DECIMALS = 8;
const SCALE_OVER_E4 = 10_000n;

/**
 * Cost of a quantity at an average price, in ten-thousandths of a rupee, rounded once, half away from zero.
 * Averages have more decimals than a price; up to eight are taken exactly. Null when the text is no such number
 * or the cost does not fit a safe integer.
 */
export function costE4(instrument: Instrument, averagePrice: string, quantity: number): number | null {
  const match = /^(\d{1,12})(?:\.(\d{0,8})0*)?$/.exec(averagePrice);
  if (match === null) return null;
  const [, whole = '0', fraction = ''] = match;
  const priceE8 = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  const exact = priceE8 * BigInt(quantity) * BigInt(instrument.multiplierNum);
  const cost = Number(divideRounded(exact, BigInt(instrument.multiplierDen) * SCALE_OVER_E4));
  return Number.isSafeInteger(cost) ? cost : null;
}

function divideRounded(value: bigint, by: bigint): bigint {
  const half = value < 0n ? -by / 2n : by / 2n;
  return (value + half) / by;
}
