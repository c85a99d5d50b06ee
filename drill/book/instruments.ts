import {
  instrumentId,
  Instrument,
  type Exchange,
  type Segment,
  type Settlement,
} from '#core/model/instrument.ts';
import { E4, roundToTick } from '#core/model/price.ts';
import { monthlyCode, nextMonthly, nextWeekly, weeklyCode } from './calendar.ts';

/** symbol, name, price in rupees, ISIN, lot of its future (0: not in the F&O list). */
type Share = readonly [symbol: string, name: string, price: number, isin: string, futureLot: number];
const SHARES: readonly Share[] = [
  ['RELIANCE', 'Reliance Industries', 1420, 'INE002A01018', 500],
  ['HDFCBANK', 'HDFC Bank', 980, 'INE040A01034', 550],
  ['ICICIBANK', 'ICICI Bank', 1380, 'INE090A01021', 700],
  ['INFY', 'Infosys', 1510, 'INE009A01021', 400],
  ['TCS', 'Tata Consultancy Services', 3050, 'INE467B01029', 175],
  ['SBIN', 'State Bank of India', 910, 'INE062A01020', 750],
  ['AXISBANK', 'Axis Bank', 1190, 'INE238A01034', 625],
  ['ITC', 'ITC', 402, 'INE154A01025', 1600],
  ['LT', 'Larsen and Toubro', 3870, 'INE018A01030', 175],
  ['TATASTEEL', 'Tata Steel', 171, 'INE081A01020', 5500],
  ['BHARTIARTL', 'Bharti Airtel', 1985, 'INE397D01024', 475],
  ['MARUTI', 'Maruti Suzuki', 15200, 'INE585B01010', 50],
  ['HINDALCO', 'Hindalco Industries', 768, 'INE038A01020', 700],
  ['WIPRO', 'Wipro', 247, 'INE075A01022', 3000],
  ['IDEA', 'Vodafone Idea', 8, 'INE669E01016', 71475],
  ['SUZLON', 'Suzlon Energy', 54, 'INE040H01021', 9025],
  ['IRCON', 'Ircon International', 168, 'INE962Y01021', 0],
  ['RAILTEL', 'RailTel Corporation', 352, 'INE0DD101019', 0],
];

/** name, index level, lot, freeze, strike step, strikes each side, weekly options. */
type Index = readonly [string, number, number, number, number, number, boolean];
const INDICES: readonly Index[] = [
  ['NIFTY', 25_900, 65, 1_800, 50, 12, true],
  ['BANKNIFTY', 58_400, 30, 600, 100, 12, false],
  ['FINNIFTY', 27_300, 60, 1_800, 50, 4, false],
  ['MIDCPNIFTY', 13_800, 120, 2_800, 25, 4, false],
];

/** symbol, segment, price in rupees, lot, multiplier, tick E4, freeze in lots, settlement. */
type Macro = readonly [
  string,
  Exchange,
  Segment,
  number,
  number,
  readonly [number, number],
  number,
  number,
  Settlement,
];
const MACROS: readonly Macro[] = [
  ['USDINR', 'NSE', 'CD', 88.6, 1_000, [1, 1], 25, 10_000, 'cash'],
  ['EURINR', 'NSE', 'CD', 102.4, 1_000, [1, 1], 25, 10_000, 'cash'],
  // Quoted per 100 yen, a lot is 100,000 yen.
  ['JPYINR', 'NSE', 'CD', 57.2, 100_000, [1, 100], 25, 10_000, 'cash'],
  // Quoted per 10 grams, a lot is 1 kg (GOLD) or 100 g (GOLDM).
  ['GOLD', 'MCX', 'COM', 124_600, 1_000, [1, 10], 10_000, 10, 'physical'],
  ['GOLDM', 'MCX', 'COM', 123_900, 100, [1, 10], 10_000, 100, 'physical'],
  ['SILVERM', 'MCX', 'COM', 155_800, 5, [1, 1], 10_000, 120, 'physical'],
  ['CRUDEOILM', 'MCX', 'COM', 5_190, 10, [1, 1], 10_000, 1_000, 'cash'],
  ['NATGASMINI', 'MCX', 'COM', 402, 250, [1, 1], 1_000, 240, 'cash'],
  ['COPPER', 'MCX', 'COM', 1_012, 2_500, [1, 1], 500, 28, 'physical'],
];

/** Largest order of a share in the drill, so that some positions need slices. */
const SHARE_FREEZE = 30_000;

type Draft = Partial<Instrument> &
  Pick<Instrument, 'exchange' | 'segment' | 'kind' | 'symbol' | 'underlying' | 'filePriceE4'>;

/** Contracts as they are traded on the date: shares, their futures, index options and futures, currency, commodity. */
export function makeInstruments(tradingDate: string): Instrument[] {
  const drafts = [...shares(tradingDate), ...indices(tradingDate), ...macros(tradingDate)];
  return drafts.map((draft, index) => finish(draft, String(10_001 + index * 3)));
}

function finish(draft: Draft, token: string): Instrument {
  const price = draft.filePriceE4;
  const tickE4 = draft.tickE4 ?? 500;
  const share = draft.kind === 'option' ? 0.9 : 0.1;
  return Instrument.parse({
    instrumentId: instrumentId(draft.exchange, draft.symbol),
    token,
    name: draft.symbol,
    series: '',
    isin: '',
    expiry: '',
    strikeE4: 0,
    optionType: '',
    lotSize: 1,
    multiplierNum: 1,
    multiplierDen: 1,
    orderUnit: 'units',
    freezeQuantity: 0,
    lowerBandE4: Math.max(tickE4, roundToTick(price * (1 - share), tickE4, 'up')),
    upperBandE4: roundToTick(price * (1 + (draft.kind === 'option' ? 4 : 0.1)) + 40 * tickE4, tickE4, 'down'),
    settlement: 'cash',
    lastTradingMinute: 0,
    tenderStart: '',
    closingAuction: false,
    ...draft,
    tickE4,
    filePriceE4: roundToTick(price, tickE4, 'down'),
  });
}

function shares(tradingDate: string): Draft[] {
  const expiry = nextMonthly(tradingDate);
  return SHARES.flatMap(([symbol, name, price, isin, futureLot]) => {
    const common = { exchange: 'NSE', underlying: symbol, tickE4: shareTick(price) } as const;
    const share: Draft = {
      ...common,
      segment: 'CM',
      kind: 'equity',
      symbol,
      name,
      isin,
      series: 'EQ',
      filePriceE4: price * E4,
      freezeQuantity: price < 20 ? SHARE_FREEZE * 20 : SHARE_FREEZE,
      settlement: 'delivery',
      closingAuction: futureLot > 0,
    };
    if (futureLot === 0) return [share];
    const future: Draft = {
      ...common,
      segment: 'FO',
      kind: 'future',
      symbol: `${symbol}${monthlyCode(expiry)}FUT`,
      expiry,
      lotSize: futureLot,
      filePriceE4: Math.round(price * 1.003 * E4),
      freezeQuantity: futureLot * 25 + Math.floor(futureLot / 3),
      settlement: 'physical',
    };
    return [share, future];
  });
}

/** NSE's cash ticks by price, since 15 April 2025. */
function shareTick(price: number): number {
  if (price < 250) return 100;
  if (price < 1_000) return 500;
  if (price < 5_000) return 1_000;
  if (price < 10_000) return 5_000;
  return price < 20_000 ? 10_000 : 50_000;
}

function indices(tradingDate: string): Draft[] {
  return INDICES.flatMap(([name, level, lotSize, freezeQuantity, step, width, weekly]) => {
    const monthly = nextMonthly(tradingDate);
    const common = { exchange: 'NSE', segment: 'FO', underlying: name, lotSize, freezeQuantity } as const;
    const future: Draft = {
      ...common,
      kind: 'future',
      symbol: `${name}${monthlyCode(monthly)}FUT`,
      expiry: monthly,
      filePriceE4: Math.round(level * 1.002) * E4,
      tickE4: level <= 15_000 ? 500 : level <= 30_000 ? 1_000 : 2_000,
    };
    const near = nextWeekly(tradingDate);
    const expiries = weekly && near !== monthly ? [near, monthly] : [monthly];
    const options = expiries.flatMap((expiry) => {
      const code = expiry === monthly ? monthlyCode(expiry) : weeklyCode(expiry);
      const spread = level * (expiry === monthly ? 0.012 : 0.006);
      return strikes(level, step, width).flatMap((strike) =>
        (['CE', 'PE'] as const).map((optionType): Draft => {
          const inner = optionType === 'CE' ? level - strike : strike - level;
          return {
            ...common,
            kind: 'option',
            symbol: `${name}${code}${strike}${optionType}`,
            expiry,
            strikeE4: strike * E4,
            optionType,
            filePriceE4: Math.round(premium(inner, spread) * 100) * 100,
          };
        }),
      );
    });
    return [future, ...options];
  });
}

function strikes(level: number, step: number, width: number): number[] {
  const middle = Math.round(level / step) * step;
  return Array.from({ length: width * 2 + 1 }, (_, index) => middle + (index - width) * step);
}

/** A premium that looks right: inner value plus a time value that fades with the distance; at least a rupee. */
function premium(inner: number, spread: number): number {
  return Math.max(1, Math.max(0, inner) + spread * Math.exp(-Math.abs(inner) / spread));
}

function macros(tradingDate: string): Draft[] {
  const expiry = nextMonthly(tradingDate);
  return MACROS.map(
    ([name, exchange, segment, price, lotSize, multiplier, tickE4, freezeLots, settlement]) => ({
      exchange,
      segment,
      kind: 'future',
      symbol: `${name}${monthlyCode(expiry)}FUT`,
      underlying: name,
      expiry,
      lotSize,
      multiplierNum: multiplier[0],
      multiplierDen: multiplier[1],
      orderUnit: 'lots',
      tickE4,
      freezeQuantity: lotSize * freezeLots,
      filePriceE4: Math.round(price * E4),
      settlement,
    }),
  );
}
