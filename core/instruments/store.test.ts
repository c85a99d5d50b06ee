import { describe, expect, it } from 'vitest';
import { Instrument } from '#core/model/instrument.ts';
import { instrumentId } from '#core/model/instrument.ts';
import { decodeContracts, encodeContracts } from './store.ts';

const GOLD: Instrument = {
  instrumentId: instrumentId('MCX', 'GOLD26DECFUT'),
  exchange: 'MCX',
  segment: 'COM',
  kind: 'future',
  token: '580470',
  symbol: 'GOLD26DECFUT',
  underlying: 'GOLD',
  name: 'Gold',
  series: 'X',
  isin: 'INE000000001',
  expiry: '2026-12-04',
  strikeE4: 1,
  optionType: 'CE',
  lotSize: 1_000,
  multiplierNum: 2,
  multiplierDen: 10,
  orderUnit: 'lots',
  tickE4: 10_000,
  freezeQuantity: 3,
  lowerBandE4: 4,
  upperBandE4: 5,
  filePriceE4: 6,
  settlement: 'delivery',
  lastTradingMinute: 7,
  tenderStart: '2026-11-30',
  closingAuction: true,
};

describe('stored contracts', () => {
  it('come back as they went, every field of the model among them', () => {
    const stored = encodeContracts([GOLD, GOLD]);
    expect(decodeContracts(stored)).toEqual([GOLD, GOLD]);
    expect(Object.keys(GOLD)).toEqual(Object.keys(Instrument.shape));
    expect((JSON.parse(stored) as unknown[][])[0]).toEqual(Object.values(GOLD));
  });
});
