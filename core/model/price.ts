import { assert } from '#core/lib/assert.ts';

/** Prices are whole ten-thousandths of a rupee: a currency tick is Rs 0.0025. */
export const E4 = 10_000;

/**
 * The exact ten-thousandths of a decimal text such as `-12.05`; null when the text is no plain decimal
 * number, has more than four decimals that are not zero, or does not fit a safe integer.
 */
export function parseE4(text: string): number | null {
  const match = /^([+-]?)(\d{1,12})(?:\.(\d*))?$/.exec(text.trim());
  if (match === null) return null;
  const [, sign = '', whole = '0', fraction = ''] = match;
  if (/[^0]/.test(fraction.slice(4))) return null;
  const e4 = Number(whole) * E4 + Number(fraction.slice(0, 4).padEnd(4, '0'));
  if (!Number.isSafeInteger(e4)) return null;
  return sign === '-' && e4 !== 0 ? -e4 : e4;
}

/** The shortest decimal text, as exchanges want it on the wire: 1250500 is `125.05`. */
export function formatE4(e4: number): string {
  assert(Number.isSafeInteger(e4), 'a price is a safe integer of ten-thousandths');
  const digits = String(Math.abs(e4)).padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0+$/, '');
  return `${e4 < 0 ? '-' : ''}${digits.slice(0, -4)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The nearest multiple of the tick at or below (`down`) or at or above (`up`) the price. */
export function roundToTick(priceE4: number, tickE4: number, direction: 'up' | 'down'): number {
  assert(Number.isSafeInteger(tickE4) && tickE4 > 0, 'a tick is a positive integer');
  const ticks = priceE4 / tickE4;
  const whole = direction === 'down' ? Math.floor(ticks) : Math.ceil(ticks);
  return whole * tickE4;
}
