import { ExchangeOrderId, OrderId, PlanId, RunId, VenueId } from '#core/model/ids.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import type { PositionShown } from '#core/positions/contract.ts';
import type { DryRunShown, LeftoverShown, RunShown } from '#renderer/api/shapes.ts';

const VENUE = VenueId.parse('nse-fo');
export const FAKE_RUN = RunId.parse('R-2026-11-23-desk-1-1-812');

type PlanRow = DryRunShown['plan']['rows'][number];

function planRow(row: PositionShown, n: number, nowMs: number): PlanRow {
  const { account, instrumentId, product } = row;
  const size = Math.abs(row.net);
  const priceE4 = row.price?.priceE4 ?? 100_000;
  return {
    account,
    instrumentId,
    product,
    quantity: row.net,
    side: row.closingSide ?? 'sell',
    venue: VENUE,
    worstPriceE4: Math.round((priceE4 * 1.03) / 500) * 500,
    leg: row.net < 0 ? 'short-option' : 'long-option',
    deadlineMs: nowMs + 25 * 60_000,
    slices: [Math.ceil(size / 2), Math.floor(size / 2)].filter((slice) => slice > 0),
    lots: Math.max(1, Math.round(size / 65)),
    notionalE4: priceE4 * size,
    priceE4,
    timeInForce: 'IOC',
    reference: {
      priceE4,
      source: 'live',
      ageMs: 700,
      cappedBy: n % 3 === 0 ? 'limit-price-protection' : 'market-protection',
    },
    bookSharePercent: n % 7 === 0 ? 240 : 12,
    circuitLocked: n % 13 === 5,
    unproven: false,
    marginFreedE4: 1_200_000_000,
    afterCancel: n % 6 === 1 ? 1 : 0,
    deadlineCause: 'mis-cut-off',
    expectedMs: nowMs + 60_000,
    missesDeadline: n % 19 === 4,
    ifLeftOpen: 'Receive 500 RELIANCE, Rs 7.1 lakh.',
  };
}

export function fakeDryRun(rows: readonly PositionShown[], nowMs: number): DryRunShown {
  const closed = rows.filter((row) => row.product === 'MIS' && row.proof === 'proven' && row.net !== 0);
  const left = rows.filter((row) => row.net !== 0 && (row.product !== 'MIS' || row.proof === 'unproven'));
  const plan = closed.map((row, n) => planRow(row, n, nowMs));
  return {
    planId: PlanId.parse('P-5f1c'),
    planHash: '5f1c9a'.padEnd(64, '0'),
    expiresAtMs: nowMs + 180_000,
    plan: {
      cancels: {
        orders: [],
        foreign: [ExchangeOrderId.parse('1100000000012345')],
        massCancelOffered: [VENUE],
      },
      conversions: [],
      rows: plan,
      leftovers: left.map(({ account, instrumentId, product, net, proof }) => ({
        account,
        instrumentId,
        product,
        quantity: net,
        reason: proof === 'unproven' ? 'unproven' : product === 'CNC' ? 'not-in-exit-all' : 'no-authority',
        text:
          proof === 'unproven'
            ? 'Drop copy is down since 14:41: one at a time, read back.'
            : `${product} needs the client’s authority.`,
      })),
      elsewhere: [],
      totals: {
        rows: plan.length,
        orders: plan.reduce((sum, row) => sum + row.slices.length, 0),
        messages: plan.length * 2,
        notionalE4: String(plan.reduce((sum, row) => sum + row.notionalE4, 0)),
        marginFreedE4: String(plan.length * 1_200_000_000),
        missing: plan.filter((row) => row.missesDeadline).length,
        unproven: 0,
      },
      flatByMs: nowMs + 312_000,
    },
  };
}

export function fakeRun(rows: readonly PositionShown[], nowMs: number, state: RunShown['state']): RunShown {
  const open = rows.slice(0, 40).map(({ account, instrumentId, product, net }, n) => ({
    account,
    instrumentId,
    product,
    quantity: net,
    filled: n % 4 === 0 ? Math.abs(net) >> 1 : 0,
    state: 'open' as const,
    inDoubt: n === 3,
    waitsFor: n % 5 === 2 ? 'hedge' : n === 3 ? 'answer' : 'rate',
    askHedge: n === 7,
  }));
  return {
    runId: FAKE_RUN,
    planId: PlanId.parse('P-5f1c'),
    state,
    why: state === 'paused' ? 'paused by key' : '',
    approvedAtMs: nowMs - 70_000,
    by: ['dealer-7'],
    rows: 1_204,
    flatRows: 611,
    leftoverRows: 14,
    openRows: 579,
    planned: 1_160,
    sent: 1_302,
    working: 37,
    inDoubt: 2,
    rejected: 5,
    quantity: 812_400,
    filled: 398_120,
    flatByMs: state === 'running' ? nowMs + 204_000 : null,
    open,
  };
}

export function fakeLeftovers(rows: readonly PositionShown[], nowMs: number): LeftoverShown[] {
  const reasons = ['odd-lot', 'circuit-locked', 'no-live-price', 'hedge-held', 'main-order-pinned'] as const;
  return rows.slice(50, 64).map(({ account, instrumentId, product, net }, n) => ({
    account,
    instrumentId,
    product,
    quantity: net,
    reason: reasons[n % reasons.length] ?? 'odd-lot',
    text: 'Locked at its upper band since 14:52; nobody sells.',
    runId: FAKE_RUN,
    atMs: nowMs - 20_000 - n * 1_000,
    settled: n === 2 ? { how: 'give-to-rms', by: 'dealer-7', note: 'RMS desk told, 14:58' } : null,
  }));
}

const STATUSES = [
  'FILLED',
  'FILLED',
  'PARTIALLY_FILLED',
  'NEW',
  'REJECTED',
  'PENDING_NEW',
  'CANCELED',
  'IN_DOUBT',
] as const;

export function fakeOrders(rows: readonly PositionShown[], nowMs: number): OrderShown[] {
  return rows.slice(0, 400).map((row, n) => {
    const status = n === 3 || n === 9 ? 'IN_DOUBT' : (STATUSES[n % 7] ?? 'FILLED');
    const quantity = Math.max(1, Math.abs(row.net));
    const filledQuantity = status === 'FILLED' ? quantity : status === 'PARTIALLY_FILLED' ? quantity >> 1 : 0;
    const answered = status !== 'PENDING_NEW' && status !== 'IN_DOUBT';
    return {
      orderId: OrderId.parse(`20261123-desk-1-${n + 1}`),
      venue: VENUE,
      account: row.account,
      instrumentId: row.instrumentId,
      product: row.product,
      side: row.closingSide ?? 'sell',
      type: 'limit',
      timeInForce: 'IOC',
      quantity,
      priceE4: row.price?.priceE4 ?? null,
      status,
      tradingDate: '2026-11-23',
      exchangeOrderId: answered ? `11000000000${n}` : null,
      filledQuantity,
      filledValueE4: 0,
      toldQuantity: filledQuantity,
      takenBackQuantity: 0,
      reserved: status === 'NEW' || status === 'IN_DOUBT' || status === 'PENDING_NEW' ? quantity : 0,
      doubt: status === 'IN_DOUBT' ? 'link-lost' : '',
      runId: FAKE_RUN,
      slice: 1,
      evidence: {
        authority: 'mis-cut-off',
        reference: 'MIS',
        channel: 'policy',
        instructedAtMs: nowMs,
        by: 'dealer-7',
      },
      fundsE4: 0,
      cancelCause: null,
      text: status === 'REJECTED' ? '16388: price outside the execution range' : '',
      plannedAtMs: nowMs - 62_000,
      sentAtMs: nowMs - 60_000 + n * 40,
      answeredAtMs: answered ? nowMs - 60_000 + n * 40 + 3 + (n % 17) : 0,
      endedAtMs: 0,
    };
  });
}
