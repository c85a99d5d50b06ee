import { describe, expect, it } from 'vitest';
import { makeInstruments } from '#drill/book/instruments.ts';
import { checkOrder, protectionE4, type Circumstances } from './checks.ts';

const instruments = makeInstruments('2026-11-23');
const of = (symbol: string) => {
  const found = instruments.find((one) => one.symbol.startsWith(symbol));
  if (found === undefined) throw new Error(`the book has ${symbol}`);
  return found;
};
const nifty = of('NIFTY26DECFUT');
const share = of('RELIANCE');
const calm: Circumstances = {
  status: 'open',
  riskReduction: false,
  marketOrders: true,
  referenceE4: nifty.filePriceE4,
};
const terms = { quantity: 65, type: 'limit', priceE4: nifty.filePriceE4, timeInForce: 'DAY' } as const;

describe('what the exchange checks', () => {
  const cases: readonly (readonly [
    string,
    Partial<typeof terms> | object,
    Partial<Circumstances>,
    number | null,
  ])[] = [
    ['an order in order', {}, {}, null],
    ['a halted market', {}, { status: 'halted' }, 16_000],
    ['a closed market', {}, { status: 'closed' }, 16_000],
    ['an auction takes limits', {}, { status: 'auction' }, null],
    ['an auction takes no IOC', { timeInForce: 'IOC' }, { status: 'auction' }, 16_000],
    ['risk reduction takes no DAY order', {}, { riskReduction: true }, 17_080],
    ['risk reduction takes IOC', { timeInForce: 'IOC' }, { riskReduction: true }, null],
    ['market orders not taken', { type: 'market', priceE4: null }, { marketOrders: false }, 16_732],
    ['no quantity', { quantity: 0 }, {}, 16_328],
    ['a broken lot', { quantity: 70 }, {}, 16_329],
    ['the largest slice', { quantity: 1_755 }, {}, null],
    ['more than the freeze quantity', { quantity: 1_820 }, {}, 16_606],
    ['no price', { priceE4: null }, {}, 16_247],
    ['a price between ticks', { priceE4: nifty.filePriceE4 + 1 }, {}, 16_248],
    ['a price outside the band', { priceE4: nifty.upperBandE4 + nifty.tickE4 }, {}, 16_284],
    ['a price outside LPP', { priceE4: nifty.filePriceE4 + 6_000_000 }, {}, 17_070],
    ['an LPP that follows the last trade', {}, { referenceE4: nifty.filePriceE4 - 6_000_000 }, 17_070],
  ];
  it.each(cases)('%s', (_, change, now, code) => {
    expect(checkOrder(nifty, { ...terms, ...change }, { ...calm, ...now })?.code ?? null).toBe(code);
  });

  it('protects limit prices in equity derivatives only', () => {
    const option = instruments.find((one) => one.kind === 'option' && one.underlying === 'NIFTY') ?? nifty;
    expect(protectionE4(option, 40 * 10_000)).toBe(20 * 10_000);
    expect(protectionE4(option, 100 * 10_000)).toBe(40 * 10_000);
    expect(protectionE4(nifty, 25_000 * 10_000)).toBe(500 * 10_000);
    expect(protectionE4(of('RELIANCE26'), 1_000 * 10_000)).toBe(30 * 10_000);
    expect(protectionE4(share, 1_000 * 10_000)).toBeNull();
  });
});
