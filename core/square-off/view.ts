import { present } from '#core/lib/assert.ts';
import { deadlineOf, phaseAt } from '#core/model/calendar.ts';
import type { Phase } from '#core/model/calendar.ts';
import type { ExchangeOrderId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { closingSide } from '#core/model/side.ts';
import type { Side } from '#core/model/side.ts';
import type { ExchangePort } from '#core/exchange/port.ts';
import type { Order, OrdersPort } from '#core/orders/port.ts';
import type { InstrumentsPort, PositionsPort } from '#core/positions/port.ts';
import type { RowView } from './domain-row-view.ts';
import type { LiveRow, LiveRows } from './live.ts';
import { isOver } from './plan-quantity.ts';
import { releasableLots } from './plan-risk.ts';
import type { Policy } from './policy.ts';
import { isCircuitLocked, priceOrder } from './price.ts';
import type { Priced } from './price.ts';

/** What the square-off reads of its neighbours. */
export interface Surroundings {
  readonly orders: OrdersPort;
  readonly positions: PositionsPort;
  readonly instruments: InstrumentsPort;
  readonly exchange: ExchangePort;
  readonly policy: Policy;
  readonly fileAsOfMs: (instrument: Instrument) => number | null;
}

export function sideOf(live: LiveRow): Side {
  return present(closingSide(live.row.approved.quantity), 'the side of an approved row');
}

function ordersOf(around: Surroundings, live: LiveRow): readonly Order[] {
  return live.orderIds.map((orderId) => present(around.orders.order(orderId), `order ${orderId}`));
}

/** What the market of a contract takes now. */
export function phaseOf(around: Surroundings, instrument: Instrument, nowMs: number): Phase {
  const session = around.exchange.tradingSession(instrument.exchange, instrument.segment);
  return phaseAt(around.policy.calendar, instrument, nowMs, session);
}

/** The price of the row's next order, from the market of this moment; null when none may be trusted. */
export function priceRow(
  around: Surroundings,
  live: LiveRow,
  instrument: Instrument,
  nowMs: number,
): Priced | null {
  const gateway = around.exchange.gatewayOf(instrument);
  if (gateway === null) return null;
  const { approved } = live.row;
  const phase = phaseOf(around, instrument, nowMs);
  return priceOrder({
    instrument,
    side: sideOf(live),
    phase: live.memory.iocOnly && phase === 'continuous' ? 'risk-reduction' : phase,
    quote: around.exchange.quote(instrument.instrumentId),
    fileAsOfMs: around.fileAsOfMs(instrument),
    dealerLimitE4: approved.limitE4 > 0 ? approved.limitE4 : null,
    approvedWorstE4: approved.worstPriceE4,
    step: live.memory.step,
    capabilities: gateway.capabilities,
    limitsOnly: live.memory.limitsOnly,
    nowMs,
    policy: around.policy,
  });
}

/** Everything `decideRow` needs of the world; null while the contract is unknown (no file loaded yet). */
export function viewRow(
  around: Surroundings,
  rows: LiveRows,
  live: LiveRow,
  nowMs: number,
  awaited: ReadonlySet<ExchangeOrderId>,
): RowView | null {
  const { approved } = live.row;
  const instrument = around.instruments.get(approved.instrumentId);
  if (instrument === null) return null;
  const side = sideOf(live);
  const { orders, positions, exchange, policy } = around;
  const own = ordersOf(around, live);
  const gateway = exchange.gatewayOf(instrument);
  const position = positions.row(approved);
  const reserved = orders.reserved(approved, side);
  const room = Math.min(positions.closable(approved, side) - reserved, contractRoom(around, approved, side));
  const mine = own.reduce((sum, order) => sum + order.reserved, 0);
  const quote = exchange.quote(approved.instrumentId);
  const planned = own.some((order) => order.status === 'PLANNED');
  return {
    row: live.row,
    instrument,
    orders: own,
    nowMs,
    policy,
    phase: phaseOf(around, instrument, nowMs),
    lastMs: deadlineOf(policy.calendar, instrument, approved.product, nowMs)?.lastMs ?? nowMs,
    venueReady: gateway?.ready() ?? false,
    paused: live.run.state === 'paused',
    stopping: live.run.state === 'stopping',
    blocked: orders.blocked(approved.account),
    room,
    netLow: position?.netLow ?? 0,
    netHigh: position?.netHigh ?? 0,
    pinned: Math.max(0, reserved - mine),
    cancelling: isCancelling(around, live, awaited),
    priced: !planned || priceRow(around, live, instrument, nowMs) !== null,
    circuitLocked: isCircuitLocked(instrument, side, quote),
    ...hedgeView(around, rows, live, instrument),
  };
}

/** I2 over all products of the contract. */
function contractRoom(around: Surroundings, key: LiveRow['row']['approved'], side: Side): number {
  const { account, instrumentId } = key;
  const { orders, positions } = around;
  let reserved = 0;
  for (const product of positions.products(account, instrumentId)) {
    reserved += orders.reserved({ account, instrumentId, product }, side);
  }
  return positions.closableOfContract(account, instrumentId, side) - reserved;
}

/** Step one still waits for a word about an order in this contract. */
function isCancelling(around: Surroundings, live: LiveRow, awaited: ReadonlySet<ExchangeOrderId>): boolean {
  const { own, foreign } = live.cancels;
  if (foreign.some((exchangeOrderId) => awaited.has(exchangeOrderId))) return true;
  return own.some((orderId) => {
    const order = around.orders.order(orderId);
    return order !== null && !isOver(order.status);
  });
}

/** Units of a long that fills of its shorts let go now, less what all longs of the group have sent. */
export function hedgeView(
  around: Surroundings,
  rows: LiveRows,
  live: LiveRow,
  instrument: Instrument,
): Pick<RowView, 'hedgeRoom' | 'riskDone'> {
  const { approved, hedgeReleased } = live.row;
  const hedge = live.run.hedges.get(approved.group);
  if (hedge === undefined || approved.leg !== 'long-option' || hedgeReleased)
    return { hedgeRoom: null, riskDone: true };
  let shortFilled = 0;
  let futureFilled = 0;
  let sentLots = 0;
  let riskDone = true;
  for (const member of rows.ofGroup(live)) {
    const own = ordersOf(around, member);
    if (member.row.approved.leg === 'long-option') {
      sentLots += sentUnits(own) / lotSizeOf(around, member);
      continue;
    }
    if (member.row.status === 'open') riskDone = false;
    const closed = own.reduce((sum, order) => sum + order.filledQuantity, 0);
    const gone = closed + (member.row.status === 'flat' ? member.row.left : 0);
    if (member.row.approved.leg === 'short-option') shortFilled += gone;
    else futureFilled += gone;
  }
  const lots = Math.max(0, releasableLots(hedge, shortFilled, futureFilled) - Math.ceil(sentLots));
  return { hedgeRoom: lots * instrument.lotSize, riskDone };
}

/** Filled, or on the way: everything but what is only planned. */
function sentUnits(orders: readonly Order[]): number {
  let units = 0;
  for (const order of orders)
    units += order.filledQuantity + (order.status === 'PLANNED' ? 0 : order.reserved);
  return units;
}

function lotSizeOf(around: Surroundings, live: LiveRow): number {
  return around.instruments.get(live.row.approved.instrumentId)?.lotSize ?? 1;
}
