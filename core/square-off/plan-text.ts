import { assetClassOf } from '#core/model/instrument.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Leftover } from './events.ts';
import type { Plan, PlanInput, PlanRow } from './plan-input.ts';
import type { Policy } from './policy.ts';

/**
 * Predicted margin that closing frees, ten-thousandths of a rupee: a share of the notional for futures and
 * short options, the premium for a long one. Shown and journalled; it never refuses an order that reduces.
 */
export function marginFreedE4(
  instrument: Instrument,
  net: number,
  notionalE4: number,
  policy: Policy,
): number {
  const size = Math.abs(notionalE4);
  if (instrument.kind === 'option' && net > 0) return size;
  return Math.floor((size * policy.marginBasisPoints[marginClass(instrument)]) / 10_000);
}

function marginClass(instrument: Instrument): keyof Policy['marginBasisPoints'] {
  switch (assetClassOf(instrument)) {
    case 'equity':
      return 'equity';
    case 'currency':
      return 'currency';
    case 'commodity':
      return 'commodity';
    case 'fno':
      return instrument.settlement === 'cash' ? 'index' : 'stock';
  }
}

/** Sums of the dry run; book-wide amounts as exact decimal text of ten-thousandths. */
export function totalsOf(
  rows: readonly PlanRow[],
  leftovers: readonly Leftover[],
  cancels: Plan['cancels'],
): Plan['totals'] {
  let orders = 0;
  let notionalE4 = 0n;
  let marginE4 = 0n;
  let missing = 0;
  for (const row of rows) {
    orders += row.slices.length;
    notionalE4 += BigInt(row.notionalE4);
    marginE4 += BigInt(row.marginFreedE4);
    if (row.missesDeadline) missing += 1;
  }
  return {
    rows: rows.length,
    orders,
    messages: orders + cancels.orders.length + cancels.foreign.length,
    notionalE4: notionalE4.toString(),
    marginFreedE4: marginE4.toString(),
    missing,
    unproven: leftovers.filter((leftover) => leftover.reason === 'unproven').length,
  };
}

/** What an approval binds: who, what, how much, at worst at which price, by which authority; one line each. */
export function canonicalText(
  input: PlanInput,
  plan: Pick<Plan, 'cancels' | 'rows' | 'leftovers' | 'hedges' | 'conversions'>,
): string {
  const lines = [['plan', 1, input.tradingDate, input.nowMs, input.request.by]];
  const say = (...parts: (string | number)[]): void => void lines.push(parts);
  for (const orderId of plan.cancels.orders) say('cancel', orderId);
  for (const exchangeOrderId of plan.cancels.foreign) say('cancel-foreign', exchangeOrderId);
  for (const row of plan.rows) {
    const { account, instrumentId, product, quantity, worstPriceE4, evidence } = row;
    say(
      'row',
      account,
      instrumentId,
      product,
      quantity,
      worstPriceE4,
      evidence.authority,
      evidence.reference,
    );
    say('slices', ...row.slices);
  }
  for (const one of plan.leftovers)
    say('leftover', one.account, one.instrumentId, one.product, one.quantity, one.reason);
  for (const hedge of plan.hedges)
    say('hedge', hedge.group, hedge.longLots, hedge.shortInitial, hedge.futureInitial);
  for (const one of plan.conversions)
    say('convert', one.account, one.instrumentId, one.from, one.to, one.quantity);
  return lines.map((parts) => JSON.stringify(parts)).join('\n');
}
