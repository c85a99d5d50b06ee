import type { Instrument, Segment } from '#core/model/instrument.ts';

/** What one quantity means: see `Instrument`. */
export type Units = Pick<Instrument, 'lotSize' | 'multiplierNum' | 'multiplierDen' | 'orderUnit'>;

/** Underlying units in a lot, and how many of them the price is for. */
interface Quoted {
  readonly lot: number;
  readonly quotedPer: number;
}

/**
 * MCX contracts: grams, kilograms, barrels, mmBtu (docs/imports.md has the sources). Gold is quoted per 10 g and
 * GOLDGUINEA per coin of 8 g; everything else per its unit.
 */
const COMMODITIES: Readonly<Record<string, Quoted>> = {
  GOLD: { lot: 1_000, quotedPer: 10 },
  GOLDM: { lot: 100, quotedPer: 10 },
  GOLDTEN: { lot: 10, quotedPer: 10 },
  GOLDGUINEA: { lot: 8, quotedPer: 8 },
  GOLDPETAL: { lot: 1, quotedPer: 1 },
  SILVER: { lot: 30, quotedPer: 1 },
  SILVERM: { lot: 5, quotedPer: 1 },
  SILVERMIC: { lot: 1, quotedPer: 1 },
  CRUDEOIL: { lot: 100, quotedPer: 1 },
  CRUDEOILM: { lot: 10, quotedPer: 1 },
  NATURALGAS: { lot: 1_250, quotedPer: 1 },
  NATGASMINI: { lot: 250, quotedPer: 1 },
  COPPER: { lot: 2_500, quotedPer: 1 },
  ZINC: { lot: 5_000, quotedPer: 1 },
  ZINCMINI: { lot: 1_000, quotedPer: 1 },
  LEAD: { lot: 5_000, quotedPer: 1 },
  LEADMINI: { lot: 1_000, quotedPer: 1 },
  ALUMINIUM: { lot: 5_000, quotedPer: 1 },
  ALUMINI: { lot: 1_000, quotedPer: 1 },
};

/** Currency pairs against the rupee; the yen is quoted per 100. Pairs without the rupee pay in another currency. */
const CURRENCIES: Readonly<Record<string, Quoted>> = {
  USDINR: { lot: 1_000, quotedPer: 1 },
  EURINR: { lot: 1_000, quotedPer: 1 },
  GBPINR: { lot: 1_000, quotedPer: 1 },
  JPYINR: { lot: 100_000, quotedPer: 100 },
};

/**
 * Units of a contract, or the reason why they are not known. In the cash market and in equity derivatives the
 * file's lot counts shares. For commodities and currencies vendors write 1, the lot in units, or the lot in
 * quotations; any other number is a contract that this table does not know, and a guess would be wrong by tens.
 */
export function unitsOf(segment: Segment, underlying: string, fileLot: number): Units | string {
  switch (segment) {
    case 'CM':
    case 'FO':
      return { lotSize: fileLot, multiplierNum: 1, multiplierDen: 1, orderUnit: 'units' };
    case 'CD':
      return lots('currency pair', CURRENCIES, underlying, fileLot);
    case 'COM':
      return lots('commodity', COMMODITIES, underlying, fileLot);
  }
}

function lots(
  what: string,
  table: Readonly<Record<string, Quoted>>,
  underlying: string,
  fileLot: number,
): Units | string {
  const quoted = Object.hasOwn(table, underlying) ? table[underlying] : undefined;
  if (quoted === undefined) return `unit and multiplier of the ${what} ${underlying} are not known`;
  const { lot, quotedPer } = quoted;
  if (fileLot !== 1 && fileLot !== lot && fileLot * quotedPer !== lot) {
    return `lot ${fileLot} of ${underlying} is none of 1, ${lot}, ${lot / quotedPer}: its unit is not known`;
  }
  return { lotSize: lot, multiplierNum: 1, multiplierDen: quotedPer, orderUnit: 'lots' };
}
