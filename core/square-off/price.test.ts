import { describe, expect, it } from 'vitest';
import { CAPABILITIES, contract, NOW, quote, share } from '#tests/square-off/book.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { formatE4 } from '#core/model/price.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { isCircuitLocked, priceOrder } from './price.ts';
import type { PriceInput } from './price.ts';

const call = contract('NIFTY26NOV25000CE');
const future = contract('NIFTYFUT', { kind: 'future', optionType: '' });
const stockFuture = contract('RELFUT', { kind: 'future', optionType: '', settlement: 'physical' });
const reliance = share('RELIANCE');

function priced(instrument: Instrument, lastE4: number, over: Partial<PriceInput> = {}): string {
  const found = priceOrder({
    instrument,
    side: 'buy',
    phase: 'continuous',
    quote: lastE4 > 0 ? quote(instrument, lastE4) : null,
    fileAsOfMs: null,
    dealerLimitE4: null,
    approvedWorstE4: 0,
    step: 0,
    capabilities: CAPABILITIES,
    limitsOnly: false,
    nowMs: NOW,
    policy: DEFAULT_POLICY,
    ...over,
  });
  if (found === null) return 'no-live-price';
  const price = found.priceE4 === null ? 'market' : formatE4(found.priceE4);
  return `${price} ${found.timeInForce} ${found.reference?.source ?? '-'} ${found.reference?.cappedBy ?? '-'}`;
}

const EDGE = DEFAULT_POLICY.requoteSteps;

describe('buy and sell price caps', () => {
  it.each<[string, string, string]>([
    [
      'buy: market protection of an index option over 50',
      priced(call, 1_000_000),
      '102.5 DAY live market-protection',
    ],
    ['sell: the same below', priced(call, 1_000_000, { side: 'sell' }), '97.5 DAY live market-protection'],
    ['under 10: 20 %', priced(call, 50_000), '6 DAY live market-protection'],
    [
      'buy at the edge: LPP 40 %',
      priced(call, 1_000_000, { step: EDGE }),
      '140 DAY live limit-price-protection',
    ],
    [
      'sell at the edge: LPP 40 %',
      priced(call, 1_000_000, { side: 'sell', step: EDGE }),
      '60 DAY live limit-price-protection',
    ],
    ['a cheap option: Rs 20 up', priced(call, 300_000, { step: EDGE }), '50 DAY live limit-price-protection'],
    [
      'and never under one tick',
      priced(call, 100_000, { side: 'sell', step: EDGE }),
      '0.05 DAY live limit-price-protection',
    ],
    [
      'index future under 10,000: Rs 200',
      priced(future, 90_000_000, { step: EDGE }),
      '9200 DAY live limit-price-protection',
    ],
    [
      'stock future: 3 %',
      priced(stockFuture, 14_200_000, { step: EDGE }),
      '1462.6 DAY live limit-price-protection',
    ],
    [
      'buy: the band is tighter',
      priced(contract('B', { upperBandE4: 1_010_100 }), 1_000_000),
      '101 DAY live band',
    ],
    [
      'sell: the band is tighter',
      priced(contract('B', { lowerBandE4: 989_900 }), 1_000_000, { side: 'sell' }),
      '99 DAY live band',
    ],
    ['cash shares: half a per cent', priced(reliance, 14_200_000), '1427.1 DAY live market-protection'],
    [
      'rounded toward the reference',
      priced(contract('T', { tickE4: 10_000 }), 1_000_000, { side: 'sell' }),
      '98 DAY live market-protection',
    ],
    [
      "the dealer's limit is tighter",
      priced(call, 1_000_000, { dealerLimitE4: 1_005_000 }),
      '100.5 DAY live dealer',
    ],
    [
      'never past the approved worst',
      priced(call, 1_000_000, { approvedWorstE4: 1_200_000, step: EDGE }),
      '120 DAY live dealer',
    ],
    [
      'auction: within 3 %',
      priced(reliance, 14_200_000, { phase: 'auction', step: EDGE }),
      '1462.6 DAY live band',
    ],
    [
      'risk-reduction mode: IOC',
      priced(call, 1_000_000, { phase: 'risk-reduction' }),
      '102.5 IOC live market-protection',
    ],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('the ladder walks from the first price to the edge and never back', () => {
    const steps = Array.from(
      { length: EDGE + 2 },
      (_, step) => priced(call, 1_000_000, { step }).split(' ')[0],
    );
    expect(steps).toEqual(['102.5', '108.75', '115', '121.25', '127.5', '133.75', '140', '140']);
  });
});

describe('market orders', () => {
  const capabilities = { marketOrders: true, immediateOrCancel: true };
  it.each<[string, string, string]>([
    ['where the venue takes them', priced(call, 1_000_000, { capabilities }), 'market DAY live none'],
    ['without any price at all', priced(call, 0, { capabilities }), 'market DAY - -'],
    [
      'not in the auction',
      priced(reliance, 14_200_000, { capabilities, phase: 'auction' }),
      '1427.1 DAY live market-protection',
    ],
    [
      'not after the venue refused one',
      priced(call, 1_000_000, { capabilities, limitsOnly: true }),
      '102.5 DAY live market-protection',
    ],
    [
      "not against the dealer's limit",
      priced(call, 1_000_000, { capabilities, dealerLimitE4: 1_005_000 }),
      '100.5 DAY live dealer',
    ],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});

describe('reference', () => {
  const stale = quote(call, 1_000_000, { atMs: NOW - 6000 });
  it.each<[string, string, string]>([
    ['a stale quote is none', priced(call, 0, { quote: stale }), 'no-live-price'],
    [
      "then the file's price within its age",
      priced(call, 0, { quote: stale, fileAsOfMs: NOW - 60_000 }),
      '102.5 DAY file market-protection',
    ],
    ['not past its age', priced(call, 0, { fileAsOfMs: NOW - 13 * 3_600_000 }), 'no-live-price'],
    ["then the dealer's limit", priced(call, 0, { dealerLimitE4: 900_000 }), '90 DAY dealer dealer'],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});

it('locked at the circuit is a state of the market: nobody sells, and bids stand at the upper band', () => {
  const banded = contract('B', { upperBandE4: 1_100_000, lowerBandE4: 900_000 });
  const locked = quote(banded, 1_100_000, { bidE4: 1_100_000, askQuantity: 0, askE4: 0 });
  expect([isCircuitLocked(banded, 'buy', locked), isCircuitLocked(banded, 'sell', locked)]).toEqual([
    true,
    false,
  ]);
});
