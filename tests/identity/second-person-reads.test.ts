import { expect, it, onTestFinished } from 'vitest';
import { outcome } from './attack.ts';
import { withStaff } from './people.ts';
import { openStage } from './stage.ts';
import { overHttp } from './wires.ts';

it('a second person reads the whole of what they are to agree to, however long it is', async () => {
  const stage = await openStage({ identity: { approvals: { mode: 'two' } } });
  onTestFinished(() => stage.close());
  const staff = await withStaff(stage, ['asha', 'bala']);
  const [asha, bala] = [overHttp(stage, {}), overHttp(stage, {})];
  await staff.asha.enter(asha);
  await staff.bala.enter(bala);
  const reason = `main is back, ${'and this goes on and on '.repeat(20)}`.trim();
  expect(await outcome(asha.mode.declareBack({ reason }))).toBe('second-person-needed');
  const [asking] = (await bala.approvals.list()).approvals;
  expect(JSON.parse(asking?.text.replace('mode.declareBack ', '') ?? '')).toMatchObject({ reason });
});
