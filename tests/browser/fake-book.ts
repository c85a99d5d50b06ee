import { instrumentId } from '#core/model/instrument.ts';
import { AccountId } from '#core/model/ids.ts';
import type { PositionShown } from '#core/positions/contract.ts';

const PRODUCTS = ['MIS', 'NRML', 'MIS', 'CNC'] as const;
const KINDS = [
  { symbol: 'NIFTY26NOV25000CE', underlying: 'NIFTY', lotSize: 65, priceE4: 1_824_500, segment: 'FO' },
  { symbol: 'BANKNIFTY26NOVFUT', underlying: 'BANKNIFTY', lotSize: 35, priceE4: 578_120_500, segment: 'FO' },
  { symbol: 'RELIANCE', underlying: 'RELIANCE', lotSize: 1, priceE4: 14_206_000, segment: 'CM' },
  { symbol: 'USDINR26NOVFUT', underlying: 'USDINR', lotSize: 1000, priceE4: 884_225, segment: 'CD' },
  { symbol: 'NIFTY26NOV24500PE', underlying: 'NIFTY', lotSize: 65, priceE4: 402_000, segment: 'FO' },
] as const;

/** A position of a made-up book, the same for the same number: every sort of row that the grid must show. */
export function fakePosition(n: number, nowMs: number): PositionShown {
  const kind = KINDS[n % KINDS.length] ?? KINDS[0];
  const long = (n * 7) % 3 !== 0;
  const net = n % 11 === 10 ? 0 : (long ? 1 : -1) * kind.lotSize * (1 + ((n * 13) % 9));
  const inDoubt = n % 23 === 7;
  // One lot that the exchange never told: of a row of one lot it leaves nothing to be sure of.
  const disagrees = n % 23 === 11 && net !== 0;
  const told = disagrees ? net - Math.sign(net) * kind.lotSize : net;
  const unproven = inDoubt || disagrees || n % 9 === 4;
  return {
    account: AccountId.parse(`CL${String(10_000 + Math.floor(n / 3))}`),
    instrumentId: instrumentId('NSE', kind.symbol),
    product: PRODUCTS[n % PRODUCTS.length] ?? 'MIS',
    contract: {
      exchange: 'NSE',
      segment: kind.segment,
      assetClass: kind.segment === 'CM' ? 'equity' : kind.segment === 'CD' ? 'currency' : 'fno',
      symbol: kind.symbol,
      underlying: kind.underlying,
      expiry: kind.segment === 'CM' ? '' : '2026-11-26',
      lotSize: kind.lotSize,
    },
    net,
    netLow: inDoubt ? net - kind.lotSize : Math.min(net, told),
    netHigh: Math.max(net, told),
    opinions: disagrees ? { book: net, exchange: told } : null,
    carriedQuantity: n % 2 === 0 ? net : 0,
    carriedValueE4: 0,
    dayQuantity: n % 2 === 0 ? 0 : net,
    boughtQuantity: 0,
    boughtValueE4: 0,
    soldQuantity: 0,
    soldValueE4: 0,
    realisedE4: ((n * 9_973) % 40_000_000) - 18_000_000,
    openCostE4: 0,
    unrealisedE4: net === 0 ? 0 : ((n * 7_919) % 90_000_000) - 50_000_000,
    price: { priceE4: kind.priceE4, source: n % 5 === 2 ? 'file' : 'live', ageMs: n % 5 === 2 ? null : 800 },
    closable: inDoubt ? 0 : Math.abs(told),
    reserved: n % 29 === 6 && !inDoubt ? kind.lotSize : 0,
    closingSide: told === 0 ? null : net > 0 ? 'sell' : net < 0 ? 'buy' : null,
    proof: unproven ? 'unproven' : 'proven',
    warnings: inDoubt
      ? ['no-cut', 'sign-in-doubt']
      : disagrees
        ? ['sources-disagree', ...(told === 0 ? (['sign-in-doubt'] as const) : [])]
        : unproven
          ? ['drop-copy-down']
          : [],
    restriction: n % 17 === 3 ? 't1' : 'none',
    shortfall: n % 31 === 5 ? 'RMS-41' : null,
    source: 'positions-1450.csv',
    asOfMs: nowMs - 190_000 - (n % 7) * 1_000,
  };
}
