import { E4, formatE4 } from '#core/model/price.ts';

const wholeNumber = new Intl.NumberFormat('en-IN', { maximumFractionDigits: 0 });
const rupees = new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Ten-thousandths of a rupee as `+1,23,456.50`: the sign is always there, for it is not told by colour alone. */
export function signedMoney(e4: number | bigint): string {
  const value = Number(e4) / E4;
  return `${value > 0 ? '+' : value < 0 ? '−' : ' '}${rupees.format(Math.abs(value))}`;
}

/** Large sums as people say them: `₹ 4.21 Cr`, `₹ 7.10 L`. */
export function roundMoney(e4: number | bigint): string {
  const value = Math.abs(Number(e4) / E4);
  const sign = Number(e4) < 0 ? '−' : '';
  if (value >= 1e7) return `${sign}₹ ${(value / 1e7).toFixed(2)} Cr`;
  if (value >= 1e5) return `${sign}₹ ${(value / 1e5).toFixed(2)} L`;
  return `${sign}₹ ${wholeNumber.format(value)}`;
}

/** `−1,755`: a true minus, so that it is as wide as a plus. */
export function quantity(units: number): string {
  return `${units < 0 ? '−' : ''}${wholeNumber.format(Math.abs(units))}`;
}

export function signedQuantity(units: number): string {
  return units > 0 ? `+${quantity(units)}` : quantity(units);
}

export function price(e4: number): string {
  const text = formatE4(e4);
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}

/** `4s`, `3m 10s`, `2h 05m`: an age or what is left. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3600)}h ${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}m`;
}

/** `12:04`, `1:02:04`: a countdown. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const tail = `${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${tail}` : tail;
}

/** A closed list's word as people read it: `main-order-pinned` is `main order pinned`. */
export function words(code: string): string {
  return code.replaceAll('-', ' ').replaceAll('_', ' ');
}
