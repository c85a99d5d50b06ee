import type { PositionRow } from './port.ts';
import { said, type Held, type Told } from './stage.ts';

/** Files that state what was carried, and trades before and after their cut, for the tests of both opinions. */

/** The day's columns make up the difference. */
export function stated(quantity: number, carriedQuantity: number, part: Partial<Held> = {}): Held {
  const moved = quantity - carriedQuantity;
  const day = { dayBuyQuantity: Math.max(0, moved), daySellQuantity: Math.max(0, -moved) };
  return { quantity, carriedQuantity, carriedStated: true, ...day, ...part };
}

/** The row in a few words, with both opinions where they differ. */
export function told(row: PositionRow | null): string {
  const { opinions } = row ?? { opinions: null };
  return said(row) + (opinions === null ? '' : ` (book ${opinions.book}, exchange ${opinions.exchange})`);
}

export const BOUGHT: Told = { tradeId: '5', side: 'buy', quantity: 65 };
export const SOLD: Told = { tradeId: '6', side: 'sell', quantity: 65 };
/** After a cut up to 10. */
export const LATER: Told = { tradeId: '11', side: 'buy', quantity: 65 };
