import { describe, expect, it } from 'vitest';
import { netsOf, type NetsInput, type OwnTrade } from './nets.ts';

const RELIANCE = { account: 'C1', instrumentId: 'NSE:RELIANCE', product: 'MIS' };
const planned = (orderId: string, terms = RELIANCE) => ({ kind: 'order-planned', v: 1, orderId, terms });
const key = (tradeId: string, exchangeOrderId = 'X1', tradingDate = '2026-11-23') => ({
  venue: 'sim',
  tradingDate,
  side: 'sell',
  exchangeOrderId,
  tradeId,
});
const filled = (orderId: string, tradeId: string, quantity: number, more = {}) => ({
  kind: 'order-filled',
  v: 1,
  orderId,
  key: key(tradeId),
  quantity,
  priceE4: 1,
  ...more,
});
const seen = (tradeId: string, quantity: number, more = {}) => ({
  kind: 'foreign-fill-seen',
  v: 1,
  key: key(tradeId, 'X9'),
  account: 'C1',
  instrumentId: 'NSE:RELIANCE',
  product: null,
  quantity,
  priceE4: 1,
  ...more,
});
const own = (tradeId: string, more: Partial<OwnTrade> = {}): OwnTrade => ({
  exchangeOrderId: 'X9',
  tradeId,
  tradingDate: '2026-11-23',
  ...RELIANCE,
  side: 'sell',
  quantity: 10,
  busted: false,
  ...more,
});

function net(facts: readonly (readonly [desk: string, fact: object])[], more: Partial<NetsInput> = {}) {
  const rows = netsOf({
    positions: [{ account: 'C1', exchange: 'NSE', symbol: 'RELIANCE', product: 'MIS', quantity: '100' }],
    instruments: [{ instrumentId: 'NSE:RELIANCE', exchange: 'NSE', segment: 'CM' }],
    pending: [],
    tradingDate: '2026-11-23',
    cuts: ['NSE:CM last-trade 40'],
    facts: facts.map(([desk, fact], index) => ({
      desk,
      epoch: 1,
      seq: index + 1,
      body: JSON.stringify(fact),
    })),
    own: [],
    ...more,
  });
  return Object.fromEntries(rows.map((row) => [`${row.instrumentId} ${row.product}`, row.net]));
}

describe('positions of main', () => {
  it.each([
    ['the book alone', [], 100],
    [
      'a fill of a desk',
      [
        ['D1', planned('o')],
        ['D1', filled('o', '41', 30)],
      ],
      70,
    ],
    [
      'the same trade told twice',
      [
        ['D1', planned('o')],
        ['D1', filled('o', '41', 30)],
        ['D1', filled('o', '41', 30)],
      ],
      70,
    ],
    [
      'the same trade told by another desk that only saw it',
      [
        ['D1', planned('o')],
        ['D1', filled('o', '41', 30)],
        ['D2', { ...seen('41', 30), key: key('41') }],
      ],
      70,
    ],
    [
      'a trade annulled',
      [
        ['D1', planned('o')],
        ['D1', filled('o', '41', 30)],
        ['D1', { kind: 'fill-busted', v: 1, key: key('41') }],
      ],
      100,
    ],
    [
      'annulled before it is told',
      [
        ['D1', { kind: 'foreign-fill-busted', v: 1, key: key('42', 'X9') }],
        ['D1', seen('42', 5)],
      ],
      100,
    ],
    [
      'a corrected quantity',
      [
        ['D1', planned('o')],
        ['D1', filled('o', '41', 30)],
        ['D1', { ...filled('o', '41', 20), kind: 'fill-corrected' }],
      ],
      80,
    ],
    ['a trade that the book holds', [['D1', seen('40', 5)]], 100],
    ['a trade of another day', [['D1', { ...seen('45', 5), key: key('45', 'X9', '2026-11-20') }]], 100],
    ['a day as FIX writes it', [['D1', { ...seen('45', 5), key: key('45', 'X9', '20261123') }]], 95],
  ] as const)('count %s', (_what, facts, expected) => {
    expect(net(facts)).toEqual({ 'NSE:RELIANCE MIS': expected });
  });

  it('hold main’s own trades, once, whoever tells of them', () => {
    expect(net([['D1', seen('43', 10)]], { own: [own('43'), own('44', { busted: true })] })).toEqual({
      'NSE:RELIANCE MIS': 90,
    });
  });

  it('take the newer plan of an order id that a restored desk gave again', () => {
    const other = { ...RELIANCE, product: 'NRML' };
    const facts = [
      ['D1', planned('o')],
      ['D1', filled('o', '41', 30)],
      ['D1', planned('o', other)],
      ['D1', filled('o', '42', 5)],
    ] as const;
    expect(net(facts)).toEqual({ 'NSE:RELIANCE MIS': 70, 'NSE:RELIANCE NRML': -5 });
  });
});
