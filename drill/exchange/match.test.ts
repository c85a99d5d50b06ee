import { describe, expect, it } from 'vitest';
import { createOrderBook, type BookOrder, type MatchEvent, type OrderBook } from './match.ts';

/**
 * A line in, a line expected. `b 10 @100` buys by limit, `s 10 @mkt`, `ioc` and `same` (the key of one PAN) follow;
 * `x a` cancels; `collect` only rests; `uncross 100` ends the auction.
 */
function run(book: OrderBook, line: string): string[] {
  const words = line.split(' ');
  if (words[0] === 'x') return [`left ${book.remove(words[1] ?? '') ?? 'none'}`];
  if (words[0] === 'uncross') return book.uncross(Number(words[1])).map(show);
  const [id = '', side, quantity, price, ...flags] = words;
  const order: BookOrder = {
    id,
    side: side === 'b' ? 'buy' : 'sell',
    quantity: Number(quantity),
    limitE4: price === '@mkt' ? null : Number(price?.slice(1)),
    immediate: flags.includes('ioc'),
    selfKey: flags.includes('same') ? 'PAN' : null,
    restE4: flags.includes('rest100') ? 100 : null,
  };
  return book.enter(order, flags.includes('collect')).map(show);
}

function show(event: MatchEvent): string {
  switch (event.kind) {
    case 'traded':
      return `${event.incomingId}x${event.restingId} ${event.quantity}@${event.priceE4}`;
    case 'rested':
      return `${event.id} rests ${event.quantity}@${event.priceE4}`;
    case 'canceled':
      return `${event.id} out ${event.quantity} ${event.cause}`;
  }
}

const CASES: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['an order alone rests', [['a b 10 @100', 'a rests 10@100']]],
  [
    'the better price goes first, then the earlier order',
    [
      ['a s 10 @101', 'a rests 10@101'],
      ['b s 10 @100', 'b rests 10@100'],
      ['c s 10 @100', 'c rests 10@100'],
      ['d b 25 @101', 'dxb 10@100, dxc 10@100, dxa 5@101'],
    ],
  ],
  [
    'a trade is done at the resting price',
    [
      ['a b 5 @105', 'a rests 5@105'],
      ['b s 5 @100', 'bxa 5@105'],
    ],
  ],
  [
    'the rest of a limit order stays, the rest of an IOC goes',
    [
      ['a s 5 @100', 'a rests 5@100'],
      ['b b 8 @100', 'bxa 5@100, b rests 3@100'],
      ['c s 9 @100 ioc', 'cxb 3@100, c out 6 ioc'],
    ],
  ],
  [
    'a limit out of reach does not trade',
    [
      ['a s 5 @101', 'a rests 5@101'],
      ['b b 5 @100', 'b rests 5@100'],
      ['c b 5 @100 ioc', 'c out 5 ioc'],
    ],
  ],
  [
    'a market order takes every price; its rest stays at its last price, else at the given one, or goes',
    [
      ['a s 5 @120', 'a rests 5@120'],
      ['b b 8 @mkt', 'bxa 5@120, b out 3 no-price'],
      ['c s 5 @120', 'c rests 5@120'],
      ['d b 8 @mkt rest100', 'dxc 5@120, d rests 3@120'],
      ['e b 8 @mkt rest100', 'e rests 8@100'],
    ],
  ],
  [
    'self-trade prevention cancels the resting order and goes on',
    [
      ['a s 5 @100 same', 'a rests 5@100'],
      ['b s 5 @100', 'b rests 5@100'],
      ['c b 5 @100 same', 'a out 5 self-trade, cxb 5@100'],
    ],
  ],
  [
    'a cancelled order gives back what it had left',
    [
      ['a s 5 @100', 'a rests 5@100'],
      ['b b 2 @100', 'bxa 2@100'],
      ['x a', 'left 3'],
      ['x a', 'left none'],
      ['c b 2 @100', 'c rests 2@100'],
    ],
  ],
  [
    'an auction trades the largest volume at one price',
    [
      ['a b 10 @102 collect', 'a rests 10@102'],
      ['b b 10 @100 collect', 'b rests 10@100'],
      ['c s 15 @99 collect', 'c rests 15@99'],
      ['d s 10 @103 collect', 'd rests 10@103'],
      ['uncross 100', 'axc 10@100, bxc 5@100'],
    ],
  ],
  [
    'an auction without a common price trades nothing',
    [
      ['a b 10 @99 collect', 'a rests 10@99'],
      ['b s 10 @100 collect', 'b rests 10@100'],
      ['uncross 100', ''],
    ],
  ],
];

describe('matching', () => {
  it.each(CASES)('%s', (_, lines) => {
    const book = createOrderBook();
    for (const [line, expected] of lines) expect(run(book, line).join(', ')).toBe(expected);
  });

  it('keeps its place when only its quantity shrinks', () => {
    const book = createOrderBook();
    run(book, 'a s 10 @100');
    run(book, 'b s 10 @100');
    book.reduce('a', 4);
    expect(run(book, 'c b 6 @100')).toEqual(['cxa 4@100', 'cxb 2@100']);
    expect(book.best('sell')).toEqual({ priceE4: 100, quantity: 8 });
  });
});
