import { DEFAULT_CALENDAR } from '#core/model/calendar.ts';
import type { Calendar } from '#core/model/calendar.ts';
import { E4 } from '#core/model/price.ts';

/** A row of a price table: applies to reference prices up to and including `uptoE4`. */
export interface Tier {
  readonly uptoE4: number;
  /** Hundredths of a per cent of the reference; 0 when the tier is an amount. */
  readonly basisPoints: number;
  /** Ten-thousandths of a rupee; 0 when the tier is a share of the reference. */
  readonly amountE4: number;
}

/** What a broker decides about its exits. Every number is configuration; these are the shipped defaults. */
export interface Policy {
  readonly calendar: Calendar;
  /** MIS may be in an exit-all before its cut-off without further authority. */
  readonly misMayBeClosedBeforeCutOff: boolean;
  /** Market orders where the venue takes them; false: always protected limits. */
  readonly preferMarketOrders: boolean;
  /** Age up to which a live quote, and the price of the day's file, may be a reference. */
  readonly liveMaxAgeMs: number;
  readonly fileMaxAgeMs: number;
  /** Market protection percentages by kind; limit-price protection by kind (F&O only). */
  readonly protection: Readonly<Record<ProtectionKind, readonly Tier[]>>;
  readonly priceLimits: Readonly<Record<'index-future' | 'stock-future' | 'option', readonly Tier[]>>;
  /** Closing auction: distance from the reference within which the exchange keeps an order. */
  readonly auctionBandBasisPoints: number;
  /** Units of one order when the exchange's freeze quantity is unknown; 0: such a row is a leftover. */
  readonly defaultFreezeLots: number;
  /** Steps from the first price to the edge of what is allowed. */
  readonly requoteSteps: number;
  /** Persons who must approve an exit; an unproven row may need more. */
  readonly personsRequired: number;
  readonly personsForUnproven: number;
  /** Margin of a future or a short option, in basis points of its notional; a prediction, never a refusal. */
  readonly marginBasisPoints: Readonly<
    Record<'index' | 'stock' | 'currency' | 'commodity' | 'equity', number>
  >;
  readonly waits: Waits;
}

/** Every wait of a run is bounded by one of these; reaching it puts the row on the leftovers board. */
export interface Waits {
  /** A working order stands this long before it is requoted; the last one stands `lastQuoteMs`. */
  readonly requoteMs: number;
  readonly lastQuoteMs: number;
  /** No word about a request while the link is up; an order in doubt while the venue is recovered. */
  readonly answerMs: number;
  readonly doubtMs: number;
  readonly linkMs: number;
  readonly priceMs: number;
  readonly circuitMs: number;
  /** Main's or our earlier orders asked to be cancelled. */
  readonly cancelMs: number;
  /** Quantity that ought to be free and is not. */
  readonly quantityMs: number;
  /** An account that takes no automation: while an excess is being cancelled, or until a person decides. */
  readonly blockedMs: number;
  /** After a row's last trading moment: for the exchange's last words. */
  readonly graceMs: number;
  /** After a rejection that a pause may cure. */
  readonly retryMs: number;
  readonly approvalMs: number;
  readonly resumeMs: number;
  /** A held hedge asks the dealer this long before its deadline. */
  readonly askBeforeMs: number;
  readonly runMs: number;
}

export type ProtectionKind =
  | 'cash'
  | 'index-future'
  | 'stock-future'
  | 'index-option'
  | 'stock-option'
  | 'commodity-future'
  | 'commodity-option'
  | 'currency-future'
  | 'currency-option';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const flat = (basisPoints: number): readonly Tier[] => [{ uptoE4: NO_LIMIT, basisPoints, amountE4: 0 }];
const optionTiers = (...basisPoints: readonly [number, number, number, number]): readonly Tier[] => [
  { uptoE4: 10 * E4 - 1, basisPoints: basisPoints[0], amountE4: 0 },
  { uptoE4: 20 * E4, basisPoints: basisPoints[1], amountE4: 0 },
  { uptoE4: 50 * E4, basisPoints: basisPoints[2], amountE4: 0 },
  { uptoE4: NO_LIMIT, basisPoints: basisPoints[3], amountE4: 0 },
];

/**
 * Market protection as one large broker publishes it; limit-price protection as NSE's FAQ states it.
 * Both are re-issued by circular and table: configuration replaces them.
 */
export const DEFAULT_POLICY: Policy = {
  calendar: DEFAULT_CALENDAR,
  misMayBeClosedBeforeCutOff: false,
  preferMarketOrders: true,
  liveMaxAgeMs: 5000,
  fileMaxAgeMs: 12 * 3_600_000,
  protection: {
    cash: flat(50),
    'index-future': flat(50),
    'stock-future': flat(100),
    'index-option': optionTiers(2000, 1000, 500, 250),
    'stock-option': optionTiers(4000, 2000, 1000, 500),
    'commodity-future': flat(100),
    'commodity-option': optionTiers(2000, 1000, 500, 250),
    'currency-future': flat(50),
    'currency-option': flat(1000),
  },
  priceLimits: {
    'index-future': [
      { uptoE4: 10_000 * E4, basisPoints: 0, amountE4: 200 * E4 },
      { uptoE4: NO_LIMIT, basisPoints: 200, amountE4: 0 },
    ],
    'stock-future': [
      { uptoE4: 50 * E4, basisPoints: 0, amountE4: (3 * E4) / 2 },
      { uptoE4: NO_LIMIT, basisPoints: 300, amountE4: 0 },
    ],
    option: [
      { uptoE4: 50 * E4, basisPoints: 0, amountE4: 20 * E4 },
      { uptoE4: NO_LIMIT, basisPoints: 4000, amountE4: 0 },
    ],
  },
  auctionBandBasisPoints: 300,
  defaultFreezeLots: 0,
  requoteSteps: 6,
  personsRequired: 1,
  personsForUnproven: 1,
  marginBasisPoints: { index: 1200, stock: 2000, currency: 300, commodity: 1000, equity: 2000 },
  waits: {
    requoteMs: 2000,
    lastQuoteMs: 10_000,
    answerMs: 20_000,
    doubtMs: 30_000,
    linkMs: 300_000,
    priceMs: 30_000,
    circuitMs: 60_000,
    cancelMs: 10_000,
    quantityMs: 10_000,
    blockedMs: 15_000,
    graceMs: 30_000,
    retryMs: 500,
    approvalMs: 120_000,
    resumeMs: 15 * 60_000,
    askBeforeMs: 5 * 60_000,
    runMs: 12 * 3_600_000,
  },
};
