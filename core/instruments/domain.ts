import type { InstrumentId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { BandRow, FreezeRow } from './parse-limits.ts';

/** The contracts of the day, by every name that a venue or a dealer uses. */
export interface Contracts {
  readonly byId: Map<InstrumentId, Instrument>;
  readonly byToken: Map<string, Instrument>;
  readonly bySymbol: Map<string, Instrument>;
  /** When token, lot, strike or ISIN of a contract last changed: its trading date. */
  readonly changedOn: Map<InstrumentId, string>;
  /** Limits of the day by underlying and by symbol: they outlive a contract file of the same day. */
  readonly freeze: Map<string, { readonly tradingDate: string; readonly row: FreezeRow }>;
  readonly bands: Map<string, { readonly tradingDate: string; readonly row: BandRow }>;
}

export function noContracts(): Contracts {
  return {
    byId: new Map(),
    byToken: new Map(),
    bySymbol: new Map(),
    changedOn: new Map(),
    freeze: new Map(),
    bands: new Map(),
  };
}

/** Takes one row of a file over what is there. A contract that is another one than before is noted with its date. */
export function takeContract(contracts: Contracts, row: Instrument, tradingDate: string): void {
  const before = contracts.byId.get(row.instrumentId);
  if (before !== undefined) {
    const token = tokenKey(before.exchange, before.segment, before.token);
    // The token may already be another contract's by an earlier row of the same file.
    if (contracts.byToken.get(token)?.instrumentId === row.instrumentId) contracts.byToken.delete(token);
    if (!isSameContract(before, row)) contracts.changedOn.set(row.instrumentId, tradingDate);
  }
  put(contracts, limited(contracts, row, tradingDate));
}

export function takeContracts(contracts: Contracts, rows: Iterable<Instrument>, tradingDate: string): void {
  for (const row of rows) takeContract(contracts, row, tradingDate);
}

/** Freeze quantities over every contract of their underlyings, whatever the files said before. */
export function takeFreeze(contracts: Contracts, rows: readonly FreezeRow[], tradingDate: string): void {
  for (const row of rows) contracts.freeze.set(`${row.exchange}:${row.underlying}`, { tradingDate, row });
  for (const contract of contracts.byId.values()) {
    const found = freezeOf(contracts, contract);
    if (found !== null) put(contracts, { ...contract, freezeQuantity: found.row.freezeQuantity });
  }
}

export function takeBands(contracts: Contracts, rows: readonly BandRow[], tradingDate: string): void {
  for (const row of rows) {
    const name = `${row.exchange}:${row.symbol}`;
    contracts.bands.set(name, { tradingDate, row });
    const contract = contracts.bySymbol.get(name);
    if (contract === undefined) continue;
    const { lowerBandE4, upperBandE4 } = row;
    put(contracts, { ...contract, lowerBandE4, upperBandE4 });
  }
}

/** A file's own limits come first; what it leaves open is filled by limits of the same day. */
function limited(contracts: Contracts, row: Instrument, tradingDate: string): Instrument {
  const freeze = freezeOf(contracts, row);
  const band = contracts.bands.get(`${row.exchange}:${row.symbol}`);
  const freezeQuantity =
    row.freezeQuantity === 0 && freeze?.tradingDate === tradingDate
      ? freeze.row.freezeQuantity
      : row.freezeQuantity;
  const bands =
    row.upperBandE4 === 0 && band?.tradingDate === tradingDate
      ? { lowerBandE4: band.row.lowerBandE4, upperBandE4: band.row.upperBandE4 }
      : {};
  return freezeQuantity === row.freezeQuantity && band === undefined
    ? row
    : { ...row, freezeQuantity, ...bands };
}

/** Freeze quantities of exchanges are of derivatives; the cash market has its own, unnamed here. */
function freezeOf(contracts: Contracts, row: Instrument) {
  if (row.segment === 'CM') return null;
  return contracts.freeze.get(`${row.exchange}:${row.underlying}`) ?? null;
}

function put(contracts: Contracts, row: Instrument): void {
  contracts.byId.set(row.instrumentId, row);
  contracts.byToken.set(tokenKey(row.exchange, row.segment, row.token), row);
  contracts.bySymbol.set(`${row.exchange}:${row.symbol}`, row);
}

/** A contract is the same overnight when what a position of it means is the same. */
function isSameContract(one: Instrument, other: Instrument): boolean {
  return (
    one.token === other.token &&
    one.lotSize === other.lotSize &&
    one.strikeE4 === other.strikeE4 &&
    // Not every vendor's file has the ISIN: silence is no change.
    (one.isin === other.isin || one.isin === '' || other.isin === '') &&
    one.multiplierNum === other.multiplierNum &&
    one.multiplierDen === other.multiplierDen
  );
}

export function tokenKey(exchange: string, segment: string, token: string): string {
  return `${exchange}-${segment}:${token}`;
}
