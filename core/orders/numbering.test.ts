import { describe, expect, it } from 'vitest';
import { DeskId } from '#core/model/ids.ts';
import { createNumbering } from './numbering.ts';
import { TODAY } from '#tests/orders-desk.ts';

describe('names', () => {
  const desk = DeskId.parse('DESK1');
  it('are never given twice: after a restart, a clock that goes back, a new epoch', () => {
    const first = createNumbering(desk, 1);
    const given = [first.orderId(TODAY), first.orderId(TODAY)];
    const asked = [first.requestId(TODAY), first.requestId('2026-11-24'), first.requestId(TODAY)];
    const second = createNumbering(desk, 1);
    given.forEach((id) => {
      second.seenOrder(id);
    });
    asked.forEach((id) => {
      second.seenRequest(id);
    });
    const epoch = createNumbering(desk, 2);
    const all = [
      ...given,
      ...asked,
      second.orderId(TODAY),
      second.requestId(TODAY),
      second.requestId('2026-11-24'),
      epoch.orderId(TODAY),
      epoch.requestId(TODAY),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(Math.max(...all.filter((id) => !id.includes('-')).map((id) => id.length))).toBeLessThanOrEqual(20);
  });

  it('that were not committed are given again', () => {
    const numbering = createNumbering(desk, 1);
    const given = numbering.orderId(TODAY);
    numbering.settle();
    expect(numbering.orderId(TODAY)).toBe(given);
  });
});
