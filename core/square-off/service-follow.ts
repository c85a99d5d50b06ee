import type { Entry, Fact } from '#core/events.ts';
import type { ExchangeOrderId, RunId } from '#core/model/ids.ts';
import type { LiveRow, LiveRows } from './live.ts';

interface Following {
  readonly rows: LiveRows;
  /** Main's orders whose cancel is still awaited. */
  readonly awaited: Set<ExchangeOrderId>;
  readonly approved: (runId: RunId) => void;
  readonly goesOn: (runId: RunId) => void;
  readonly reopen: (live: LiveRow) => void;
}

/** Fills and their reversals move what longs may go; a cancelled long gives its room to the next. */
const MOVES_HEDGE: ReadonlySet<Fact['kind']> = new Set<Fact['kind']>([
  'order-filled',
  'fill-busted',
  'fill-corrected',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-withdrawn',
]);

/** These may concern any row: a link, a market, a day. */
const CONCERNS_ALL: ReadonlySet<Fact['kind']> = new Set<Fact['kind']>([
  'link-up',
  'link-down',
  'venue-recovered',
  'session-reset',
  'trading-session-changed',
  'instruments-imported',
  'day-rolled',
]);

/** From a fact to the rows that must be looked at because of it. */
export function createFollower(following: Following): (entry: Entry) => void {
  const { rows } = following;
  return ({ fact }) => {
    if (CONCERNS_ALL.has(fact.kind)) rows.markAll();
    else if ('orderId' in fact) followOrder(rows, fact);
    else if ('runId' in fact) followRun(following, fact);
    else if (fact.kind === 'foreign-order-ended' || fact.kind === 'foreign-cancel-refused') {
      following.awaited.delete(fact.exchangeOrderId);
    } else if (fact.kind === 'foreign-fill-seen' || fact.kind === 'foreign-order-seen') {
      rows.markContract(fact.account, fact.instrumentId);
    }
  };
}

function followOrder(rows: LiveRows, fact: Extract<Fact, { orderId: unknown }>): void {
  if (fact.kind === 'order-planned') {
    if (fact.runId !== null) rows.attach(fact.runId, fact.terms, fact.orderId);
    return;
  }
  const live = rows.ofOrder(fact.orderId);
  if (live === undefined) return;
  rows.mark(live);
  if (MOVES_HEDGE.has(fact.kind)) rows.markGroup(live);
}

function followRun(following: Following, fact: Extract<Fact, { runId: RunId }>): void {
  const { rows } = following;
  switch (fact.kind) {
    case 'plan-approved':
      return following.approved(fact.runId);
    case 'run-resumed':
    case 'run-stopped':
      return following.goesOn(fact.runId);
    case 'hedge-released': {
      const live = rows.get(fact.runId, fact);
      if (live !== undefined) following.reopen(live);
      return;
    }
    case 'row-flat':
    case 'row-left-over': {
      const live = rows.get(fact.runId, fact);
      if (live !== undefined) rows.markGroup(live);
      return;
    }
    case 'run-paused':
    case 'run-ended':
    case 'leftover-settled':
      return;
  }
}
