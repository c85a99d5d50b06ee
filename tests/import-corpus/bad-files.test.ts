import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContractFormat } from '#core/instruments/contract.ts';
import { LINE_MAX } from '#core/lib/table.ts';
import { readImportFile } from '#core/lib/worker-file.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { accepted, corpusDesk } from './desk.ts';

const folder = { path: mkdtempSync(join(tmpdir(), 'lifeboat-corpus-')) };
afterAll(() => rmSync(folder.path, { recursive: true, force: true }));

const KITE_HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange\n';
const EQUITY = '738561,2885,RELIANCE,RELIANCE INDUSTRIES,1420.5,,0,0.1,1,EQ,NSE,NSE\n';
const GOLD = '9997,580470,GOLD26DECFUT,"GOLD",75250,2026-12-04,0,1,1,FUT,MCX-FUT,MCX\n';
const NATIVE = '{"instrumentId":"NSE:X"}\n';

/** Files that are no table at all: by name, bytes and what the refusal says of each format. */
const NO_FILES: readonly [string, Buffer | string, RegExp][] = [
  ['empty', '', /the file is empty/],
  ['blank', ' \r\n\r\n', /the file is empty/],
  ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 0xff]), /binary, not text/],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), /binary, not text/],
  ['utf-16-le', Buffer.from(`\ufeff${KITE_HEAD}${EQUITY}`, 'utf16le'), /UTF-16/],
  ['utf-16-be', Buffer.from(`\ufeff${KITE_HEAD}`, 'utf16le').swap16(), /UTF-16/],
  [
    'latin-1',
    Buffer.from(`${KITE_HEAD}${EQUITY.replace('RELIANCE IND', 'CAF\u00c9')}`, 'latin1'),
    /not UTF-8 text \(line 2\)/,
  ],
  ['html', '<html><body>Not found</body></html>\n', /columns .* are missing|no JSON object|no readable CSV/],
];

const FORMATS: readonly ContractFormat[] = ['kite', 'angel', 'udiff', 'lifeboat'];

describe('a file that is no table is refused by what it is, and changes nothing', () => {
  let desk: ReturnType<typeof corpusDesk>;
  beforeAll(() => {
    mkdirSync(`${folder.path}/desk`);
    desk = corpusDesk(`${folder.path}/desk`);
  });
  afterAll(() => desk.journal.close());

  it.each(NO_FILES)('%s', async (name, bytes, reason) => {
    const path = `${folder.path}/${name}.csv`;
    writeFileSync(path, bytes);
    const before = desk.state();
    const file = readImportFile(path);
    const text = file.ok ? file.value : Buffer.from(bytes).toString('utf8');
    const words = [file.ok ? '' : file.refusal.text];
    for (const format of FORMATS) {
      const done = await desk.contracts(format, text);
      expect(done).toMatchObject({ ok: false, refusal: { reason: 'file-not-read' } });
      // A page of a web server is text: only what reads its columns can tell.
      if (file.ok) words.push(done.ok ? 'accepted' : done.refusal.text);
    }
    expect(words.filter((one) => one !== '' && !reason.test(one))).toEqual([]);
    expect(await desk.positions({ source: 'p.csv', text, partial: true }, 'asha')).toMatchObject({
      ok: false,
    });
    expect(desk.state()).toEqual(before);
  });

  it('1 GB, sparse: by its size, before a byte of it is read', () => {
    const path = `${folder.path}/sparse.csv`;
    const descriptor = openSync(path, 'w');
    ftruncateSync(descriptor, 1024 ** 3);
    closeSync(descriptor);
    const refusal = {
      reason: 'file-not-read',
      text: expect.stringContaining('1073741824 bytes are more than'),
    };
    expect(readImportFile(path)).toMatchObject({ ok: false, refusal });
    rmSync(path);
  });

  it.each([
    ['a folder', () => folder.path, /no regular file/],
    ['nothing', () => `${folder.path}/none.csv`, /ENOENT/],
  ])('%s', (_, path, text) => {
    expect(readImportFile(path())).toMatchObject({
      ok: false,
      refusal: { text: expect.stringMatching(text) },
    });
  });
});

describe('a contract file with something wrong names file, line, column and reason', () => {
  const kite = (row: string): string => KITE_HEAD + EQUITY + row;
  const cases: readonly [string, ContractFormat, string, string][] = [
    [
      'wrong columns',
      'kite',
      'a,b,c\n1,2,3\n',
      'the columns instrument_token, exchange_token, tradingsymbol',
    ],
    [
      'a column twice',
      'kite',
      `${KITE_HEAD.trim()},Lot Size\n${EQUITY.trim()},1\n`,
      'the column "lot_size" is there twice',
    ],
    ['only a header', 'kite', KITE_HEAD, 'the file holds no contract'],
    [
      'only indices',
      'kite',
      `${KITE_HEAD}1,2,NIFTY 50,NIFTY 50,0,,0,0,0,EQ,INDICES,NSE\n`,
      'the file holds no contract',
    ],
    ['a short row', 'kite', kite('1,2,3\n'), 'line 3, column all: 3 cells where the header has 12'],
    [
      'a negative lot',
      'kite',
      kite(GOLD.replace(',1,FUT', ',-1,FUT')),
      'line 3, column lot_size: -1 is not between 1',
    ],
    [
      'a lot of nothing',
      'kite',
      kite(GOLD.replace(',1,FUT', ',,FUT')),
      'line 3, column lot_size: "" is no whole number',
    ],
    [
      'half a lot',
      'kite',
      kite(GOLD.replace(',1,FUT', ',0.5,FUT')),
      'line 3, column lot_size: "0.5" is no whole number',
    ],
    [
      'an unknown unit',
      'kite',
      kite(GOLD.replace(',1,FUT', ',37,FUT')),
      'lot 37 of GOLD is none of 1, 1000, 100: its unit is not known',
    ],
    [
      'an unknown multiplier',
      'kite',
      kite(GOLD.replaceAll('GOLD', 'KAPAS')),
      'unit and multiplier of the commodity KAPAS are not known',
    ],
    [
      'a pair without the rupee',
      'kite',
      kite(GOLD.replaceAll('GOLD', 'EURUSD').replaceAll('MCX', 'CDS')),
      'unit and multiplier of the currency pair EURUSD are not known',
    ],
    [
      'an unknown exchange',
      'kite',
      kite(GOLD.replace(/MCX\n/, 'NYSE\n')),
      'line 3, column exchange: "NYSE" is none of',
    ],
    [
      'an unknown kind',
      'kite',
      kite(GOLD.replace(',FUT,', ',SWAP,')),
      'line 3, column instrument_type: "SWAP" is none of',
    ],
    [
      'no day',
      'kite',
      kite(GOLD.replace('2026-12-04', '2026-13-04')),
      'line 3, column expiry: "2026-13-04" is no day',
    ],
    ['no tick', 'kite', kite(GOLD.replace(',0,1,1,', ',0,0,1,')), 'line 3, column tick_size: 0 is too low'],
    [
      'a tick too fine',
      'kite',
      kite(GOLD.replace(',0,1,1,', ',0,0.00001,1,')),
      'is no price with at most four decimals',
    ],
    [
      'a token twice',
      'kite',
      kite(EQUITY.replace('RELIANCE,', 'OTHER,')),
      'line 3, column token: the token NSE-CM 2885 is in the file twice',
    ],
    [
      'a symbol twice',
      'kite',
      kite(EQUITY.replace(',2885,', ',2886,')),
      'line 3, column symbol: NSE:RELIANCE is in the file twice',
    ],
    ['an endless line', 'kite', `${KITE_HEAD}"${'x'.repeat(LINE_MAX * 2)}\n`, 'no readable CSV'],
    ['a quote that never ends', 'kite', `${KITE_HEAD}1,"2,3\n`, 'no readable CSV'],
    ['a list that is none', 'angel', '{"token": 1}', 'has no member "rows"'],
    ['a list of nothing', 'angel', '[]', 'the list has no rows'],
    ['a list of numbers', 'angel', '[1,2,3]', 'the list has no rows'],
    ['half a list', 'angel', '[{"token": "1"', 'it begins like JSON and is none'],
    [
      'no market',
      'udiff',
      'FinInstrmId,TckrSymb,XpryDt,StrkPric,OptnTp,NewBrdLotQty,BidIntrvl,FinInstrmNm\n',
      'tell its market',
    ],
    ['a native row without fields', 'lifeboat', NATIVE, 'line 1, column exchange'],
    ['a native row that is none', 'lifeboat', `${NATIVE}{"x"\n`, '2 bad rows in all'],
    [
      'an endless native line',
      'lifeboat',
      `{"${'x'.repeat(LINE_MAX)}`,
      'line 1 is longer than 65536 characters',
    ],
  ];
  it.each(cases)('%s', async (_, format, text, reason) => {
    const own = scratchFolder();
    const desk = corpusDesk(own.path);
    const before = desk.state();
    const done = await desk.contracts(format, text, 'contracts.csv');
    expect(done.ok ? 'accepted' : done.refusal.text).toContain(reason);
    expect(done.ok ? '' : done.refusal.text).toMatch(/^contracts\.csv.*nothing imported$/s);
    expect(desk.state()).toEqual(before);
    desk.journal.close();
  });

  it('takes the good rows when the caller says partial, and reports the others', async () => {
    const own = scratchFolder();
    const desk = corpusDesk(own.path);
    const text = kite(GOLD.replaceAll('GOLD', 'KAPAS'));
    expect(accepted(await desk.contracts('kite', text, 'k.csv', true))).toMatchObject({
      rows: 1,
      refused: 1,
      bad: [{ line: 3, column: 'lot_size' }],
    });
    expect(desk.facts().at(-1)).toBe('instruments-imported');
    const all = await desk.contracts('kite', kite('1,2,3\n').replace(EQUITY, ''), 'k.csv', true);
    expect(all).toMatchObject({ ok: false, refusal: { reason: 'rows-refused' } });
    desk.journal.close();
  });

  it('takes CRLF, a byte-order mark, tabs and blank lines', async () => {
    const own = scratchFolder();
    const desk = corpusDesk(own.path);
    const text = `\ufeff${kite(GOLD).replaceAll(',', '\t').replaceAll('\n', '\r\n\r\n')}`;
    expect(accepted(await desk.contracts('kite', text))).toMatchObject({ rows: 2, refused: 0 });
    desk.journal.close();
  });
});
