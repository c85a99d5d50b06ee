import { present } from '#core/lib/assert.ts';
import type { PlanId, RunId, VenueId } from '#core/model/ids.ts';
import { isInDoubt, isOver } from './plan-quantity.ts';
import type { Run } from './domain.ts';
import type { RowKey } from './events.ts';
import type { LiveRows } from './live.ts';
import type { Surroundings } from './view.ts';
import { hedgeView } from './view.ts';

/** Rows named one by one in a status, at most; the counts are always whole. */
const ROWS_SHOWN_MAX = 500;

export interface RowStatus extends RowKey {
  readonly quantity: number;
  readonly filled: number;
  readonly state: 'open' | 'flat' | 'left';
  readonly inDoubt: boolean;
  readonly waitsFor: string;
  /** A hedge that is held near its deadline: the desk asks the dealer. */
  readonly askHedge: boolean;
}

/** A run as it stands: quantities in units, times in epoch milliseconds. */
export interface RunStatus {
  readonly runId: RunId;
  readonly planId: PlanId;
  readonly state: Run['state'];
  readonly why: string;
  readonly approvedAtMs: number;
  readonly by: readonly string[];
  readonly rows: number;
  readonly flatRows: number;
  readonly leftoverRows: number;
  readonly openRows: number;
  readonly planned: number;
  readonly sent: number;
  readonly working: number;
  readonly inDoubt: number;
  readonly rejected: number;
  readonly quantity: number;
  readonly filled: number;
  readonly flatByMs: number | null;
  /** Rows that are not over yet, the most urgent first. */
  readonly open: readonly RowStatus[];
}

/** Counts a run by its orders. O(rows of the run): asked for by a person, not by a tick. */
export function statusOf(
  around: Surroundings,
  engine: { readonly rows: LiveRows; readonly backlog: (venue: VenueId) => number },
  ratePerSecond: (venue: VenueId) => number,
  run: Run,
  nowMs: number,
): RunStatus {
  const count = { planned: 0, sent: 0, working: 0, inDoubt: 0, rejected: 0, filled: 0 };
  const filledOf = new Map<string, number>();
  const doubted = new Set<string>();
  for (const order of around.orders.ofRun(run.runId)) {
    const key = `${order.terms.account}|${order.terms.instrumentId}|${order.terms.product}`;
    filledOf.set(key, (filledOf.get(key) ?? 0) + order.filledQuantity);
    count.filled += order.filledQuantity;
    if (order.status === 'PLANNED') count.planned += 1;
    else if (order.status !== 'WITHDRAWN') count.sent += 1;
    if (order.status === 'REJECTED') count.rejected += 1;
    if (isInDoubt(order)) {
      count.inDoubt += 1;
      doubted.add(key);
    } else if (!isOver(order.status) && order.status !== 'PLANNED') count.working += 1;
  }
  const open: RowStatus[] = [];
  let quantity = 0;
  for (const row of run.rows.values()) {
    quantity += Math.abs(row.approved.quantity);
    if (row.status !== 'open' || open.length >= ROWS_SHOWN_MAX) continue;
    open.push(
      rowStatus(around, engine.rows, run, row.key, filledOf.get(row.key) ?? 0, doubted.has(row.key), nowMs),
    );
  }
  const { runId, planId, state, why, approvedAtMs, by, openRows, flatRows } = run;
  const leftoverRows = run.rows.size - flatRows - openRows;
  const flatByMs = state === 'running' ? flatBy(around, engine, ratePerSecond, nowMs) : null;
  const rows = run.rows.size;
  return {
    runId,
    planId,
    state,
    why,
    approvedAtMs,
    by,
    rows,
    flatRows,
    leftoverRows,
    openRows,
    ...count,
    quantity,
    flatByMs,
    open,
  };
}

/** When the last message that waits now is out, at the subscribed rate. */
function flatBy(
  around: Surroundings,
  engine: { readonly backlog: (venue: VenueId) => number },
  ratePerSecond: (venue: VenueId) => number,
  nowMs: number,
): number {
  let latest = nowMs;
  for (const venue of around.exchange.gateways.keys()) {
    latest = Math.max(latest, nowMs + Math.ceil((engine.backlog(venue) / ratePerSecond(venue)) * 1000));
  }
  return latest;
}

function rowStatus(
  around: Surroundings,
  rows: LiveRows,
  run: Run,
  key: string,
  filled: number,
  inDoubt: boolean,
  nowMs: number,
): RowStatus {
  const row = present(run.rows.get(key), 'a row of the run');
  const { account, instrumentId, product, quantity, deadlineMs } = row.approved;
  const live = rows.get(run.runId, row.approved);
  const instrument = around.instruments.get(instrumentId);
  const hedge = live === undefined || instrument === null ? null : hedgeView(around, rows, live, instrument);
  const held = hedge?.hedgeRoom === 0;
  const waitsFor = held ? 'hedge' : (live?.memory.wait?.kind ?? '');
  const askHedge = held && deadlineMs - nowMs <= around.policy.waits.askBeforeMs;
  return { account, instrumentId, product, quantity, filled, state: row.status, inDoubt, waitsFor, askHedge };
}
