import type { AccountId } from '#core/model/ids.ts';
import { sliceLimit, type Instrument } from '#core/model/instrument.ts';
import type { Product } from '#core/model/product.ts';
import type { BookAccount } from './book.ts';
import type { Prng } from './prng.ts';

/** How many rows, and how many of them are exceptions. */
export interface RowOptions {
  readonly positions: number;
  readonly oddLots?: number;
  readonly delivery?: number;
}

/** One row before it has a history. */
export interface Draft {
  readonly account: AccountId;
  readonly instrument: Instrument;
  readonly product: Product;
  readonly quantity: number;
}

type Kind = 'share' | 'spread' | 'index-future' | 'stock-future' | 'currency' | 'commodity';
/** What a row is, in the shares of a retail broker's intraday book. */
const MIX: readonly Kind[] = [
  ...Array.from({ length: 35 }, () => 'share' as const),
  ...Array.from({ length: 20 }, () => 'spread' as const),
  ...Array.from({ length: 12 }, () => 'index-future' as const),
  ...Array.from({ length: 15 }, () => 'stock-future' as const),
  ...Array.from({ length: 8 }, () => 'currency' as const),
  ...Array.from({ length: 10 }, () => 'commodity' as const),
];

/** Rows of many clients, each client at most once in a contract. */
export function makeRows(
  prng: Prng,
  options: RowOptions,
  accounts: readonly BookAccount[],
  instruments: readonly Instrument[],
) {
  const pools = poolsOf(instruments);
  const rows: Draft[] = [];
  const used = new Set<string>();
  const add = (account: AccountId, instrument: Instrument, product: Product, quantity: number): boolean => {
    const key = `${account}/${instrument.instrumentId}`;
    if (used.has(key) || rows.length >= options.positions) return false;
    used.add(key);
    rows.push({ account, instrument, product, quantity });
    return true;
  };
  let attempts = 0;
  while (rows.length < options.positions) {
    attempts += 1;
    if (attempts > options.positions * 50 + 1_000)
      throw new RangeError('too few accounts for so many positions');
    const account = prng.pick(accounts).account;
    const kind = prng.pick(MIX);
    const product: Product = kind !== 'share' && prng.chance(0.2) ? 'NRML' : 'MIS';
    if (kind === 'spread') addSpread(prng, pools, rows.length, options.positions, add, account, product);
    else {
      const instrument = prng.pick(pools[kind]);
      add(account, instrument, product, quantityOf(prng, instrument) * (prng.chance(0.6) ? 1 : -1));
    }
  }
  return withExceptions(rows, options);
}

type Pools = Readonly<Record<Exclude<Kind, 'spread'>, readonly Instrument[]>> & {
  readonly options: readonly Instrument[];
};

function poolsOf(instruments: readonly Instrument[]): Pools {
  const of = (test: (instrument: Instrument) => boolean): Instrument[] => instruments.filter(test);
  const isIndex = (instrument: Instrument): boolean => instrument.underlying.includes('NIFTY');
  return {
    share: of((one) => one.segment === 'CM'),
    options: of((one) => one.kind === 'option'),
    'index-future': of((one) => one.segment === 'FO' && one.kind === 'future' && isIndex(one)),
    'stock-future': of((one) => one.segment === 'FO' && one.kind === 'future' && !isIndex(one)),
    currency: of((one) => one.segment === 'CD'),
    commodity: of((one) => one.segment === 'COM'),
  };
}

/** A short option and the long one, further out, that hedges it; the last row of a book may be a long option alone. */
function addSpread(
  prng: Prng,
  pools: Pools,
  have: number,
  want: number,
  add: (account: AccountId, instrument: Instrument, product: Product, quantity: number) => boolean,
  account: AccountId,
  product: Product,
): void {
  const short = prng.pick(pools.options);
  const hedges = pools.options.filter(
    (one) =>
      one.underlying === short.underlying &&
      one.expiry === short.expiry &&
      one.optionType === short.optionType,
  );
  const long = prng.pick(hedges.filter((one) => one !== short));
  const quantity = quantityOf(prng, short);
  if (have + 2 > want) add(account, long, product, quantity);
  else if (add(account, long, product, quantity)) add(account, short, product, -quantity);
}

/** Whole lots; one row in twelve is larger than one order may be. */
function quantityOf(prng: Prng, instrument: Instrument): number {
  if (prng.chance(1 / 12)) {
    const slice = sliceLimit(instrument);
    const rest =
      prng.between(1, Math.max(1, Math.floor(slice / instrument.lotSize) - 1)) * instrument.lotSize;
    return slice * prng.between(1, 3) + rest;
  }
  return instrument.segment === 'CM' ? prng.between(1, 400) : prng.between(1, 8) * instrument.lotSize;
}

function withExceptions(rows: readonly Draft[], options: RowOptions): Draft[] {
  let odd = options.oddLots ?? 0;
  let delivery = options.delivery ?? 0;
  return rows.map((row) => {
    if (odd > 0 && row.instrument.lotSize > 5 && row.instrument.orderUnit === 'units') {
      odd -= 1;
      return { ...row, quantity: row.quantity + Math.sign(row.quantity) * 5 };
    }
    if (delivery > 0 && row.instrument.segment === 'CM' && row.quantity > 0) {
      delivery -= 1;
      return { ...row, product: 'CNC' };
    }
    return row;
  });
}
