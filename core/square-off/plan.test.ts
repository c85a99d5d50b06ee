import { describe, expect, it } from 'vitest';
import {
  ALL,
  at,
  CAPABILITIES,
  contract,
  exitOf,
  mainOrder,
  NOW,
  planInput,
  quote,
  RMS,
  row,
  share,
  VENUE,
} from '#tests/square-off/book.ts';
import { AccountId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { PositionRow } from '#core/positions/port.ts';
import { makePlan } from './plan.ts';
import type { Plan, PlanInput } from './plan-input.ts';

const call = contract('NIFTY26NOV25000CE');
const reliance = share('RELIANCE');

/** The plan as lines: `account symbol product quantity: slices` and `account symbol quantity reason`. */
function lines(plan: Plan): string[] {
  return [
    ...plan.rows.map((one) => `${one.account} ${one.product} ${one.quantity}: ${one.slices.join('+')}`),
    ...plan.leftovers.map((one) => `${one.account} ${one.product} ${one.quantity} ${one.reason}`),
  ];
}

function planOf(
  instrument: Instrument,
  rows: readonly PositionRow[],
  over: Partial<PlanInput> = {},
): string[] {
  return lines(makePlan(planInput([instrument], rows, over)));
}

describe('slices', () => {
  it('lot 65, freeze 1,800: 5,920 = 1,755 x 3 + 650, leftover 5', () => {
    expect(planOf(call, [row('A1', call, 5920)])).toEqual([
      'A1 MIS 5915: 1755+1755+1755+650',
      'A1 MIS 5 odd-lot',
    ]);
  });

  it('freeze unknown is a leftover unless a default is configured', () => {
    const unknown = contract('X', { freezeQuantity: 0 });
    expect(planOf(unknown, [row('A1', unknown, -130)])).toEqual(['A1 MIS -130 freeze-unknown']);
    const { policy } = planInput([], []);
    expect(
      planOf(unknown, [row('A1', unknown, -130)], { policy: { ...policy, defaultFreezeLots: 1 } }),
    ).toEqual(['A1 MIS -130: 65+65']);
  });

  it('clients in one thin contract take small equal turns, and the broker goes last', () => {
    const plan = makePlan(
      planInput([call], [row('PRO', call, 650), row('A1', call, 650), row('A2', call, 650)], {
        quote: (id) => (id === call.instrumentId ? quote(call, 1_000_000, { bidQuantity: 390 }) : null),
        isProprietary: (account) => account === 'PRO',
      }),
    );
    expect(lines(plan)).toEqual(
      ['A1', 'A2', 'PRO'].map((account) => `${account} MIS 650: 130+130+130+130+130`),
    );
  });
});

describe('authority', () => {
  const nobody = { request: { ...ALL, evidence: null } };
  it.each<[string, PositionRow, Partial<PlanInput>, string]>([
    ['MIS after its cut-off goes', row('A1', call, 65), { ...nobody, nowMs: at('15:26') }, 'A1 MIS 65: 65'],
    ['MIS before its cut-off does not', row('A1', call, 65), nobody, 'A1 MIS 65 no-authority'],
    [
      'the margin shortfall list takes carried positions',
      row('A1', call, 65, { product: 'NRML' }),
      { ...nobody, shortfall: () => ({ reference: 'row 4' }) },
      'A1 NRML 65: 65',
    ],
    [
      'NRML needs authority',
      row('A1', call, 65, { product: 'NRML' }),
      { ...nobody, nowMs: at('15:26') },
      'A1 NRML 65 no-authority',
    ],
    ['a decision of RMS is one', row('A1', call, 65, { product: 'NRML' }), {}, 'A1 NRML 65: 65'],
    [
      'without a reference it is none',
      row('A1', call, 65, { product: 'NRML' }),
      { request: { ...ALL, evidence: { ...RMS, reference: ' ' } } },
      'A1 NRML 65 no-authority',
    ],
    [
      "one client's instruction does not speak for all",
      row('A1', call, 65, { product: 'NRML' }),
      { request: { ...ALL, evidence: { ...RMS, authority: 'client-instruction' } } },
      'A1 NRML 65 no-authority',
    ],
    [
      'per client it does',
      row('A1', call, 65, { product: 'NRML' }),
      {
        request: {
          ...ALL,
          evidence: null,
          instructions: [
            { account: AccountId.parse('A1'), evidence: { ...RMS, authority: 'client-instruction' } },
          ],
        },
      },
      'A1 NRML 65: 65',
    ],
    [
      'delivery is never in an exit-all',
      row('A1', reliance, 10, { product: 'CNC' }),
      {},
      'A1 CNC 10 not-in-exit-all',
    ],
    [
      'pledged shares neither',
      row('A1', reliance, 10, { restriction: 'pledged' }),
      {},
      'A1 MIS 10 not-in-exit-all',
    ],
  ])('%s', (_name, position, over, line) => {
    expect(planOf(position.instrumentId === call.instrumentId ? call : reliance, [position], over)).toEqual([
      line,
    ]);
  });
});

describe('rows that may not go', () => {
  it.each<[string, Partial<PositionRow>, Partial<PlanInput>, string]>([
    ['unproven', { proof: 'unproven' }, {}, 'unproven'],
    ['sign in doubt', { netLow: -65, netHigh: 130, closable: 0, closingSide: null }, {}, 'sign-in-doubt'],
    ['contract changed', { warnings: ['contract-changed'] }, {}, 'contract-changed'],
    ['unknown instrument', {}, { instrument: () => null }, 'unknown-instrument'],
    ['another desk closes it', {}, { outside: () => ({ reason: 'not-at-home', text: 'D2' }) }, 'not-at-home'],
    [
      'outside of the emergency',
      {},
      { outside: () => ({ reason: 'outside-scope', text: 'NSE:CM' }) },
      'outside-scope',
    ],
    ['account blocked', {}, { blocked: () => 'unresolved order of yesterday' }, 'account-blocked'],
    ['fill conflict', { warnings: ['fill-conflict'] }, {}, 'fill-conflict'],
    ['overcommitted by a manual trade', { warnings: ['overcommitted'] }, {}, 'overcommitted'],
    ['no live price', {}, { fileAsOfMs: () => null }, 'no-live-price'],
    ['market closed', {}, { session: () => 'closed' }, 'market-closed'],
    ['no venue', {}, { venue: () => null }, 'link-down'],
  ])('%s', (_name, position, over, reason) => {
    expect(
      makePlan(planInput([call], [row('A1', call, 130, position)], over)).leftovers.map((one) => one.reason),
    ).toEqual([reason]);
  });

  it('an unproven row goes alone, with the net that was read back', () => {
    const position = row('A1', call, -130, { proof: 'unproven' });
    const readBack = (net: number | null) =>
      planOf(call, [position], { request: exitOf(position, { readBack: net }) });
    expect(readBack(-130)).toEqual(['A1 MIS -130: 130']);
    expect(readBack(130)).toEqual(['A1 MIS -130 unproven']);
    expect(readBack(null)).toEqual(['A1 MIS -130 unproven']);
  });

  it('a worthless long option is left to expire', () => {
    const worthless = quote(call, 500, { bidQuantity: 0, bidE4: 0 });
    expect(planOf(call, [row('A1', call, 65)], { quote: () => worthless })).toEqual(['A1 MIS 65 let-expire']);
    expect(planOf(call, [row('A1', call, -65)], { quote: () => worthless })).toEqual(['A1 MIS -65: 65']);
  });
});

describe('quantity', () => {
  it('opposite products in one contract: conversion first, the net second, never two opposite orders', () => {
    const plan = makePlan(
      planInput([call], [row('A1', call, 650), row('A1', call, -195, { product: 'NRML' })]),
    );
    expect(lines(plan)).toEqual([
      'A1 MIS 455: 455',
      'A1 MIS 195 offset-by-product',
      'A1 NRML -195 offset-by-product',
    ]);
    expect(plan.conversions.map((one) => `${one.from}>${one.to} ${one.quantity}`)).toEqual(['NRML>MIS 195']);
  });

  it("main's pending order that cannot be cancelled pins its quantity", () => {
    const position = row('A1', call, 650);
    const foreignOrders = [mainOrder('M1', position, 'sell', 260), mainOrder('M2', position, 'buy', 65)];
    expect(planOf(call, [position], { foreignOrders })).toEqual([
      'A1 MIS 390: 390',
      'A1 MIS 260 main-order-pinned',
    ]);
  });

  it('where the venue lets us, it is cancelled first', () => {
    const position = row('A1', call, 650);
    const plan = makePlan(
      planInput([call], [position], {
        foreignOrders: [mainOrder('M1', position, 'sell', 260)],
        venue: () => ({
          venue: VENUE,
          capabilities: { ...CAPABILITIES, cancelOthers: 'member', massCancel: true },
          ratePerSecond: 10,
        }),
      }),
    );
    expect([
      plan.cancels.foreign,
      plan.cancels.massCancelOffered,
      plan.rows[0]?.quantity,
      plan.rows[0]?.afterCancel,
    ]).toEqual([['M1'], ['nse'], 650, 260]);
  });

  it('a snapshot without a cut: only the smallest possible position', () => {
    const position = row('A1', call, 0, { netLow: 130, netHigh: 325, closable: 130, closingSide: 'sell' });
    expect(planOf(call, [position])).toEqual(['A1 MIS 130: 130', 'A1 MIS 195 unproven']);
  });

  it('what the sources disagree on stays, with what each of them says', () => {
    const over = { netLow: 130, netHigh: 325, closable: 130, closingSide: 'sell' } as const;
    const position = row('A1', call, 0, { ...over, opinions: { book: 325, exchange: 130 } });
    const plan = makePlan(planInput([call], [position]));
    expect(lines(plan)).toEqual(['A1 MIS 130: 130', 'A1 MIS 195 unproven']);
    expect(plan.leftovers.map(({ text }) => text)).toEqual([
      "the book says 325, the exchange's own trades make it 130: only the smaller is closed",
    ]);
  });

  it('a part of a row', () => {
    const position = row('A1', call, -650);
    expect(planOf(call, [position], { request: exitOf(position, { quantity: 130 }) })).toEqual([
      'A1 MIS -130: 130',
    ]);
  });
});

describe('order, deadline and consequence', () => {
  it('short leg first, futures next, longs last; nearest deadline before all', () => {
    const future = contract('NIFTYFUT', { kind: 'future', optionType: '' });
    const put = contract('NIFTYPE', { optionType: 'PE' });
    const rows = [row('A1', call, 130), row('A1', future, 65), row('A1', put, -130), row('A1', reliance, 5)];
    const plan = makePlan(planInput([call, future, put, reliance], rows));
    expect(plan.rows.map((one) => one.leg)).toEqual(['cash', 'short-option', 'future', 'long-option']);
    expect(plan.hedges).toEqual([
      { group: 'A1|NSE|NIFTY', longLots: 2, shortInitial: 130, futureInitial: 65 },
    ]);
  });

  it('shows which rows miss their deadline at the permitted rate', () => {
    const rows = Array.from({ length: 30 }, (_, n) => row(`A${n}`, call, 65));
    const plan = makePlan(
      planInput([call], rows, {
        nowMs: at('15:24:55'),
        fileAsOfMs: () => NOW,
        venue: () => ({ venue: VENUE, capabilities: CAPABILITIES, ratePerSecond: 5 }),
      }),
    );
    expect(plan.totals).toMatchObject({ rows: 30, orders: 30, missing: 10 });
    expect(plan.flatByMs - at('15:24:55')).toBe(7000);
  });

  it.each<[string, Instrument, number, string]>([
    [
      'shares bought for the day',
      share('RELIANCE', { filePriceE4: 14_200_000 }),
      500,
      'receive 500 RELIANCE, Rs 7.1 lakh',
    ],
    [
      'shares sold for the day',
      share('RELIANCE', { filePriceE4: 14_200_000 }),
      -500,
      'deliver 500 RELIANCE or go to the auction, Rs 7.1 lakh',
    ],
    [
      'a stock call on its last day',
      contract('RELCE', {
        underlying: 'RELIANCE',
        expiry: '2026-11-23',
        strikeE4: 14_200_000,
        settlement: 'physical',
      }),
      455,
      'in the money: receive 455 RELIANCE, Rs 6.5 lakh',
    ],
  ])('if left open: %s', (_name, instrument, net, text) => {
    expect(makePlan(planInput([instrument], [row('A1', instrument, net)])).rows[0]?.ifLeftOpen).toBe(text);
  });

  it('names the contract of the approval: same book, same text; another quantity, another text', () => {
    const text = (net: number) => makePlan(planInput([call], [row('A1', call, net)])).canonical;
    expect(text(130)).toBe(text(130));
    expect(text(130)).not.toBe(text(195));
  });
});
