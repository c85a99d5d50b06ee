import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { Cells, findColumns } from '#core/lib/table.ts';
import type { BadRow, FileRefusal, Table } from '#core/lib/table.ts';
import { Exchange } from '#core/model/instrument.ts';
import { z } from 'zod';

/** Largest quantity of one order, in units, of every contract over an underlying. */
export const FreezeRow = z.object({
  exchange: Exchange,
  underlying: z.string(),
  freezeQuantity: z.int().positive(),
});
export type FreezeRow = z.infer<typeof FreezeRow>;

/** Price band of one contract for the day. */
export const BandRow = z.object({
  exchange: Exchange,
  symbol: z.string(),
  lowerBandE4: z.int().nonnegative(),
  upperBandE4: z.int().positive(),
});
export type BandRow = z.infer<typeof BandRow>;

export interface ParsedLimits<Row> {
  readonly rows: readonly Row[];
  readonly bad: readonly BadRow[];
}

/** NSE's `qtyfreeze`: SYMBOL, VOL_FRZ_QTY, in units, thousands may have commas; `exchange` where the file covers more than NSE. */
export function parseFreeze(source: string, table: Table): Result<ParsedLimits<FreezeRow>, FileRefusal> {
  const wanted = { needed: ['symbol', 'vol_frz_qty'], optional: ['exchange'] } as const;
  const columns = findColumns<'symbol' | 'vol_frz_qty' | 'exchange'>(source, table.header, wanted);
  if (!columns.ok) return columns;
  return ok(
    collect(table, (row) => {
      const cells = new Cells(columns.value, { ...row, cells: row.cells.map(withoutCommas) });
      const exchange = cells.has('exchange') ? cells.oneOf('exchange', Exchange.enum) : 'NSE';
      const underlying = cells.word('symbol', 40);
      const freezeQuantity = cells.integer('vol_frz_qty', 1, 1_000_000_000);
      if (cells.bad !== null || exchange === null) return { bad: cells.bad };
      return { row: { exchange, underlying, freezeQuantity }, key: `${exchange}:${underlying}` };
    }),
  );
}

function withoutCommas(cell: string): string {
  return /^\d{1,3}(,\d{2,3})+$/.test(cell.trim()) ? cell.replaceAll(',', '') : cell;
}

/** Price bands of the day in rupees: exchange, symbol, lower_band, upper_band. */
export function parseBands(source: string, table: Table): Result<ParsedLimits<BandRow>, FileRefusal> {
  const wanted = { needed: ['exchange', 'symbol', 'lower_band', 'upper_band'], optional: [] } as const;
  const columns = findColumns<(typeof wanted.needed)[number]>(source, table.header, wanted);
  if (!columns.ok) return columns;
  return ok(
    collect(table, (row) => {
      const cells = new Cells(columns.value, row);
      const exchange = cells.oneOf('exchange', Exchange.enum);
      const symbol = cells.word('symbol', 60);
      const lowerBandE4 = cells.priceE4('lower_band', 0);
      const upperBandE4 = cells.priceE4('upper_band', 1);
      if (lowerBandE4 > upperBandE4) cells.fail('lower_band', 'above the upper band');
      if (cells.bad !== null || exchange === null) return { bad: cells.bad };
      return { row: { exchange, symbol, lowerBandE4, upperBandE4 }, key: `${exchange}:${symbol}` };
    }),
  );
}

type Read<Row> = { readonly row: Row; readonly key: string } | { readonly bad: BadRow | null };

function collect<Row>(table: Table, read: (row: Table['rows'][number]) => Read<Row>): ParsedLimits<Row> {
  const rows: Row[] = [];
  const bad: BadRow[] = [];
  const keys = new Set<string>();
  for (const one of table.rows) {
    const found = read(one);
    if (!('row' in found)) {
      if (found.bad !== null) bad.push(found.bad);
    } else if (keys.has(found.key)) {
      bad.push({ line: one.line, column: 'symbol', reason: `${found.key} is in the file twice` });
    } else {
      keys.add(found.key);
      rows.push(found.row);
    }
  }
  return { rows, bad };
}
