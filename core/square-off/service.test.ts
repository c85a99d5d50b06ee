import { describe, expect, it } from 'vitest';
import { contract, row } from '#tests/square-off/book.ts';
import { createDesk, restAll } from '#tests/square-off/desk.ts';

const call = contract('NIFTY26NOV25000CE');
const put = contract('NIFTY26NOV25000PE', { optionType: 'PE' });

describe('a run', () => {
  it('sends the slices of a row and ends flat, the odd units on the board', () => {
    const desk = createDesk([call], [row('A1', call, 5920)]);
    const runId = desk.exit();
    expect(desk.sent.map((order) => order.quantity)).toEqual([1755, 1755, 1755, 650]);
    expect(desk.state(runId)).toBe('ended: 1 flat, 0 left, 0 open');
    expect(desk.board()).toEqual(['A1 MIS 5 odd-lot']);
  });

  it('short leg first, longs released by its fills and never beyond', () => {
    const desk = createDesk([call, put], [row('A1', call, 650), row('A1', put, -650)], { behaviour: restAll });
    const runId = desk.exit();
    expect(desk.sent.map((order) => order.instrument.symbol)).toEqual([put.symbol]);
    const [short] = desk.venue.resting.values();
    if (short === undefined) throw new Error('the short must rest');
    desk.venue.fill(short, 325);
    desk.settle();
    expect(desk.sent.slice(1).reduce((sum, order) => sum + order.quantity, 0)).toBeLessThanOrEqual(325);
    desk.world.behaviour = (order) => ({ fill: order.quantity, rest: false });
    desk.pass(5000);
    expect(desk.state(runId)).toBe('ended: 2 flat, 0 left, 0 open');
  });
});
