import { describe, expect, test } from 'vitest';
import type { SyncShown } from '#core/sync/contract.ts';
import { placeWords, progressOf } from './progress-words.ts';

type Handed = SyncShown['handback'];

const at = (seq: number, epoch = 1) => ({ epoch, seq });
const MOVING: Handed = {
  head: at(10_000),
  acked: at(9_000),
  waiting: 1_000,
  perSecond: 250,
  etaMs: 4_000,
  notTaken: null,
  text: '',
};

describe('how far the handback is', () => {
  test.each([
    ['moving', MOVING, 'up', 9_000, '250 a second, done in 4s', false],
    ['all there', { ...MOVING, waiting: 0, etaMs: null }, 'up', 10_000, 'main has every fact', false],
    ['no speed', { ...MOVING, etaMs: null }, 'up', 9_000, 'stands: nothing moves now', true],
    ['no link', { ...MOVING, etaMs: null }, 'down', 9_000, 'stands: the link to main is not up', true],
    [
      'not taken',
      { ...MOVING, notTaken: { at: at(9_001), reason: 'hash', text: '' } },
      'up',
      9_000,
      'stands: main does not take a fact',
      true,
    ],
    [
      'a short second epoch',
      { ...MOVING, head: at(40, 2), waiting: 90 },
      'up',
      0,
      '250 a second, done in 4s',
      false,
    ],
  ] as const)('%s', (_, handback, link, durable, speed, stands) =>
    expect(progressOf({ handback, link })).toMatchObject({ durable, speed, stands }),
  );

  test('a place names its epoch only where there was more than one', () => {
    expect(placeWords(at(1_204))).toBe('#1,204');
    expect(placeWords(at(7, 2))).toBe('#7 of epoch 2');
  });
});
