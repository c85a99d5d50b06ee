import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { expect, it } from 'vitest';
import { ALL, contract, row } from '#tests/square-off/book.ts';
import { createDesk } from '#tests/square-off/desk.ts';
import { restAll } from '#tests/square-off/venue.ts';
import { BoardRow, DryRunShown, ExitAsked, RunShown } from './contract.ts';

it('what the service answers passes its contract', () => {
  const call = contract('NIFTY26NOV25000CE');
  const desk = createDesk([call], [row('A1', call, 655)], { behaviour: restAll });
  const calls = desk.squareOff.handlers;
  const asked = ExitAsked.parse({ ...ALL });
  const dryRun = DryRunShown.parse(calls.dryRun(asked, { by: 'asha', scope: EVERY_ACCOUNT }));
  expect(dryRun.plan.rows.map((one) => one.slices)).toEqual([[650]]);
  const runId = desk.exit();
  const status = calls.status({ runId });
  expect(status.ok && RunShown.parse(status.value).working).toBe(1);
  expect(
    calls.leftovers.list(undefined, { scope: EVERY_ACCOUNT }).map((item) => BoardRow.parse(item).reason),
  ).toEqual(['odd-lot']);
});
