/** A contract master came in. The rows lie beside the log, under the hash. */
export interface InstrumentsImported {
  readonly kind: 'instruments-imported';
  readonly v: 1;
  readonly source: string;
  readonly format: 'kite' | 'angel' | 'udiff' | 'lifeboat';
  readonly sha256: string;
  readonly rows: number;
  readonly refused: number;
  /** The trading date for which the file is. */
  readonly tradingDate: string;
  readonly by: string;
}

/** Freeze quantities or price bands of the day, over instruments already there. */
export interface LimitsImported {
  readonly kind: 'limits-imported';
  readonly v: 1;
  readonly source: string;
  readonly what: 'freeze-quantities' | 'price-bands';
  readonly sha256: string;
  readonly rows: number;
  readonly refused: number;
  readonly tradingDate: string;
  readonly by: string;
}

export type InstrumentFact = InstrumentsImported | LimitsImported;
