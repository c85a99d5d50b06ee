/** What an exit does after the exchange refused one of its orders. */
export type AfterReject =
  'smaller' | 'reprice' | 'ioc-only' | 'limits-only' | 'later' | 'market-shut' | 'never-reached' | 'give-up';

/**
 * Read from the exchange's own words, because neither FIX nor NNF has a common code for these. The first is the orders
 * service's own, for an order that is proven lost on the way. Order matters:
 * "market order not allowed in auction" is about the market order.
 */
const CAUSES: readonly (readonly [RegExp, AfterReject])[] = [
  [/never reached the exchange/i, 'never-reached'],
  [/risk.?reduction|\brrm\b|ioc (orders? )?only|only ioc/i, 'ioc-only'],
  [/market orders?/i, 'limits-only'],
  [/freeze|quantity.*(exceed|limit|too (large|big))|exceed.*quantity/i, 'smaller'],
  [
    /lpp|price band|\bband\b|price range|operating range|circuit limit|\bdpr\b|outside.*price|price.*outside/i,
    'reprice',
  ],
  [/throttl|message rate|rate limit|too many|busy|try again|temporar/i, 'later'],
  [/halt|suspend|not open|pre-?open|market.*closed|session/i, 'market-shut'],
];

/** A rejection whose cure is unknown is not tried again: the row says what the exchange said. */
export function afterReject(text: string): AfterReject {
  return CAUSES.find(([words]) => words.test(text))?.[1] ?? 'give-up';
}
