import { describe, expect, it } from 'vitest';
import type { Instrument } from '#core/model/instrument.ts';
import { valueE4 } from '#core/model/instrument.ts';
import { present } from '#core/lib/assert.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { accepted, corpusDesk } from './desk.ts';

const KITE_HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange';
const KITE = `${KITE_HEAD}
738561,2885,RELIANCE,RELIANCE INDUSTRIES,1420.5,,0,0.1,1,EQ,NSE,NSE
738562,2886,SMALLCO-BE,SMALL CO,20,,0,0.01,1,EQ,NSE,NSE
256265,1001,NIFTY 50,NIFTY 50,25000,,0,0,0,EQ,INDICES,NSE
9999,35001,NIFTY26NOV25000CE,"NIFTY",120.05,2026-11-24,25000,0.05,65,CE,NFO-OPT,NFO
9998,35002,RELIANCE26NOVFUT,"RELIANCE",1421,2026-11-24,0,0.1,500,FUT,NFO-FUT,NFO
9997,580470,GOLD26DECFUT,"GOLD",75250,2026-12-04,0,1,1,FUT,MCX-FUT,MCX
9996,580471,CRUDEOILM26DECFUT,"CRUDEOILM",5500,2026-12-18,0,1,1,FUT,MCX-FUT,MCX
9995,580472,CRUDEOIL26DEC5500PE,"CRUDEOIL",100,2026-12-16,5500,0.1,1,PE,MCX-OPT,MCX
9994,1234,USDINR26NOVFUT,"USDINR",84.5025,2026-11-26,0,0.0025,1,FUT,CDS-FUT,CDS
9993,1235,JPYINR26NOVFUT,"JPYINR",56.12,2026-11-26,0,0.0025,1,FUT,CDS-FUT,CDS
`;

const ANGEL = JSON.stringify([
  {
    token: '2885',
    symbol: 'RELIANCE-EQ',
    name: 'RELIANCE',
    expiry: '',
    strike: '-1.000000',
    lotsize: '1',
    instrumenttype: '',
    exch_seg: 'NSE',
    tick_size: '10.000000',
  },
  {
    token: '99926000',
    symbol: 'Nifty 50',
    name: 'NIFTY',
    expiry: '',
    strike: '0.000000',
    lotsize: '1',
    instrumenttype: 'AMXIDX',
    exch_seg: 'NSE',
    tick_size: '0.000000',
  },
  {
    token: '35001',
    symbol: 'NIFTY24NOV2625000CE',
    name: 'NIFTY',
    expiry: '24NOV2026',
    strike: '2500000.000000',
    lotsize: '65',
    instrumenttype: 'OPTIDX',
    exch_seg: 'NFO',
    tick_size: '5.000000',
  },
  {
    token: '580470',
    symbol: 'GOLD04DEC26FUT',
    name: 'GOLD',
    expiry: '04DEC2026',
    strike: '0.000000',
    lotsize: '100',
    instrumenttype: 'FUTCOM',
    exch_seg: 'MCX',
    tick_size: '100.000000',
  },
  {
    token: '9',
    symbol: 'GOLD',
    name: 'GOLD',
    expiry: '',
    strike: '-1',
    lotsize: '100',
    instrumenttype: '',
    exch_seg: 'MCX',
    tick_size: '1.000000',
  },
  {
    token: '1234',
    symbol: 'USDINR26NOV83.25CE',
    name: 'USDINR',
    expiry: '26NOV2026',
    strike: '832500000.000000',
    lotsize: '1',
    instrumenttype: 'OPTCUR',
    exch_seg: 'CDS',
    tick_size: '0.250000',
  },
]);

const UDIFF_NSE = `FinInstrmId,UndrlygFinInstrmId,FinInstrmNm,TckrSymb,XpryDt,StrkPric,OptnTp,MinLot,NewBrdLotQty,DelFlg,BidIntrvl,BasePric,StockNm
35001,26000,OPTIDX,NIFTY,${(Date.UTC(2026, 10, 24) - Date.UTC(1980, 0, 1)) / 1000},2500000,CE,65,65,N,5,12005,NIFTY26NOV25000CE
35002,2885,FUTSTK,RELIANCE,${(Date.UTC(2026, 10, 24) - Date.UTC(1980, 0, 1)) / 1000},-1,XX,500,500,N,10,142100,RELIANCE26NOVFUT
35003,2885,FUTSTK,RELIANCE,${(Date.UTC(2026, 10, 24) - Date.UTC(1980, 0, 1)) / 1000},-1,XX,500,500,Y,10,142100,RELIANCE26OLDFUT
`;
const UDIFF_ISO = `Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,StrkPric,OptnTp,FinInstrmNm,PrvsClsgPric,NewBrdLotQty,BidIntrvl
CM,BSE,STK,500325,INE002A01018,RELIANCE,A,,,,RELIANCE INDUSTRIES,1420.50,1,0.05
FO,BSE,IDO,800001,,SENSEX,,2026-11-26,80000,PE,SENSEX26NOV80000PE,210.00,20,0.05
`;

async function read(format: 'kite' | 'angel' | 'udiff', text: string, source?: string) {
  const folder = scratchFolder();
  const desk = corpusDesk(folder.path);
  const report = accepted(await desk.contracts(format, text, source));
  const contracts = new Map([...desk.instruments.port.all()].map((one) => [one.instrumentId as string, one]));
  desk.journal.close();
  const get = (id: string): Instrument => present(contracts.get(id), id);
  return { report, get, ids: [...contracts.keys()] };
}

describe("Kite's dump", () => {
  it('gives contracts in exchange units, with what settles how and closes when', async () => {
    const { report, get } = await read('kite', KITE);
    expect(report).toMatchObject({ rows: 9, refused: 0, skipped: 1 });
    expect(get('NSE:NIFTY26NOV25000CE')).toEqual({
      instrumentId: 'NSE:NIFTY26NOV25000CE',
      exchange: 'NSE',
      segment: 'FO',
      kind: 'option',
      token: '35001',
      symbol: 'NIFTY26NOV25000CE',
      underlying: 'NIFTY',
      name: 'NIFTY',
      series: '',
      isin: '',
      expiry: '2026-11-24',
      strikeE4: 250_000_000,
      optionType: 'CE',
      lotSize: 65,
      multiplierNum: 1,
      multiplierDen: 1,
      orderUnit: 'units',
      tickE4: 500,
      freezeQuantity: 0,
      lowerBandE4: 0,
      upperBandE4: 0,
      filePriceE4: 1_200_500,
      settlement: 'cash',
      lastTradingMinute: 0,
      tenderStart: '',
      closingAuction: false,
    });
    expect(get('NSE:RELIANCE')).toMatchObject({ series: 'EQ', closingAuction: true, settlement: 'delivery' });
    expect(get('NSE:SMALLCO-BE')).toMatchObject({ series: 'BE', closingAuction: false });
    expect(get('NSE:RELIANCE26NOVFUT')).toMatchObject({ settlement: 'physical', lotSize: 500 });
    expect(get('MCX:CRUDEOIL26DEC5500PE')).toMatchObject({
      settlement: 'devolves',
      lotSize: 100,
      orderUnit: 'lots',
    });
    expect(get('NSE:USDINR26NOVFUT')).toMatchObject({
      tickE4: 25,
      lastTradingMinute: 750,
      orderUnit: 'lots',
    });
  });

  it.each([
    ['MCX:GOLD26DECFUT', 752_500_000, 75_250 * 100],
    ['MCX:CRUDEOILM26DECFUT', 55_000_000, 5_500 * 10],
    ['NSE:USDINR26NOVFUT', 845_025, 84_502.5],
    ['NSE:JPYINR26NOVFUT', 561_200, 56_120],
    ['NSE:NIFTY26NOV25000CE', 1_200_500, 7_803.25],
    ['NSE:RELIANCE', 14_205_000, 1_420.5],
  ])('values one lot of %s right', async (id, priceE4, rupees) => {
    const { get } = await read('kite', KITE);
    const contract = get(id);
    expect(valueE4(contract, priceE4, contract.lotSize)).toBe(Math.round(rupees * 10_000));
  });
});

describe("Angel's scrip master", () => {
  it('counts strike and tick in paise, a currency strike in ten-millionths', async () => {
    const { report, get } = await read('angel', ANGEL);
    expect(report).toMatchObject({ rows: 4, refused: 0, skipped: 2 });
    expect(get('NSE:RELIANCE')).toMatchObject({ tickE4: 1_000, series: 'EQ', lotSize: 1 });
    expect(get('NSE:NIFTY24NOV2625000CE')).toMatchObject({
      strikeE4: 250_000_000,
      tickE4: 500,
      expiry: '2026-11-24',
    });
    expect(get('MCX:GOLD04DEC26FUT')).toMatchObject({ lotSize: 1_000, multiplierDen: 10, tickE4: 10_000 });
    expect(get('NSE:USDINR26NOV83.25CE')).toMatchObject({ strikeE4: 832_500, tickE4: 25, lotSize: 1_000 });
  });
});

describe("the exchanges' contract files", () => {
  it('with seconds since 1980 count in paise and tell their market by their name', async () => {
    const { report, get } = await read('udiff', UDIFF_NSE, 'NSE_FO_contract_23112026.csv');
    expect(report).toMatchObject({ rows: 2, refused: 0, skipped: 1 });
    expect(get('NSE:NIFTY26NOV25000CE')).toMatchObject({
      strikeE4: 250_000_000,
      tickE4: 500,
      expiry: '2026-11-24',
      filePriceE4: 1_200_500,
      token: '35001',
    });
    expect(get('NSE:RELIANCE26NOVFUT')).toMatchObject({
      kind: 'future',
      optionType: '',
      strikeE4: 0,
      lotSize: 500,
    });
  });

  it('with ISO days count in rupees and name their market in each row', async () => {
    const { get } = await read('udiff', UDIFF_ISO);
    expect(get('BSE:RELIANCE-A')).toMatchObject({
      isin: 'INE002A01018',
      tickE4: 500,
      filePriceE4: 14_205_000,
    });
    expect(get('BSE:SENSEX26NOV80000PE')).toMatchObject({
      strikeE4: 800_000_000,
      lotSize: 20,
      settlement: 'cash',
    });
  });
});

describe('limits of the day', () => {
  const freeze = (text: string) => ({
    source: 'qtyfreeze.csv',
    text,
    what: 'freeze-quantities' as const,
    partial: false,
  });
  it('are laid over the contracts, and over a contract file of the same day that comes later', async () => {
    const folder = scratchFolder();
    const desk = corpusDesk(folder.path);
    accepted(await desk.contracts('kite', KITE));
    const file = freeze('SYMBOL    ,VOL_FRZ_QTY\r\nNIFTY,"1,800"\r\n');
    accepted(await desk.instruments.handlers.importLimits(file, { by: 'asha' }));
    const bands = 'exchange,symbol,lower_band,upper_band\nNSE,RELIANCE,1278.45,1562.55\n';
    const bandFile = { source: 'bands.csv', text: bands, what: 'price-bands' as const, partial: false };
    accepted(await desk.instruments.handlers.importLimits(bandFile, { by: 'asha' }));
    const check = (port: typeof desk.instruments.port): void => {
      expect(port.bySymbol('NSE', 'NIFTY26NOV25000CE')?.freezeQuantity).toBe(1_800);
      expect(port.bySymbol('NSE', 'RELIANCE')).toMatchObject({
        lowerBandE4: 12_784_500,
        upperBandE4: 15_625_500,
      });
      expect(port.get(present(port.bySymbol('NSE', 'RELIANCE'), 'it').instrumentId)?.upperBandE4).toBe(
        15_625_500,
      );
      expect(port.byToken('NSE', 'CM', '2885')?.upperBandE4).toBe(15_625_500);
    };
    check(desk.instruments.port);
    accepted(
      await desk.contracts(
        'kite',
        `${KITE}9992,1236,GBPINR26NOVFUT,"GBPINR",0,2026-11-26,0,0.0025,1,FUT,CDS-FUT,CDS\n`,
      ),
    );
    check(desk.instruments.port);
    desk.journal.close();
    const again = corpusDesk(folder.path);
    check(again.instruments.port);
    again.journal.close();
  });
});

describe('a contract that is another one than before', () => {
  it.each([
    ['the same file but one price', ['120.05', '121.05'], false],
    ['another token', ['35001', '35999'], true],
    ['another lot', [',65,CE', ',75,CE'], true],
    ['another strike', ['25000,0.05', '24730,0.05'], true],
  ])('%s', async (_, [from = '', to = ''], changed) => {
    const folder = scratchFolder();
    const desk = corpusDesk(folder.path);
    accepted(await desk.contracts('kite', KITE));
    accepted(await desk.contracts('kite', KITE.replace(from, to)));
    const id = present(desk.instruments.port.bySymbol('NSE', 'NIFTY26NOV25000CE'), 'the option').instrumentId;
    expect(desk.instruments.port.changedSince(id, '2026-11-20')).toBe(changed);
    expect(desk.instruments.port.changedSince(id, '2026-11-23')).toBe(false);
    expect(desk.instruments.port.count()).toBe(9);
    desk.journal.close();
  });
});
