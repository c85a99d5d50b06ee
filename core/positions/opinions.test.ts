import { describe, expect, it } from 'vitest';
import { createStage, NIFTY, START_OF_DAY, upTo, type Held, type Told } from './stage.ts';
import { contractOfToday, market } from './stage-market.ts';

/** Later than anything in the log, whatever two clocks differ by. */
const LATER_MS = 200_000;
import { BOUGHT, LATER, SOLD, stated, told } from './stage-opinions.ts';

type Stage = ReturnType<typeof createStage>;

describe('the book and the exchange’s own trades', () => {
  const table: readonly [name: string, file: Held, trades: readonly Told[], wanted: string][] = [
    ['agree', stated(130, 65), [BOUGHT], '130..130 130 sell proven'],
    ['agree on a trade after the cut', stated(130, 130), [LATER], '195..195 195 sell proven'],
    [
      'the exchange has less',
      stated(130, 65),
      [],
      '65..130 65 sell unproven sources-disagree (book 130, exchange 65)',
    ],
    [
      'the exchange has more',
      stated(130, 130),
      [BOUGHT],
      '130..195 130 sell unproven sources-disagree (book 130, exchange 195)',
    ],
    [
      'short, and the exchange has less',
      stated(-130, -65),
      [],
      '-130..-65 65 buy unproven sources-disagree (book -130, exchange -65)',
    ],
    [
      'the signs differ',
      stated(65, 65),
      [{ ...SOLD, quantity: 130 }],
      '-65..65 0 - unproven sources-disagree sign-in-doubt (book 65, exchange -65)',
    ],
    [
      'the exchange is flat',
      stated(65, 65),
      [SOLD],
      '0..65 0 - unproven sources-disagree sign-in-doubt (book 65, exchange 0)',
    ],
    [
      'the book is flat',
      stated(0, 0),
      [BOUGHT],
      '0..65 0 - unproven sources-disagree sign-in-doubt (book 0, exchange 65)',
    ],
    [
      'a trade after the cut moves both',
      stated(130, 65),
      [LATER],
      '130..195 130 sell unproven sources-disagree (book 195, exchange 130)',
    ],
    [
      'a trade of the day before is in what was carried',
      stated(130, 130),
      [{ ...BOUGHT, day: '2026-11-22' }],
      '130..130 130 sell proven',
    ],
    [
      'a trade of the day before without a product, too',
      stated(130, 130),
      [{ ...BOUGHT, day: '2026-11-22', product: null }],
      '130..130 130 sell proven',
    ],
    [
      'a trade without a product, of the only row',
      stated(130, 130),
      [{ ...SOLD, product: null }],
      '65..130 65 sell unproven sources-disagree (book 130, exchange 65)',
    ],
  ];
  it.each(table)('%s', (_name, file, trades, wanted) => {
    for (const order of ['trades first', 'file first']) {
      const stage = createStage();
      stage.cover();
      if (order === 'file first') stage.importFile([file], upTo(10));
      for (const trade of trades) stage.foreign(trade);
      if (order === 'trades first') stage.importFile([file], upTo(10));
      expect(`${order}: ${told(stage.row())}`).toBe(`${order}: ${wanted}`);
      expect(stage.rows()).toEqual(stage.replayed());
    }
  });

  it('agree as far as they can, where the file has no cut', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign(BOUGHT);
    stage.importFile([stated(130, 65)], []);
    expect(told(stage.row())).toBe('130..195 130 sell unproven no-cut');
  });

  it('agree as far as they can, where nobody knows if the file has a trade without a product', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign({ ...BOUGHT, product: null });
    stage.importFile([stated(130, 130)], []);
    expect(told(stage.row())).toBe('130..195 130 sell unproven no-cut unattributed-fill');
  });

  it('differ by what no overlap explains, where the file has no cut', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign(BOUGHT);
    stage.importFile([stated(260, 65)], []);
    expect(told(stage.row())).toBe(
      '130..325 130 sell unproven sources-disagree no-cut (book 260, exchange 130)',
    );
  });

  it('differ until a correction of the fill settles it', () => {
    const stage = createStage();
    stage.cover();
    const order = stage.order({ side: 'buy', quantity: 130 });
    order.fill('5');
    stage.importFile([stated(130, 65)], upTo(10));
    expect(told(stage.row())).toBe('130..195 130 sell unproven sources-disagree (book 130, exchange 195)');
    order.correct('5', 65, 0);
    // Which of its contents the file holds is the overlap's question, as ever.
    expect(stage.row()).toMatchObject({ opinions: null, warnings: ['no-cut'] });
    expect(stage.rows()).toEqual(stage.replayed());
  });

  it('differ until main has the trade, too', () => {
    const stage = createStage();
    stage.cover();
    stage.foreign(BOUGHT);
    stage.importFile([stated(130, 130)], upTo(10), 10);
    expect(stage.row()?.opinions).toEqual({ book: 130, exchange: 195 });
    stage.importFile([stated(195, 130)], upTo(10), 20);
    expect(told(stage.row())).toBe('195..195 195 sell proven');
  });
});

describe('there is no second opinion', () => {
  const table: readonly [name: string, play: (stage: Stage) => void, wanted: string][] = [
    [
      'without drop copy',
      (stage) => stage.importFile([stated(130, 65)], upTo(10)),
      '130..130 130 sell unproven no-drop-copy',
    ],
    [
      'while drop copy is down',
      (stage) => {
        stage.cover(false);
        stage.importFile([stated(130, 65)], upTo(10));
      },
      '130..130 130 sell unproven drop-copy-down',
    ],
    [
      'of a day of which drop copy missed trades for good, though a newer file stands for them',
      (stage) => {
        stage.cover();
        stage.cover(false, true);
        stage.importFile([stated(130, 65)], upTo(10), LATER_MS);
        stage.cover();
      },
      '130..130 130 sell proven',
    ],
    [
      'where what was carried is a guess',
      (stage) => {
        stage.cover();
        stage.foreign(BOUGHT);
        stage.importFile([{ quantity: 130 }], upTo(10));
      },
      '130..130 130 sell proven',
    ],
    [
      'where only a start of day that has trades of the day in it says what was carried',
      (stage) => {
        stage.cover();
        stage.importFile([{ quantity: 130, dayBuyQuantity: 65 }], START_OF_DAY, 10);
        stage.importFile([{ quantity: 195 }], upTo(10), 20);
      },
      '195..195 195 sell proven',
    ],
    [
      'where the file of the start of day is cut later',
      (stage) => {
        stage.cover();
        stage.foreign(BOUGHT);
        stage.importFile([{ quantity: 130 }], [...START_OF_DAY, ...upTo(10)]);
      },
      '130..130 130 sell proven',
    ],
    [
      'where what was carried is of the day before',
      (stage) => {
        stage.cover();
        stage.importFile([stated(65, 65)], upTo(10), 10, '2026-11-22');
        stage.importFile([{ quantity: 130 }], upTo(10), 20);
      },
      '130..130 130 sell proven',
    ],
    [
      'where the file is of the day before',
      (stage) => {
        stage.importFile([stated(130, 65)], upTo(10));
        stage.tell({ kind: 'day-rolled', v: 1, from: '2026-11-23', to: '2026-11-24' });
        stage.cover();
      },
      '130..130 130 sell unproven stale',
    ],
    [
      'while two reports of one trade are in conflict',
      (stage) => {
        stage.cover();
        const order = stage.order({ side: 'buy', quantity: 65 });
        order.fill('5');
        order.conflict('5', 130);
        stage.importFile([stated(520, 65)], upTo(10));
      },
      '390..650 390 sell unproven fill-conflict',
    ],
  ];
  it.each(table)('%s', (_name, play, wanted) => {
    const stage = createStage();
    play(stage);
    expect(told(stage.row())).toBe(wanted);
    expect(stage.rows()).toEqual(stage.replayed());
  });

  it('of a contract that is another one since the file', () => {
    const stage = createStage(market([contractOfToday({ instrumentId: NIFTY })], new Set([NIFTY])));
    stage.cover();
    stage.importFile([stated(130, 65)], upTo(10));
    expect(told(stage.row())).toBe('130..130 0 sell unproven contract-changed');
  });

  it('until the next day, once trades were missed for good', () => {
    const stage = createStage();
    stage.cover(false, true);
    stage.tell({ kind: 'day-rolled', v: 1, from: '2026-11-23', to: '2026-11-24' });
    stage.cover();
    stage.importFile([stated(130, 65)], upTo(10), 0, '2026-11-24');
    expect(stage.row()?.opinions).toEqual({ book: 130, exchange: 65 });
  });
});
