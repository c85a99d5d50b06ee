import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sliceLimit } from '#core/model/instrument.ts';
import { nextMonthly, nextWeekly, weekday } from './calendar.ts';
import { makeBook } from './make.ts';
import { BookFileError, readBook, readBookFrom } from './read.ts';
import { writeBook } from './write.ts';

const options = { seed: 7, accounts: 40, positions: 300, tradingDate: '2026-11-23' };

describe('the seeded book', () => {
  const book = makeBook(options);
  const instruments = new Map(book.instruments.map((one) => [one.instrumentId, one]));

  it('is the same for the same seed and another for another', () => {
    expect(makeBook(options)).toEqual(book);
    expect(makeBook({ ...options, seed: 8 }).positions).not.toEqual(book.positions);
  });

  it('has as many rows as asked, one per client and contract, in whole lots', () => {
    expect(book.positions).toHaveLength(300);
    expect(new Set(book.positions.map((row) => `${row.account}/${row.instrumentId}`)).size).toBe(300);
    for (const row of book.positions) {
      expect(row.quantity).not.toBe(0);
      expect(Math.abs(row.quantity % (instruments.get(row.instrumentId)?.lotSize ?? 0))).toBe(0);
    }
  });

  it('adds up: carried plus the trades of the day', () => {
    const sums = new Map<string, number>();
    for (const trade of book.dayTrades) {
      const key = `${trade.account}/${trade.instrumentId}`;
      sums.set(key, (sums.get(key) ?? 0) + (trade.side === 'buy' ? trade.quantity : -trade.quantity));
    }
    for (const row of book.positions) {
      expect(row.carriedQuantity + (sums.get(`${row.account}/${row.instrumentId}`) ?? 0)).toBe(row.quantity);
    }
  });

  it('has rows above the freeze quantity and hedged spreads', () => {
    const above = book.positions.filter((row) => {
      const instrument = instruments.get(row.instrumentId);
      return instrument !== undefined && Math.abs(row.quantity) > sliceLimit(instrument);
    });
    expect(above.length).toBeGreaterThan(5);
    const shorts = book.positions.filter(
      (row) => row.quantity < 0 && instruments.get(row.instrumentId)?.kind === 'option',
    );
    expect(shorts.length).toBeGreaterThan(5);
    for (const short of shorts) {
      const underlying = instruments.get(short.instrumentId)?.underlying;
      const hedge = book.positions.find(
        (row) =>
          row.account === short.account &&
          row.quantity > 0 &&
          instruments.get(row.instrumentId)?.underlying === underlying,
      );
      expect(hedge).toBeDefined();
    }
  });

  it('has the lots and freeze quantities of the day', () => {
    const nifty = book.instruments.find((one) => one.underlying === 'NIFTY');
    expect([nifty?.lotSize, nifty?.freezeQuantity, nifty === undefined ? 0 : sliceLimit(nifty)]).toEqual([
      65, 1800, 1755,
    ]);
    const gold = book.instruments.find((one) => one.underlying === 'GOLD');
    expect([gold?.lotSize, gold?.multiplierNum, gold?.multiplierDen, gold?.orderUnit]).toEqual([
      1000,
      1,
      10,
      'lots',
    ]);
  });

  it('makes odd lots and delivery rows only when asked', () => {
    const odd = makeBook({ ...options, oddLots: 3, delivery: 2 });
    const broken = odd.positions.filter(
      (row) => row.quantity % (instruments.get(row.instrumentId)?.lotSize ?? 1) !== 0,
    );
    expect(broken).toHaveLength(3);
    expect(odd.positions.filter((row) => row.product === 'CNC' && !row.exit)).toHaveLength(2);
  });

  it('is written as files and read back', () => {
    const folder = mkdtempSync(join(tmpdir(), 'book-'));
    const files = writeBook(book, folder);
    expect(readBook(files.book)).toEqual(book);
    const again = readBookFrom(files.instruments, files.positions, 7, '2026-11-23');
    expect(again.positions.map((row) => row.quantity)).toEqual(book.positions.map((row) => row.quantity));
    expect(again.cuts).toEqual(book.cuts);
    expect(readFileSync(files.positions, 'utf8')).toContain('# cut: NSE:FO last-trade 4000');
    expect(() => readBookFrom(files.instruments, files.shortfall, 7, '2026-11-23')).toThrow(BookFileError);
    rmSync(folder, { recursive: true });
  });
});

describe('expiries', () => {
  it.each([
    ['2026-11-23', '2026-12-01', '2026-12-29'],
    ['2026-11-16', '2026-11-24', '2026-11-24'],
    ['2026-11-13', '2026-11-17', '2026-11-24'],
  ])('on %s the next weekly is %s and the monthly %s', (date, weekly, monthly) => {
    expect(nextWeekly(date)).toBe(weekly);
    expect(nextMonthly(date)).toBe(monthly);
    expect(weekday(monthly)).toBe(2);
  });
});
