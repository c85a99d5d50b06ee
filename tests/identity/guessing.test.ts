import type * as Argon2 from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LAST_ADMIN_MOST_MS, LOCKOUT_RULES } from '#core/auth/domain-lockout.ts';
import { send } from '#tests/web-desk.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { freshAddress, outcome, strangerAt } from './attack.ts';
import { withStaff } from './people.ts';
import { ofKind, openStage, type Stage } from './stage.ts';
import { overHttp } from './wires.ts';

/** The library does what it does; its runs are counted, because they are the work that a clock would show. */
const argon2 = vi.hoisted(() => ({ runs: 0 }));
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof Argon2>();
  const counted =
    <Given extends unknown[], Gives>(run: (...given: Given) => Gives) =>
    (...given: Given): Gives => {
      argon2.runs += 1;
      return run(...given);
    };
  return { ...real, hash: counted(real.hash), verify: counted(real.verify) };
});

const NAMES = ['kiran', 'deepa', 'gita', 'meera'] as const;
const MINUTE_MS = 60_000;
let stage: Stage;
/** With a cookie, so that a restart of the desk does not matter to him. */
let admin: FrontDoor;
let staff: Awaited<ReturnType<typeof withStaff<(typeof NAMES)[number]>>>;
beforeAll(async () => {
  stage = await openStage();
  staff = await withStaff(stage, NAMES);
  for (const name of ['kiran', 'deepa', 'meera'] as const) await staff[name].atWindow();
  admin = overHttp(stage, {}, 'rpc', freshAddress());
  await staff.ravi.enter(admin);
});
afterAll(() => stage.close());

const stranger = (from?: string) => strangerAt(stage, from);

describe('guessing', () => {
  const guess = (user: string, from: string) =>
    outcome(stranger(from).auth.signIn({ user, password: 'wrong on purpose 1' }));
  /** How long each lock was, in the order in which they came. */
  const locksOf = async (seq: number, who: string) =>
    (await stage.factsSince(seq)).flatMap(({ fact, atMs }) =>
      fact.kind === 'locked-out' && fact.who === who ? [fact.untilMs - atMs] : [],
    );

  it('locks a person for longer and longer, whatever the address, and nobody else', async () => {
    const seq = await stage.head();
    const { user, password } = staff.deepa;
    for (let n = 0; n < LOCKOUT_RULES.user.free; n += 1)
      expect(await guess(user, freshAddress())).toBe('not-let-in');
    const growing = [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000];
    for (const ms of growing.slice(0, -1)) {
      expect(await outcome(stranger().auth.signIn({ user, password }))).toBe('locked-out');
      stage.pass(ms - 1);
      expect(await outcome(stranger().auth.signIn({ user, password }))).toBe('locked-out');
      stage.pass(1);
      expect(await guess(user, freshAddress())).toBe('not-let-in');
    }
    expect(await locksOf(seq, user)).toEqual(growing);
    // A restart forgives nothing.
    await stage.restart();
    const text = { data: { reason: 'locked-out', text: 'Too many wrong tries; wait 15 min 0 s.' } };
    await expect(stranger().auth.signIn({ user, password })).rejects.toMatchObject(text);
    const refusals = ofKind(await stage.factsSince(seq), 'sign-in-refused');
    expect(new Set(refusals.map(({ reason }) => reason))).toEqual(new Set(['wrong-password', 'locked-out']));

    await staff.kiran.enter(stranger());
    stage.pass(900_000);
    await staff.deepa.enter(stranger());
    // Both factors were right: what was before is forgiven.
    expect(await guess(user, freshAddress())).toBe('not-let-in');
    expect(await outcome(stranger().auth.signIn({ user, password }))).toBe('done');
  });

  it('locks an address that tries many names, and no person', async () => {
    const seq = await stage.head();
    const from = freshAddress();
    for (let n = 0; n < LOCKOUT_RULES.origin.free; n += 1) {
      if (n % 10 === 0) stage.pass(MINUTE_MS);
      expect(await guess(`person${n}`, from)).toBe('not-let-in');
    }
    expect(await guess('kiran', from)).toBe('locked-out');
    expect(await locksOf(seq, from)).toEqual([30_000]);
    await staff.kiran.enter(stranger());
  });

  it('keeps the last admin out for a minute at most', async () => {
    const { user } = staff.ravi;
    await admin.users.disable({ user: 'meera', why: 'on leave for long' });
    const seq = await stage.head();
    for (let n = 0; n < 12; n += 1) {
      expect(await guess(user, freshAddress())).toBe('not-let-in');
      stage.pass(LAST_ADMIN_MOST_MS);
    }
    const locks = await locksOf(seq, user);
    expect([locks.length, Math.max(...locks)]).toEqual([8, LAST_ADMIN_MOST_MS]);
    await staff.ravi.enter(stranger());
    // Enabling takes two admins, since there were two: the program itself does it.
    await stage.app.client().users.enable({ user: 'meera', why: 'is back from leave' });
  });
});

describe('asking who there is', () => {
  /** The whole answer of a desk, as far as it can tell anything, and the work that it took. */
  async function answerTo(call: string, input: object, from: string) {
    const before = argon2.runs;
    const { status, headers, body } = await send(stage.port, `/api/${call}`, { body: input, from });
    const { date: _date, ...told } = headers;
    return { status, headers: told, body, runs: argon2.runs - before };
  }

  it('tells nobody by a sign-in, nor by the work behind it', async () => {
    const { password } = staff.gita;
    await stranger().auth.register({ user: 'asked', name: 'Asked Only', password });
    await admin.users.disable({ user: 'gita', why: 'has left us now' });
    const wrong = 'wrong on purpose 1';
    const answers = await Promise.all(
      [
        { user: 'ghost', password: wrong },
        { user: 'kiran', password: wrong },
        { user: 'Not A Name!', password: wrong },
        { user: 'asked', password },
        { user: 'gita', password },
        { user: 'break-glass', password: wrong },
      ].map((input) => answerTo('auth/signIn', input, freshAddress())),
    );
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body);
    const alone: Awaited<ReturnType<typeof answerTo>>[] = [];
    for (const user of ['ghost', 'deepa', 'gita', 'asked'])
      alone.push(await answerTo('auth/signIn', { user, password: wrong }, freshAddress()));
    for (const answer of alone) expect(answer).toEqual({ ...alone[0], runs: 1, status: 409 });
  });

  it('locks a name that nobody has as it locks a person', async () => {
    // Wrong tries are forgotten after an hour.
    stage.pass(61 * MINUTE_MS);
    const [here, there] = [freshAddress(), freshAddress()];
    for (let n = 0; n < LOCKOUT_RULES.user.free + 2; n += 1) {
      const ghost = await answerTo('auth/signIn', { user: 'phantom', password: 'wrong on purpose' }, here);
      const known = await answerTo('auth/signIn', { user: 'kiran', password: 'wrong on purpose' }, there);
      expect(ghost).toEqual(known);
    }
    stage.pass(30 * MINUTE_MS);
  });

  it('tells nobody by asking for an account', async () => {
    const { password } = staff.kiran;
    const asked = (user: string) =>
      answerTo('auth/register', { user, name: 'Some Body', password }, freshAddress());
    const [free, taken, reserved] = [await asked('newcomer'), await asked('kiran'), await asked('nobody')];
    expect(taken).toEqual(free);
    expect(reserved).toEqual(free);
    expect(free).toMatchObject({ status: 200, body: { asked: true }, runs: 1 });
  });
});
