import { assert } from '#core/lib/assert.ts';
import type { Instrument } from '#core/model/instrument.ts';

/**
 * Cost and profit of one position, from totals.
 *
 * Method: all that was bought (a carried long counts as bought at its cost) is held against all that was sold (a
 * carried short counts as sold at its cost). The quantity that both have is realised at the difference of the two
 * average prices, as one fraction, rounded once to the ten-thousandth of a rupee, half away from zero. It does not
 * depend on the order in which the trades are learnt, and realised + unrealised is the cash result to the paisa.
 */
export interface Legs {
  readonly carriedQuantity: number;
  /** Signed like the quantity. */
  readonly carriedValueE4: number;
  readonly boughtQuantity: number;
  readonly boughtValueE4: number;
  readonly soldQuantity: number;
  readonly soldValueE4: number;
}

export interface Profit {
  readonly realisedE4: number;
  /** Cost of what is open, signed like the net. */
  readonly openCostE4: number;
}

export function profitOf(legs: Legs): Profit {
  const long = legs.carriedQuantity > 0;
  const [carried, carriedValue] = [BigInt(legs.carriedQuantity), BigInt(legs.carriedValueE4)];
  const bought = BigInt(legs.boughtQuantity) + (long ? carried : 0n);
  const boughtValue = BigInt(legs.boughtValueE4) + (long ? carriedValue : 0n);
  const sold = BigInt(legs.soldQuantity) - (long ? 0n : carried);
  const soldValue = BigInt(legs.soldValueE4) - (long ? 0n : carriedValue);
  const realised =
    bought <= 0n || sold <= 0n
      ? 0n
      : rounded((bought < sold ? bought : sold) * (soldValue * bought - boughtValue * sold), bought * sold);
  return { realisedE4: safe(realised), openCostE4: safe(boughtValue - soldValue + realised) };
}

/** Net units of the totals; differs from `netLow` and `netHigh` only where the overlap is not known. */
export function netOf(legs: Legs): number {
  return legs.carriedQuantity + legs.boughtQuantity - legs.soldQuantity;
}

/** What is open, valued at the price, less what it cost: ten-thousandths of a rupee. */
export function unrealisedE4(
  row: Legs & { readonly openCostE4: number },
  instrument: Instrument,
  priceE4: number,
): number {
  return safe(totalE4(instrument, BigInt(priceE4) * BigInt(netOf(row))) - BigInt(row.openCostE4));
}

/** Rupee value of a sum of price x quantity, in ten-thousandths: the multiplier once, over the whole. */
export function totalE4(instrument: Instrument, priceTimesQuantity: bigint): bigint {
  return rounded(priceTimesQuantity * BigInt(instrument.multiplierNum), BigInt(instrument.multiplierDen));
}

/** A total as a number. Of one position it fits; book-wide totals stay BigInt. */
export function safe(total: bigint): number {
  const value = Number(total);
  assert(Number.isSafeInteger(value), 'the value of one position fits a safe integer');
  return value;
}

function rounded(numerator: bigint, denominator: bigint): bigint {
  assert(denominator > 0n, 'a denominator is positive');
  const half = numerator < 0n ? -denominator : denominator;
  return (2n * numerator + half) / (2n * denominator);
}
