import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contract, exitOf, planInput, row } from '#tests/square-off/book.ts';
import { createDesk } from '#tests/square-off/desk.ts';
import type { Behaviour } from '#tests/square-off/venue.ts';
import { makePlan } from './plan.ts';
import { fairSlice, slicesOf, wholeLots } from './plan-slices.ts';

describe('slices', () => {
  it('sum to the whole lots, each under the limit and in whole lots', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 40 }),
        (quantity, lot, lots) => {
          const { whole, odd } = wholeLots(quantity, lot);
          const slices = slicesOf(whole, lots * lot);
          const total = slices.reduce((sum, slice) => sum + slice, 0);
          expect(whole + odd).toBe(quantity);
          expect(total === whole || slices.length === 200).toBe(true);
          expect(slices.every((slice) => slice > 0 && slice % lot === 0 && slice <= lots * lot)).toBe(true);
        },
      ),
    );
  });

  it('a fair turn is whole lots and never over the limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 9000 }),
        (clients, lots, visible) => {
          const instrument = contract('X');
          const largest = lots * instrument.lotSize;
          const slice = fairSlice(
            { clients, quantity: largest * clients, largest },
            visible,
            instrument,
            1755,
          );
          expect(slice > 0 && slice <= 1755 && slice % instrument.lotSize === 0).toBe(true);
        },
      ),
    );
  });
});

const call = contract('NIFTYCE');
const put = contract('NIFTYPE', { optionType: 'PE' });
const future = contract('NIFTYFUT', { kind: 'future', optionType: '' });

/** One of: fill all, fill a part and cancel the rest, rest, reject for good, reject for now. */
const moods = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });

function moody(steps: readonly number[]): Behaviour {
  let at = 0;
  return (order) => {
    const mood = steps[at % steps.length] ?? 0;
    at += 1;
    if (mood < 4) return { fill: order.quantity, rest: false };
    if (mood < 6) return { fill: Math.floor(order.quantity / 130) * 65, rest: false };
    if (mood < 8) return { fill: Math.floor(order.quantity / 195) * 65, rest: true };
    return mood === 8 ? { reject: 'System busy' } : { reject: 'Account not permitted' };
  };
}

describe('a run against a moody venue', () => {
  it('ends; never over-closes; longs never go beyond floor(longLots x shortFilled / shortInitial)', () => {
    fc.assert(
      fc.property(
        moods,
        fc.tuple(
          fc.integer({ min: 1, max: 60 }),
          fc.integer({ min: 0, max: 60 }),
          fc.integer({ min: -20, max: 20 }),
        ),
        (steps, lots) => {
          const [longLots, shortLots, futureLots] = lots;
          const rows = [
            row('A1', call, longLots * 65),
            row('A1', put, -shortLots * 65),
            row('A1', future, futureLots * 65),
          ];
          const desk = createDesk([call, put, future], rows, { behaviour: moody(steps) });
          const filled = { call: 0, put: 0, future: 0 };
          const runId = desk.exit();
          desk.pass(180_000);
          let sentLong = 0;
          let beyond = false;
          const nameOf = new Map([
            [call.instrumentId, 'call'],
            [put.instrumentId, 'put'],
            [future.instrumentId, 'future'],
          ] as const);
          for (const { fact } of desk.entries) {
            if (fact.kind === 'order-filled') {
              const order = desk.orders.order(fact.orderId);
              const name = order === null ? undefined : nameOf.get(order.terms.instrumentId);
              if (name !== undefined) filled[name] += fact.quantity;
            }
            if (fact.kind === 'order-canceled' || fact.kind === 'order-rejected') {
              const order = desk.orders.order(fact.orderId);
              if (order?.terms.instrumentId === call.instrumentId)
                sentLong -= order.terms.quantity - order.filledQuantity;
            }
            if (fact.kind !== 'order-released') continue;
            const order = desk.orders.order(fact.orderId);
            if (order?.terms.instrumentId !== call.instrumentId) continue;
            sentLong += order.terms.quantity;
            const most = shortLots === 0 ? longLots : Math.floor((longLots * filled.put) / (shortLots * 65));
            beyond ||= sentLong / 65 > most;
          }
          expect(
            filled.call <= longLots * 65 &&
              filled.put <= shortLots * 65 &&
              filled.future <= Math.abs(futureLots) * 65,
          ).toBe(true);
          expect(beyond).toBe(false);
          expect(desk.state(runId)).toMatch(/^ended: \d flat, \d left, 0 open$/);
          const left = desk.squareOff.handlers.leftovers
            .list(undefined, { scope: EVERY_ACCOUNT })
            .reduce((sum, one) => sum + Math.abs(one.quantity), 0);
          expect(filled.call + filled.put + filled.future + left).toBe(
            (longLots + shortLots + Math.abs(futureLots)) * 65,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the plan', () => {
  it('of a part never asks for more than the part, nor for more than is open', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 1, max: 6000 }), (net, asked) => {
        const position = row('A1', call, net);
        const plan = makePlan(
          planInput([call], [position], { request: exitOf(position, { quantity: asked }) }),
        );
        const planned = plan.rows.reduce((sum, one) => sum + Math.abs(one.quantity), 0);
        expect(planned).toBeLessThanOrEqual(Math.min(asked, Math.abs(net)));
        expect(plan.rows.every((one) => Math.sign(one.quantity) === Math.sign(net))).toBe(true);
      }),
    );
  });
});
