import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { Cells, findColumns, refuseFile } from '#core/lib/table.ts';
import type { Columns, FileRefusal, Table, TableRow } from '#core/lib/table.ts';
import { Exchange, Segment } from '#core/model/instrument.ts';
import { instantOf, istDate } from '#core/model/market-clock.ts';
import { parseE4 } from '#core/model/price.ts';
import { finish } from './parse-contract.ts';
import type { ParsedRow, StatedContract } from './parse-contract.ts';
import { readDay } from './parse-kite.ts';
import type { RowReader } from './parse-kite.ts';

/** Columns of the exchanges' contract files in the common (UDiFF, MII) format. */
const NEEDED = ['FinInstrmId', 'TckrSymb', 'NewBrdLotQty', 'BidIntrvl'] as const;
/** Needed of derivatives; the files of the cash market leave them out. */
const DERIVATIVES = ['XpryDt', 'StrkPric', 'OptnTp'] as const;
const OPTIONAL = [
  ...DERIVATIVES,
  'FinInstrmNm',
  'FinInstrmTp',
  'StockNm',
  'SctySrs',
  'ISIN',
  'Src',
  'Sgmt',
  'DelFlg',
  'PrvsClsgPric',
  'BasePric',
] as const;
type Name = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

const KINDS = {
  FUTIDX: 'future',
  FUTSTK: 'future',
  FUTCUR: 'future',
  FUTCOM: 'future',
  IDF: 'future',
  STF: 'future',
  OPTIDX: 'option',
  OPTSTK: 'option',
  OPTCUR: 'option',
  OPTFUT: 'option',
  IDO: 'option',
  STO: 'option',
} as const;

const DAY_MS = 86_400_000;
const NOON = 12 * 60;
/** Seconds since 1980 are the exchanges' own clock: such a file also counts in paise. */
const SECONDS_SINCE_1980 = /^\d{8,11}$/;
const E4_A_PAISA = 100;

/**
 * The exchanges' contract files. Where `XpryDt` counts seconds since 1980, prices are in paise (NSE's and BSE's MII
 * files); where it is an ISO day, prices are in rupees. A file without `Src` and `Sgmt` tells its market by its
 * name, as `NSE_FO_contract_23112026.csv` does.
 */
export function udiffReader(source: string, table: Table): Result<RowReader, FileRefusal> {
  const ofName = /(?:^|[/\\])(NSE|BSE|MCX|NCDEX|MSEI)_(CM|FO|CD|COM)_/i.exec(source);
  const market = placeOf(ofName?.[1] ?? '', ofName?.[2] ?? '');
  const needed: readonly Name[] = market?.segment === 'CM' ? NEEDED : [...NEEDED, ...DERIVATIVES];
  const columns = findColumns<Name>(source, table.header, { needed, optional: OPTIONAL });
  if (!columns.ok) return columns;
  const { at } = columns.value;
  if (market === null && !(at.has('Src') && at.has('Sgmt'))) {
    return refuseFile(
      source,
      'neither columns Src and Sgmt nor a name like NSE_FO_contract_... tell its market',
    );
  }
  if (!at.has('FinInstrmTp') && !at.has('FinInstrmNm')) {
    return refuseFile(source, 'neither FinInstrmTp nor FinInstrmNm tells the kind of a contract');
  }
  return ok((row) => readRow(columns.value, row, market));
}

type Place = Pick<StatedContract, 'exchange' | 'segment'>;

function placeOf(exchange: string, segment: string): Place | null {
  const [one, other] = [Exchange.safeParse(exchange.toUpperCase()), Segment.safeParse(segment.toUpperCase())];
  return one.success && other.success ? { exchange: one.data, segment: other.data } : null;
}

function readRow(columns: Columns<Name>, row: TableRow, market: Place | null): ParsedRow {
  const cells = new Cells<Name>(columns, row);
  if (cells.text('DelFlg').toUpperCase() === 'Y') return { skipped: 'deleted' };
  const place = cells.has('Src') ? placeOf(cells.text('Src'), cells.text('Sgmt')) : market;
  if (place === null) cells.fail('Src', 'no market that this desk knows');
  const typeColumn = cells.has('FinInstrmTp') ? 'FinInstrmTp' : 'FinInstrmNm';
  const kind = place?.segment === 'CM' ? ('equity' as const) : cells.oneOf(typeColumn, KINDS);
  const isEquity = kind === 'equity';
  const inPaise = SECONDS_SINCE_1980.test(cells.text('XpryDt')) || (isEquity && !cells.has('FinInstrmTp'));
  const ticker = cells.word('TckrSymb', 40);
  const series = isEquity ? cells.text('SctySrs') : '';
  const stated = {
    token: cells.word('FinInstrmId', 20),
    symbol: symbolOf(cells, ticker, series, isEquity),
    underlying: ticker,
    name: isEquity ? cells.text('FinInstrmNm') : ticker,
    series: series.slice(0, 4),
    isin: /^[A-Z0-9]{12}$/.test(cells.text('ISIN')) ? cells.text('ISIN') : '',
    expiry: isEquity ? '' : readExpiry(cells),
    strikeE4: kind === 'option' ? price(cells, 'StrkPric', inPaise) : 0,
    optionType:
      kind === 'option' ? (cells.oneOf('OptnTp', { CE: 'CE', PE: 'PE' } as const) ?? '') : ('' as const),
    lot: cells.integer('NewBrdLotQty', 1, 10_000_000),
    tickE4: price(cells, 'BidIntrvl', inPaise),
    filePriceE4: filePrice(cells, inPaise),
  };
  const whole = place === null || kind === null ? null : { ...stated, ...place, kind };
  return finish(cells, row.line, 'NewBrdLotQty', whole);
}

/** The exchange's own trading symbol where the file has it. Series other than EQ follow the ticker, as `XYZ-BE`. */
function symbolOf(cells: Cells<Name>, ticker: string, series: string, isEquity: boolean): string {
  if (isEquity) return series === 'EQ' || series === '' ? ticker : `${ticker}-${series}`;
  if (cells.has('StockNm')) return cells.word('StockNm', 50);
  if (cells.has('FinInstrmTp')) return cells.word('FinInstrmNm', 50);
  cells.fail('FinInstrmNm', 'no column has the trading symbol (StockNm)');
  return '';
}

function readExpiry(cells: Cells<Name>): string {
  const text = cells.text('XpryDt');
  if (!SECONDS_SINCE_1980.test(text)) return readDay(cells, 'XpryDt');
  const days = Math.floor((Number(text) * 1000) / DAY_MS);
  return istDate(instantOf('1980-01-01', NOON) + days * DAY_MS);
}

function price(cells: Cells<Name>, column: Name, inPaise: boolean): number {
  const value = cells.priceE4(column, 1);
  if (!inPaise) return value;
  if (value % E4_A_PAISA === 0) return value / E4_A_PAISA;
  cells.fail(column, `${cells.text(column)} paise have parts smaller than a ten-thousandth of a rupee`);
  return 1;
}

function filePrice(cells: Cells<Name>, inPaise: boolean): number {
  const text = cells.has('PrvsClsgPric') ? cells.text('PrvsClsgPric') : cells.text('BasePric');
  const value = Math.max(parseE4(text) ?? 0, 0);
  return inPaise ? Math.floor(value / E4_A_PAISA) : value;
}
