import { describe, expect, it } from 'vitest';
import { contract, NOW } from '#tests/square-off/book.ts';
import { AccountId, RunId } from '#core/model/ids.ts';
import { decideRow } from './domain-row.ts';
import { newMemory, type RowView } from './domain-row-view.ts';
import { DEFAULT_POLICY } from './policy.ts';

const call = contract('NIFTY26NOV25000CE');

/** A row of 130 units of which another's resting order pins all; step one has asked for its cancel. */
const pinned: RowView = {
  row: {
    runId: RunId.parse('R-1'),
    key: 'row',
    index: 0,
    status: 'open',
    left: 0,
    hedgeReleased: false,
    approved: {
      account: AccountId.parse('A1'),
      instrumentId: call.instrumentId,
      product: 'MIS',
      quantity: 130,
      evidence: {
        authority: 'rms-decision',
        reference: 'R1',
        channel: 'desk',
        instructedAtMs: NOW,
        by: 'dealer',
      },
      worstPriceE4: 0,
      leg: 'long-option',
      group: 'A1|NSE|NIFTY',
      deadlineMs: NOW + 3_600_000,
      sliceQuantity: 1755,
      proprietary: false,
      limitE4: 0,
    },
  },
  instrument: call,
  orders: [],
  nowMs: NOW,
  policy: DEFAULT_POLICY,
  phase: 'continuous',
  lastMs: NOW + 3_600_000,
  venueReady: true,
  paused: false,
  stopping: false,
  blocked: null,
  room: 0,
  netLow: 130,
  netHigh: 130,
  pinned: 130,
  cancelling: true,
  priced: true,
  circuitLocked: false,
  hedgeRoom: null,
  riskDone: true,
};

describe('a row that another order pins', () => {
  it('waits once for a cancel that is never answered, once for the quantity, and is on the board', () => {
    const memory = newMemory(pinned.row);
    const { cancelMs, quantityMs } = DEFAULT_POLICY.waits;
    let passedMs = 0;
    for (; passedMs <= 2 * (cancelMs + quantityMs); passedMs += 200) {
      const { actions } = decideRow({ ...pinned, nowMs: NOW + passedMs }, memory);
      if (actions.some((action) => action.kind === 'left-over')) break;
    }
    expect(passedMs).toBeLessThan(cancelMs + quantityMs + 1000);
  });
});
