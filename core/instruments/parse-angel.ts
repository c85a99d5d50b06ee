import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { Cells, findColumns } from '#core/lib/table.ts';
import type { Columns, FileRefusal, Table, TableRow } from '#core/lib/table.ts';
import { MARKETS, readDay, seriesOf } from './parse-kite.ts';
import type { RowReader } from './parse-kite.ts';
import { finish } from './parse-contract.ts';
import type { ParsedRow } from './parse-contract.ts';

/** Angel One's scrip master (JSON list). */
const NEEDED = [
  'token',
  'symbol',
  'name',
  'expiry',
  'strike',
  'lotsize',
  'instrumenttype',
  'exch_seg',
  'tick_size',
] as const;
type Name = (typeof NEEDED)[number];

const OPTIONS = new Set(['OPTIDX', 'OPTSTK', 'OPTCUR', 'OPTFUT', 'OPTCOM', 'OPTBLN']);
const FUTURES = new Set(['FUTIDX', 'FUTSTK', 'FUTCUR', 'FUTCOM', 'FUTBLN', 'FUTENR', 'FUTBAS']);
/** Things that are quoted and not traded: indices, spot prices, underlyings. */
const NOT_TRADED = new Set(['AMXIDX', 'INDEX', 'COMDTY', 'UNDCUR', 'AUCSO']);

/** Ten-thousandths of a rupee in a paisa; currency strikes come in ten-millionths of a rupee. */
const E4_A_PAISA = 100;
const E7_A_E4 = 1_000;

/** Strike and tick are in paise, the strike of a currency option in ten-millionths of a rupee; no strike is -1. */
export function angelReader(source: string, table: Table): Result<RowReader, FileRefusal> {
  const columns = findColumns<Name>(source, table.header, { needed: NEEDED, optional: [] });
  if (!columns.ok) return columns;
  return ok((row) => readRow(columns.value, row));
}

function readRow(columns: Columns<Name>, row: TableRow): ParsedRow {
  const cells = new Cells<Name>(columns, row);
  const type = cells.text('instrumenttype').toUpperCase();
  const market = cells.oneOf('exch_seg', MARKETS);
  if (NOT_TRADED.has(type)) return { skipped: 'not traded' };
  if (type === '' && market !== null && market[1] !== 'CM') return { skipped: 'spot price' };
  const kind = kindOf(cells, type);
  const symbol = cells.word('symbol', 50);
  const isEquity = kind === 'equity';
  const stated = {
    token: cells.word('token', 20),
    symbol: isEquity ? symbol.replace(/-EQ$/, '') : symbol,
    underlying: isEquity ? symbol.replace(/-EQ$/, '') : cells.word('name', 40),
    name: cells.text('name'),
    series: isEquity ? seriesOf(symbol) : '',
    isin: '',
    expiry: isEquity ? '' : readDay(cells, 'expiry'),
    strikeE4: kind === 'option' ? readStrike(cells, market?.[1] === 'CD') : 0,
    optionType: kind === 'option' ? readOptionType(cells, symbol) : ('' as const),
    lot: cells.integer('lotsize', 1, 10_000_000),
    tickE4: readPaise(cells, 'tick_size'),
    filePriceE4: 0,
  };
  const place = market === null || kind === null ? null : { exchange: market[0], segment: market[1], kind };
  return finish(cells, row.line, 'lotsize', place === null ? null : { ...stated, ...place });
}

function kindOf(cells: Cells<Name>, type: string): 'equity' | 'future' | 'option' | null {
  if (type === '' || type === 'EQ' || type === 'EQUITY') return 'equity';
  if (FUTURES.has(type)) return 'future';
  if (OPTIONS.has(type)) return 'option';
  cells.fail('instrumenttype', `"${type.slice(0, 20)}" is no kind of contract that this desk knows`);
  return null;
}

function readPaise(cells: Cells<Name>, column: Name): number {
  return divided(cells, column, cells.priceE4(column, 1), E4_A_PAISA);
}

function readStrike(cells: Cells<Name>, isCurrency: boolean): number {
  if (!isCurrency) return readPaise(cells, 'strike');
  const e7 = cells.integer('strike', 1, Number.MAX_SAFE_INTEGER);
  return divided(cells, 'strike', e7, E7_A_E4);
}

function divided(cells: Cells<Name>, column: Name, value: number, by: number): number {
  if (value % by === 0) return value / by;
  cells.fail(column, `${cells.text(column)} has parts smaller than a ten-thousandth of a rupee`);
  return 1;
}

function readOptionType(cells: Cells<Name>, symbol: string): 'CE' | 'PE' | '' {
  if (symbol.endsWith('CE')) return 'CE';
  if (symbol.endsWith('PE')) return 'PE';
  cells.fail('symbol', `the option ${symbol.slice(0, 40)} ends neither in CE nor in PE`);
  return '';
}
