/**
 * The plan of an exit: pure, from positions, orders, contracts, market and clock to what would be sent, and to
 * a named reason for every unit that would not. Entry point: `makePlan`. Rules by file: authority, quantity
 * (nets over products, pins), slices, risk order, price, rate.
 */
import { present } from '#core/lib/assert.ts';
import { deadlineOf, phaseAt } from '#core/model/calendar.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { valueE4 } from '#core/model/instrument.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { Leftover, LeftoverReason, RowKey } from './events.ts';
import { authorise } from './plan-authority.ts';
import { ifLeftOpen } from './plan-consequence.ts';
import { UNKNOWN_CONTRACT, unfit } from './plan-fit.ts';
import type { Unfit } from './plan-fit.ts';
import { rowKey } from './plan-input.ts';
import type { Conversion, Plan, PlanInput, PlanRow, RequestedRow, VenueView } from './plan-input.ts';
import { cancellable, contractBooks, contractKey, conversionsOf, rowQuantity } from './plan-quantity.ts';
import type { ContractBook } from './plan-quantity.ts';
import { compareRows, expectedTimes } from './plan-rate.ts';
import { groupOf, hedgesOf, legOf } from './plan-risk.ts';
import { fairSlice, orderLimit, slicesOf, wholeLots } from './plan-slices.ts';
import { isCircuitLocked, isWorthless, priceOrder } from './price.ts';
import { canonicalText, marginFreedE4, totalsOf } from './plan-text.ts';

interface Draft {
  readonly rows: PlanRow[];
  readonly leftovers: Leftover[];
  readonly elsewhere: RowKey[];
}

/** Makes the plan of a request. Same input, same plan, same canonical text. */
export function makePlan(input: PlanInput): Plan {
  const books = contractBooks(input);
  const draft: Draft = { rows: [], leftovers: [], elsewhere: [] };
  const asked = askedRows(input);
  const touched = new Set<string>();
  for (const { row, requested } of asked) {
    const key = contractKey(row);
    touched.add(key);
    planRow(input, row, requested, present(books.get(key), 'the book of every row'), draft);
  }
  const slowed = shareBook(input, draft.rows).sort(compareRows);
  const cancels = cancelStep(input, books, touched);
  const rows = withTimes(input, slowed, cancels.perVenue);
  const conversions: Conversion[] = [];
  for (const key of touched)
    conversions.push(...conversionsOf(present(books.get(key), 'the book of every row')));
  const hedges = hedgesOf(input, rows);
  const leftovers = [...draft.leftovers].sort((one, other) => (rowKey(one) < rowKey(other) ? -1 : 1));
  const whole = { cancels: cancels.step, conversions, rows, leftovers, hedges, elsewhere: draft.elsewhere };
  return {
    ...whole,
    totals: totalsOf(rows, leftovers, cancels.step),
    flatByMs: rows.reduce((latest, row) => Math.max(latest, row.expectedMs), input.nowMs),
    canonical: canonicalText(input, whole),
  };
}

/** The rows in question: MIS before carried products, so that the shared net of a contract goes to it first. */
function askedRows(input: PlanInput): readonly { row: PositionRow; requested: RequestedRow | null }[] {
  const { scope } = input.request;
  const open = input.rows.filter((row) => row.netLow !== 0 || row.netHigh !== 0);
  if (scope.kind === 'all') {
    return open.map((row) => ({ row, requested: null })).sort((one, other) => byProduct(one.row, other.row));
  }
  const byKey = new Map(open.map((row) => [rowKey(row), row]));
  const asked: { row: PositionRow; requested: RequestedRow | null }[] = [];
  const seen = new Set<string>();
  for (const requested of scope.rows) {
    const key = rowKey(requested);
    const row = byKey.get(key);
    if (row === undefined || seen.has(key)) continue;
    seen.add(key);
    asked.push({ row, requested });
  }
  return asked.sort((one, other) => byProduct(one.row, other.row));
}

const PRODUCT_ORDER = { MIS: 0, NRML: 1, CNC: 2 } as const;

function byProduct(one: PositionRow, other: PositionRow): number {
  return PRODUCT_ORDER[one.product] - PRODUCT_ORDER[other.product];
}

function planRow(
  input: PlanInput,
  row: PositionRow,
  requested: RequestedRow | null,
  book: ContractBook,
  draft: Draft,
): void {
  const net = Math.abs(row.netLow) > Math.abs(row.netHigh) ? row.netLow : row.netHigh;
  const leave = (quantity: number, reason: LeftoverReason, text: string): void => {
    draft.leftovers.push({
      ...keyOf(row),
      quantity: Math.sign(net) * quantity,
      reason,
      text,
    });
  };
  const asked = Math.min(requested?.quantity ?? Math.abs(net), Math.abs(net));
  const instrument = input.instrument(row.instrumentId);
  const refused = instrument === null ? UNKNOWN_CONTRACT : unfit(input, row, requested, instrument);
  if (instrument === null || refused !== null) {
    const { reason, text } = refused ?? UNKNOWN_CONTRACT;
    return leave(asked, reason, text);
  }
  const authority = authorise(input, row, instrument, requested);
  if (!authority.ok) return leave(asked, authority.reason, authority.text);
  const quantity = rowQuantity(input, row, book, asked);
  for (const rest of quantity.rest) leave(rest.quantity, rest.reason, rest.text);
  if (quantity.elsewhere > 0) draft.elsewhere.push(row);
  const limit = orderLimit(instrument, input.policy);
  if (limit === 0 && quantity.close > 0) {
    return leave(
      quantity.close,
      'freeze-unknown',
      'no freeze quantity is loaded and no default is configured',
    );
  }
  const { whole, odd } = wholeLots(quantity.close, instrument.lotSize);
  if (odd > 0) leave(odd, 'odd-lot', `less than a lot of ${instrument.lotSize} can not be ordered`);
  if (whole === 0) return;
  const priced = pricedRow(input, row, requested, instrument, {
    whole,
    limit,
    net,
    evidence: authority.evidence,
  });
  if ('reason' in priced) return leave(whole, priced.reason, priced.text);
  draft.rows.push({ ...priced, afterCancel: quantity.afterCancel });
}

interface Sizing {
  readonly whole: number;
  readonly limit: number;
  readonly net: number;
  readonly evidence: PlanRow['evidence'];
}

function pricedRow(
  input: PlanInput,
  row: PositionRow,
  requested: RequestedRow | null,
  instrument: Instrument,
  sizing: Sizing,
): PlanRow | Unfit {
  const { nowMs, policy } = input;
  const phase = phaseAt(
    policy.calendar,
    instrument,
    nowMs,
    input.session(instrument.exchange, instrument.segment),
  );
  const deadline = deadlineOf(policy.calendar, instrument, row.product, nowMs);
  if (phase === 'closed' || deadline === null) {
    return { reason: 'market-closed', text: `the market of ${instrument.symbol} is closed` };
  }
  const side = present(row.closingSide, 'the closing side of a row with a certain sign');
  const quote = input.quote(row.instrumentId);
  if (isWorthless(instrument, side, quote)) {
    return { reason: 'let-expire', text: 'nobody bids for it and it last traded at its lowest price' };
  }
  const venue: VenueView = present(input.venue(instrument), 'the venue of a row that has one');
  const priced = priceOrder({
    instrument,
    side,
    phase,
    quote,
    fileAsOfMs: input.fileAsOfMs(instrument),
    dealerLimitE4: requested?.limitE4 ?? null,
    approvedWorstE4: 0,
    step: 0,
    capabilities: venue.capabilities,
    limitsOnly: false,
    nowMs,
    policy,
  });
  if (priced === null)
    return { reason: 'no-live-price', text: 'no live quote, no fresh file price, no limit given' };
  const shownE4 = priced.priceE4 ?? priced.reference?.priceE4 ?? 0;
  const signed = Math.sign(sizing.net) * sizing.whole;
  const visible = visibleQuantity(quote, side);
  return {
    ...keyOf(row),
    quantity: signed,
    worstPriceE4: priced.worstE4,
    evidence: sizing.evidence,
    leg: legOf(instrument, sizing.net),
    group: groupOf(row.account, instrument),
    deadlineMs: deadline.dueMs,
    sliceQuantity: sizing.limit,
    proprietary: input.isProprietary(row.account),
    limitE4: requested?.limitE4 ?? 0,
    side,
    venue: venue.venue,
    lots: sizing.whole / instrument.lotSize,
    notionalE4: valueE4(instrument, shownE4, sizing.whole),
    priceE4: priced.priceE4,
    timeInForce: priced.timeInForce,
    reference: priced.reference,
    bookSharePercent: visible > 0 ? Math.round((sizing.whole * 100) / visible) : null,
    unproven: row.proof === 'unproven',
    circuitLocked: isCircuitLocked(instrument, side, quote),
    ...UNTIMED,
    marginFreedE4: marginFreedE4(instrument, sizing.net, valueE4(instrument, shownE4, sizing.whole), policy),
    deadlineCause: deadline.why,
    ifLeftOpen: ifLeftOpen(instrument, row.product, signed, shownE4, input.tradingDate),
  };
}

function keyOf({ account, instrumentId, product }: RowKey): RowKey {
  return { account, instrumentId, product };
}

/** What a row learns only among the others: its slices, its time, what step one frees. */
const UNTIMED = { slices: [], afterCancel: 0, expectedMs: 0, missesDeadline: false } as const;

function visibleQuantity(quote: ReturnType<PlanInput['quote']>, side: 'buy' | 'sell'): number {
  if (quote === null) return 0;
  return side === 'buy' ? quote.askQuantity : quote.bidQuantity;
}

/** Cuts rows into slices; smaller equal ones where several clients want more than the book shows. */
function shareBook(input: PlanInput, rows: readonly PlanRow[]): PlanRow[] {
  const demands = new Map<string, { accounts: Set<string>; quantity: number; largest: number }>();
  for (const row of rows) {
    const key = `${row.instrumentId}|${row.side}`;
    const demand = demands.get(key) ?? { accounts: new Set<string>(), quantity: 0, largest: 0 };
    demand.accounts.add(row.account);
    demand.quantity += Math.abs(row.quantity);
    demand.largest = Math.max(demand.largest, Math.abs(row.quantity));
    demands.set(key, demand);
  }
  return rows.map((row) => {
    const { accounts, quantity, largest } = present(
      demands.get(`${row.instrumentId}|${row.side}`),
      'the demand of a row',
    );
    const instrument = present(input.instrument(row.instrumentId), 'the contract of a planned row');
    const visible = visibleQuantity(input.quote(row.instrumentId), row.side);
    const sliceQuantity = fairSlice(
      { clients: accounts.size, quantity, largest },
      visible,
      instrument,
      row.sliceQuantity,
    );
    return { ...row, sliceQuantity, slices: slicesOf(Math.abs(row.quantity), sliceQuantity) };
  });
}

/** Step one: our own and main's resting orders in the contracts of the plan. */
function cancelStep(
  input: PlanInput,
  books: ReadonlyMap<string, ContractBook>,
  touched: ReadonlySet<string>,
): { step: Plan['cancels']; perVenue: Map<VenueId, number> } {
  const step = {
    orders: [] as Plan['cancels']['orders'][number][],
    foreign: [] as Plan['cancels']['foreign'][number][],
  };
  const perVenue = new Map<VenueId, number>();
  const offered = new Set<VenueId>();
  for (const key of touched) {
    const book = present(books.get(key), 'the book of every row');
    const { own, foreign } = cancellable(input, book);
    for (const order of own) step.orders.push(order.orderId);
    for (const order of foreign) step.foreign.push(order.exchangeOrderId);
    for (const { venue } of [...own, ...foreign]) perVenue.set(venue, (perVenue.get(venue) ?? 0) + 1);
    const instrument = foreign[0] === undefined ? null : input.instrument(foreign[0].instrumentId);
    const view = instrument === null ? null : input.venue(instrument);
    if (view?.capabilities.massCancel === true) offered.add(view.venue);
  }
  return { step: { ...step, massCancelOffered: [...offered] }, perVenue };
}

function withTimes(
  input: PlanInput,
  rows: readonly PlanRow[],
  cancels: ReadonlyMap<VenueId, number>,
): PlanRow[] {
  const rates = new Map<VenueId, number>();
  for (const row of rows) {
    if (rates.has(row.venue)) continue;
    const instrument = present(input.instrument(row.instrumentId), 'the contract of a planned row');
    rates.set(row.venue, input.venue(instrument)?.ratePerSecond ?? Infinity);
  }
  const paced = rows.map((row) => ({ venue: row.venue, slices: row.slices, row }));
  const times = expectedTimes(paced, cancels, (venue) => rates.get(venue) ?? Infinity, input.nowMs);
  return rows.map((row, index) => {
    const expectedMs = present(times[index], 'a time for every row');
    return { ...row, expectedMs, missesDeadline: expectedMs > row.deadlineMs };
  });
}
