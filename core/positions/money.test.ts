import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profitOf, totalE4, unrealisedE4 } from './money.ts';
import { contractOfToday } from './stage-market.ts';

const rupees = (amount: number): number => Math.round(amount * 10_000);

/** domain.md 9.5: the multiplier decides; without it these are wrong by 10 to 100,000 times. */
const GOLDEN = [
  // 2 lots of 1 kg, quoted per 10 g: 75,000 -> 75,250 = 250 x 2,000 g / 10 = Rs 50,000.
  [
    'GOLD',
    { exchange: 'MCX', segment: 'COM', multiplierDen: 10, lotSize: 1000 },
    2000,
    75_000,
    75_250,
    50_000,
  ],
  // 3 lots of 10 barrels: 5,400 -> 5,388 = -12 x 30 = Rs -360.
  ['CRUDEOILM', { exchange: 'MCX', segment: 'COM', lotSize: 10 }, 30, 5400, 5388, -360],
  // Short 5 lots of 1,000 dollars: 83.1225 -> 83.1250 = -0.0025 x 5,000 = Rs -12.50.
  ['USDINR', { segment: 'CD', lotSize: 1000 }, -5000, 83.1225, 83.125, -12.5],
  // 1 lot of 100,000 yen, quoted per 100 yen: 55.2525 -> 55.2600 = 0.0075 x 100,000 / 100 = Rs 7.50.
  ['JPYINR', { segment: 'CD', multiplierDen: 100, lotSize: 100_000 }, 100_000, 55.2525, 55.26, 7.5],
  // Short 2 lots of 65: 120.05 -> 98.60 = 21.45 x 130 = Rs 2,788.50.
  ['NIFTY option', { lotSize: 65 }, -130, 120.05, 98.6, 2788.5],
  // 37 shares: 2,481.35 -> 2,466.10 = -15.25 x 37 = Rs -564.25.
  ['cash', { segment: 'CM', lotSize: 1 }, 37, 2481.35, 2466.1, -564.25],
] as const;

describe('profit in rupees, by hand', () => {
  it.each(GOLDEN)('%s, open', (_name, special, quantity, bought, now, wanted) => {
    const instrument = contractOfToday({ instrumentId: 'NSE:X', ...special });
    const cost = Number(totalE4(instrument, BigInt(rupees(bought)) * BigInt(quantity)));
    const legs = { ...FLAT, carriedQuantity: quantity, carriedValueE4: cost };
    const { realisedE4, openCostE4 } = profitOf(legs);
    expect([realisedE4, openCostE4]).toEqual([0, cost]);
    expect(unrealisedE4({ ...legs, openCostE4 }, instrument, rupees(now))).toBe(rupees(wanted));
  });

  it.each(GOLDEN)('%s, closed', (_name, special, quantity, bought, now, wanted) => {
    const instrument = contractOfToday({ instrumentId: 'NSE:X', ...special });
    const value = (price: number) =>
      Number(totalE4(instrument, BigInt(rupees(price)) * BigInt(Math.abs(quantity))));
    const long = quantity > 0;
    const legs = {
      ...FLAT,
      boughtQuantity: Math.abs(quantity),
      boughtValueE4: value(long ? bought : now),
      soldQuantity: Math.abs(quantity),
      soldValueE4: value(long ? now : bought),
    };
    expect(profitOf(legs)).toEqual({ realisedE4: rupees(wanted), openCostE4: 0 });
  });
});

const FLAT = {
  carriedQuantity: 0,
  carriedValueE4: 0,
  boughtQuantity: 0,
  boughtValueE4: 0,
  soldQuantity: 0,
  soldValueE4: 0,
};

describe('realised profit by totals', () => {
  it.each([
    // Carried 100 at 10, bought 50 at 13 (average 11), sold 60 at 12: 60 x 1 = 60; 90 left at 990.
    ['a long added to and reduced', [100, 1000, 50, 650, 60, 720], 60, 990],
    // Carried -100 at 10, bought back 40 at 8: 80; -60 left at -600.
    ['a short reduced', [-100, -1000, 40, 320, 0, 0], 80, -600],
    // Carried 10 at 10, sold 25 at 12: 10 x 2 = 20; -15 left at -180.
    ['a long turned into a short', [10, 100, 0, 0, 25, 300], 20, -180],
    // Three at 10 rupees in all, one sold at 4: 4 - 3.3333 = 0.6667, the cost keeps the rest: 6.6667.
    ['a cost that does not divide', [0, 0, 3, 10, 1, 4], 0.6667, 6.6667],
  ] as const)(
    '%s',
    (_name, [carried, carriedValue, bought, boughtValue, sold, soldValue], realised, open) => {
      const legs = {
        carriedQuantity: carried,
        carriedValueE4: rupees(carriedValue),
        boughtQuantity: bought,
        boughtValueE4: rupees(boughtValue),
        soldQuantity: sold,
        soldValueE4: rupees(soldValue),
      };
      expect(profitOf(legs)).toEqual({ realisedE4: rupees(realised), openCostE4: rupees(open) });
    },
  );

  it('realised and unrealised are together the cash result, to the last ten-thousandth', () => {
    const instrument = contractOfToday({ instrumentId: 'NSE:X' });
    const count = fc.nat(10_000);
    fc.assert(
      fc.property(
        fc.integer({ min: -10_000, max: 10_000 }),
        count,
        count,
        fc.nat(1_000_000),
        (carried, bought, sold, priceE4) => {
          const legs = {
            carriedQuantity: carried,
            carriedValueE4: carried * 97_531,
            boughtQuantity: bought,
            boughtValueE4: bought * 100_003,
            soldQuantity: sold,
            soldValueE4: sold * 99_991,
          };
          const { realisedE4, openCostE4 } = profitOf(legs);
          const cash = legs.soldValueE4 - legs.boughtValueE4 - legs.carriedValueE4;
          const worth = (carried + bought - sold) * priceE4;
          expect(realisedE4 + unrealisedE4({ ...legs, openCostE4 }, instrument, priceE4)).toBe(cash + worth);
        },
      ),
    );
  });

  it('rounds once, half away from zero', () => {
    const gold = contractOfToday({ instrumentId: 'MCX:GOLD', multiplierDen: 10 });
    expect([15n, 14n, -15n, -14n].map((sum) => totalE4(gold, sum))).toEqual([2n, 1n, -2n, -1n]);
  });

  it('is a bug, not a wrong number, when it leaves the safe range', () => {
    const legs = {
      ...FLAT,
      boughtQuantity: 1,
      boughtValueE4: Number.MAX_SAFE_INTEGER,
      carriedQuantity: 1,
      carriedValueE4: 2,
    };
    expect(() => profitOf(legs)).toThrow('safe integer');
  });
});
