import { describe, expect, it } from 'vitest';
import type { Book } from '#drill/book/book.ts';
import { makeBook } from '#drill/book/make.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { judgeRecords, type DeskWord, type ToldLeftover } from './judge.ts';

/** One client long 195 NIFTY options (3 lots of 65), carried; nothing else. */
function bookOf(quantity: number): Book {
  const book = makeBook({ seed: 1, accounts: 1, positions: 2, tradingDate: '2026-11-23' });
  const option = book.instruments.find((one) => one.kind === 'option' && one.underlying === 'NIFTY');
  const first = book.positions[0];
  if (option === undefined || first === undefined) throw new Error('the book has an option and a position');
  return {
    ...book,
    positions: [
      {
        ...first,
        instrumentId: option.instrumentId,
        product: 'NRML',
        quantity,
        carriedQuantity: quantity,
        exit: true,
      },
    ],
    dayTrades: [],
    mainOrders: [],
  };
}

const book = bookOf(195);
const [position] = book.positions;
const account = position?.account ?? '';
const instrumentId = position?.instrumentId ?? '';

/** `1 D sell 195 id` accepts, `1 T9 65` fills, `1 X` cancels, `R D id text` refuses, `1 B9 65` busts. */
function record(line: string): LedgerRecord {
  const [exchangeOrderId = '', word = '', ...rest] = line.split(' ');
  const atMs = 0;
  const trade = {
    atMs,
    exchangeOrderId,
    tradeNumber: word.slice(1),
    quantity: Number(rest[0]),
    priceE4: Number(rest[1] ?? 100),
    tradingDate: '2026-11-23',
  };
  if (exchangeOrderId === 'R') {
    const text = rest.join(' ');
    return {
      kind: 'refused',
      atMs,
      owner: word,
      clientOrderId: rest[0] ?? '',
      account,
      instrumentId,
      side: 'sell',
      quantity: 65,
      code: 1,
      text,
    };
  }
  if (exchangeOrderId === 'H')
    return { kind: 'segment', atMs, exchange: 'NSE', segment: 'FO', status: 'halted' };
  if (word.startsWith('T')) return { kind: 'filled', ...trade };
  if (word.startsWith('B')) return { kind: 'busted', ...trade };
  if (word.startsWith('C')) return { kind: 'corrected', ...trade };
  if (word === 'X')
    return { kind: 'canceled', atMs, exchangeOrderId, openQuantity: 0, cause: 'ioc', text: '' };
  return {
    kind: 'accepted',
    atMs,
    exchangeOrderId,
    owner: word,
    clientOrderId: rest[2] ?? `c${exchangeOrderId}`,
    account,
    instrumentId,
    side: rest[0] === 'buy' ? 'buy' : 'sell',
    quantity: Number(rest[1]),
    type: 'limit',
    priceE4: 100,
    timeInForce: 'DAY',
  };
}

function word(fills: string, leftovers: readonly ToldLeftover[] = []): DeskWord {
  return {
    owners: ['D'],
    inDoubt: 0,
    leftovers,
    fills: fills
      .split(' ')
      .filter((text) => text !== '')
      .map((text) => {
        const [exchangeOrderId = '', tradeNumber = '', quantity, priceE4 = '100'] = text.split('/');
        return { exchangeOrderId, tradeNumber, quantity: Number(quantity), priceE4: Number(priceE4) };
      }),
  };
}

function verdict(lines: readonly string[], desk: DeskWord) {
  return judgeRecords(book, lines.map(record), desk);
}

const told = (quantity: number, reason: string): ToldLeftover[] => [
  { account, instrumentId, quantity, reason },
];

describe('the judge', () => {
  it('finds a closed position flat and clean', () => {
    const done = verdict(['1 D sell 195', '1 T9 65', '1 T10 130'], word('1/9/65 1/10/130'));
    expect(done).toMatchObject({
      flat: true,
      clean: true,
      duplicates: 0,
      overclosed: 0,
      orders: 1,
      fills: 2,
      leftovers: [],
    });
    expect(done.ledger).toEqual({ orders: 1, fills: 2, agrees: true });
  });

  const offences: readonly (readonly [string, readonly string[], string, object, string])[] = [
    [
      'sold twice: two orders for one intent',
      ['1 D sell 195', '2 D sell 195', '1 T9 195', '2 X'],
      '1/9/195',
      { duplicates: 1, flat: true },
      'more is ordered',
    ],
    [
      'the same request twice',
      ['1 D sell 65 a', '1 T9 65', '2 D sell 65 a', '2 T10 65', '3 D sell 65 b', '3 T11 65'],
      '1/9/65 2/10/65 3/11/65',
      { duplicates: 1, flat: true },
      'came twice',
    ],
    [
      'a refused request sent again under its id',
      ['R D a late', '1 D sell 195 a', '1 T9 195'],
      '1/9/195',
      { duplicates: 1 },
      'came twice',
    ],
    [
      'sold past zero',
      ['1 D sell 195', '1 T9 195', '2 D sell 65', '2 T10 65'],
      '1/9/195 2/10/65',
      { overclosed: 1, flat: false },
      'over-closed',
    ],
    [
      'past zero for a moment only',
      ['1 D sell 195', '1 T9 195', '2 D sell 65', '2 T10 65', '3 D buy 65', '3 T11 65'],
      '1/9/195 2/10/65 3/11/65',
      { flat: true, overclosed: 1 },
      'over-closed',
    ],
    [
      'bought instead of sold',
      ['1 D buy 65', '1 T9 65'],
      '1/9/65',
      { overclosed: 1, flat: false },
      '195 became 260',
    ],
    [
      "main's resting order turned what the desk closed",
      ['7 MAIN sell 65', '1 D sell 195', '1 T9 195', '7 T10 65'],
      '1/9/195',
      { overclosed: 0, flat: false },
      'left open',
    ],
    [
      'a lost fill',
      ['1 D sell 195', '1 T9 65', '1 T10 130'],
      '1/9/65',
      { flat: true, ledger: { orders: 1, fills: 2, agrees: false } },
      'the desk has not',
    ],
    [
      'a fill counted twice',
      ['1 D sell 195', '1 T9 195'],
      '1/9/195 1/9/195',
      { ledger: { orders: 1, fills: 1, agrees: false } },
      'twice',
    ],
    [
      'a fill that never was',
      ['1 D sell 195', '1 T9 195'],
      '1/9/195 1/8/65',
      { ledger: { orders: 1, fills: 1, agrees: false } },
      'the ledger has not',
    ],
    [
      'another price',
      ['1 D sell 195', '1 T9 195 100'],
      '1/9/195/99',
      { ledger: { orders: 1, fills: 1, agrees: false } },
      'the desk has not',
    ],
    [
      'left open and not told',
      ['1 D sell 195', '1 T9 65', '1 X'],
      '1/9/65',
      { flat: false, clean: false },
      'not told',
    ],
    [
      'an order left resting',
      ['1 D sell 195', '1 T9 195', '2 D sell 65'],
      '1/9/195',
      { working: 1, clean: false },
      'still rest',
    ],
    [
      'filled past its quantity',
      ['1 D sell 130', '1 T9 130', '1 T10 65'],
      '1/9/130 1/10/65',
      { flat: true, duplicates: 1 },
      'filled 195 of 130',
    ],
  ];
  it.each(offences)('names %s', (_, lines, fills, expected, complaint) => {
    const found = verdict(lines, word(fills));
    expect(found).toMatchObject(expected);
    expect(found.clean).toBe(false);
    expect(found.complaints.join('\n')).toContain(complaint);
  });

  const leftovers: readonly (readonly [string, readonly string[], string, number, string])[] = [
    ['refused', ['R D a 16012 system busy'], '', 195, 'refused'],
    ['unfilled', ['1 D sell 195', '1 X'], '', 195, 'unfilled'],
    ['main-order-pinned', ['7 MAIN sell 195'], '', 195, 'main-order-pinned'],
    ['busted', ['1 D sell 195', '1 T9 195', '1 B9 195'], '', 195, 'busted'],
    ['halted', ['H'], '', 195, 'halted'],
    [
      'foreign-trade',
      ['1 D sell 130', '1 T9 130', '8 DEALER buy 65', '8 T10 65'],
      '1/9/130',
      130,
      'foreign-trade',
    ],
  ];
  it.each(leftovers)(
    'accepts a told leftover whose cause the ledger shows: %s',
    (_, lines, fills, quantity, cause) => {
      const found = verdict(lines, word(fills, told(quantity, 'rejected')));
      expect(found).toMatchObject({ flat: false, clean: true, complaints: [] });
      expect(found.leftovers).toMatchObject([{ quantity, cause, reason: 'rejected' }]);
    },
  );

  it('does not accept a leftover that nobody tried to close', () => {
    expect(verdict([], word('', told(195, 'rejected'))).complaints.join()).toContain('without a cause');
  });

  it('does not accept another quantity than the one that is open', () => {
    expect(
      verdict(
        ['1 D sell 195', '1 T9 65', '1 X'],
        word('1/9/65', told(195, 'no-liquidity')),
      ).complaints.join(),
    ).toContain('the desk says 195');
  });

  it('takes a correction for the price that stands', () => {
    expect(verdict(['1 D sell 195', '1 T9 195 100', '1 C9 195 101'], word('1/9/195/101')).ledger.agrees).toBe(
      true,
    );
  });

  it('knows an odd lot', () => {
    const odd = bookOf(200);
    const found = judgeRecords(
      odd,
      ['1 D sell 195', '1 T9 195'].map(record),
      word('1/9/195', told(5, 'odd-lot')),
    );
    expect(found.clean).toBe(true);
    expect(found.leftovers).toMatchObject([{ quantity: 5, cause: 'odd-lot' }]);
  });

  it("counts main's late fill against the desk that closed the quantity it pinned", () => {
    const found = verdict(
      ['7 MAIN sell 65', '1 D sell 130', '1 T9 130', '2 D sell 65', '2 T10 40', '7 T11 65'],
      word('1/9/130 2/10/40'),
    );
    expect(found.overclosed).toBe(1);
  });
});
