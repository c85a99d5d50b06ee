import { describe, expect, it } from 'vitest';
import { at, contract, exitOf, NOW, quote, row } from '#tests/square-off/book.ts';
import { createDesk } from '#tests/square-off/desk.ts';
import { fillAll, restAll } from '#tests/square-off/venue.ts';
import type { TestDesk } from '#tests/square-off/desk.ts';
import { formatE4 } from '#core/model/price.ts';

const call = contract('NIFTY26NOV25000CE');
const put = contract('NIFTY26NOV25000PE', { optionType: 'PE' });
const long = row('A1', call, 650);
const short = row('A1', put, -650);

const firstResting = (desk: TestDesk) => {
  const [order] = desk.venue.resting.values();
  if (order === undefined) throw new Error('an order must rest');
  return order;
};

const sold = (desk: TestDesk): number[] =>
  desk.sent.filter((order) => order.side === 'sell').map((order) => order.quantity);

describe('a run', () => {
  it('sends the slices of a row and ends flat, the odd units on the board', () => {
    const desk = createDesk([call], [row('A1', call, 5920)]);
    const runId = desk.exit();
    expect(desk.sent.map((order) => order.quantity)).toEqual([1755, 1755, 1755, 650]);
    expect(desk.state(runId)).toBe('ended: 1 flat, 0 left, 0 open');
    expect(desk.board()).toEqual(['A1 MIS 5 odd-lot']);
  });

  it('keeps the subscribed rate, and says by when it is flat', () => {
    const rows = Array.from({ length: 25 }, (_, n) => row(`A${n}`, call, 65));
    const desk = createDesk([call], rows, { ratePerSecond: 10 });
    const runId = desk.exit();
    expect(desk.sent.length).toBe(10);
    const status = desk.squareOff.handlers.status({ runId });
    expect(status.ok ? (status.value.flatByMs ?? 0) - desk.now() : 0).toBe(1500);
    desk.pass(1000);
    expect(desk.sent.length).toBe(20);
    desk.pass(1000);
    expect(desk.state(runId)).toBe('ended: 25 flat, 0 left, 0 open');
  });

  it('a partial fill is worked on: the rest is a new order after the terminal word of the first', () => {
    const desk = createDesk([call], [long], { behaviour: () => ({ fill: 65, rest: false }) });
    const runId = desk.exit();
    desk.pass(20_000);
    expect(sold(desk)).toEqual([650, 585, 520, 455, 390, 325, 260, 195, 130, 65]);
    expect(desk.state(runId)).toBe('ended: 1 flat, 0 left, 0 open');
  });

  it('requotes toward the edge to a bound, then the row is on the board', () => {
    const desk = createDesk([call], [long], { behaviour: restAll });
    const runId = desk.exit();
    desk.pass(60_000);
    expect(desk.sent.map((order) => formatE4(order.priceE4 ?? 0))).toEqual([
      '97.5',
      '91.25',
      '85',
      '78.75',
      '72.5',
      '66.25',
      '60',
    ]);
    expect(desk.state(runId)).toBe('ended: 0 flat, 1 left, 0 open');
    expect(desk.board()).toEqual(['A1 MIS 650 no-liquidity']);
  });

  it('never goes past the approved worst price, however far the market moved', () => {
    const desk = createDesk([call], [long], { behaviour: restAll });
    desk.quotes.set(call.instrumentId, quote(call, 1_000_000));
    desk.exit();
    desk.quotes.set(call.instrumentId, quote(call, 200_000, { atMs: NOW + 90_000 }));
    desk.pass(60_000);
    expect(Math.min(...desk.sent.map((order) => order.priceE4 ?? 0))).toBeGreaterThanOrEqual(600_000);
  });
});

describe('rejections', () => {
  it.each<[string, string, string[]]>([
    [
      'an unknown cause is final, in the words of the exchange',
      'Client not registered',
      ['A1 MIS 650 rejected'],
    ],
    ['a cause that a pause may cure is tried to a bound', 'System busy, try again', ['A1 MIS 650 rejected']],
  ])('%s', (_name, reject, board) => {
    const desk = createDesk([call], [long], { behaviour: () => ({ reject }) });
    desk.exit();
    desk.pass(10_000);
    expect(desk.board()).toEqual(board);
    expect(desk.sent.length).toBe(reject.startsWith('System') ? 5 : 1);
  });

  it('over the freeze quantity: smaller slices', () => {
    const desk = createDesk([call], [long], {
      behaviour: (order) =>
        order.quantity > 200
          ? { reject: 'Quantity exceeds freeze limit' }
          : { fill: order.quantity, rest: false },
    });
    const runId = desk.exit();
    desk.pass(5000);
    expect(sold(desk)).toEqual([650, 325, 325, 130, 130, 130, 130, 130]);
    expect(desk.state(runId)).toBe('ended: 1 flat, 0 left, 0 open');
  });

  it('a halt whose word comes late spends no try, however many slices it refuses', () => {
    const desk = createDesk([call], [row('A1', call, 17_550)], {
      behaviour: () => ({ reject: '16000 market closed' }),
    });
    const runId = desk.exit();
    expect(desk.sent.length).toBe(10);
    desk.world.session = 'halted';
    desk.pass(60_000);
    desk.world.session = 'open';
    desk.venue.behaviour = fillAll;
    desk.pass(10_000);
    expect([desk.sent.length, desk.state(runId)]).toEqual([20, 'ended: 1 flat, 0 left, 0 open']);
  });

  it('orders lost with the link are sent again once that is proven', () => {
    const desk = createDesk([call], [row('A1', call, 17_550)], {
      behaviour: () => ({ reject: 'never reached the exchange' }),
    });
    const runId = desk.exit();
    desk.venue.behaviour = fillAll;
    desk.pass(2000);
    expect([desk.sent.length, desk.state(runId)]).toEqual([20, 'ended: 1 flat, 0 left, 0 open']);
  });

  it('a venue that says open and refuses for ever: to a bound', () => {
    const desk = createDesk([call], [long], { behaviour: () => ({ reject: 'market closed' }) });
    desk.exit();
    desk.pass(60_000);
    expect([desk.sent.length, desk.board()]).toEqual([21, ['A1 MIS 650 market-closed']]);
  });

  it('risk-reduction mode: IOC from then on', () => {
    const desk = createDesk([call], [long], {
      behaviour: (order) =>
        order.timeInForce === 'IOC'
          ? fillAll(order)
          : { reject: 'Member in Risk Reduction Mode: IOC orders only' },
    });
    const runId = desk.exit();
    desk.pass(2000);
    expect(desk.sent.map((order) => order.timeInForce)).toEqual(['DAY', 'IOC']);
    expect(desk.state(runId)).toBe('ended: 1 flat, 0 left, 0 open');
  });
});

describe('short leg first', () => {
  it('longs are released by the fills of their shorts and never beyond', () => {
    const desk = createDesk([call, put], [long, short], { behaviour: restAll });
    const runId = desk.exit();
    expect(desk.sent.map((order) => order.side)).toEqual(['buy']);
    desk.venue.fill(firstResting(desk), 325);
    desk.settle();
    expect(sold(desk)).toEqual([325]);
    desk.venue.behaviour = fillAll;
    desk.pass(5000);
    expect(desk.state(runId)).toBe('ended: 2 flat, 0 left, 0 open');
  });

  it('a short that ends on the board holds its longs until a dealer releases them with a reason', () => {
    const behaviour: typeof fillAll = (order) =>
      order.side === 'buy' ? { reject: 'Client not registered' } : fillAll(order);
    const desk = createDesk([call, put], [long, short], { behaviour });
    const runId = desk.exit();
    expect(desk.board()).toEqual(['A1 MIS -650 rejected', 'A1 MIS 650 hedge-held']);
    expect(desk.state(runId)).toBe('ended: 0 flat, 2 left, 0 open');
    const { account, instrumentId, product } = long;
    const done = desk.squareOff.handlers.releaseHedge(
      { runId, account, instrumentId, product, reason: 'RMS agrees' },
      { by: 'asha' },
    );
    desk.settle();
    expect([done.ok, desk.state(runId), desk.board()]).toEqual([
      true,
      'ended: 1 flat, 1 left, 0 open',
      ['A1 MIS -650 rejected'],
    ]);
  });

  it('a short outside the exit holds them too', () => {
    const desk = createDesk([call, put], [long, short], {});
    desk.exit(exitOf(long));
    expect([desk.sent.length, desk.board()]).toEqual([0, ['A1 MIS 650 hedge-held']]);
  });
});

describe('doubt, halt, link, bust', () => {
  it('an order without an answer is never sent again: the rest goes on, and it ends in doubt', () => {
    const desk = createDesk([call], [long, row('A2', call, 65)], {
      behaviour: (order) => (order.account === 'A1' ? 'silence' : fillAll(order)),
    });
    const runId = desk.exit();
    expect(desk.state(runId)).toBe('running: 1 flat, 0 left, 1 open');
    desk.pass(60_000);
    expect(desk.sent.filter((order) => order.account === 'A1').length).toBe(1);
    expect([desk.state(runId), desk.board()]).toEqual([
      'ended: 1 flat, 1 left, 0 open',
      ['A1 MIS 650 in-doubt'],
    ]);
  });

  it('a halt freezes retries without spending them', () => {
    const desk = createDesk([call], [long], { behaviour: restAll });
    const runId = desk.exit();
    desk.pass(2100);
    desk.world.session = 'halted';
    const cancels = desk.facts('cancel-requested').length;
    desk.pass(20 * 60_000);
    expect(desk.facts('cancel-requested').length).toBe(cancels);
    expect(desk.state(runId)).toBe('running: 0 flat, 0 left, 1 open');
    const before = desk.sent.length;
    desk.world.session = 'open';
    desk.venue.behaviour = fillAll;
    desk.pass(10_000);
    expect([desk.sent.length - before, desk.state(runId)]).toEqual([1, 'ended: 1 flat, 0 left, 0 open']);
  });

  it('nothing is sent while the link is down, and the wait has a bound', () => {
    const desk = createDesk([call], [long]);
    desk.world.ready = false;
    const runId = desk.exit();
    desk.pass(299_000);
    expect([desk.sent.length, desk.state(runId)]).toEqual([0, 'running: 0 flat, 0 left, 1 open']);
    desk.pass(3000);
    expect([desk.sent.length, desk.board()]).toEqual([0, ['A1 MIS 650 link-down']]);
  });

  it('no order after the last trading moment: the row missed its deadline', () => {
    const desk = createDesk([call], [long], { behaviour: restAll }, [], at('15:39:55'));
    desk.exit();
    desk.world.session = 'unknown';
    desk.pass(60_000);
    expect(desk.board().length).toBe(1);
    expect(desk.board()[0]).toMatch(/A1 MIS 650 (deadline-missed|in-doubt)/);
  });

  it('a busted trade reopens the row on the board, never by a new order', () => {
    const desk = createDesk([call], [long]);
    const runId = desk.exit();
    const [fill] = desk.facts('order-filled');
    if (fill?.kind !== 'order-filled') throw new Error('a fill');
    desk.append({ kind: 'fill-busted', v: 1, orderId: fill.orderId, key: fill.key, via: 'order-session' });
    desk.pass(1000);
    expect([desk.sent.length, desk.board(), desk.state(runId)]).toEqual([
      1,
      ['A1 MIS 650 busted'],
      'ended: 0 flat, 1 left, 0 open',
    ]);
  });
});
