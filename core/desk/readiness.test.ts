import { describe, expect, it } from 'vitest';
import { VenueId } from '#core/model/ids.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { checksOf, type ReadinessView } from './readiness.ts';

const NSE_FO = VenueId.parse('nse-fo');
const FO = { exchange: 'NSE', segment: 'FO' } as const;
const COM = { exchange: 'MCX', segment: 'COM' } as const;
const LINK = { state: 'up', sinceMs: 0, text: '' };
const BOOK = { tradingDate: '2026-11-23', stale: false, text: 'as main has it' };
const asha = { user: 'asha', needed: 1, present: 1, mayNotSend: [] };

/** A desk that follows main and is ready; 08:45 IST of a Monday. */
const READY: ReadinessView = {
  nowMs: instantOf('2026-11-23', 8 * 60 + 45),
  journalRefuses: null,
  main: { link: LINK, book: BOOK },
  positionsOf: '',
  contractsOf: '',
  links: [
    { venue: NSE_FO, session: 'orders', state: 'up', why: '' },
    { venue: NSE_FO, session: 'drop-copy', state: 'up', why: '' },
  ],
  traded: [
    { ...FO, dropCopy: 'covers' },
    { ...COM, dropCopy: 'covers' },
  ],
  approvers: [asha],
  doubtful: 0,
  handback: { facts: 0, notTaken: '' },
};
const BY_FILE: ReadinessView = {
  ...READY,
  main: null,
  positionsOf: '20261123',
  contractsOf: '2026-11-23',
};
const link = (state: string, text: string) => ({ link: { state, sinceMs: READY.nowMs, text }, book: BOOK });
const book = (seen: Partial<typeof BOOK>) => ({ link: LINK, book: { ...BOOK, ...seen } });
const lapsed = (user: string) => ({
  ...asha,
  user,
  mayNotSend: [{ exchange: 'MCX' as const, text: `The certificate of ${user} for MCX ended on 2026-11-20.` }],
});

const failing = (view: ReadinessView): string[] =>
  checksOf(view).flatMap(({ check, ok, text }) => (ok ? [] : [`${check}: ${text}`]));

describe('readiness', () => {
  it('is there when nothing is wrong, with main and by file', () => {
    expect(checksOf(READY).map(({ check, ok }) => `${check} ${ok}`)).toEqual([
      'journal true',
      'main-link true',
      'book true',
      'exchange-sessions true',
      'drop-copy true',
      'persons true',
      'exchange-ids true',
      'doubts true',
      'not-handed-back true',
    ]);
    expect(
      checksOf(BY_FILE)
        .map(({ check, ok }) => `${check} ${ok}`)
        .slice(0, 3),
    ).toEqual(['journal true', 'book true', 'contracts true']);
    expect(failing(BY_FILE)).toEqual([]);
  });

  it.each<[string, Partial<ReadinessView>]>([
    ['journal: The disk is full.', { journalRefuses: 'The disk is full.' }],
    ['main-link: The link to main is down since 08:45:00: refused.', { main: link('down', 'refused') }],
    ['main-link: The link to main is connecting since 08:45:00.', { main: link('connecting', '') }],
    ['book: No book of main is here.', { main: { link: LINK, book: null } }],
    [
      "book: Main's book is stale: no word of main for 15 s.",
      { main: book({ stale: true, text: 'no word of main for 15 s' }) },
    ],
    [
      "book: Main's book is of 2026-11-20, not of today, 2026-11-23.",
      { main: book({ tradingDate: '2026-11-20' }) },
    ],
    ["book: Main's book is of no day, not of today, 2026-11-23.", { main: book({ tradingDate: '' }) }],
    [
      'exchange-sessions: nse-fo orders is down (refused); nse-fo drop-copy is stopped.',
      {
        links: [
          { venue: NSE_FO, session: 'orders', state: 'down', why: 'refused' },
          { venue: NSE_FO, session: 'drop-copy', state: 'stopped', why: '' },
          { venue: NSE_FO, session: 'market-data', state: 'up', why: '' },
        ],
      },
    ],
    [
      'exchange-sessions: nse-fo orders is recovering.',
      { links: [{ venue: NSE_FO, session: 'orders', state: 'recovering', why: '' }] },
    ],
    [
      'drop-copy: Drop copy has said nothing of today of NSE FO; drop copy does not have all of today of MCX COM.',
      {
        traded: [
          { ...FO, dropCopy: 'silent' },
          { ...COM, dropCopy: 'misses' },
        ],
      },
    ],
    ['persons: An exit takes 2 persons; only 1 could agree (asha).', { approvers: [{ ...asha, needed: 2 }] }],
    [
      'exchange-ids: Nobody may send to MCX: The certificate of asha for MCX ended on 2026-11-20. (+1)',
      { approvers: [lapsed('asha'), lapsed('kiran')] },
    ],
    [
      'exchange-ids: Nobody may send to MCX: The certificate of asha for MCX ended on 2026-11-20.',
      { approvers: [lapsed('asha'), { ...asha, user: 'kiran', needed: 2 }] },
    ],
    ['doubts: One order of an earlier day in doubt: persons decide (F7).', { doubtful: 1 }],
    ['doubts: 3 orders of an earlier day in doubt: persons decide (F7).', { doubtful: 3 }],
    ['not-handed-back: 12 facts of earlier days are not at main.', { handback: { facts: 12, notTaken: '' } }],
    [
      'not-handed-back: Main takes no facts: #7: the hash differs',
      { handback: { facts: 12, notTaken: '#7: the hash differs' } },
    ],
  ])('%s', (text, wrong) => {
    expect(failing({ ...READY, ...wrong })).toEqual([text]);
  });

  it.each<[string, Partial<ReadinessView>]>([
    ['book: No positions file was imported; there is no main to follow.', { positionsOf: '' }],
    [
      'book: The newest positions file is for 2026-11-20, not for today, 2026-11-23.',
      { positionsOf: '2026-11-20' },
    ],
    [
      'contracts: The newest contracts file is for 20261124, not for today, 2026-11-23.',
      { contractsOf: '20261124' },
    ],
    [
      'not-handed-back: 4 trades of an earlier day are in files that main has not acknowledged.',
      { handback: { facts: 4, notTaken: '' } },
    ],
  ])('without main, %s', (text, wrong) => {
    expect(failing({ ...BY_FILE, ...wrong })).toEqual([text]);
  });

  it('without anybody who may let an exit go, nobody may send either', () => {
    expect(failing({ ...READY, approvers: [] })).toEqual([
      'persons: Nobody who is active here may let an exit go.',
      'exchange-ids: Nobody may send to NSE: Nobody may let an exit go. Nobody may send to MCX: Nobody may let an exit go.',
    ]);
  });

  it('says that a venue has no drop copy, and does not fail for it', () => {
    const traded = [
      { ...FO, dropCopy: 'covers' as const },
      { ...COM, dropCopy: 'none' as const },
    ];
    expect(checksOf({ ...READY, traded }).find(({ check }) => check === 'drop-copy')).toEqual({
      check: 'drop-copy',
      ok: true,
      text: 'No drop copy is configured for MCX COM: exits there are unproven. Drop copy has all of today of NSE FO.',
    });
  });
});
