import type { Instrument } from '#core/model/instrument.ts';
import { valueE4 } from '#core/model/instrument.ts';
import { E4 } from '#core/model/price.ts';
import type { Product } from '#core/model/product.ts';

const LAKH_E4 = 100_000 * E4;
const CRORE_E4 = 10_000_000 * E4;

/** `Rs 7.1 lakh`, as dealers say it. */
function rupees(amountE4: number): string {
  const size = Math.abs(amountE4);
  if (size >= CRORE_E4) return `Rs ${(size / CRORE_E4).toFixed(1)} crore`;
  if (size >= LAKH_E4) return `Rs ${(size / LAKH_E4).toFixed(1)} lakh`;
  return `Rs ${Math.round(size / E4)}`;
}

/** What happens to a position that stays open: the price of doing nothing, in a sentence. `net` is signed units. */
export function ifLeftOpen(
  instrument: Instrument,
  product: Product,
  net: number,
  priceE4: number,
  tradingDate: string,
): string {
  const { underlying } = instrument;
  if (instrument.kind === 'equity')
    return cashConsequence(underlying, product, net, valueE4(instrument, priceE4, net));
  if (instrument.expiry !== tradingDate) {
    const kept = product === 'MIS' ? 'is carried overnight as NRML with its full margin' : 'stays open';
    return `${kept}, expires ${instrument.expiry}`;
  }
  switch (instrument.settlement) {
    case 'cash':
      return 'expires today, settled in cash';
    case 'devolves':
      if (instrument.kind === 'option')
        return `expires today: in the money it becomes a future of ${underlying}`;
      return deliveryOf(net > 0, net, underlying, valueE4(instrument, priceE4, net));
    case 'physical':
    case 'delivery':
      return physical(instrument, net, priceE4);
  }
}

function cashConsequence(underlying: string, product: Product, net: number, worthE4: number): string {
  if (net < 0) return `deliver ${-net} ${underlying} or go to the auction, ${rupees(worthE4)}`;
  return product === 'CNC' ? 'stays a holding' : deliveryOf(true, net, underlying, worthE4);
}

/** A stock option in the money delivers at its strike; out of the money it is worth nothing. */
function physical(instrument: Instrument, net: number, priceE4: number): string {
  if (instrument.kind !== 'option') {
    return deliveryOf(net > 0, net, instrument.underlying, valueE4(instrument, priceE4, net));
  }
  const receives = (instrument.optionType === 'CE') === net > 0;
  const worthE4 = valueE4(instrument, instrument.strikeE4, net);
  return `in the money: ${deliveryOf(receives, net, instrument.underlying, worthE4)}`;
}

function deliveryOf(receives: boolean, net: number, underlying: string, worthE4: number): string {
  return `${receives ? 'receive' : 'deliver'} ${Math.abs(net)} ${underlying}, ${rupees(worthE4)}`;
}
