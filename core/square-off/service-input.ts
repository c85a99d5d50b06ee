import type { AccountId, RunId, VenueId } from '#core/model/ids.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { Order } from '#core/orders/port.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { OutsideOf } from '#core/sync/port.ts';
import type { Run } from './domain.ts';
import { isOver } from './plan-quantity.ts';
import type { ExitRequest, PlanInput } from './plan-input.ts';
import type { Surroundings } from './view.ts';

export interface InputDeps extends Surroundings {
  readonly ratePerSecond: (venue: VenueId) => number;
  readonly isProprietary: (account: AccountId) => boolean;
  readonly outside: OutsideOf;
  readonly runs: ReadonlyMap<RunId, Run>;
}

/** The world as a plan sees it now. An exit of named rows reads only the accounts of these rows. */
export function inputOf(deps: InputDeps, request: ExitRequest, nowMs: number): PlanInput {
  const { orders, positions, instruments, exchange, policy } = deps;
  const liveRuns = new Set<RunId>();
  for (const run of deps.runs.values()) {
    if (run.state === 'running' || run.state === 'stopping') liveRuns.add(run.runId);
  }
  const rows = rowsOf(deps, request);
  const live: Order[] = [];
  for (const order of orders.orders()) if (order.reserved > 0 || !isOver(order.status)) live.push(order);
  return {
    request,
    rows,
    orders: live,
    foreignOrders: orders.foreignOrders(),
    liveRuns,
    instrument: (instrumentId) => instruments.get(instrumentId),
    quote: (instrumentId) => exchange.quote(instrumentId),
    fileAsOfMs: deps.fileAsOfMs,
    session: (market, segment) => exchange.tradingSession(market, segment),
    venue: (instrument) => {
      const gateway = exchange.gatewayOf(instrument);
      if (gateway === null) return null;
      const { venue, capabilities } = gateway;
      return { venue, capabilities, ratePerSecond: deps.ratePerSecond(venue) };
    },
    outside: deps.outside,
    blocked: (account) => orders.blocked(account),
    shortfall: (account) => positions.shortfall(account),
    isProprietary: deps.isProprietary,
    nowMs,
    tradingDate: istDate(nowMs),
    policy,
  };
}

function rowsOf(deps: InputDeps, request: ExitRequest): readonly PositionRow[] {
  const { scope, within } = request;
  if (scope.kind === 'all') {
    return [...deps.positions.rows()].filter((row) => within?.has(row.account) ?? true);
  }
  const accounts = new Set(scope.rows.map((row) => row.account));
  return [...accounts].flatMap((account) => deps.positions.rowsOf(account));
}
