import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PositionRow } from './port.ts';
import { createStage, upTo } from './stage.ts';
import { BOUGHT, LATER, SOLD, stated, told } from './stage-opinions.ts';

/** Of both opinions; 0 where their signs differ, no bound where there is one. */
function smaller({ opinions }: PositionRow): number {
  if (opinions === null) return Infinity;
  const { book, exchange } = opinions;
  return Math.sign(book) === Math.sign(exchange) ? Math.min(Math.abs(book), Math.abs(exchange)) : 0;
}

describe('all products of one contract', () => {
  it('that agree together do not disagree one by one: a conversion is the broker’s own affair', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(65, 130), stated(65, 0, { product: 'MIS' })], upTo(10));
    expect([told(stage.row('NRML')), told(stage.row('MIS'))]).toEqual([
      '65..65 65 sell proven',
      '65..65 65 sell proven',
    ]);
    expect(stage.contract()).toEqual({ low: 130, high: 130 });
  });

  it('disagree each by its own, and the contract by what they make together', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(65, 195), stated(65, 0, { product: 'MIS' })], upTo(10));
    expect([stage.row('NRML')?.opinions, stage.row('MIS')?.opinions]).toEqual([
      { book: 65, exchange: 195 },
      { book: 65, exchange: 0 },
    ]);
    expect(stage.contract()).toEqual({ low: 130, high: 195 });
  });

  it('are stretched by the row that disagrees where another has no second opinion', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(130, 65), { quantity: 65, product: 'MIS' }], upTo(10));
    expect([stage.row('NRML')?.opinions, stage.row('MIS')?.opinions]).toEqual([
      { book: 130, exchange: 65 },
      null,
    ]);
    expect(stage.contract()).toEqual({ low: 130, high: 195 });
  });

  it('disagree by a trade without a product: it counts against each of them, and is no opinion of one', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(195, 195), stated(-65, -65, { product: 'MIS' })], upTo(10));
    stage.foreign({ ...SOLD, product: null });
    expect([told(stage.row('NRML')), told(stage.row('MIS'))]).toEqual([
      '130..195 130 sell unproven sources-disagree unattributed-fill',
      '-130..-65 65 buy unproven sources-disagree unattributed-fill',
    ]);
    expect(stage.contract()).toEqual({ low: 65, high: 130 });
  });

  it('keep their own opinions where a trade without a product came after the cut', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(195, 130), stated(65, 65, { product: 'MIS' })], upTo(10));
    stage.foreign({ ...LATER, product: null });
    expect([stage.row('NRML')?.opinions, stage.row('MIS')?.opinions]).toEqual([
      { book: 195, exchange: 130 },
      null,
    ]);
    expect(stage.row('MIS')?.warnings).toEqual(['unattributed-fill']);
  });

  it('by themselves, and by a trade without a product: that may be of the row that disagrees, too', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(195, 130), stated(130, 130, { product: 'MIS' })], upTo(10));
    stage.foreign({ ...SOLD, product: null });
    expect([told(stage.row('NRML')), told(stage.row('MIS'))]).toEqual([
      '65..195 65 sell unproven sources-disagree (book 195, exchange 130)',
      '65..130 65 sell unproven sources-disagree unattributed-fill',
    ]);
    expect(stage.contract()).toEqual({ low: 195, high: 325 });
  });

  it('by trades without a product of both sides: either may be of the row, whatever they make together', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(195, 195), stated(-130, -130, { product: 'MIS' })], upTo(10));
    stage.foreign({ ...BOUGHT, product: null });
    stage.foreign({ ...SOLD, quantity: 130, product: null });
    expect(told(stage.row('MIS'))).toBe('-260..-65 65 buy unproven sources-disagree unattributed-fill');
  });

  it('agree where a trade without a product explains what one of them lacks', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(130, 195), stated(-65, -65, { product: 'MIS' })], upTo(10));
    stage.foreign({ ...SOLD, product: null });
    expect([stage.row('NRML')?.proof, stage.row('MIS')?.proof]).toEqual(['proven', 'proven']);
    expect(stage.contract()).toEqual({ low: 65, high: 65 });
  });
});

describe('a second opinion', () => {
  const lots = fc.integer({ min: -3, max: 3 });
  const trade = fc.record({
    tradeId: fc.integer({ min: 1, max: 20 }).map(String),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: fc.integer({ min: 1, max: 3 }),
    product: fc.constantFrom('NRML' as const, 'MIS' as const, null),
  });

  it('never raises what may be closed, nor turns the side', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('NRML' as const, 'MIS' as const), { minLength: 1 }),
        fc.array(fc.tuple(lots, lots), { minLength: 2, maxLength: 2 }),
        fc.uniqueArray(trade, { maxLength: 4, selector: ({ tradeId }) => tradeId }),
        (products, amounts, trades) => {
          const stage = createStage();
          const rows = products.map((product, n) => stated(...(amounts[n] ?? [0, 0]), { product }));
          stage.importFile(rows, upTo(10));
          for (const one of trades) stage.foreign(one);
          const before = stage.rows();
          const wide = stage.contract();
          stage.cover();
          for (const [n, row] of stage.rows().entries()) {
            expect(row.closable).toBeLessThanOrEqual(Math.min(before[n]?.closable ?? 0, smaller(row)));
            expect([null, before[n]?.closingSide]).toContain(row.closingSide);
          }
          const narrow = stage.contract();
          expect(narrow?.low).toBeLessThanOrEqual(wide?.low ?? 0);
          expect(narrow?.high).toBeGreaterThanOrEqual(wide?.high ?? 0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
