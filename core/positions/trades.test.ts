import { describe, expect, it } from 'vitest';
import { addSpans } from './overlap.ts';
import { createStage, exactly, said, START_OF_DAY, upTo } from './stage.ts';

describe('one trade, once', () => {
  it('a repeated key changes nothing; the same number of the other side is another trade', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 195 }], START_OF_DAY);
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65 });
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65 });
    expect(stage.row()?.netLow).toBe(130);
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65 });
    expect(stage.row()?.netLow).toBe(195);
  });

  it.each([null, 'NRML'] as const)(
    'that was seen as %s’s and is ours counts in our order’s row',
    (product) => {
      const stage = createStage();
      stage.importFile([{ quantity: 195 }, { quantity: 195, product: 'MIS' }], START_OF_DAY);
      const order = stage.order({ side: 'sell', quantity: 65, product: 'MIS' });
      stage.foreign({ tradeId: '1', side: 'sell', quantity: 65, product });
      order.fill('1');
      expect([stage.row('NRML')?.netLow, stage.row('MIS')?.netLow]).toEqual([195, 130]);
      expect(stage.contract()).toEqual(addSpans({ low: 195, high: 195 }, { low: 130, high: 130 }));
    },
  );

  it('a bust and a correction reverse by reference', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 195 }], START_OF_DAY);
    const order = stage.order({ side: 'sell', quantity: 130, priceE4: 1_000_000 });
    order.fill('1', 65);
    order.fill('2', 65);
    order.bust('1');
    expect(said(stage.row())).toBe('130..130 130 sell proven');
    order.correct('2', 130, 1_200_000);
    expect(stage.row()).toMatchObject({ netLow: 65, soldQuantity: 130, soldValueE4: 156_000_000 });
  });

  it('a bust or a correction that comes before its trade is not forgotten', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 195 }], START_OF_DAY);
    const order = stage.order({ side: 'sell', quantity: 130 });
    order.bust('1');
    order.fill('1', 65);
    order.correct('2', 130, 0);
    order.fill('2', 65);
    expect(stage.row()?.netLow).toBe(65);
  });

  it('a trade that the file holds, annulled: certain when the file lists it, else both are possible', () => {
    for (const [cut, wanted] of [
      [exactly('1'), '65..65 65 sell proven'],
      [upTo(1), '65..130 65 sell unproven no-cut'],
    ] as const) {
      const stage = createStage();
      stage.cover();
      stage.foreign({ tradeId: '1', side: 'buy', quantity: 65 });
      stage.importFile([{ quantity: 130, dayBuyQuantity: 65 }], cut);
      stage.bustForeign({ side: 'buy', tradeId: '1' });
      expect(said(stage.row())).toBe(wanted);
      expect(stage.row()).toMatchObject({ carriedQuantity: 65, boughtQuantity: 0 });
    }
  });

  it('for money, a file without a cut holds the trades known before it', () => {
    const stage = createStage();
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65 });
    stage.importFile([{ quantity: 130 }], []);
    stage.foreign({ tradeId: '2', side: 'buy', quantity: 195 });
    expect(stage.row()).toMatchObject({ boughtQuantity: 195, netLow: 130, netHigh: 390 });
  });

  it('a trade annulled before a file without a cut came in changes no money of it', () => {
    const stage = createStage();
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65 });
    stage.bustForeign({ side: 'buy', tradeId: '1' });
    stage.importFile([{ quantity: 130 }], []);
    expect(stage.row()).toMatchObject({ carriedQuantity: 130, boughtQuantity: 0, netLow: 65, netHigh: 130 });
  });

  it('a conflict counts either report, or both, until it is settled', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 195 }], START_OF_DAY);
    const order = stage.order({ side: 'sell', quantity: 65 });
    order.fill('1');
    order.conflict('1', 130);
    expect(said(stage.row())).toBe('0..130 0 - unproven sign-in-doubt fill-conflict');
    order.correct('1', 65, 0);
    expect(said(stage.row())).toBe('130..130 130 sell proven');
  });
});
