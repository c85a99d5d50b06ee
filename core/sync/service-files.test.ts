import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isSignedBy, signerOf } from '#core/journal/signer.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import { OrderId } from '#core/model/ids.ts';
import { FILE_ROWS_MAX, FILES_MAX } from './domain-files.ts';
import { openDesk, type StagedDesk } from './service-handback-stage.ts';
import { ack, ASKED, files, stage, type AckTold } from './service-files-stage.ts';
import { filled, keyOf, NIFTY, rowOf } from './stage-facts.ts';

const kinds = (desk: StagedDesk, kind: string): number =>
  desk.journal.read(0, 10_000).filter(({ fact }) => fact.kind === kind).length;

describe('a trade file', () => {
  it('has the documented columns, and a control row that proves it', () => {
    const { path, desk } = stage();
    desk.append([
      { kind: 'fill-busted', v: 1, orderId: OrderId.parse('O1'), key: keyOf('900', 'T2'), via: 'drop-copy' },
    ]);
    const [file] = files(desk);
    const lines = (file?.text ?? '').trimEnd().split('\n');
    const [header, first, , , bust, control = ''] = lines;
    expect([file?.name, file?.rows, lines.length]).toEqual(['lifeboat-D1-trades-0001.csv', 4, 6]);
    expect(header).toBe(
      'record,file,desk,epoch,seq,time,kind,account,exchange,symbol,product,side,quantity,price,exchange_order_number,trade_number,order_id,dealer,nnf_id,authority',
    );
    expect(first).toMatch(
      /^T,1,D1,1,6,2026-11-23T\d\d:\d\d:\d\d[.]\d{3}[+]05:30,trade,C1,NSE,NIFTY26NOVFUT,MIS,sell,5,25001[.]25,900,T1,O1,dealer-1,123456789012345,mis-cut-off$/,
    );
    expect(bust).toContain(',bust,C1,NSE,NIFTY26NOVFUT,MIS,sell,0,0,900,T2,O1,');
    for (const line of lines) expect(line.split(',').length).toBe(20);
    const cells = control.split(',');
    const rows = lines.slice(1, -1).map((line) => `${line}\n`);
    expect(cells[10]).toBe(createHash('sha256').update(rows.join('')).digest('hex'));
    expect(cells[11]).toBe(Buffer.from(desk.journal.stored(9, 1).rows[0]?.hash ?? []).toString('hex'));
    const signed = Buffer.from(`lifeboat-file\n${cells.slice(0, 14).join(',')}`);
    const { publicKey } = scratchOptions(path).signer;
    expect(cells[13]).toBe(Buffer.from(publicKey).toString('hex'));
    expect(isSignedBy(publicKey, signed, Buffer.from(cells[14] ?? '', 'hex'))).toBe(true);
    const other = signerOf(new Uint8Array(32).fill(9)).publicKey;
    expect(isSignedBy(other, signed, Buffer.from(cells[14] ?? '', 'hex'))).toBe(false);
  });

  it('that is lost is written again, the same number and the same bytes, also after a restart', () => {
    const { path, line, desk } = stage();
    const written = files(desk);
    desk.append([filled('O1', '900', 'T9', 5)]);
    const more = files(desk);
    expect(more[0]).toEqual(written[0]);
    expect(more.map(({ number, rows }) => [number, rows])).toEqual([
      [1, 3],
      [2, 1],
    ]);
    desk.close();
    const again = openDesk(path, line, desk.around);
    onTestFinished(() => again.close());
    expect(files(again)).toEqual(more);
    expect(kinds(again, 'handback-file-written')).toBe(2);
  });

  it('names the sum of the one before', () => {
    const { desk } = stage();
    const [first] = files(desk);
    desk.append([filled('O1', '900', 'T9', 5)]);
    const second = files(desk)[1];
    const control = (text = ''): string[] => text.trimEnd().split('\n').at(-1)?.split(',') ?? [];
    expect(control(second?.text)[12]).toBe(control(first?.text)[10]);
    expect(control(first?.text)[12]).toBe('');
  });

  it('has a bound of rows, and a call a bound of files', () => {
    const { desk } = stage(FILE_ROWS_MAX * FILES_MAX + 1);
    const open = files(desk);
    expect(open.map(({ rows }) => rows)).toEqual(Array.from({ length: FILES_MAX }, () => FILE_ROWS_MAX));
    expect(desk.handlers.readAck({ text: ack(open[0]?.text ?? '') }, ASKED)).toMatchObject({ ok: true });
    expect(
      files(desk)
        .map(({ number, rows }) => `${number}:${rows}`)
        .at(-1),
    ).toBe(`${FILES_MAX + 1}:1`);
  });

  it('is written in HANDBACK only, and never without a trade', () => {
    const { desk } = stage(0);
    expect(files(desk)).toEqual([]);
    desk.move('HANDBACK', 'EMERGENCY');
    expect(desk.handlers.writeFiles()).toMatchObject({ refusal: { reason: 'not-now' } });
  });
});

describe('an acknowledgement', () => {
  it('is taken once, and harmless when it comes again', () => {
    const { desk } = stage();
    const [file] = files(desk);
    const text = ack(file?.text ?? '', { refused: [[7, 'no such client']] });
    expect(desk.handlers.readAck({ text }, ASKED)).toMatchObject({
      ok: true,
      value: { handback: { acked: { epoch: 1, seq: 8 }, waiting: 0 } },
    });
    expect(desk.handlers.readAck({ text }, ASKED)).toMatchObject({ ok: true });
    expect(kinds(desk, 'handback-file-acknowledged')).toBe(1);
    expect(files(desk)).toEqual([]);
  });

  const wrong: readonly [string, AckTold | string, string][] = [
    ['another desk', { desk: 'D2' }, 'ack-of-another-desk'],
    ['a file that was never written', { number: 3 }, 'ack-of-no-file'],
    ['another sum', { sha256: 'ab'.repeat(32) }, 'ack-wrong-sum'],
    ['another end', { seq: 7 }, 'ack-wrong-place'],
    ['fewer rows', { taken: 2 }, 'ack-wrong-count'],
    ['a refused row of no file', { refused: [[2, 'x']] }, 'ack-wrong-row'],
    [
      'a row refused twice',
      {
        refused: [
          [6, 'x'],
          [6, 'x'],
        ],
      },
      'ack-wrong-row',
    ],
    ['no table', 'record', 'file-not-read'],
    ['no word on a file', 'record,file,desk,epoch,seq\n', 'ack-of-no-file'],
    ['two words', 'record,file,desk,epoch,seq\nA,1,D1,1,8\nA,1,D1,1,8\n', 'ack-of-two-files'],
    ['a row of another file', 'record,file,desk,epoch,seq\nA,1,D1,1,8\nR,2,D1,1,8\n', 'ack-wrong-row'],
  ];
  it.each(wrong)('with %s is refused by name and changes nothing', (_name, told, reason) => {
    const { desk } = stage();
    const [file] = files(desk);
    const head = desk.journal.head();
    const text = typeof told === 'string' ? told : ack(file?.text ?? '', told);
    expect(desk.handlers.readAck({ text }, ASKED)).toMatchObject({ ok: false, refusal: { reason } });
    expect(desk.journal.head()).toEqual(head);
    expect(files(desk)).toEqual([file]);
  });

  it('of a later file waits for those before; of an earlier one it may not say something else', () => {
    const { desk } = stage();
    files(desk);
    desk.append([filled('O1', '900', 'T9', 5)]);
    const [first, second] = files(desk);
    const read = (text: string) => desk.handlers.readAck({ text }, ASKED);
    expect(read(ack(second?.text ?? ''))).toMatchObject({ refusal: { reason: 'ack-out-of-order' } });
    expect(read(ack(first?.text ?? ''))).toMatchObject({ ok: true });
    expect(read(ack(second?.text ?? ''))).toMatchObject({ ok: true });
    expect(read(ack(first?.text ?? '', { refused: [[6, 'later']] }))).toMatchObject({
      refusal: { reason: 'ack-differs' },
    });
  });
});

describe('the certificate of a handback by file', () => {
  const notYet = (desk: StagedDesk): string => desk.port.status().notYet.join(' ');

  it('waits for the acknowledgements, names the files, and what main refused', () => {
    const { desk } = stage();
    desk.around.rows = [rowOf(0)];
    desk.around.exchange = [{ account: 'C1', instrumentId: NIFTY, product: 'MIS', net: 0 }];
    desk.handlers.reconcile();
    expect(notYet(desk)).toContain('Trades are not in a file yet, or their file is not acknowledged.');
    const [file] = files(desk);
    desk.handlers.readAck({ text: ack(file?.text ?? '', { refused: [[7, 'no such client']] }) }, ASKED);
    expect(notYet(desk)).toBe('Main refused trades of a file after the comparison: compare again.');
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ refusal: { reason: 'not-yet' } });
    desk.handlers.reconcile();
    expect(notYet(desk)).toBe('1 of the differences are not decided.');
    const [difference] = desk.handlers.differences().differences;
    expect(difference).toMatchObject({
      main: null,
      cause: 'fact-not-known-to-main',
      proposed: 'book-by-hand',
    });
    const { round = 0, key = '' } = difference ?? {};
    desk.handlers.decide({ round, key, repair: 'book-by-hand', why: 'RMS books it' }, ASKED);
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const { id = '' } = desk.port.status().certificates[0] ?? {};
    const read = desk.handlers.certificate({ id });
    expect(read.ok && JSON.parse(read.value.json)).toMatchObject({
      way: 'file',
      files: [{ number: 1, through: { epoch: 1, seq: 8 }, refused: 1 }],
      totals: { trades: 3 },
    });
    expect(desk.journal.read(0, 100).at(-1)?.fact).toMatchObject({ kind: 'mode-changed', to: 'STANDBY' });
  });

  it('needs no new comparison when main took every trade', () => {
    const { desk } = stage();
    desk.around.rows = [rowOf(0)];
    desk.around.exchange = [{ account: 'C1', instrumentId: NIFTY, product: 'MIS', net: 0 }];
    const [file] = files(desk);
    desk.handlers.reconcile();
    desk.handlers.readAck({ text: ack(file?.text ?? '') }, ASKED);
    expect(notYet(desk)).toBe('');
  });

  it('needs no file where nothing was traded', () => {
    const { desk } = stage(0);
    desk.handlers.reconcile();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
  });

  it('goes on with the next number in a supplement', () => {
    const { desk } = stage();
    const [file] = files(desk);
    desk.handlers.readAck({ text: ack(file?.text ?? '') }, ASKED);
    desk.handlers.reconcile();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    desk.append([filled('O1', '900', 'T9', 5)]);
    const [more] = files(desk);
    expect([more?.number, more?.rows]).toEqual([2, 1]);
    desk.handlers.readAck({ text: ack(more?.text ?? '') }, ASKED);
    desk.handlers.reconcile();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const [first, second] = desk.port.status().certificates;
    expect(second?.supplementOf).toBe(first?.id);
  });
});

describe('the fence list', () => {
  it('names what RMS has to hold, and no formula comes out of a name', () => {
    const { desk } = stage();
    desk.around.rows = [
      rowOf(65),
      rowOf(130, { instrumentId: 'NSE:OTHER' }),
      rowOf(0, { account: 'C2' }),
      rowOf(65, { account: 'C3' }),
      rowOf(65, { account: 'C9' }),
    ];
    desk.around.away.add('C9');
    desk.around.clients.set('C1', { name: '=1+1', branch: 'Pune', dealers: ['asha', 'ravi'] });
    desk.around.clients.set('C3', { name: '<b>', branch: 'Pune', dealers: ['asha'] });
    const { csv, page } = desk.handlers.fenceList();
    expect(csv.trimEnd().split('\n')).toEqual([
      'what,account,name,branch,login,exchange order,contract,detail',
      "disable auto square-off,C1,'=1+1,Pune,,,,2 contracts",
      'disable auto square-off,C3,<b>,Pune,,,,1 contracts',
      '"cancel GTT, AMO and baskets",C1,\'=1+1,Pune,,,,all that live only inside main',
      '"cancel GTT, AMO and baskets",C3,<b>,Pune,,,,all that live only inside main',
      'hold login,,,,asha,,,until the certificate is signed',
      'hold login,,,,ravi,,,until the certificate is signed',
    ]);
    expect(page).toContain('&lt;b&gt;');
    expect(page).not.toContain('<b>');
  });
});
