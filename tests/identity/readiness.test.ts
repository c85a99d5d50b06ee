import { afterEach, beforeEach, expect, it } from 'vitest';
import { orderOf } from './exits.ts';
import { withStaff } from './people.ts';
import { openStage, type Stage } from './stage.ts';

const DAY_MS = 86_400_000;
/** The certificates of the stage end with 2039. */
const YEARS_MS = 14 * 366 * DAY_MS;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const failing = async (): Promise<Record<string, string>> => {
  const { checks } = await stage.program().desk.readiness();
  return Object.fromEntries(checks.flatMap(({ check, ok, text }) => (ok ? [] : [[check, text]])));
};

it('knows who could let an exit go, and to where', async () => {
  expect(await failing()).toMatchObject({ persons: 'Nobody who is active here may let an exit go.' });
  const { admin } = await withStaff(stage, ['asha']);
  // The files of the day are here, and nothing listens where the exchange should be; that venue has no drop copy.
  expect(Object.keys(await failing())).toEqual(['exchange-sessions']);
  await admin.users.disable({ user: 'asha', why: 'left the broker' });
  expect(Object.keys(await failing())).toEqual(['exchange-sessions', 'persons', 'exchange-ids']);
  await admin.users.enable({ user: 'asha', why: 'came back' });
  expect(Object.keys(await failing())).toEqual(['exchange-sessions']);
  stage.pass(YEARS_MS);
  expect((await failing())['exchange-ids']).toContain('The certificate of asha for NSE ended on 2039-12-31.');
});

it('knows what the day before left in doubt, and that its files are of then', async () => {
  const { asha } = await withStaff(stage, ['asha']);
  await orderOf(await asha.atWindow(), stage.now(), 0);
  expect(await failing()).not.toHaveProperty('doubts');
  stage.pass(DAY_MS);
  expect(await failing()).toMatchObject({
    book: 'The newest positions file is for 2026-11-25, not for today, 2026-11-26.',
    contracts: 'The newest contracts file is for 2026-11-25, not for today, 2026-11-26.',
    doubts: 'One order of an earlier day in doubt: persons decide (F7).',
  });
});
