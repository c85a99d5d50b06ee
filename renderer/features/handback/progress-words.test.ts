import { describe, expect, test } from 'vitest';
import type { SyncShown } from '#core/sync/contract.ts';
import { byFileWords, placeWords, progressOf } from './progress-words.ts';

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
  oldCopy: false,
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
    expect(progressOf({ handback, link }, 'HANDBACK')).toMatchObject({ durable, speed, stands }),
  );

  test('in an emergency nothing is handed over, by rule and not by a fault', () => {
    const { speed, stands } = progressOf({ handback: { ...MOVING, etaMs: null }, link: 'up' }, 'EMERGENCY');
    expect(stands).toBe(false);
    expect(speed).toContain('nothing is handed over in EMERGENCY');
  });

  test('an old copy never says that main has every fact', () => {
    const handback = { ...MOVING, waiting: 0, etaMs: 0, oldCopy: true };
    expect(progressOf({ handback, link: 'up' }, 'STANDBY')).toMatchObject({
      speed: 'stands: this file is an old copy',
      stands: true,
    });
  });

  test('by file no count says that nothing is left: trades that are in no file are not counted', () => {
    expect(byFileWords({ ...MOVING, waiting: 0 })).toContain('trades that are in none yet');
    expect(byFileWords({ ...MOVING, waiting: 1_200 })).toBe(
      '1,200 trades in files wait for main’s acknowledgement',
    );
  });

  test('a place names its epoch only where there was more than one', () => {
    expect(placeWords(at(1_204))).toBe('#1,204');
    expect(placeWords(at(7, 2))).toBe('#7 of epoch 2');
  });
});
