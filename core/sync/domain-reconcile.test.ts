import { describe, expect, it } from 'vitest';
import type { Entry } from '#core/events.ts';
import { DeskId } from '#core/model/ids.ts';
import { agrees, differenceOf, type Hint } from './domain-causes.ts';
import { compare, DIFFERENCES_MAX, Rounds } from './domain-reconcile.ts';
import type { NetRow } from './messages.ts';

type Net = number | null;

const row = (desk: Net, main: Net, exchange: Net, ...signs: Hint[]) => ({
  account: 'C1',
  instrumentId: 'NSE:X',
  product: 'MIS',
  desk,
  main,
  exchange,
  signs,
});

describe('one row as desk, main and exchange see it', () => {
  const cases: readonly [string, desk: Net, main: Net, exchange: Net, signs: Hint[], string][] = [
    ['all three agree', 0, 0, 0, [], 'agrees'],
    ['nobody proves it at the exchange', -65, -65, null, [], 'agrees'],
    ['main is not asked', 65, null, 65, [], 'agrees'],
    ['nobody but the desk knows', 65, null, null, [], 'unexplained open-as-leftover'],
    ['nobody but the desk knows, of old data', 65, null, null, ['old'], 'snapshot-old book-by-hand'],
    ['an order is in doubt although all agree', 0, 0, 0, ['in-doubt'], 'in-doubt take-exchange'],
    ['an order is in doubt, nothing proven', 0, 65, null, ['in-doubt'], 'in-doubt open-as-leftover'],
    [
      'a file row was refused although the exchange agrees',
      0,
      null,
      0,
      ['refused'],
      'fact-not-known-to-main book-by-hand',
    ],
    ['a trade was annulled', 65, 0, 65, ['bust'], 'bust take-exchange'],
    ['a trade was annulled, nothing proven', 65, 0, null, ['bust'], 'bust book-by-hand'],
    ['the desk never had the row', null, 65, null, [], 'not-known-here take-main'],
    ['the desk never had the row, the exchange has', null, 0, 65, [], 'not-known-here take-exchange'],
    ['the desk has an interval', null, 65, null, ['old'], 'snapshot-old take-main'],
    ['main traded it, too', 0, -65, -65, ['main-traded'], 'main-traded take-exchange'],
    ['main traded it, too, nothing proven', 0, -65, null, ['main-traded'], 'main-traded take-main'],
    [
      'main had an order there, and the exchange another quantity',
      0,
      0,
      65,
      ['main-traded'],
      'manual-trade take-exchange',
    ],
    [
      'main had an order there, main is not asked, nothing proven',
      0,
      null,
      null,
      ['main-traded'],
      'main-traded open-as-leftover',
    ],
    ['main does not count our trade', 0, 65, 0, [], 'main-differs take-exchange'],
    ['main has a trade that nobody else knows', 0, -85, 0, [], 'main-differs take-exchange'],
    ['main lists it twice', 0, null, 0, ['main-twice'], 'main-differs take-exchange'],
    ['main lists it twice, nothing proven', 0, null, null, ['main-twice'], 'main-differs open-as-leftover'],
    [
      'a trade of nobody knows whom, and only main knows',
      null,
      0,
      null,
      ['foreign'],
      'manual-trade take-main',
    ],
    ['the same, main is not asked', null, null, null, ['foreign'], 'manual-trade open-as-leftover'],
    ['somebody traded at the exchange', 65, 65, 0, [], 'manual-trade take-exchange'],
    ['somebody traded, and main saw it', 65, 0, 0, [], 'manual-trade take-exchange'],
    ['a trade of nobody knows whom', 65, 0, null, ['foreign'], 'manual-trade open-as-leftover'],
    ['our start of day is old', 65, 0, null, ['old'], 'snapshot-old take-main'],
    ['three different ones', 65, 130, 0, [], 'unexplained open-as-leftover'],
    ['two that nobody can decide', 65, 130, null, [], 'unexplained open-as-leftover'],
  ];
  it.each(cases)('%s', (_name, desk, main, exchange, signs, wanted) => {
    const compared = row(desk, main, exchange, ...signs);
    const { cause, proposed } = differenceOf(compared);
    expect(agrees(compared) ? 'agrees' : `${cause} ${proposed}`).toBe(wanted);
  });
});

describe('all rows', () => {
  const net = (account: string, quantity: number): NetRow => ({
    account,
    instrumentId: 'NSE:X',
    product: 'MIS',
    net: quantity,
  });
  const deskRow = (account: string, desk: number) => ({ ...row(desk, null, null), account });

  it('takes in each row that one of the three has, and counts flat ones that nobody else lists', () => {
    const { rows, agree, differences } = compare({
      desk: [deskRow('C1', 0), deskRow('C2', 65), deskRow('C3', 5)],
      main: [net('C2', 65), net('C3', 10), net('C4', 7), net('C5', 0)],
      exchange: [net('C2', 65), net('C6', -1), net('C7', 0)],
    });
    expect([rows, agree]).toEqual([5, 2]);
    expect(differences.map(({ account, cause }) => `${account} ${cause}`)).toEqual([
      'C3 unexplained',
      'C4 not-known-here',
      'C6 not-known-here',
    ]);
  });

  it('of which main names one twice do not agree, whatever it says the second time', () => {
    const { rows, agree, differences } = compare({
      desk: [deskRow('C1', 0), deskRow('C2', 0)],
      main: [net('C1', 65), net('C1', 0), net('C2', 0), net('C3', 0), net('C3', 0)],
      exchange: [net('C1', 0)],
    });
    expect([rows, agree]).toEqual([3, 1]);
    expect(differences.map(({ account, main, cause }) => [account, main, cause])).toEqual([
      ['C1', null, 'main-differs'],
      ['C3', null, 'main-differs'],
    ]);
  });

  it('names no more than the bound, and counts the others', () => {
    const desk = Array.from({ length: DIFFERENCES_MAX + 5 }, (_, n) => deskRow(`C${n}`, 1));
    const found = compare({ desk, main: [], exchange: [] });
    expect([found.rows, found.agree, found.differences.length]).toEqual([
      DIFFERENCES_MAX + 5,
      0,
      DIFFERENCES_MAX,
    ]);
  });
});

describe('what persons decide', () => {
  const entry = (seq: number, fact: Entry['fact']): Entry => ({
    desk: DeskId.parse('D1'),
    epoch: 1,
    seq,
    atMs: seq,
    fact,
  });
  const found = (round: number, seq: number, main: number): Entry =>
    entry(seq, {
      kind: 'reconciled',
      v: 1,
      round,
      through: { epoch: 1, seq: seq - 1 },
      rows: 2,
      agree: 1,
      differences: [differenceOf(row(65, main, null))],
      late: [],
    });

  function decided(): Rounds {
    const rounds = new Rounds();
    rounds.apply(found(1, 10, 0));
    expect(rounds.undecided()).toBe(1);
    const fact = rounds.decide({ round: 1, key: 'C1|NSE:X|MIS', repair: 'take-main', why: 'main is right' }, [
      'a',
    ]);
    if (!fact.ok) throw new Error(fact.refusal.text);
    rounds.apply(entry(11, fact.value));
    expect(rounds.undecided()).toBe(0);
    return rounds;
  }

  it('stays decided when the next comparison finds the same, and is open again when it finds another', () => {
    const rounds = decided();
    rounds.apply(found(2, 20, 0));
    expect([rounds.next, rounds.undecided()]).toEqual([3, 0]);
    rounds.apply(found(3, 30, 5));
    expect(rounds.undecided()).toBe(1);
  });

  it.each([
    ['an older comparison', { round: 0 }, 'no-such-difference'],
    ['a row that agrees', { key: 'C2|NSE:X|MIS' }, 'no-such-difference'],
    ['a side that does not know', { repair: 'take-exchange' as const }, 'not-known-to-that-side'],
  ])('is refused for %s', (_name, change, reason) => {
    const asked = { round: 1, key: 'C1|NSE:X|MIS', repair: 'take-desk' as const, why: 'seen it', ...change };
    expect(decided().decide(asked, ['a'])).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('begins anew with the next emergency', () => {
    const rounds = decided();
    const move = {
      kind: 'mode-changed',
      v: 1,
      from: 'SUSPECT',
      to: 'EMERGENCY',
      by: ['a'],
      why: 'w',
    } as const;
    rounds.apply(entry(40, move));
    expect([rounds.newest, rounds.next]).toEqual([null, 2]);
  });
});
