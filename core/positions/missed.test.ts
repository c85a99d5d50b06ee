import { describe, expect, it } from 'vitest';
import type { Cut } from './events.ts';
import { createStage, exactly, said, START_OF_DAY, TODAY, upTo, type Held } from './stage.ts';

/** The log of a stage is of the first milliseconds of 1970: this is later than all of it, whatever two clocks differ by. */
const LATER_MS = 200_000;
const OF_MCX: readonly Cut[] = [{ kind: 'last-trade', exchange: 'MCX', segment: 'COM', tradeNumber: 5 }];
const MINE: Held = { quantity: 0 };
const OTHERS: Held = { quantity: 75, account: 'C2' };
const STALE = '75..75 75 sell unproven stale';

/**
 * The client held 75 at the start of the day and sold them; drop copy lost that trade for good. Then a file comes in,
 * and drop copy says that it is whole again.
 */
describe('after trades that drop copy missed for good, a row is proven again', () => {
  it.each<[string, readonly Held[], readonly Cut[], number, string, string]>([
    ['by a later file with a cut', [MINE], upTo(100), LATER_MS, TODAY, '0..0 0 - proven'],
    ['by one that names the trades', [MINE], exactly('50'), LATER_MS, TODAY, '0..0 0 - proven'],
    ['not by one that does not name the row', [OTHERS], upTo(100), LATER_MS, TODAY, STALE],
    ['not by one of another market', [OTHERS], OF_MCX, LATER_MS, TODAY, STALE],
    ['not by one of before', [{ quantity: 75 }], upTo(40), 1_500, TODAY, STALE],
    ['not by one of the start of day', [{ quantity: 75 }], START_OF_DAY, LATER_MS, TODAY, STALE],
    [
      'not by one without a cut',
      [{ quantity: 75 }],
      [],
      LATER_MS,
      TODAY,
      '75..75 75 sell unproven no-cut stale',
    ],
    ['not by one of yesterday', [{ quantity: 75 }], upTo(100), LATER_MS, '1969-12-31', STALE],
  ])('%s', (_name, held, cuts, asOfMs, day, wanted) => {
    const stage = createStage();
    stage.importFile([{ quantity: 75 }], START_OF_DAY, 1_000);
    stage.cover();
    stage.cover(false, true);
    stage.importFile(held, cuts, asOfMs, day);
    stage.cover();
    expect(said(stage.row())).toBe(wanted);
    expect(stage.rows()).toEqual(stage.replayed());
  });

  it('not where only trades are known of it', () => {
    const stage = createStage();
    stage.importFile([OTHERS], START_OF_DAY, 1_000);
    stage.cover();
    stage.foreign({ tradeId: '7', side: 'buy', quantity: 75 });
    expect(said(stage.row())).toBe('75..75 75 sell proven');
    stage.cover(false, true);
    stage.cover();
    expect(said(stage.row())).toBe(STALE);
  });

  it('on the next day', () => {
    const stage = createStage();
    stage.cover(false, true);
    stage.tell({ kind: 'day-rolled', v: 1, from: TODAY, to: '2026-11-24' });
    stage.cover();
    stage.importFile([{ quantity: 75 }], START_OF_DAY, 1_000, '2026-11-24');
    expect(said(stage.row())).toBe('75..75 75 sell proven');
  });
});
