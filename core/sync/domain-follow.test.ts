import { describe, expect, it } from 'vitest';
import { accountReader } from '#core/accounts/parse.ts';
import { parseLifeboat } from '#core/instruments/parse-lifeboat.ts';
import { present } from '#core/lib/assert.ts';
import type { Table } from '#core/lib/table.ts';
import { readTable } from '#core/lib/worker-csv.ts';
import { VenueId } from '#core/model/ids.ts';
import { Instrument } from '#core/model/instrument.ts';
import { pendingReader } from '#core/orders/import-pending.ts';
import { positionNotes } from '#core/positions/import-notes.ts';
import { positionReader } from '#core/positions/import.ts';
import { beginFault, deltaFits, fileLine, fileOf } from './domain-follow.ts';
import { rowLine, type BookPart, type FromMain } from './messages.ts';
import { CONTRACT, position } from './service-follow-stage.ts';

const AT = {
  book: 'B',
  version: 7,
  asOfMs: 1_795_425_570_000,
  tradingDate: '2026-11-23',
  cuts: ['NSE:FO last-trade 4711', 'NSE:CM trades 101 102'],
};
const NIFTY = Instrument.parse(JSON.parse(present(line('instruments', CONTRACT), 'a contract')));
const find = (exchange: string, symbol: string) =>
  `${exchange}:${symbol}` === NIFTY.instrumentId ? NIFTY : null;

function line(part: BookPart, row: Readonly<Record<string, string>>, gone = false): string | null {
  return fileLine(part, { line: rowLine(row), gone });
}

function tableOf(part: BookPart, lines: readonly (string | null)[]): Table {
  const { source, text } = fileOf(
    part,
    AT,
    lines.filter((one) => one !== null),
  );
  const read = readTable(source, text);
  if (!read.ok) throw new Error(read.refusal.text);
  return read.value;
}

/** The readers of files, as they stand: what they take is what main's book comes in as. */
describe('what is handed on is what the readers of files take', () => {
  it('positions, with their time and cut; one that is gone is flat', () => {
    const short = {
      ...position('C1', -75),
      carried_quantity: '0',
      day_sell_quantity: '75',
      day_sell_price: '9.5',
    };
    const table = tableOf('positions', [
      line('positions', short),
      line('positions', position('C2', 150), true),
    ]);
    expect(positionNotes(table.notes)).toMatchObject({
      asOfMs: AT.asOfMs,
      tradingDate: AT.tradingDate,
      cuts: [
        { kind: 'last-trade', tradeNumber: 4711 },
        { kind: 'trades', tradeNumbers: ['101', '102'] },
      ],
      bad: [],
    });
    const reader = positionReader('main:B/7', table, {}, find);
    if (!reader.ok) throw new Error(reader.refusal.text);
    expect(reader.value.rows.map((row) => reader.value.read(row))).toMatchObject([
      { row: { account: 'C1', quantity: -75, carriedQuantity: 0, carriedStated: true, daySellQuantity: 75 } },
      { row: { account: 'C2', quantity: 0, carriedQuantity: 0, carriedStated: false } },
    ]);
  });

  it('orders of main; of one that is gone nothing is open', () => {
    const order = {
      exchange_order_id: '17',
      account: 'C1',
      exchange: 'NSE',
      symbol: 'NIFTY',
      side: 'sell',
      quantity: '150',
      open_quantity: '75',
      unit: 'units',
      price: '101.50',
    };
    const lines = [line('pending', order), line('pending', { ...order, exchange_order_id: '18' }, true)];
    const table = tableOf('pending', lines);
    const deps = { find, venueOf: () => VenueId.parse('nse-fo') };
    const reader = pendingReader('main:B/7', table, {}, deps);
    if (!reader.ok) throw new Error(reader.refusal.text);
    expect(table.rows.map((row) => reader.value(row))).toMatchObject([
      { order: { exchangeOrderId: '17', quantity: 150, openQuantity: 75 } },
      { order: { exchangeOrderId: '18', quantity: 150, openQuantity: 0 } },
    ]);
  });

  it('accounts; one that is gone is not in the file', () => {
    const account = {
      account: 'C1',
      name: 'Asha',
      type: 'CLI',
      pan: 'ABCDE1234F',
      branch: 'MUM01',
      segments: 'CM FO',
      status: 'active',
      dealers: 'asha',
    };
    const table = tableOf('accounts', [line('accounts', account), line('accounts', account, true)]);
    const reader = accountReader('main:B/7', table, {});
    if (!reader.ok) throw new Error(reader.refusal.text);
    expect(table.rows.map((row) => reader.value(row))).toMatchObject([
      { account: { account: 'C1', panLast4: '234F', segments: ['CM', 'FO'], dealers: ['asha'] } },
    ]);
  });

  it('contracts, and what is no number is named by their reader', () => {
    const lines = [line('instruments', CONTRACT), line('instruments', { ...CONTRACT, lotSize: 'many' })];
    const { text } = fileOf(
      'instruments',
      AT,
      lines.filter((one) => one !== null),
    );
    expect([...parseLifeboat(text)]).toMatchObject([
      { row: { instrumentId: 'NSE:NIFTY', lotSize: 75, closingAuction: false } },
      { bad: { line: 2, column: 'lotSize' } },
    ]);
  });

  it.each<BookPart>(['accounts', 'positions', 'pending', 'instruments', 'users'])(
    '%s of a later version are other bytes, though the rows be the same',
    (part) => {
      const text = (version: number) => fileOf(part, { ...AT, version }, ['{"account":"C1"}']).text;
      expect(text(8)).not.toBe(text(7));
    },
  );
});

describe('the order of what comes', () => {
  it.each([
    [null, 'B', 1, { gap: 'a delta of B, and no book is here' }],
    [{ book: 'A', version: 1 }, 'B', 2, { gap: 'a delta of B, and A is here' }],
    [{ book: 'B', version: 4 }, 'B', 3, 'known'],
    [{ book: 'B', version: 4 }, 'B', 4, 'known'],
    [{ book: 'B', version: 4 }, 'B', 5, 'next'],
    [{ book: 'B', version: 4 }, 'B', 6, { gap: 'version 6 came after 4' }],
  ])('after %j a delta of %s at %d: %j', (have, book, version, wanted) => {
    expect(deltaFits(have, { book, version })).toEqual(wanted);
  });

  const begin = (version: number): Extract<FromMain, { type: 'snapshot-begin' }> => ({
    type: 'snapshot-begin',
    book: 'B',
    version,
    parts: [],
    asOfMs: 1,
    tradingDate: '',
    cuts: [],
  });
  it.each([
    [null, begin(1), null],
    [{ book: 'B', version: 3 }, begin(3), null],
    [{ book: 'A', version: 9 }, begin(1), null],
    [
      { book: 'B', version: 3 },
      begin(2),
      expect.stringContaining(
        'B went back from version 3 to 2: main has old data. It is taken again from version 3',
      ),
    ],
    [
      null,
      { ...begin(1), parts: (['users', 'users'] as const).map((part) => ({ part, rows: 1, sha256: '' })) },
      'a part is in the snapshot twice',
    ],
  ])('after %j a snapshot %j: %j', (have, snapshot, wanted) => {
    expect(beginFault(have, snapshot)).toEqual(wanted);
  });
});
