import { describe, expect, it } from 'vitest';
import type { HandbackVerdict } from '#drill/judge/handback.ts';
import type { JudgedLeftover, Verdict } from '#drill/judge/judge.ts';
import { complaintsOf, reportOf, type Findings } from './report.ts';

const verdict: Verdict = {
  flat: true,
  rows: 2,
  orders: 2,
  slices: 2,
  fills: 2,
  duplicates: 0,
  overclosed: 0,
  unknown: 0,
  working: 0,
  leftovers: [],
  ledger: { orders: 2, fills: 2, agrees: true },
  complaints: [],
  clean: true,
};
const clean: Findings = {
  verdict,
  openAtDesk: [],
  cancelRefused: false,
  chain: 'ok',
  faults: {},
  hits: [],
  handback: null,
  notYet: [],
  misdeeds: [],
  restarts: 0,
  sentMs: 1,
  flatMs: 2,
};
const pinned: JudgedLeftover = {
  account: 'C1',
  instrument: 'NSE:INFY',
  quantity: 5,
  reason: 'main-order-pinned',
  cause: 'main-order-pinned',
  text: '',
};
const options = { kill: null, faults: [], mainLink: [] } as const;
const handback: HandbackVerdict = {
  handback: { facts: 9, acked: 9, duplicates: 0, lost: 0, differences: 0, certificate: 'C1' },
  mainAgrees: true,
  chainAtMain: 'ok',
  complaints: [],
  doubleCloses: 0,
};
const kill = { target: 'desk', at: 'write-ack' } as const;
const hit = { ...kill };

describe('the report of a drill', () => {
  it('is flat only by the ledger and the desk alike, with nothing in doubt', () => {
    expect(reportOf(options, clean).flat).toBe(true);
    const open = { account: 'C1', instrument: 'NSE:INFY', quantity: 5, reason: 'in-doubt' };
    expect(reportOf(options, { ...clean, openAtDesk: [open] })).toMatchObject({
      flat: false,
      leftovers: [open],
    });
    expect(reportOf(options, { ...clean, verdict: { ...verdict, unknown: 1 } }).flat).toBe(false);
    expect(reportOf(options, { ...clean, verdict: { ...verdict, flat: false } }).flat).toBe(false);
  });

  it('has what the judge counted of the handback, and nothing of it without main', () => {
    expect(reportOf(options, { ...clean, handback })).toMatchObject({
      handback: handback.handback,
      mainAgrees: true,
    });
    expect(reportOf(options, clean)).toMatchObject({ handback: null, mainAgrees: null });
  });

  it('says where a kill hit, only when it was the asked one', () => {
    expect(reportOf({ kill }, { ...clean, hits: [hit] }).killedAt).toBe('write-ack');
    expect(reportOf({ kill }, { ...clean, hits: [{ ...hit, target: 'link' }] }).killedAt).toBeNull();
  });

  it.each<[string, Partial<Findings>, object, RegExp]>([
    ['the judge complains', { verdict: { ...verdict, complaints: ['twice'] } }, {}, /twice/],
    ['an order is in doubt', { verdict: { ...verdict, unknown: 1 } }, {}, /1 orders are in doubt/],
    ['the chain is broken', { chain: 'epoch 1, seq 9' }, {}, /seq 9/],
    ['an asked fault never struck', {}, { faults: ['halt'] }, /halt never struck/],
    ['an asked fault of the wire to main never struck', {}, { mainLink: ['cut'] }, /cut never struck/],
    ['the handback is not whole', { handback: { ...handback, complaints: ['lacks'] } }, {}, /lacks/],
    ['a desk did what it must not', { misdeeds: ['traded'] }, {}, /traded/],
    ['an asked kill never hit', {}, { kill }, /kill of the desk at write-ack never hit/],
    [
      "main's order was spared",
      { verdict: { ...verdict, leftovers: [pinned] } },
      {},
      /never asked to be cancelled/,
    ],
  ])('is no success when %s', (_what, found, asked, complaint) => {
    const complaints = complaintsOf({ ...options, ...asked }, { ...clean, ...found });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(complaint);
  });

  it('is a success otherwise', () => {
    expect(complaintsOf(options, clean)).toEqual([]);
    const asked = { kill, faults: ['halt'], mainLink: [] } as const;
    expect(complaintsOf(asked, { ...clean, hits: [hit], faults: { halt: 1 } })).toEqual([]);
    const refused = { ...clean, cancelRefused: true, verdict: { ...verdict, leftovers: [pinned] } };
    expect(complaintsOf(options, refused)).toEqual([]);
  });
});
