import type { Phase } from '#core/model/calendar.ts';
import { assert } from '#core/lib/assert.ts';
import type { Capabilities, Quote } from '#core/exchange/port.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { roundToTick } from '#core/model/price.ts';
import type { Side } from '#core/model/side.ts';
import type { OrderType, PriceReference, TimeInForce } from '#core/orders/events.ts';
import type { Policy, ProtectionKind, Tier } from './policy.ts';

/** What an exit order's price is decided from. Prices in ten-thousandths of a rupee. */
export interface PriceInput {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly phase: Phase;
  readonly quote: Quote | null;
  /** When the price of the day's file was true; null when the file has none. */
  readonly fileAsOfMs: number | null;
  /** The dealer's own limit; null when none was given. */
  readonly dealerLimitE4: number | null;
  /** The approval's worst price; 0 when it is not bounded by one. */
  readonly approvedWorstE4: number;
  /** 0 for the first price; `policy.requoteSteps` is the edge. */
  readonly step: number;
  readonly capabilities: Pick<Capabilities, 'marketOrders' | 'immediateOrCancel'>;
  /** The venue refused a market order of ours: protected limits from now on. */
  readonly limitsOnly: boolean;
  readonly nowMs: number;
  readonly policy: Policy;
}

export interface Priced {
  readonly type: OrderType;
  readonly priceE4: number | null;
  readonly timeInForce: TimeInForce;
  readonly reference: PriceReference | null;
  /** The furthest price that the ladder may still go to; equals `priceE4` at the edge. */
  readonly worstE4: number;
}

type CappedBy = PriceReference['cappedBy'];
type Cap = { readonly limitE4: number; readonly by: CappedBy };

/**
 * The price of one order now; null when no price may be trusted (`no-live-price`).
 * Market where the venue takes it, else a limit at the tightest of market protection, limit-price protection
 * and band: a buyer's lowest upper limit, a seller's highest lower limit, on a tick toward the reference.
 */
export function priceOrder(input: PriceInput): Priced | null {
  const timeInForce = timeInForceOf(input.phase, input.capabilities.immediateOrCancel);
  const reference = referenceOf(input);
  if (takesMarket(input)) {
    return { type: 'market', priceE4: null, timeInForce, reference: marketReference(reference), worstE4: 0 };
  }
  if (reference === null) return null;
  const edge = tightest(input.side, [...exchangeCaps(input, reference.priceE4), ...ownCaps(input)]);
  const first = tightest(input.side, [
    protectionCap(input, reference.priceE4),
    ...(edge === null ? [] : [edge]),
  ]);
  assert(first !== null, 'market protection always gives a first limit');
  const share = Math.min(input.step, input.policy.requoteSteps) / input.policy.requoteSteps;
  const edgeE4 = edge?.limitE4 ?? first.limitE4;
  const steppedE4 = first.limitE4 + Math.trunc((edgeE4 - first.limitE4) * share);
  const priceE4 = onTick(input, steppedE4);
  const cappedBy = steppedE4 === edgeE4 && edge !== null ? edge.by : first.by;
  return {
    type: 'limit',
    priceE4,
    timeInForce,
    reference: { ...reference, cappedBy },
    worstE4: onTick(input, edgeE4),
  };
}

/** Exchange LPP, band and auction band around the reference. */
function exchangeCaps(input: PriceInput, referenceE4: number): readonly Cap[] {
  const { instrument, side, policy } = input;
  const caps: Cap[] = [];
  const tiers = priceLimitTiers(instrument, policy);
  if (tiers !== null) caps.push({ limitE4: away(side, referenceE4, tiers), by: 'limit-price-protection' });
  const band = side === 'buy' ? instrument.upperBandE4 : instrument.lowerBandE4;
  if (band > 0) caps.push({ limitE4: band, by: 'band' });
  if (input.phase === 'auction' || input.phase === 'auction-limit-only') {
    const tier = { uptoE4: Number.MAX_SAFE_INTEGER, basisPoints: policy.auctionBandBasisPoints, amountE4: 0 };
    caps.push({ limitE4: away(side, referenceE4, [tier]), by: 'band' });
  }
  return caps;
}

function ownCaps(input: PriceInput): readonly Cap[] {
  const caps: Cap[] = [];
  if (input.approvedWorstE4 > 0) caps.push({ limitE4: input.approvedWorstE4, by: 'dealer' });
  if (input.dealerLimitE4 !== null) caps.push({ limitE4: input.dealerLimitE4, by: 'dealer' });
  return caps;
}

function protectionCap(input: PriceInput, referenceE4: number): Cap {
  const tiers = input.policy.protection[protectionKind(input.instrument)];
  return { limitE4: away(input.side, referenceE4, tiers), by: 'market-protection' };
}

/** A buyer's lowest upper limit, a seller's highest lower limit. */
function tightest(side: Side, caps: readonly Cap[]): Cap | null {
  let found: Cap | null = null;
  for (const cap of caps) {
    const tighter =
      found === null || (side === 'buy' ? cap.limitE4 < found.limitE4 : cap.limitE4 > found.limitE4);
    if (tighter) found = cap;
  }
  return found;
}

/** The reference moved against the sender by what its tier allows. */
function away(side: Side, referenceE4: number, tiers: readonly Tier[]): number {
  const tier = tiers.find((candidate) => referenceE4 <= candidate.uptoE4);
  assert(tier !== undefined, 'the last tier of a price table has no upper bound');
  const distance = tier.amountE4 > 0 ? tier.amountE4 : Math.floor((referenceE4 * tier.basisPoints) / 10_000);
  return side === 'buy' ? referenceE4 + distance : referenceE4 - distance;
}

/** On a tick, rounded toward the reference, inside the band, and never below one tick. */
function onTick(input: PriceInput, limitE4: number): number {
  const { tickE4, lowerBandE4, upperBandE4 } = input.instrument;
  let priceE4 = roundToTick(limitE4, tickE4, input.side === 'buy' ? 'down' : 'up');
  if (upperBandE4 > 0) priceE4 = Math.min(priceE4, roundToTick(upperBandE4, tickE4, 'down'));
  if (lowerBandE4 > 0) priceE4 = Math.max(priceE4, roundToTick(lowerBandE4, tickE4, 'up'));
  return Math.max(priceE4, tickE4);
}

/** Live quote, else the file's price within its age, else the dealer's limit. */
function referenceOf(input: PriceInput): PriceReference | null {
  const { quote, nowMs, policy, instrument, fileAsOfMs, dealerLimitE4 } = input;
  if (quote !== null && nowMs - quote.atMs <= policy.liveMaxAgeMs) {
    const priceE4 = quote.lastE4 > 0 ? quote.lastE4 : input.side === 'buy' ? quote.askE4 : quote.bidE4;
    if (priceE4 > 0)
      return { priceE4, source: 'live', ageMs: Math.max(0, nowMs - quote.atMs), cappedBy: 'none' };
  }
  if (fileAsOfMs !== null && instrument.filePriceE4 > 0 && nowMs - fileAsOfMs <= policy.fileMaxAgeMs) {
    return {
      priceE4: instrument.filePriceE4,
      source: 'file',
      ageMs: Math.max(0, nowMs - fileAsOfMs),
      cappedBy: 'none',
    };
  }
  if (dealerLimitE4 === null) return null;
  return { priceE4: dealerLimitE4, source: 'dealer', ageMs: 0, cappedBy: 'dealer' };
}

/** A dealer's limit and the auction rule market orders out. */
function takesMarket(input: PriceInput): boolean {
  if (!input.capabilities.marketOrders || !input.policy.preferMarketOrders || input.limitsOnly) return false;
  if (input.dealerLimitE4 !== null) return false;
  return input.phase === 'continuous' || input.phase === 'risk-reduction';
}

function marketReference(reference: PriceReference | null): PriceReference | null {
  return reference === null ? null : { ...reference, cappedBy: 'none' };
}

/** Risk-reduction mode takes nothing that rests; the auction takes nothing immediate. */
function timeInForceOf(phase: Phase, immediateOrCancel: boolean): TimeInForce {
  return phase === 'risk-reduction' && immediateOrCancel ? 'IOC' : 'DAY';
}

/** An index contract settles in cash, a stock contract by delivery of the shares. */
function protectionKind(instrument: Instrument): ProtectionKind {
  const option = instrument.kind === 'option';
  switch (instrument.segment) {
    case 'CM':
      return 'cash';
    case 'CD':
      return option ? 'currency-option' : 'currency-future';
    case 'COM':
      return option ? 'commodity-option' : 'commodity-future';
    case 'FO':
      if (instrument.settlement === 'cash') return option ? 'index-option' : 'index-future';
      return option ? 'stock-option' : 'stock-future';
  }
}

function priceLimitTiers(instrument: Instrument, policy: Policy): readonly Tier[] | null {
  if (instrument.segment !== 'FO') return null;
  if (instrument.kind === 'option') return policy.priceLimits.option;
  return policy.priceLimits[instrument.settlement === 'cash' ? 'index-future' : 'stock-future'];
}

/** Nobody to trade with and the price stands at its band: not an error, a state of the market. */
export function isCircuitLocked(instrument: Instrument, side: Side, quote: Quote | null): boolean {
  if (quote === null) return false;
  if (side === 'buy') {
    return instrument.upperBandE4 > 0 && quote.askQuantity === 0 && quote.bidE4 >= instrument.upperBandE4;
  }
  return (
    instrument.lowerBandE4 > 0 &&
    quote.bidQuantity === 0 &&
    quote.askE4 > 0 &&
    quote.askE4 <= instrument.lowerBandE4
  );
}

/** A long option that nobody bids for and that last traded at its lowest price is left to expire. */
export function isWorthless(instrument: Instrument, side: Side, quote: Quote | null): boolean {
  if (instrument.kind !== 'option' || side !== 'sell' || quote === null) return false;
  return quote.bidQuantity === 0 && quote.lastE4 > 0 && quote.lastE4 <= instrument.tickE4;
}
