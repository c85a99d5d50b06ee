/** Small books for the square-off's tests: contracts, rows, quotes and a plan's input, all with plain defaults. */
import { present } from '#core/lib/assert.ts';
import type { Capabilities, Quote } from '#core/exchange/port.ts';
import { AccountId, ExchangeOrderId, VenueId } from '#core/model/ids.ts';
import { Instrument, instrumentId } from '#core/model/instrument.ts';
import { istDate, parseInstant } from '#core/model/market-clock.ts';
import type { Product } from '#core/model/product.ts';
import { closingSide } from '#core/model/side.ts';
import type { Side } from '#core/model/side.ts';
import type { Evidence } from '#core/orders/events.ts';
import type { ForeignOrder } from '#core/orders/port.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { ExitRequest, PlanInput, RequestedRow } from '#core/square-off/plan-input.ts';
import { DEFAULT_POLICY } from '#core/square-off/policy.ts';

export const VENUE = VenueId.parse('nse');
export const at = (time: string, date = '2026-11-23'): number =>
  present(parseInstant(`${date}T${time}`), 'an instant');
export const NOW = at('14:50');

export const CAPABILITIES: Capabilities = {
  marketOrders: false,
  immediateOrCancel: true,
  replace: true,
  massCancel: false,
  cancelOthers: 'none',
  listOthers: false,
  orderStatus: true,
  massStatus: true,
  dropCopy: true,
  marketData: true,
  tradingSession: true,
};

/** An index option: lot 65, freeze 1,800, tick 0.05. */
export function contract(symbol: string, over: Partial<Instrument> = {}): Instrument {
  return Instrument.parse({
    instrumentId: instrumentId('NSE', symbol),
    exchange: 'NSE',
    segment: 'FO',
    kind: 'option',
    token: symbol.slice(0, 20),
    symbol,
    underlying: 'NIFTY',
    name: '',
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
    freezeQuantity: 1800,
    lowerBandE4: 0,
    upperBandE4: 0,
    filePriceE4: 1_000_000,
    settlement: 'cash',
    lastTradingMinute: 0,
    tenderStart: '',
    closingAuction: false,
    ...over,
  });
}

export function share(symbol: string, over: Partial<Instrument> = {}): Instrument {
  return contract(symbol, {
    segment: 'CM',
    kind: 'equity',
    underlying: symbol,
    series: 'EQ',
    expiry: '',
    strikeE4: 0,
    optionType: '',
    lotSize: 1,
    freezeQuantity: 30_000,
    settlement: 'delivery',
    closingAuction: true,
    ...over,
  });
}

export function row(
  account: string,
  instrument: Instrument,
  net: number,
  over: Partial<PositionRow> & { product?: Product } = {},
): PositionRow {
  return {
    account: AccountId.parse(account),
    instrumentId: instrument.instrumentId,
    product: 'MIS',
    netLow: net,
    netHigh: net,
    opinions: null,
    carriedQuantity: net,
    carriedValueE4: 0,
    boughtQuantity: 0,
    boughtValueE4: 0,
    soldQuantity: 0,
    soldValueE4: 0,
    realisedE4: 0,
    openCostE4: 0,
    closable: Math.abs(net),
    closingSide: closingSide(net),
    proof: 'proven',
    warnings: [],
    source: 'test',
    asOfMs: NOW,
    restriction: 'none',
    ...over,
  };
}

export const RMS: Evidence = {
  authority: 'rms-decision',
  reference: 'RMS 7 of 23 Nov',
  channel: 'desk',
  instructedAtMs: NOW,
  by: 'asha',
};

export const ALL: ExitRequest = { scope: { kind: 'all' }, evidence: RMS, instructions: [], by: 'asha' };

export function exitOf(position: PositionRow, over: Partial<RequestedRow> = {}): ExitRequest {
  const { account, instrumentId: id, product } = position;
  const asked = {
    account,
    instrumentId: id,
    product,
    quantity: null,
    readBack: null,
    evidence: RMS,
    limitE4: null,
  };
  return {
    scope: { kind: 'rows', rows: [{ ...asked, ...over }] },
    evidence: null,
    instructions: [],
    by: 'asha',
  };
}

export function quote(instrument: Instrument, lastE4: number, over: Partial<Quote> = {}): Quote {
  return {
    instrumentId: instrument.instrumentId,
    bidE4: lastE4 - instrument.tickE4,
    bidQuantity: 1_000_000,
    askE4: lastE4 + instrument.tickE4,
    askQuantity: 1_000_000,
    lastE4,
    atMs: NOW,
    ...over,
  };
}

export function mainOrder(
  number: string,
  position: PositionRow,
  side: Side,
  openQuantity: number,
): ForeignOrder {
  return {
    venue: VENUE,
    exchangeOrderId: ExchangeOrderId.parse(number),
    account: position.account,
    instrumentId: position.instrumentId,
    product: position.product,
    side,
    openQuantity,
    cancel: 'none',
    text: '',
  };
}

/** The input of a plan over these contracts and rows; every look-up can be replaced. */
export function planInput(
  instruments: readonly Instrument[],
  rows: readonly PositionRow[],
  over: Partial<PlanInput> = {},
): PlanInput {
  const byId = new Map(instruments.map((instrument) => [instrument.instrumentId, instrument]));
  return {
    request: ALL,
    rows,
    orders: [],
    foreignOrders: [],
    liveRuns: new Set(),
    instrument: (id) => byId.get(id) ?? null,
    quote: () => null,
    fileAsOfMs: () => NOW - 60_000,
    session: () => 'open',
    venue: () => ({ venue: VENUE, capabilities: CAPABILITIES, ratePerSecond: Infinity }),
    outside: () => null,
    blocked: () => null,
    shortfall: () => null,
    isProprietary: () => false,
    nowMs: NOW,
    tradingDate: istDate(NOW),
    policy: DEFAULT_POLICY,
    ...over,
  };
}
