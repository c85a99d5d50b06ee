import type { InstrumentId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';

/** The contracts of the day, by every name that a venue or a dealer uses. */
export interface Contracts {
  readonly byId: Map<InstrumentId, Instrument>;
  readonly byToken: Map<string, Instrument>;
  readonly bySymbol: Map<string, Instrument>;
  /** When token, lot, strike or ISIN of a contract last changed: its trading date. */
  readonly changedOn: Map<InstrumentId, string>;
}

export function noContracts(): Contracts {
  return { byId: new Map(), byToken: new Map(), bySymbol: new Map(), changedOn: new Map() };
}

/** Takes the rows of one file over what is there. A contract that is another one than before is noted with its date. */
export function takeContracts(contracts: Contracts, rows: Iterable<Instrument>, tradingDate: string): void {
  for (const row of rows) {
    const before = contracts.byId.get(row.instrumentId);
    if (before !== undefined) {
      contracts.byToken.delete(tokenKey(before.exchange, before.segment, before.token));
      if (!isSameContract(before, row)) contracts.changedOn.set(row.instrumentId, tradingDate);
    }
    contracts.byId.set(row.instrumentId, row);
    contracts.byToken.set(tokenKey(row.exchange, row.segment, row.token), row);
    contracts.bySymbol.set(`${row.exchange}:${row.symbol}`, row);
  }
}

/** A contract is the same overnight when what a position of it means is the same. */
function isSameContract(one: Instrument, other: Instrument): boolean {
  return (
    one.token === other.token &&
    one.lotSize === other.lotSize &&
    one.strikeE4 === other.strikeE4 &&
    one.isin === other.isin &&
    one.multiplierNum === other.multiplierNum &&
    one.multiplierDen === other.multiplierDen
  );
}

export function tokenKey(exchange: string, segment: string, token: string): string {
  return `${exchange}-${segment}:${token}`;
}
