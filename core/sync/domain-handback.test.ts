import { describe, expect, it } from 'vitest';
import type { Entry } from '#core/events.ts';
import type { EpochOpened } from '#core/journal/events.ts';
import { DeskId } from '#core/model/ids.ts';
import { GAP_TRIES_MAX, Handover, Speed } from './domain-handback.ts';

function opened(epoch: number, seq: number, after: EpochOpened['after']): Entry {
  const fact: EpochOpened = { kind: 'epoch-opened', v: 1, why: 'broken-chain', after, by: ['a', 'b'] };
  return { desk: DeskId.parse('D1'), epoch, seq, atMs: 0, fact };
}

/** Epoch 1 has rows 1 to 10, of which 8 to 10 are broken; epoch 2 goes on from 11. */
function twoEpochs(): Handover {
  const handover = new Handover();
  handover.apply(opened(1, 1, null));
  handover.apply(opened(2, 11, { epoch: 1, seq: 7, hash: '' }));
  return handover;
}

it('counts what waits up to a row, whichever epoch it is of', () => {
  const handover = twoEpochs();
  expect([4, 7, 9, 12].map((seq) => handover.waiting(seq))).toEqual([4, 7, 7, 9]);
  handover.welcome([{ epoch: 1, seq: 3 }], 100, 20, 0);
  expect([2, 5, 12].map((seq) => handover.waiting(seq))).toEqual([0, 2, 6]);
});

describe('which rows are due', () => {
  const greeted: readonly [string, acked: [number, number][], head: number, string][] = [
    ['nothing there', [], 20, 'after 0, 7 rows; waiting 17'],
    ['a part of the first epoch', [[1, 4]], 20, 'after 4, 3 rows; waiting 13'],
    ['all that counts of the first epoch', [[1, 7]], 20, 'after 10, 10 rows; waiting 10'],
    ['more of the first epoch than counts', [[1, 10]], 20, 'after 10, 10 rows; waiting 10'],
    [
      'both in part',
      [
        [1, 7],
        [2, 15],
      ],
      20,
      'after 15, 5 rows; waiting 5',
    ],
    [
      'all',
      [
        [1, 7],
        [2, 20],
      ],
      20,
      'nothing; waiting 0',
    ],
    [
      'a hole in the first epoch',
      [
        [1, 4],
        [2, 15],
      ],
      20,
      'after 4, 3 rows; waiting 13',
    ],
  ];
  it.each(greeted)('with %s at main', (_name, acked, head, wanted) => {
    const handover = twoEpochs();
    const places = acked.map(([epoch, seq]) => ({ epoch, seq }));
    expect(handover.welcome(places, 100, head, 0).kind).toBe('resumed');
    const due = handover.due(head);
    const said = due === null ? 'nothing' : `after ${due.after}, ${due.limit} rows`;
    expect(`${said}; waiting ${handover.waiting(head)}`).toBe(wanted);
  });

  it('leaves out what main has behind a hole', () => {
    const handover = twoEpochs();
    handover.welcome(
      [
        { epoch: 1, seq: 4 },
        { epoch: 2, seq: 15 },
      ],
      100,
      20,
      0,
    );
    handover.wrote(7);
    expect(handover.due(20)).toEqual({ after: 15, limit: 5 });
  });

  it.each([
    ['more of the newest epoch', { epoch: 2, seq: 21 }],
    ['an epoch that this file does not know', { epoch: 3, seq: 12 }],
  ])('refuses to hand over to a main that has %s', (_name, place) => {
    const handover = twoEpochs();
    expect(handover.welcome([place], 100, 20, 0).kind).toBe('restored');
    expect(handover.due(20)).toBe(null);
  });

  it('waits for half a window instead of dribbling', () => {
    const handover = new Handover();
    handover.apply(opened(1, 1, null));
    handover.welcome([], 100, 1000, 0);
    handover.wrote(100);
    handover.took(1, 49, 1000, 0);
    expect(handover.due(1000)).toBe(null);
    handover.took(1, 50, 1000, 0);
    expect(handover.due(1000)).toEqual({ after: 100, limit: 50 });
  });

  it('believes no word about rows that do not exist, nor one that takes back', () => {
    const handover = twoEpochs();
    handover.welcome([{ epoch: 1, seq: 4 }], 100, 20, 0);
    expect([handover.took(1, 8, 20, 0), handover.took(2, 21, 20, 0), handover.took(1, 3, 20, 0)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(handover.acked()).toEqual({ epoch: 1, seq: 4 });
  });

  it('begins again where a main with old data says, without waiting', () => {
    const handover = new Handover();
    handover.apply(opened(1, 1, null));
    handover.remember([{ epoch: 1, seq: 90 }]);
    expect(handover.welcome([{ epoch: 1, seq: 60 }], 100, 100, 0)).toEqual({
      kind: 'less',
      had: { epoch: 1, seq: 90 },
      has: { epoch: 1, seq: 60 },
    });
    expect(handover.due(100)).toEqual({ after: 60, limit: 40 });
  });
});

describe('rows that went missing on the way', () => {
  function sent(): Handover {
    const handover = new Handover();
    handover.apply(opened(1, 1, null));
    handover.welcome([{ epoch: 1, seq: 10 }], 100, 60, 1_000);
    handover.wrote(60);
    return handover;
  }

  it('are due again at once, once for all messages behind the gap', () => {
    const handover = sent();
    expect(handover.gap(1_000)).toBe(true);
    expect(handover.due(60)).toEqual({ after: 10, limit: 50 });
    handover.wrote(60);
    expect(handover.gap(1_100)).toBe(true);
    expect(handover.due(60)).toBe(null);
    expect(handover.gap(1_200)).toBe(true);
    expect(handover.due(60)).toEqual({ after: 10, limit: 50 });
  });

  it('are left to persons after so many tries without progress', () => {
    const handover = sent();
    for (let n = 1; n <= GAP_TRIES_MAX; n += 1) expect(handover.gap(n * 1_000)).toBe(true);
    expect(handover.gap(100_000)).toBe(false);
    handover.took(1, 11, 60, 100_000);
    expect(handover.gap(101_000)).toBe(true);
  });

  it('are due again after ten seconds of silence', () => {
    const handover = sent();
    expect([handover.stalled(10_999), handover.stalled(11_000), handover.stalled(11_000)]).toEqual([
      false,
      true,
      false,
    ]);
    handover.wrote(60);
    expect([handover.stalled(20_999), handover.stalled(21_000)]).toEqual([false, true]);
  });
});

it('what is sent after a long rest is given its ten seconds', () => {
  const handover = new Handover();
  handover.apply(opened(1, 1, null));
  handover.welcome([{ epoch: 1, seq: 10 }], 100, 10, 0);
  expect(handover.stalled(60_000)).toBe(false);
  handover.wrote(11);
  expect([handover.stalled(60_500), handover.stalled(70_000)]).toEqual([false, true]);
});

describe('after a start, what main has since the last signed head', () => {
  const SIGNED = 4;
  const started = (): Handover => {
    const handover = new Handover();
    handover.apply(opened(1, 1, null));
    handover.remember([{ epoch: 1, seq: 9 }]);
    handover.welcome([{ epoch: 1, seq: 9 }], 100, 20, 0, () => SIGNED);
    return handover;
  };

  it('is said once more, and does not count as waiting', () => {
    const handover = started();
    expect(handover.waiting(20)).toBe(11);
    expect(handover.due(20)).toEqual({ after: SIGNED, limit: 16 });
  });

  it('is said in messages that fit the window', () => {
    const handover = started();
    handover.welcome([{ epoch: 1, seq: 9 }], 4, 20, 0, () => SIGNED);
    expect(handover.due(20)).toEqual({ after: SIGNED, limit: 4 });
  });

  it('is not said again when the link comes up anew, once it was', () => {
    const handover = started();
    handover.wrote(20);
    handover.lost();
    handover.welcome([{ epoch: 1, seq: 9 }], 100, 20, 0, () => SIGNED);
    expect(handover.due(20)).toEqual({ after: 9, limit: 11 });
  });

  it('is said again where the link broke before it was through', () => {
    const handover = started();
    handover.wrote(6);
    handover.lost();
    handover.welcome([{ epoch: 1, seq: 9 }], 100, 20, 0, () => SIGNED);
    expect(handover.due(20)).toEqual({ after: SIGNED, limit: 16 });
  });
});

it.each([
  ['nothing', [], false],
  ['a part of what the next one stands on', [{ epoch: 1, seq: 6 }], false],
  ['all that the next one stands on', [{ epoch: 1, seq: 7 }], true],
])('an epoch that was left, of which main has %s: it is over', (_what, places, over) => {
  const handover = twoEpochs();
  handover.welcome(places, 100, 20, 0);
  expect([handover.isOver(1), handover.isOver(2)]).toEqual([over, false]);
});

it('an epoch of which nothing is handed over is over before main has anything of it', () => {
  const handover = new Handover();
  handover.apply(opened(1, 1, null));
  handover.apply(opened(2, 11, { epoch: 1, seq: 7, hash: '' }));
  handover.apply(opened(3, 15, { epoch: 1, seq: 7, hash: '' }));
  handover.welcome([{ epoch: 1, seq: 7 }], 100, 20, 0);
  expect([handover.isOver(2), handover.isOver(3)]).toEqual([true, false]);
});

it('tells how fast it goes, and forgets what was before main lost data', () => {
  const speed = new Speed();
  expect(speed.perSecond()).toBe(0);
  for (let n = 0; n <= 10; n += 1) speed.sample(n * 500, n * 100);
  expect(speed.perSecond()).toBe(200);
  speed.sample(6_000, 50);
  expect(speed.perSecond()).toBe(0);
});
