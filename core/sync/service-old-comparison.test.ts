import { describe, expect, it } from 'vitest';
import { handedBack, compared, notYet } from './service-certificate-stage.ts';
import { keyOf, mainsFill, mainsOrder, NIFTY } from './stage-facts.ts';

const NET = { account: 'C1', instrumentId: NIFTY, product: 'MIS' };

describe('no certificate', () => {
  const others: readonly [string, (staged: ReturnType<typeof handedBack>) => void, string][] = [
    [
      'main trades a row of ours',
      ({ desk }) => {
        desk.append([mainsFill('M1', 'T77', { side: 'buy' })]);
      },
      'Others traded rows of which the certificate speaks after the comparison: compare again.',
    ],
    [
      'main trades a row of ours on our side',
      ({ desk }) => {
        desk.append([mainsFill('M1', 'T77', { unknown: true })]);
      },
      'Others traded rows of which the certificate speaks after the comparison: compare again. Main was at rows that this desk closed after the comparison: compare again.',
    ],
    [
      'an order of main rests on the side that we closed',
      ({ desk }) => {
        desk.append([mainsOrder('M1', 65)]);
      },
      'Main was at rows that this desk closed after the comparison: compare again.',
    ],
    [
      'a trade of others is annulled',
      ({ desk }) => {
        desk.append([{ kind: 'foreign-fill-busted', v: 1, key: keyOf('M9', 'T9'), via: 'drop-copy' }]);
      },
      'Trades of others were annulled after the comparison: compare again.',
    ],
    [
      'main came back with less',
      ({ line, main }) => {
        line.cut();
        main.lose(5);
        line.up(main);
      },
      'Main came back with less than it had after the comparison: compare again.',
    ],
    [
      'a new epoch was opened',
      ({ desk }) => {
        const { epoch, seq } = desk.port.status().handback.head;
        const after = { epoch, seq, hash: '' };
        desk.append([{ kind: 'epoch-opened', v: 1, why: 'broken-chain', after, by: ['a', 'b'] }]);
      },
      'A new epoch was opened after the comparison: compare again.',
    ],
    [
      'main was lost once more',
      ({ desk }) => {
        desk.move('HANDBACK', 'EMERGENCY');
        desk.move('EMERGENCY', 'HANDBACK');
      },
      'Desk, main and exchange were not compared yet.',
    ],
    [
      'main trades a row that the emergency left alone',
      ({ desk }) => {
        desk.append([mainsFill('M2', 'T78', { account: 'C2' })]);
      },
      '',
    ],
  ];
  it.each(others)('of an old comparison: %s', (_name, change, line) => {
    const staged = compared();
    change(staged);
    staged.settled();
    expect(notYet(staged.desk)).toBe(line);
    staged.desk.handlers.reconcile();
    staged.settled();
    expect(notYet(staged.desk)).toBe('');
  });

  it('of an old comparison: main trades a row on which it found a difference', () => {
    const { main, desk, settled } = handedBack();
    main.positions = [{ ...NET, account: 'C2', net: 65 }];
    desk.handlers.reconcile();
    settled();
    desk.append([mainsFill('M2', 'T78', { account: 'C2' })]);
    expect(notYet(desk)).toContain('Others traded rows of which the certificate speaks');
  });

  it('from an answer that comes after main was lost once more', () => {
    const { line, main, desk, settled } = handedBack();
    main.mute = true;
    desk.handlers.reconcile();
    settled();
    const through = desk.port.status().handback.head;
    desk.move('HANDBACK', 'EMERGENCY');
    line.say({ type: 'positions', through, rows: [], late: [] });
    expect(desk.port.status().reconciled).toBeNull();
  });

  it('from an answer to what was asked before main lost data', () => {
    const { line, main, desk, settled } = handedBack();
    main.mute = true;
    desk.handlers.reconcile();
    settled();
    line.cut();
    main.mute = false;
    main.lose(5);
    line.up(main);
    settled();
    expect(notYet(desk)).toBe('');
  });
});
