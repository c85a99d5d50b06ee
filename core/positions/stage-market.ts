import { Instrument } from '#core/model/instrument.ts';
import type { InstrumentsPort } from './port.ts';

/** A contract with the day's usual values; say what is special about it. */
export function contractOfToday(
  special: Partial<Omit<Instrument, 'instrumentId'>> & { readonly instrumentId: string },
): Instrument {
  return Instrument.parse({
    exchange: 'NSE',
    segment: 'FO',
    kind: 'option',
    token: '1',
    symbol: special.instrumentId.split(':')[1] ?? '',
    underlying: 'NIFTY',
    name: '',
    series: '',
    isin: '',
    expiry: '2026-11-24',
    strikeE4: 0,
    optionType: '',
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
    ...special,
  });
}

export function market(contracts: readonly Instrument[], changed: ReadonlySet<string> = new Set()) {
  const byId = new Map(contracts.map((contract) => [contract.instrumentId, contract]));
  return {
    get: (id) => byId.get(id) ?? null,
    byToken: () => null,
    changedSince: (id) => changed.has(id),
    all: () => byId.values(),
    count: () => byId.size,
  } satisfies InstrumentsPort;
}
