import { describe, expect, it } from 'vitest';
import { createStage, exactly, NIFTY, said, START_OF_DAY, TODAY, upTo, VENUE, C1 } from './stage.ts';
import { contractOfToday, market } from './stage-market.ts';
import { ExchangeOrderId } from '#core/model/ids.ts';

describe('a fill before, at and after the cut of a snapshot', () => {
  const table: readonly [cut: string, fill: string, wanted: string][] = [
    ['up to 100', '99', '130..130 130 sell proven'],
    ['up to 100', '100', '130..130 130 sell proven'],
    ['up to 100', '101', '195..195 195 sell proven'],
    ['up to 100', 'EX-7', '130..195 130 sell unproven no-cut'],
    ['exactly 99', '99', '130..130 130 sell proven'],
    ['exactly 99', '98', '195..195 195 sell proven'],
    ['start of day', '99', '195..195 195 sell proven'],
    ['none', '99', '130..195 130 sell unproven no-cut'],
  ];
  const cuts = {
    'up to 100': upTo(100),
    'exactly 99': exactly('99'),
    'start of day': START_OF_DAY,
    none: [],
  };
  it.each(table)('%s, trade %s: %s', (cut, tradeId, wanted) => {
    for (const order of ['fill first', 'file first']) {
      const stage = createStage();
      stage.cover();
      const file = () => {
        stage.importFile([{ quantity: 130 }], cuts[cut as keyof typeof cuts]);
      };
      if (order === 'file first') file();
      stage.foreign({ tradeId, side: 'buy', quantity: 65 });
      if (order === 'fill first') file();
      expect(`${order}: ${said(stage.row())}`).toBe(`${order}: ${wanted}`);
    }
  });

  it.each([
    ['none', [], { netLow: 65, netHigh: 130 }],
    ['up to 100', upTo(100), { netLow: 130, netHigh: 130 }],
    ['exactly 7', exactly('7'), { netLow: 65, netHigh: 65 }],
  ])('%s: a trade of an order released after the file came in is not in it', (_name, cut, wanted) => {
    const stage = createStage();
    const before = stage.order({ side: 'sell', quantity: 65 });
    stage.importFile([{ quantity: 195 }], cut);
    stage.order({ side: 'sell', quantity: 65 }).fill('7');
    expect(stage.row()).toMatchObject({ netLow: 130, netHigh: 130 });
    before.fill('8');
    expect(stage.row()).toMatchObject(wanted);
  });

  it('two cuts for one segment, or a start of day with trades of the day, are no cut', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 130 }], [...upTo(100), ...upTo(200)]);
    expect(said(stage.row())).toBe('130..130 130 sell unproven no-cut');
    stage.importFile([{ quantity: 130, dayBuyQuantity: 65 }], START_OF_DAY, 1);
    expect(said(stage.row())).toBe('130..130 130 sell unproven no-cut');
  });

  it('a sign in doubt closes nothing', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 65 }], []);
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 130 });
    expect(said(stage.row())).toBe('-65..65 0 - unproven no-cut sign-in-doubt no-drop-copy');
  });

  it('a net that may be flat closes nothing', () => {
    const stage = createStage();
    stage.importFile([{ quantity: -65 }], []);
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65 });
    expect(said(stage.row())).toBe('-65..0 0 - unproven no-cut sign-in-doubt no-drop-copy');
  });
});

describe('a newer file', () => {
  it('takes the place of the rows that it names; the trades known are held against its cut', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 130 }], START_OF_DAY, 10);
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65 });
    stage.foreign({ tradeId: '2', side: 'sell', quantity: 130 });
    expect(said(stage.row())).toBe('65..65 65 sell proven');
    stage.importFile([{ quantity: 195 }], upTo(1), 20);
    expect(said(stage.row())).toBe('65..65 65 sell proven');
  });

  it('does nothing when its as-of is older', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 65 }], START_OF_DAY, 20);
    stage.importFile([{ quantity: 130 }], START_OF_DAY, 10);
    expect(stage.row()?.netLow).toBe(65);
  });

  it('of the next day holds the trades of the day before', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 130 }], START_OF_DAY, 10);
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65 });
    stage.importFile([{ quantity: 65 }], START_OF_DAY, 20, '2026-11-24');
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65, day: '20261124' });
    expect(stage.row()).toMatchObject({ netLow: 0, netHigh: 0, soldQuantity: 65 });
  });

  it.each([
    ['of the day before is in every cut', '2026-11-22', upTo(0), 130],
    ['of the day before is in the start of day', '2026-11-22', START_OF_DAY, 130],
    ['of the day after is in none', '2026-11-24', upTo(100), 195],
  ])('a trade %s', (_name, day, cut, wanted) => {
    const stage = createStage();
    stage.importFile([{ quantity: 130 }], cut);
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65, day });
    expect(stage.row()).toMatchObject({ netLow: wanted, netHigh: wanted });
  });

  it('lets the book forget the trades of the days before it', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 130 }], START_OF_DAY, 10);
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65 });
    expect(stage.book.places.size).toBe(1);
    stage.importFile([{ quantity: 65 }], START_OF_DAY, 20, '2026-11-24');
    expect(stage.book.places.size).toBe(0);
  });

  it('that does not name a row makes it stale, unless drop copy has every trade', () => {
    const stage = createStage(
      market([contractOfToday({ instrumentId: NIFTY }), contractOfToday({ instrumentId: 'NSE:B' })]),
    );
    stage.importFile([{ quantity: 65 }], START_OF_DAY, 10);
    stage.importFile([{ quantity: 65, instrumentId: 'NSE:B' }], START_OF_DAY, 20);
    expect(stage.row()?.warnings).toEqual(['no-drop-copy', 'stale']);
    stage.cover();
    expect(stage.row()?.warnings).toEqual([]);
  });
});

describe('proof', () => {
  it('needs drop copy since the start of day; could not fetch is never flat', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 65 }], START_OF_DAY);
    expect(said(stage.row())).toBe('65..65 65 sell unproven no-drop-copy');
    stage.cover();
    expect(said(stage.row())).toBe('65..65 65 sell proven');
    stage.cover(false);
    expect(said(stage.row())).toBe('65..65 65 sell unproven drop-copy-down');
    stage.cover();
    stage.tell({ kind: 'day-rolled', v: 1, from: '2026-11-23', to: '2026-11-23' });
    expect(said(stage.row())).toBe('65..65 65 sell proven');
    stage.tell({ kind: 'desk-started', v: 1, build: 'after a kill' });
    expect(said(stage.row())).toBe('65..65 65 sell unproven drop-copy-down');
    stage.cover();
    stage.tell({ kind: 'day-rolled', v: 1, from: '2026-11-23', to: '2026-11-24' });
    expect(said(stage.row())).toBe('65..65 65 sell unproven no-drop-copy stale');
  });

  it('of a row that no file names comes from a whole start-of-day file of its segment', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign({ tradeId: '1', side: 'buy', quantity: 65, product: 'MIS' });
    expect(said(stage.row('MIS'))).toBe('0..65 0 - unproven no-cut sign-in-doubt');
    stage.importFile([{ quantity: 65 }], upTo(0), 10);
    expect(said(stage.row('MIS'))).toBe('0..65 0 - unproven no-cut sign-in-doubt');
    stage.importFile([{ quantity: 65 }], START_OF_DAY, 10, TODAY, 1);
    expect(said(stage.row('MIS'))).toBe('0..65 0 - unproven no-cut sign-in-doubt');
    stage.importFile([{ quantity: 65 }], START_OF_DAY, 10);
    expect(said(stage.row('MIS'))).toBe('65..65 65 sell proven');
  });

  it.each([
    ['a contract that is unknown', market([]), '65..65 0 sell unproven unknown-instrument no-drop-copy'],
    [
      'a contract that changed overnight',
      market([contractOfToday({ instrumentId: NIFTY })], new Set([NIFTY])),
      '65..65 0 sell unproven contract-changed no-drop-copy',
    ],
  ])('%s closes nothing', (_name, instruments, wanted) => {
    const stage = createStage(instruments);
    stage.importFile([{ quantity: 65 }], START_OF_DAY);
    expect(said(stage.row())).toBe(wanted);
  });
});

describe('a trade that is not ours and has no product', () => {
  it('lowers what may be closed on each row it could belong to and raises none', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 195 }, { quantity: -130, product: 'MIS' }], START_OF_DAY);
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65, product: null });
    expect(said(stage.row('NRML'))).toBe('130..195 130 sell unproven unattributed-fill');
    expect(said(stage.row('MIS'))).toBe('-195..-130 130 buy unproven unattributed-fill');
    expect(stage.contract()).toEqual({ low: 0, high: 65 });
  });

  it('says nothing about a file that has it', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 195 }], upTo(1));
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65, product: null });
    expect(said(stage.row())).toBe('195..195 195 sell proven');
  });

  it('leaves no row of a guessed product behind when the file comes in after it', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65, product: null });
    stage.importFile([{ quantity: -65, product: 'MIS' }], upTo(1));
    expect(said(stage.row('MIS'))).toBe('-65..-65 65 buy proven');
    expect(stage.book.rows.size).toBe(1);
  });

  it('is seen where no row is, until its product is known', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign({ tradeId: '1', side: 'sell', quantity: 65, product: null });
    expect(said(stage.row('NRML'))).toBe('-65..0 0 - unproven no-cut sign-in-doubt unattributed-fill');
    stage.tell({
      kind: 'foreign-order-seen',
      v: 1,
      venue: VENUE,
      exchangeOrderId: ExchangeOrderId.parse('X1'),
      account: C1,
      instrumentId: NIFTY,
      product: 'MIS',
      side: 'sell',
      quantity: 65,
      openQuantity: 0,
      source: 'list',
    });
    expect(said(stage.row('NRML'))).toBe('no row');
    expect(said(stage.row('MIS'))).toBe('-65..0 0 - unproven no-cut sign-in-doubt');
  });
});

describe('opposite products of one client in one contract', () => {
  it('are two rows, and one net at the exchange', () => {
    const stage = createStage();
    stage.importFile([{ quantity: 130 }, { quantity: -65, product: 'MIS' }], START_OF_DAY);
    expect([stage.row('NRML')?.closable, stage.row('MIS')?.closable]).toEqual([130, 65]);
    expect(stage.contract()).toEqual({ low: 65, high: 65 });
  });
});
