import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '#core/lib/assert.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { attempted, outcome, turnedAway, type Attack } from './attack.ts';
import { dryRunOf, evidenceAt, orderOf } from './exits.ts';
import { PUNE, withStaff } from './people.ts';
import { ACCOUNTS_OF, ofKind, openStage, type Stage } from './stage.ts';
import { overHttp, type Hands } from './wires.ts';

type Name = 'asha' | 'kiran' | 'bala' | 'meera';
let stage: Stage;
let staff: Awaited<ReturnType<typeof withStaff<Name>>>;
const doors = new Map<Name, FrontDoor>();
const door = (name: Name): FrontDoor => present(doors.get(name), name);
beforeAll(async () => {
  stage = await openStage({ identity: { approvalsByBranch: { [PUNE]: { exit: 'two' } } } });
  staff = await withStaff(stage, ['asha', 'kiran', 'bala', 'meera']);
  for (const name of ['asha', 'kiran', 'bala', 'meera'] as const) {
    doors.set(name, overHttp(stage, {}));
    await staff[name].enter(door(name));
  }
});
afterAll(() => stage.close());

interface Row {
  readonly call: string;
  readonly accounts: string;
  readonly example: string;
}
const NAMED = (
  parse(readFileSync(join(import.meta.dirname, '../../docs/permissions.csv')), { columns: true }) as Row[]
).filter(({ accounts }) => accounts === 'named');

/** What an example's words stand for. */
type Things = Readonly<Record<'ACCOUNT' | 'ORDER' | 'RUN' | 'PLAN' | 'FOREIGN', string>>;

function inputOf({ example }: Row, things: Things): unknown {
  const filled = example.replaceAll('EVIDENCE', JSON.stringify(evidenceAt(stage.now())));
  return JSON.parse(
    filled.replaceAll(
      /"(ACCOUNT|ORDER|RUN|PLAN|FOREIGN)"/g,
      (_all, name: keyof Things) => `"${things[name]}"`,
    ),
  );
}

function make(from: FrontDoor, { call }: Row, input: unknown): Promise<string> {
  let at: unknown = from;
  for (const name of call.split('.')) at = (at as Record<string, unknown>)[name];
  return outcome((at as (given: unknown) => Promise<unknown>)(input));
}

describe('another dealer’s clients', () => {
  let kirans: Things;
  /** Like kiran's, and nobody's. */
  const nobodys: Things = { ACCOUNT: 'C99999', ORDER: 'O-none', RUN: 'R-none', PLAN: 'P-none', FOREIGN: '7' };
  const key: Hands = {};
  beforeAll(async () => {
    const kiran = door('kiran');
    const { runId } = await kiran.squareOff.approve(await dryRunOf(kiran, stage.now(), 2));
    const [foreign] = await kiran.orders.foreign();
    kirans = {
      ACCOUNT: present(ACCOUNTS_OF.kiran[0], 'an account of kiran'),
      ORDER: await orderOf(kiran, stage.now(), 5),
      RUN: runId,
      PLAN: (await dryRunOf(kiran, stage.now(), 6)).planId,
      FOREIGN: present(foreign, 'an order of main for a client of kiran').exchangeOrderId,
    };
    const calls = NAMED.map(({ call }) => call);
    key.key = (await door('asha').auth.keys.make({ name: 'algo', calls, days: 1, algoId: 'A-77' })).key;
  });

  it.each(NAMED)('$call: refused by name, and journalled', async (row) => {
    const seq = await stage.head();
    expect(await make(door('asha'), row, inputOf(row, kirans))).toBe('not-your-account');
    // From another address: of one address the journal keeps so many like refusals in a minute.
    const script = overHttp(stage, key, 'rpc', '127.0.0.2');
    expect(await make(script, row, inputOf(row, kirans))).toBe('not-your-account');
    const refused = { call: row.call, reason: 'not-your-account', wire: 'http' };
    expect(ofKind(await stage.factsSince(seq), 'call-refused')).toMatchObject([
      { ...refused, by: 'asha' },
      { ...refused, by: expect.stringMatching(/^key:/) },
    ]);
  });

  it.each(NAMED)('$call: what is not there answers as what is another’s', async (row) => {
    expect(await make(door('asha'), row, inputOf(row, nobodys))).toBe('not-your-account');
  });

  it('are refused among one’s own, too', async () => {
    const [own = '', other = ''] = [ACCOUNTS_OF.asha[0], ACCOUNTS_OF.kiran[0]];
    const rest = { quantity: null, readBack: null, evidence: null, limitE4: null };
    const row = (account: string) => ({
      account,
      instrumentId: 'NSE:RELIANCE',
      product: 'MIS' as const,
      ...rest,
    });
    const scope = { kind: 'rows' as const, rows: [row(own), row(other)] };
    const none = { evidence: null, instructions: [] };
    const asha = door('asha');
    expect(await outcome(asha.squareOff.dryRun({ scope, ...none }))).toBe('not-your-account');
    const instructions = [{ account: other, evidence: evidenceAt(stage.now()) }];
    const all = { scope: { kind: 'all' as const }, evidence: null };
    expect(await outcome(asha.squareOff.dryRun({ ...all, instructions }))).toBe('not-your-account');
    const { plan } = await asha.squareOff.dryRun({ ...all, instructions: [] });
    expect(new Set(plan.leftovers.map(({ account }) => account))).toEqual(new Set(ACCOUNTS_OF.asha));
  });

  it('are in none of the lists', async () => {
    const asha = door('asha');
    const lists = [
      (await asha.accounts.list({})).accounts,
      await asha.orders.list({}),
      await asha.orders.foreign(),
      (await asha.positions.list({})).rows,
      (await asha.trades.history({ account: null, from: '2026-11-01', to: '2026-11-30' })).trades,
    ];
    const seen = lists.flat().map(({ account }) => account as string);
    expect(seen.filter((account) => !ACCOUNTS_OF.asha.includes(account))).toEqual([]);
    expect(await asha.squareOff.runs()).toEqual([]);
    expect(await asha.squareOff.leftovers.list()).toEqual([]);
  });

  it('are their own dealer’s to touch: the same calls get past the door', async () => {
    const answers: string[] = [];
    for (const row of NAMED) answers.push(await make(door('kiran'), row, inputOf(row, kirans)));
    expect(answers).not.toContain('not-your-account');
  });
});

const APPROVALS: readonly Attack[] = [
  {
    what: 'approving one’s own asking, in one’s own session or at one’s own screen',
    tries: async () => {
      const asha = door('asha');
      const asked = await outcome(asha.squareOff.approve(await dryRunOf(asha, stage.now(), 0)));
      const { approvals } = await asha.approvals.list();
      const { approval } = present(approvals[0], 'the asking');
      const { user, password } = staff.asha;
      return [
        asked,
        await outcome(asha.approvals.give({ approval })),
        await outcome(asha.approvals.giveHere({ approval, user, password, code: staff.asha.code() })),
        await outcome(
          asha.approvals.giveHere({ approval, user: 'ASHA ', password, code: staff.asha.code() }),
        ),
      ];
    },
    refused: ['second-person-needed', 'same-person', 'same-person', 'wrong-proof'],
    facts: [
      { kind: 'approval-asked', by: 'asha', call: 'squareOff.approve', needs: 'two' },
      turnedAway('approvals.give', 'same-person', 'asha'),
      turnedAway('approvals.giveHere', 'same-person', 'asha'),
    ],
  },
  {
    what: 'a second person of another branch',
    tries: async () => {
      const { approvals } = await door('asha').approvals.list();
      const { approval } = present(approvals[0], 'the asking');
      return [await outcome(door('kiran').approvals.give({ approval }))];
    },
    refused: ['may-not-approve'],
    facts: [turnedAway('approvals.give', 'may-not-approve', 'kiran')],
  },
  {
    what: 'a key that asks in a dealer’s name, and the same dealer agreeing',
    tries: async () => {
      const asha = door('asha');
      const calls = ['squareOff.approve'];
      const { key } = await asha.auth.keys.make({ name: 'exits', calls, days: 1, algoId: 'A-78' });
      const asked = overHttp(stage, { key }).squareOff.approve(await dryRunOf(asha, stage.now(), 3));
      const answer = await outcome(asked);
      const { approvals } = await door('meera').approvals.list();
      const { approval } = present(approvals[0], 'the asking of the key');
      return [answer, await outcome(asha.approvals.give({ approval }))];
    },
    refused: ['second-person-needed', 'same-person'],
    facts: [turnedAway('approvals.give', 'same-person', 'asha')],
  },
  {
    what: 'another plan than the one that was agreed to',
    tries: async () => {
      const asha = door('asha');
      const agreed = await dryRunOf(asha, stage.now(), 1);
      const answers = [await outcome(asha.squareOff.approve(agreed))];
      const { approvals } = await door('bala').approvals.list();
      await door('bala').approvals.give({ approval: present(approvals[0], 'the asking').approval });
      const other = await dryRunOf(asha, stage.now(), 4);
      answers.push(
        await outcome(asha.squareOff.approve(other)),
        await outcome(asha.squareOff.approve({ ...agreed, planHash: other.planHash })),
        await outcome(asha.squareOff.approve({ ...other, planHash: agreed.planHash })),
        await outcome(asha.squareOff.approve(agreed)),
        // It was used, and the plan is gone.
        await outcome(asha.squareOff.approve(agreed)),
      );
      return answers;
    },
    refused: [...Array<string>(4).fill('second-person-needed'), 'done', 'not-your-account'],
    facts: [
      { kind: 'approval-given', by: 'bala', how: 'session' },
      { kind: 'approval-asked', by: 'asha', call: 'squareOff.approve', needs: 'two' },
      { kind: 'approval-spent' },
    ],
  },
  {
    what: 'a plan that reads otherwise than the one that was shown',
    tries: async () => {
      const kiran = door('kiran');
      const [one, other] = [await dryRunOf(kiran, stage.now(), 3), await dryRunOf(kiran, stage.now(), 4)];
      return [await outcome(kiran.squareOff.approve({ ...one, planHash: other.planHash }))];
    },
    refused: ['hash-differs'],
    facts: [turnedAway('squareOff.approve', 'hash-differs', 'kiran')],
  },
];

describe('agreement', () => {
  it.each(APPROVALS)('$what', async (attack) => {
    expect(await attempted(stage, attack)).toEqual({ refused: attack.refused, missing: [] });
  });

  it('stands in the evidence with both names', async () => {
    const [plan] = ofKind(await stage.factsSince(0), 'plan-approved').filter(({ by }) => by.includes('asha'));
    expect(plan?.by).toEqual(['asha', 'bala']);
  });
});

describe('a run', () => {
  const stateOf = async (runId: string) =>
    (await stage.program().squareOff.runs()).find((run) => (run.runId as string) === runId)?.state;

  it('goes on when its approver’s sessions end, and stands still when the approver is disabled', async () => {
    const kiran = door('kiran');
    const { runId } = await kiran.squareOff.approve(await dryRunOf(kiran, stage.now(), 7));
    expect(await stateOf(runId)).toBe('running');
    await kiran.sessions.end();
    await staff.admin.sessions.revokeAll({ user: 'kiran' });
    stage.pass(60_000);
    expect(await stateOf(runId)).toBe('running');
    const seq = await stage.head();
    await staff.admin.users.disable({ user: 'kiran', why: 'is suspended today' });
    expect(await stateOf(runId)).toBe('paused');
    expect(ofKind(await stage.factsSince(seq), 'run-paused')).toMatchObject([{ runId, by: 'kiran' }]);
  });

  it('stands still when the second of its approvers is disabled', async () => {
    const runs = await door('asha').squareOff.runs();
    const { runId } = present(
      runs.find(({ by }) => by.includes('bala')),
      'the run of two',
    );
    expect(await stateOf(runId)).toBe('running');
    await staff.admin.users.disable({ user: 'bala', why: 'is suspended today' });
    expect(await stateOf(runId)).toBe('paused');
  });
});
