import type { Instrument } from '#core/model/instrument.ts';
import { E4 } from '#core/model/price.ts';
import type { SegmentStatus } from './record.ts';
import type { Refusal } from './venue-types.ts';

interface Terms {
  readonly quantity: number;
  readonly type: 'limit' | 'market';
  readonly priceE4: number | null;
  readonly timeInForce: 'DAY' | 'IOC';
}

export interface Circumstances {
  readonly status: SegmentStatus;
  readonly riskReduction: boolean;
  readonly marketOrders: boolean;
  /** What limit price protection looks at: the last trade, else the price of the day's file. */
  readonly referenceE4: number;
}

const refusal = (code: number, reason: number, text: string): Refusal => ({
  code,
  reason,
  text: `${code} ${text}`,
});

/**
 * What an Indian exchange checks before an order or a replace may stand, with its error numbers (NSE NNF). The first
 * fault, or null. OrdRejReason (103): 0 exchange's own, 2 closed, 3 over a limit, 11 kind of order, 13 quantity.
 */
export function checkOrder(instrument: Instrument, terms: Terms, now: Circumstances): Refusal | null {
  return checkSession(terms, now) ?? checkQuantity(instrument, terms) ?? checkPrice(instrument, terms, now);
}

function checkSession(terms: Terms, now: Circumstances): Refusal | null {
  if (now.status === 'halted' || now.status === 'closed') return refusal(16_000, 2, 'market closed');
  if (terms.timeInForce === 'IOC' && now.status !== 'open')
    return refusal(16_000, 11, 'no immediate orders in an auction');
  if (now.riskReduction && terms.timeInForce !== 'IOC')
    return refusal(17_080, 11, 'risk reduction mode: IOC only');
  if (terms.type === 'market' && !now.marketOrders) return refusal(16_732, 11, 'market order not allowed');
  return null;
}

function checkQuantity(instrument: Instrument, terms: Terms): Refusal | null {
  if (!Number.isSafeInteger(terms.quantity) || terms.quantity <= 0)
    return refusal(16_328, 13, 'quantity not positive');
  if (terms.quantity % instrument.lotSize !== 0)
    return refusal(16_329, 13, 'quantity not a multiple of the lot');
  if (instrument.freezeQuantity > 0 && terms.quantity > instrument.freezeQuantity) {
    return refusal(16_606, 3, 'quantity over freeze');
  }
  return null;
}

function checkPrice(instrument: Instrument, terms: Terms, now: Circumstances): Refusal | null {
  if (terms.type === 'market') return null;
  const { priceE4 } = terms;
  if (priceE4 === null || priceE4 <= 0) return refusal(16_247, 99, 'price missing');
  if (priceE4 % instrument.tickE4 !== 0) return refusal(16_248, 99, 'price not a multiple of the tick');
  const isOutside =
    (instrument.lowerBandE4 > 0 && priceE4 < instrument.lowerBandE4) ||
    (instrument.upperBandE4 > 0 && priceE4 > instrument.upperBandE4);
  if (isOutside) return refusal(16_284, 99, 'price outside the day band');
  const room = protectionE4(instrument, now.referenceE4);
  if (room !== null && Math.abs(priceE4 - now.referenceE4) > room) return refusal(17_070, 99, 'outside LPP');
  return null;
}

/**
 * Limit price protection of equity derivatives: options Rs 20 up to a premium of 50, else 40 %; index futures Rs 200
 * up to 10,000, else 2 %; stock futures Rs 1.50 up to 50, else 3 % (NSE's FAQ on limit price protection).
 */
export function protectionE4(instrument: Instrument, referenceE4: number): number | null {
  if (instrument.segment !== 'FO') return null;
  if (instrument.kind === 'option') return referenceE4 <= 50 * E4 ? 20 * E4 : referenceE4 * 0.4;
  if (instrument.underlying.includes('NIFTY'))
    return referenceE4 <= 10_000 * E4 ? 200 * E4 : referenceE4 * 0.02;
  return referenceE4 <= 50 * E4 ? 1.5 * E4 : referenceE4 * 0.03;
}
