import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AccountId } from '#core/model/ids.ts';
import { Instrument } from '#core/model/instrument.ts';
import { instantOf, parseInstant } from '#core/model/market-clock.ts';
import { parseE4 } from '#core/model/price.ts';
import { Product } from '#core/model/product.ts';
import { Book, type BookCut, type BookPosition, BookCut as Cut } from './book.ts';

/** A file of the drill's own that can not be used: says which, where and why. */
export class BookFileError extends Error {
  override readonly name = 'BookFileError';
}

/** The book that `writeBook` wrote as book.json. */
export function readBook(path: string): Book {
  const parsed = Book.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new BookFileError(`${path}: ${parsed.error.issues[0]?.message ?? 'no book'}`);
  return parsed.data;
}

/**
 * A book from a user's own instruments (JSON lines of the native format) and positions (the columns of
 * `writeBook`), for `--instruments` and `--positions-file`. Each account becomes a client with a made-up PAN;
 * nothing of the day's trades is known, so the rows count as carried.
 */
export function readBookFrom(
  instrumentsPath: string,
  positionsPath: string,
  seed: number,
  tradingDate: string,
): Book {
  const instruments = readInstruments(instrumentsPath);
  const bySymbol = new Map(instruments.map((one) => [`${one.exchange}:${one.symbol}`, one]));
  const text = readFileSync(positionsPath, 'utf8');
  const positions = rowsOf(positionsPath, text).map((row, index) => {
    const where = `${positionsPath}, row ${index + 1}`;
    return readPosition(row, bySymbol.get(`${row['exchange'] ?? ''}:${row['symbol'] ?? ''}`), where);
  });
  const names = [...new Set(positions.map((row) => row.account))];
  return {
    seed,
    tradingDate,
    asOfMs: parseInstant(/^# as_of: (.+)$/m.exec(text)?.[1] ?? '') ?? instantOf(tradingDate, 14 * 60 + 50),
    instruments,
    accounts: names.map((account, index) => ({
      account,
      name: account,
      type: 'CLI',
      pan: `DRILP${String(index % 10_000).padStart(4, '0')}${String.fromCharCode(65 + (Math.floor(index / 10_000) % 26))}`,
      participant: '',
      branch: 'MUM01',
      mobile: '',
      segments: [],
    })),
    positions,
    dayTrades: [],
    mainOrders: [],
    cuts: readCuts(text),
    shortfall: [],
  };
}

function readInstruments(path: string): Instrument[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = Instrument.safeParse(JSON.parse(line));
    if (parsed.success) return [parsed.data];
    throw new BookFileError(
      `${path}, line ${index + 1}: ${parsed.error.issues[0]?.message ?? 'no instrument'}`,
    );
  });
}

function rowsOf(path: string, text: string): Record<string, string>[] {
  const rows = z
    .array(z.record(z.string(), z.string()))
    .safeParse(parse(text, { columns: true, comment: '#', skip_empty_lines: true, trim: true }));
  if (!rows.success) throw new BookFileError(`${path}: no rows`);
  return rows.data;
}

function readPosition(
  row: Record<string, string>,
  instrument: Instrument | undefined,
  where: string,
): BookPosition {
  if (instrument === undefined) throw new BookFileError(`${where}: unknown contract ${row['symbol'] ?? ''}`);
  const product = Product.safeParse(row['product']);
  const account = AccountId.safeParse(row['account']);
  const unit = row['unit'] === 'lots' ? instrument.lotSize : 1;
  const quantity = Number(row['quantity']) * unit;
  if (!product.success || !account.success || !Number.isSafeInteger(quantity)) {
    throw new BookFileError(`${where}: account, product or quantity can not be read`);
  }
  return {
    account: account.data,
    instrumentId: instrument.instrumentId,
    product: product.data,
    quantity,
    carriedQuantity: quantity,
    averagePriceE4: parseE4(row['average_price'] ?? '') ?? instrument.filePriceE4,
    exit: product.data !== 'CNC',
  };
}

function readCuts(text: string): BookCut[] {
  return [...text.matchAll(/^# cut: ([A-Z]+):([A-Z]+) last-trade (\d+)$/gm)].map((match) =>
    Cut.parse({ exchange: match[1], segment: match[2], tradeNumber: Number(match[3]) }),
  );
}
