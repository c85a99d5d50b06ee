import { expect, it } from 'vitest';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { certificatesAddUp } from './certificates.ts';

const record = (fields: object): LedgerRecord => ({ atMs: 1, ...fields }) as LedgerRecord;
const accepted = (exchangeOrderId: string, owner: string, side: string) =>
  record({ kind: 'accepted', exchangeOrderId, owner, side });
const filled = (exchangeOrderId: string, quantity: number) =>
  record({ kind: 'filled', exchangeOrderId, quantity });
/** Two desks bought 30 in two trades and sold 5; main sold 7. */
const LEDGER = [
  accepted('1', 'D1', 'buy'),
  accepted('2', 'D2', 'buy'),
  accepted('3', 'D2', 'sell'),
  accepted('4', 'MAIN', 'sell'),
  filled('1', 10),
  filled('2', 20),
  filled('3', 5),
  filled('4', 7),
];
const FIRST = { id: 'D1-1', trades: 1, boughtUnits: 10, soldUnits: 0 };
const SECOND = { id: 'D2-1', trades: 2, boughtUnits: 20, soldUnits: 5 };

it.each([
  ['each trade once', [FIRST, SECOND], []],
  [
    'one desk not at all',
    [FIRST],
    [
      'the certificates speak of 1 trades, the ledger of 3',
      'the certificates speak of 10 boughtUnits, the ledger of 30',
      'the certificates speak of 0 soldUnits, the ledger of 5',
    ],
  ],
  [
    'a supplement that repeats what was said',
    [FIRST, SECOND, { id: 'D2-2', trades: 1, boughtUnits: 0, soldUnits: 5 }],
    [
      'the certificates speak of 4 trades, the ledger of 3',
      'the certificates speak of 10 soldUnits, the ledger of 5',
    ],
  ],
])('certificates of %s', (_what, certified, complaints) => {
  expect(certificatesAddUp(certified, LEDGER, ['D1', 'D2'])).toEqual(complaints);
});
