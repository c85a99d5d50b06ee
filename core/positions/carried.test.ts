import { describe, expect, it } from 'vitest';
import { createStage, NIFTY, START_OF_DAY, upTo, type Held } from './stage.ts';
import { stated, told } from './stage-opinions.ts';
import { importedRows } from './store.ts';

describe('what was carried', () => {
  const MAIN_LATER: Held = { quantity: 130 };
  const table: readonly [name: string, files: readonly (readonly [Held, 'start' | 'later', number])[]][] = [
    [
      'is said by the start of day, and stands when main says nothing of it',
      [
        [{ quantity: 65 }, 'start', 10],
        [MAIN_LATER, 'later', 20],
      ],
    ],
    [
      'is said by the start of day, also when that file comes in last',
      [
        [MAIN_LATER, 'later', 20],
        [{ quantity: 65 }, 'start', 10],
      ],
    ],
    [
      'is said better by the start of day than beside the trades of later',
      [
        [{ quantity: 65 }, 'start', 10],
        [stated(130, 130), 'later', 20],
      ],
    ],
    [
      'is said best by the latest of those that are not of the start',
      [
        [stated(130, 65), 'later', 20],
        [stated(130, 130), 'later', 10],
      ],
    ],
  ];
  it.each(table)('%s', (_name, files) => {
    const stage = createStage();
    stage.cover();
    for (const [held, when, asOfMs] of files) {
      stage.importFile([held], when === 'start' ? START_OF_DAY : upTo(10), asOfMs);
    }
    expect(told(stage.row())).toBe('65..130 65 sell unproven sources-disagree (book 130, exchange 65)');
    expect(stage.rows()).toEqual(stage.replayed());
  });

  it('is of today where a file of today says so, though the start of the day before was better known', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([{ quantity: 130 }], START_OF_DAY, 10, '2026-11-22');
    stage.importFile([stated(130, 65)], upTo(10), 20);
    expect(stage.row()?.opinions).toEqual({ book: 130, exchange: 65 });
  });

  it('was held by a row that main dropped since, of which the exchange told no trade', () => {
    const stage = createStage();
    stage.cover();
    stage.importFile([stated(65, 65)], upTo(10), 10);
    stage.importFile([{ quantity: 0 }], upTo(20), 20);
    expect(told(stage.row())).toBe('0..65 0 - unproven sources-disagree sign-in-doubt (book 0, exchange 65)');
  });

  it('is not told by rows of a journal that did not keep whether their file said so', () => {
    const old = {
      account: 'C1',
      instrumentId: NIFTY,
      product: 'NRML',
      quantity: 130,
      carriedQuantity: 65,
      carriedValueE4: 0,
      dayBuyQuantity: 65,
      dayBuyValueE4: 0,
      daySellQuantity: 0,
      daySellValueE4: 0,
      restriction: 'none',
    };
    const reader = { all: () => [{ body: JSON.stringify(old) }], get: () => undefined };
    const [row] = importedRows(reader).positions('a file of before');
    expect(row).toEqual({ ...old, carriedStated: false });
    const stage = createStage();
    stage.cover();
    stage.importFile([row ?? { quantity: 0 }], upTo(10));
    expect(told(stage.row())).toBe('130..130 130 sell proven');
  });
});
