import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY_BURST, KEY_CALLS_A_SECOND } from '#core/auth/domain-key.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { attempted, outcome, strangerAt, turnedAway, type Attack } from './attack.ts';
import { orderOf } from './exits.ts';
import { withStaff } from './people.ts';
import { openStage, type Stage } from './stage.ts';
import { overHttp, type Hands } from './wires.ts';

const DAY_MS = 86_400_000;
let stage: Stage;
let staff: Awaited<ReturnType<typeof withStaff<'asha' | 'gita' | 'hari'>>>;
let asha: FrontDoor;
beforeAll(async () => {
  stage = await openStage();
  staff = await withStaff(stage, ['asha', 'gita', 'hari']);
  asha = await staff.asha.atWindow();
});
afterAll(() => stage.close());

const make = (calls: string[], by = asha, more: { days?: number; algoId?: string } = {}) =>
  by.auth.keys.make({ name: 'a script', calls, days: 1, ...more });
const by = (id: string): string => `key:${id}`;
const list = (key: string): Promise<string> => outcome(overHttp(stage, { key }).positions.list({}));

const ATTACKS: readonly Attack[] = [
  {
    what: 'a key that nobody has',
    tries: async () => {
      const { key, id } = await make(['positions.list']);
      const other = await make(['mode.get']);
      const secret = key.slice(-43);
      const turned = secret.startsWith('A') ? 'B' : 'A';
      return Promise.all([
        list(key),
        list(`lb_${id}_${turned}${secret.slice(1)}`),
        list(`lb_${other.id}_${secret}`),
        list(`lb_zzzzzzzz_${secret}`),
        list(id),
        list(`${key} `.repeat(2)),
      ]);
    },
    refused: ['done', ...Array<string>(5).fill('key-unknown')],
    facts: [turnedAway('positions.list', 'key-unknown')],
  },
  {
    what: 'a key that was revoked',
    tries: async () => {
      const { key, id } = await make(['positions.list']);
      const before = await list(key);
      await asha.auth.keys.revoke({ id });
      return [before, await list(key)];
    },
    refused: ['done', 'key-unknown'],
    facts: [{ kind: 'api-key-revoked', by: 'asha' }, turnedAway('positions.list', 'key-unknown')],
  },
  {
    what: 'a key in the place of a session',
    tries: async () => {
      const { key } = await make(['positions.list']);
      const cookie = `lifeboat_session_${stage.port}=${key}`;
      const { user, password } = staff.asha;
      return [
        await outcome(overHttp(stage, { cookie }).positions.list({})),
        await outcome(overHttp(stage, { key }).sessions.list()),
        await outcome(overHttp(stage, { key }).auth.keys.list()),
        await outcome(
          overHttp(stage, { key }).users.updateProfile({ password, name: user, email: '', mobile: '' }),
        ),
      ];
    },
    refused: ['no-session', 'permission-missing', 'permission-missing', 'permission-missing'],
    facts: [turnedAway('positions.list', 'no-session')],
  },
  {
    what: 'trading by a key without a registered algo',
    tries: async () => {
      const { key } = await make(['trades.history']);
      const cancel = { orderId: 'O-1', reason: 'none' };
      return [
        await outcome(make(['positions.list', 'trades.place'])),
        await outcome(make(['squareOff.approve'])),
        await outcome(overHttp(stage, { key }).trades.cancel(cancel)),
      ];
    },
    refused: ['key-may-not-trade', 'key-may-not-trade', 'permission-missing'],
    facts: [turnedAway('auth.keys.make', 'key-may-not-trade', 'asha')],
  },
  {
    what: 'a key that does what its person may not',
    tries: async () => {
      const desk = stage.app.client();
      const limits = { orderNotionalE4: 1, exitNotionalE4: 1 };
      await desk.users.setLimits({ user: 'asha', limits, why: 'a limit of nothing' });
      const { key } = await make(['positions.list', 'trades.place'], asha, { algoId: 'A-77' });
      const answers = [
        await outcome(orderOf(asha, stage.now(), 0)),
        await outcome(orderOf(overHttp(stage, { key }), stage.now(), 0)),
      ];
      const none = { orderNotionalE4: null, exitNotionalE4: null };
      await desk.users.setLimits({ user: 'asha', limits: none, why: 'as before' });
      return answers;
    },
    refused: ['over-order-limit', 'over-order-limit'],
    facts: [],
  },
  {
    what: 'a key for what is for persons',
    tries: async () => {
      const calls = ['auth.reset', 'auth.keys.make', 'users.approve', 'approvals.give', 'sessions.revokeAll'];
      const answers: string[] = [];
      for (const call of calls) answers.push(await outcome(make([call], asha, { algoId: 'A-77' })));
      return answers;
    },
    refused: Array<string>(5).fill('unknown-call'),
    facts: [turnedAway('auth.keys.make', 'unknown-call', 'asha')],
  },
  {
    what: 'somebody else’s key, revoked by who is no admin',
    tries: async () => {
      const { key, id } = await make(['positions.list']);
      const hari = await staff.hari.atWindow();
      return [await outcome(hari.auth.keys.revoke({ id })), await list(key)];
    },
    refused: ['unknown-key', 'done'],
    facts: [turnedAway('auth.keys.revoke', 'unknown-key', 'hari')],
  },
  {
    what: 'a key past its days',
    tries: async () => {
      const { key } = await make(['positions.list']);
      const before = await list(key);
      stage.pass(DAY_MS);
      return [before, await list(key)];
    },
    refused: ['done', 'key-expired'],
    facts: [turnedAway('positions.list', 'key-expired')],
  },
];

describe('API keys', () => {
  it('out of scope, by the key’s own name in the journal', async () => {
    const { key, id } = await make(['positions.list']);
    const attack = {
      tries: async () => [await outcome(overHttp(stage, { key }).orders.list({})), await list(key)],
      facts: [turnedAway('orders.list', 'permission-missing', by(id))],
    };
    expect(await attempted(stage, attack)).toEqual({ refused: ['permission-missing', 'done'], missing: [] });
  });

  it('too fast, and again in time', async () => {
    const { key } = await make(['positions.list']);
    const answers: string[] = [];
    for (let n = 0; n <= KEY_BURST; n += 1) answers.push(await list(key));
    expect(answers).toEqual([...Array<string>(KEY_BURST).fill('done'), 'key-too-fast']);
    const seq = await stage.head();
    expect(await list(key)).toBe('key-too-fast');
    expect((await stage.factsSince(seq)).map(({ fact }) => fact)).toMatchObject([
      turnedAway('positions.list', 'key-too-fast'),
    ]);
    stage.pass(1_000 / KEY_CALLS_A_SECOND);
    expect([await list(key), await list(key)]).toEqual(['done', 'key-too-fast']);
  });

  it.each(ATTACKS)('$what', async (attack) => {
    expect(await attempted(stage, attack)).toEqual({ refused: attack.refused, missing: [] });
  });
});

describe('a person who was disabled', () => {
  it('is out with everything in their hands', async () => {
    const cookie: Hands = {};
    const tokens: Hands = {};
    const { user, password } = staff.gita;
    const screen = overHttp(stage, cookie);
    await staff.gita.enter(screen);
    const program = overHttp(stage, tokens, 'api');
    Object.assign(tokens, (await staff.gita.enter(program, 'tokens')).tokens);
    const window = await staff.gita.atWindow();
    const { key } = await make(['positions.list'], screen);
    const half = strangerAt(stage);
    const { ticket } = await half.auth.signIn({ user, password });
    const everything = () =>
      Promise.all([
        outcome(screen.positions.list({})),
        outcome(program.positions.list({})),
        outcome(window.positions.list({})),
        list(key),
      ]);
    expect(await everything()).toEqual(['done', 'done', 'done', 'done']);
    await (await staff.ravi.atWindow()).users.disable({ user, why: 'has left us now' });
    const attack = {
      tries: async () => [
        ...(await everything()),
        await outcome(strangerAt(stage).auth.refresh({ refreshToken: tokens.refreshToken ?? '' })),
        await outcome(half.auth.secondFactor({ ticket, code: staff.gita.code() })),
        await outcome(strangerAt(stage).auth.signIn({ user, password })),
      ],
      facts: [
        turnedAway('positions.list', 'no-session'),
        turnedAway('positions.list', 'session-ended'),
        turnedAway('positions.list', 'key-unknown'),
        turnedAway('auth.refresh', 'token-invalid'),
        turnedAway('auth.secondFactor', 'ticket-expired'),
        { kind: 'sign-in-refused', user, reason: 'not-active' },
      ],
    };
    expect(await attempted(stage, attack)).toEqual({
      refused: [
        'no-session',
        'session-ended',
        'no-session',
        'key-unknown',
        'token-invalid',
        'ticket-expired',
        'not-let-in',
      ],
      missing: [],
    });
  });

  it('stays out over a restart of the desk, and their key with them', async () => {
    const { user, password } = staff.hari;
    const cookie: Hands = {};
    await staff.hari.enter(overHttp(stage, cookie));
    const { key } = await make(['positions.list'], overHttp(stage, cookie));
    await (await staff.ravi.atWindow()).users.disable({ user, why: 'has left us now' });
    await stage.restart();
    expect([
      await outcome(overHttp(stage, cookie).positions.list({})),
      await list(key),
      await outcome(strangerAt(stage).auth.signIn({ user, password })),
    ]).toEqual(['no-session', 'key-unknown', 'not-let-in']);
  });
});
