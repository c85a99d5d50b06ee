import { describe, expect, it } from 'vitest';
import { createKeeper } from './keeper.ts';

interface Row {
  readonly id: string;
  readonly net: number;
  readonly price: { readonly e4: number } | null;
  readonly warnings: readonly string[];
}
const row = (id: string, net: number, part: Partial<Row> = {}): Row => ({
  id,
  net,
  price: { e4: 5 },
  warnings: ['stale'],
  ...part,
});

describe('rows that are kept', () => {
  it('are the same objects and the same list while nothing changes', () => {
    const keep = createKeeper<Row>(({ id }) => id);
    const first = keep([row('a', 1), row('b', 2)]);
    expect(keep([row('a', 1), row('b', 2)])).toBe(first);
  });

  it.each([
    ['a field', row('a', 7)],
    ['a nested field', row('a', 1, { price: { e4: 6 } })],
    ['a field that is gone', row('a', 1, { price: null })],
    ['a longer list', row('a', 1, { warnings: ['stale', 'no-cut'] })],
  ])('are new where %s changed, and only there', (_what, changed) => {
    const keep = createKeeper<Row>(({ id }) => id);
    const [, kept] = keep([row('a', 1), row('b', 2)]);
    const next = keep([changed, row('b', 2)]);
    expect(next[0]).toBe(changed);
    expect(next[1]).toBe(kept);
  });

  it('follow removals and a new order', () => {
    const keep = createKeeper<Row>(({ id }) => id);
    const [a, b] = keep([row('a', 1), row('b', 2)]);
    expect(keep([row('b', 2), row('a', 1)])).toEqual([b, a]);
    expect(keep([row('b', 2)])).toEqual([b]);
  });
});
