import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withStaff } from './people.ts';
import { ACCOUNTS_OF, ofKind, openStage, type Stage } from './stage.ts';
import { commandFolder, run } from './wires.ts';

let stage: Stage;
let folder: string;
/** Of one and the same dealer. */
let keys: { readonly positions: string; readonly mode: string };
beforeAll(async () => {
  stage = await openStage();
  const staff = await withStaff(stage, ['asha']);
  const asha = await staff.asha.atWindow();
  const make = async (call: string) =>
    (await asha.auth.keys.make({ name: call, calls: [call], days: 1 })).key;
  keys = { positions: await make('positions.list'), mode: await make('mode.get') };
  folder = commandFolder(stage);
});
afterAll(() => stage.close());

/** As an operator types it. */
const npmRun = (key?: string) =>
  run('npm', ['run', '--silent', 'desk', '--', 'positions.list'], {
    env: { LIFEBOAT_DATA: folder, ...(key === undefined ? {} : { LIFEBOAT_API_KEY: key }) },
  });
const nameIn = (errors: string): unknown =>
  (JSON.parse(errors.trim().split('\n').at(-1) ?? '') as { reason: unknown }).reason;

describe('npm run desk -- positions.list, with a desk running', () => {
  it('is refused without a session: status 1 and the name', async () => {
    const seq = await stage.head();
    const { status, output, errors } = await npmRun();
    expect([status, output, nameIn(errors)]).toEqual([1, '', 'no-session']);
    expect(ofKind(await stage.factsSince(seq), 'call-refused')).toMatchObject([
      { call: 'positions.list', by: 'nobody', reason: 'no-session' },
    ]);
  });

  it('is answered with a key of that scope, with the clients of who answers for it', async () => {
    const { status, output } = await npmRun(keys.positions);
    const { rows } = JSON.parse(output) as { rows: { account: string }[] };
    expect([status, new Set(rows.map(({ account }) => account))]).toEqual([0, new Set(ACCOUNTS_OF.asha)]);
  });

  it('is refused with a key of another scope', async () => {
    const { status, output, errors } = await npmRun(keys.mode);
    expect([status, output, nameIn(errors)]).toEqual([1, '', 'permission-missing']);
  });
});
