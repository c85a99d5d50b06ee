import { describe, expect, it } from 'vitest';
import { instantOf } from '#core/model/market-clock.ts';
import { VenueConfig } from '#core/exchange/config.ts';
import type { GatewayCommand, OrderAddress } from '#core/exchange/port.ts';
import { AccountId, ExchangeOrderId, OrderId, RequestId } from '#core/model/ids.ts';
import { Instrument, instrumentId } from '#core/model/instrument.ts';
import { commandMessage, unitsOf, wireQuantity } from './commands.ts';

const NOW = instantOf('2026-11-23', 14 * 60 + 50) + 7;

function contract(change: Partial<Instrument>): Instrument {
  return Instrument.parse({
    instrumentId: instrumentId('NSE', 'NIFTY26NOV25000CE'),
    exchange: 'NSE',
    segment: 'FO',
    kind: 'option',
    token: '43210',
    symbol: 'NIFTY26NOV25000CE',
    underlying: 'NIFTY',
    name: 'NIFTY',
    series: '',
    isin: '',
    expiry: '2026-11-26',
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
    filePriceE4: 0,
    settlement: 'cash',
    lastTradingMinute: 0,
    tenderStart: '',
    closingAuction: false,
    ...change,
  });
}

const NIFTY = contract({});
const GOLD = contract({
  instrumentId: instrumentId('MCX', 'GOLD26DECFUT'),
  exchange: 'MCX',
  segment: 'COM',
  kind: 'future',
  symbol: 'GOLD26DECFUT',
  token: '99',
  lotSize: 1000,
  multiplierDen: 10,
  orderUnit: 'lots',
  optionType: '',
  strikeE4: 0,
});

function venue(version: '4.2' | '4.4', mapping: object): VenueConfig {
  return VenueConfig.parse({
    venue: 'sim',
    version,
    orders: { host: 'localhost', port: 1, senderCompId: 'DESK', targetCompId: 'EX' },
    trades: [{ exchange: 'NSE', segment: 'FO' }],
    ratePerSecond: null,
    mapping,
  });
}

const ours: OrderAddress = {
  orderId: OrderId.parse('o1'),
  originalRequestId: RequestId.parse('R1'),
  exchangeOrderId: ExchangeOrderId.parse('777'),
  account: AccountId.parse('AC1'),
  instrument: NIFTY,
  side: 'sell',
  quantity: 130,
};
const limit = { type: 'limit', priceE4: 1_250_500, timeInForce: 'DAY' } as const;
const fresh = {
  kind: 'new',
  requestId: RequestId.parse('R1'),
  orderId: OrderId.parse('o1'),
  account: AccountId.parse('AC1'),
  side: 'sell',
  quantity: 130,
  ...limit,
} as const;
const request = (kind: 'cancel' | 'status', order: OrderAddress): GatewayCommand => ({
  kind,
  requestId: RequestId.parse('R2'),
  order,
});

function wire(command: GatewayCommand, config: VenueConfig): string {
  const { type, body, ref } = commandMessage(command, config, NOW);
  return `${type} ${ref} ${body.map(([tag, value]) => `${tag}=${value}`).join(' ')}`;
}

describe('commands on the wire', () => {
  const v44 = venue('4.4', {});
  const v42 = venue('4.2', {
    instrument: 'symbol',
    positionEffect: false,
    extraFields: [[9227, '110000111222333']],
  });
  const market = { ...fresh, type: 'market', priceE4: null, timeInForce: 'IOC' } as const;
  const replace = {
    kind: 'replace',
    requestId: RequestId.parse('R3'),
    order: ours,
    quantity: 65,
    ...limit,
  } as const;
  const foreign = { ...ours, orderId: null, originalRequestId: null };

  it.each<[string, GatewayCommand, VenueConfig, string]>([
    [
      'new limit 4.4',
      { ...fresh, instrument: NIFTY },
      v44,
      'D R1 11=R1 1=AC1 55=NIFTY26NOV25000CE 48=43210 22=8 207=NSE 54=2 60=20261123-09:20:00.007 38=130 40=2 44=125.05 59=0 77=C',
    ],
    [
      'new market 4.2 by symbol, with the dealer’s own id',
      { ...market, instrument: NIFTY },
      v42,
      'D R1 11=R1 1=AC1 21=1 55=NIFTY26NOV25000CE 54=2 60=20261123-09:20:00.007 38=130 40=1 59=3 9227=110000111222333',
    ],
    [
      'MCX counts lots',
      { ...fresh, instrument: GOLD, quantity: 3000 },
      v44,
      'D R1 11=R1 1=AC1 55=GOLD26DECFUT 48=99 22=8 207=MCX 54=2 60=20261123-09:20:00.007 38=3 40=2 44=125.05 59=0 77=C',
    ],
    [
      'cancel',
      request('cancel', ours),
      v44,
      'F R2 41=R1 37=777 11=R2 1=AC1 55=NIFTY26NOV25000CE 48=43210 22=8 207=NSE 54=2 60=20261123-09:20:00.007 38=130',
    ],
    [
      'cancel of an order that is not ours: by its number',
      request('cancel', foreign),
      v44,
      'F R2 41=777 37=777 11=R2 1=AC1 55=NIFTY26NOV25000CE 48=43210 22=8 207=NSE 54=2 60=20261123-09:20:00.007 38=130',
    ],
    [
      'replace',
      replace,
      v44,
      'G R3 41=R1 37=777 11=R3 1=AC1 55=NIFTY26NOV25000CE 48=43210 22=8 207=NSE 54=2 60=20261123-09:20:00.007 38=65 40=2 44=125.05 59=0',
    ],
    [
      'status asks by the name that the order has',
      request('status', { ...ours, exchangeOrderId: null }),
      v44,
      'H R2 11=R1 1=AC1 55=NIFTY26NOV25000CE 48=43210 22=8 207=NSE 54=2',
    ],
    [
      'mass cancel',
      { kind: 'mass-cancel', requestId: RequestId.parse('R9') },
      v44,
      'q R9 11=R9 530=7 60=20261123-09:20:00.007',
    ],
  ])('%s', (_name, command, config, expected) => {
    expect(wire(command, config)).toBe(expected);
  });

  it('turns lots into units and back, and sends no part of a lot', () => {
    expect([wireQuantity(GOLD, 5000), unitsOf(GOLD, 5), wireQuantity(NIFTY, 65)]).toEqual([5, 5000, 65]);
    expect(() => wireQuantity(GOLD, 1500)).toThrow('whole lots');
  });
});
