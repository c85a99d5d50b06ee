import type { DifferenceShown, SyncShown } from '#core/sync/contract.ts';

type LateOrder = NonNullable<SyncShown['fence']>['late'][number];
type DoubleClose = SyncShown['doubleCloses'][number];

export function fakeLateOrders(): LateOrder[] {
  const causes = ['auto-square-off', 'gtt', 'resting'] as const;
  return causes.map((cause, n) => ({
    exchangeOrderId: `110000000004410${n}`,
    account: `CL1000${n}`,
    instrumentId: n === 1 ? 'NSE:RELIANCE' : 'NSE:NIFTY26NOV25000CE',
    product: 'MIS',
    side: n === 1 ? 'buy' : 'sell',
    openQuantity: 65 * (n + 1),
    cause,
  }));
}

export function fakeDoubleCloses(): DoubleClose[] {
  return [
    {
      account: 'CL10001',
      instrumentId: 'NSE:NIFTY26NOV25000CE',
      product: 'MIS',
      side: 'sell',
      quantity: 130,
      exchangeOrderId: '1100000000044100',
    },
    {
      account: 'CL10417',
      instrumentId: 'NSE:BANKNIFTY26NOVFUT',
      product: null,
      side: 'buy',
      quantity: 35,
      exchangeOrderId: '1100000000044183',
    },
  ];
}

export function fakeDifferences(): DifferenceShown[] {
  const row = (
    n: number,
    rest: Omit<DifferenceShown, 'round' | 'key' | 'account' | 'product' | 'decided'>,
  ) => ({
    round: 1,
    key: `d${n}`,
    account: `CL1000${n}`,
    product: 'MIS',
    decided: null,
    ...rest,
  });
  return [
    row(1, {
      instrumentId: 'NSE:NIFTY26NOV25000CE',
      desk: 0,
      main: -130,
      exchange: -130,
      cause: 'main-traded',
      proposed: 'take-exchange',
      text: 'Main sold 130 at 15:12:04 by its auto square-off, after this desk had closed the row.',
    }),
    row(2, {
      instrumentId: 'NSE:RELIANCE',
      desk: 500,
      main: null,
      exchange: 500,
      cause: 'not-known-here',
      proposed: 'book-by-hand',
      text: 'Main has no such account in its book of 15:20.',
    }),
    row(3, {
      instrumentId: 'NSE:BANKNIFTY26NOVFUT',
      desk: -35,
      main: 35,
      exchange: null,
      cause: 'unexplained',
      proposed: 'open-as-leftover',
      text: 'The drop copy of the venue is down since 15:02: the exchange’s side is not known.',
    }),
  ];
}

export function fakeFenceList() {
  const lines = [
    'what,account,exchange order,detail',
    'auto square-off,all of desk-1,,disable the 15:15 job for these accounts',
    ...Array.from(
      { length: 90 },
      (_, n) => `GTT,CL${10_000 + n},11000000007${n},"cancel, and tell the client"`,
    ),
  ];
  return { page: '<!doctype html><title>Fence list</title>', csv: `${lines.join('\n')}\n` };
}

export function fakeCertificate(
  nowMs: number,
  differences: readonly DifferenceShown[],
  doubleCloses: readonly DoubleClose[],
) {
  const hash = '9f2c41'.padEnd(64, '7');
  const signed = {
    accepted: { atMs: nowMs - 300_000, by: ['ravi'], why: 'main is back' },
    closing: { epoch: 1, hash, seq: 10_284 },
    declared: {
      atMs: nowMs - 2_400_000,
      by: ['dealer-7', 'ravi'],
      scope: { accounts: [], segments: ['NSE:FO'] },
      why: 'OMS silent since 14:49',
    },
    desk: 'desk-1',
    differences,
    doubleCloses,
    facts: 10_284,
    fence: { fence: 'F-1', obeyed: true, text: 'Auto square-off is off.' },
    handedOver: [],
    id: 'C-desk-1-1-1',
    lateOrders: [],
    opening: { epoch: 1, hash, seq: 1 },
    reconciled: { agree: 1_201, round: 1, rows: 1_204, through: { epoch: 1, seq: 10_284 } },
    signedAtMs: nowMs,
    signedBy: ['ravi'],
    supplementOf: null,
    way: 'wire',
  };
  return {
    json: JSON.stringify(signed),
    page: '<!doctype html><title>Certificate</title>',
    signature: 'a1'.repeat(64),
    publicKey: '5c'.repeat(32),
  };
}
