import { describe, expect, it } from 'vitest';
import type { OrderAddress } from '#core/exchange/port.ts';
import { createRecovery } from './recovery.ts';

function doubtful(...names: string[]): readonly OrderAddress[] {
  // Only the name is looked at.
  return names.map((orderId) => ({ orderId }) as unknown as OrderAddress);
}

describe('questions about orders in doubt', () => {
  it('are asked again with growing pauses, and open new orders after the third round', () => {
    const recovery = createRecovery();
    recovery.begin();
    const transcript: string[] = [];
    const open = doubtful('a', 'b');
    for (const atMs of [0, 1000, 1500, 3000, 4500, 5000, 10_500, 70_500]) {
      const asked = recovery.due(open, atMs, 10).map(({ orderId }) => orderId);
      const outcome = recovery.outcome(open);
      transcript.push(
        `${atMs} ${asked.join('')} ${outcome === null ? 'waits' : `ready, ${outcome.stillInDoubt} in doubt`}`,
      );
    }
    expect(transcript).toEqual([
      '0 ab waits',
      '1000  waits',
      '1500 ab waits',
      '3000  waits',
      '4500 ab ready, 2 in doubt',
      '5000  ready, 2 in doubt',
      '10500 ab ready, 2 in doubt',
      '70500 ab ready, 2 in doubt',
    ]);
  });

  it('is ready at once when nothing is in doubt, and when the answers have come', () => {
    const recovery = createRecovery();
    recovery.begin();
    expect(recovery.outcome([])).toEqual({ asked: 0, stillInDoubt: 0 });
    recovery.due(doubtful('a'), 0, 10);
    expect(recovery.outcome(doubtful('a'))).toBeNull();
    expect(recovery.outcome([])).toEqual({ asked: 1, stillInDoubt: 0 });
  });

  it('asks within the rate', () => {
    const recovery = createRecovery();
    recovery.begin();
    const open = doubtful('a', 'b', 'c');
    expect(recovery.due(open, 0, 2).map(({ orderId }) => orderId)).toEqual(['a', 'b']);
    expect(recovery.due(open, 100, 2).map(({ orderId }) => orderId)).toEqual(['c']);
  });
});
