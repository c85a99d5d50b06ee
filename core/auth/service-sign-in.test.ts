import { randomBytes } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import {
  BROWSER,
  PASSWORD,
  codeNow,
  done,
  enrolled,
  factsOf,
  nextCode,
  openAuthDesk,
  wireAt,
  why,
  withAdmin,
  withDealer,
} from '#tests/auth-desk.ts';
import type { AuthDesk } from '#tests/auth-desk.ts';

const ELSEWHERE = { wire: 'http', address: '10.0.0.99' } as const;

/** A desk with `ravi`, an admin, and `asha`, a dealer, both enrolled. */
async function desk() {
  const one = openAuthDesk(scratchFolder().path);
  const ravi = await withAdmin(one);
  await withDealer(one);
  const { ticket } = done(await signIn(one, 'asha', PASSWORD));
  const asha = await enrolled(one, ticket);
  one.clock.nowMs += 60_000;
  return { one, ravi, asha };
}

const signIn = (one: AuthDesk, user: string, password: string, origin: typeof BROWSER = BROWSER) =>
  one.auth.handlers.signIn({ user, password }, wireAt(origin));
const second = (one: AuthDesk, ticket: string, code: string, wire = wireAt()) =>
  one.auth.handlers.secondFactor({ ticket, code, as: 'session' }, wire);
const disable = (one: AuthDesk, user: string) =>
  done(one.users.handlers.disable({ user, why: 'on leave' }, { by: 'ravi', persons: ['ravi'] }));

describe('who is not let in', () => {
  it('hears the same, whatever was wrong, and so does nobody', async () => {
    const { one } = await desk();
    await withDealer(one, 'disabled');
    disable(one, 'disabled');
    const waiting = { name: 'W', email: '', mobile: '', branch: '', password: PASSWORD };
    done(await one.auth.handlers.register({ ...waiting, user: 'waiting' }, wireAt()));
    const answers = [
      await signIn(one, 'asha', 'not the password'),
      await signIn(one, 'nobody.here', PASSWORD),
      await signIn(one, 'disabled', PASSWORD),
      await signIn(one, 'waiting', PASSWORD),
      await signIn(one, 'break-glass', PASSWORD),
      await signIn(one, '; drop table users', PASSWORD),
    ];
    const first = { ok: false, refusal: { reason: 'not-let-in', text: expect.any(String) as string } };
    expect(answers).toEqual(answers.map(() => first));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(
      factsOf(one, 'sign-in-refused').map(({ user, reason }) => [user.replace(/:.*/, ''), reason]),
    ).toEqual([
      ['asha', 'wrong-password'],
      ['unknown', 'wrong-password'],
      ['disabled', 'not-active'],
      ['waiting', 'not-active'],
      ['unknown', 'wrong-password'],
      ['unknown', 'wrong-password'],
    ]);
    one.journal.close();
  });

  it('is not written down under what they typed in place of a name', async () => {
    const { one } = await desk();
    await signIn(one, PASSWORD, 'asha');
    expect(JSON.stringify(one.journal.read(0, 1_000))).not.toContain(PASSWORD);
    one.journal.close();
  });

  it('is locked out the same, known or not', async () => {
    const { one } = await desk();
    for (const user of ['asha', 'nobody.here']) {
      const answers: string[] = [];
      for (let n = 0; n < 6; n += 1) answers.push(why(await signIn(one, user, 'wrong')));
      expect(answers).toEqual([...Array<string>(5).fill('not-let-in'), 'locked-out']);
      one.clock.nowMs += 60_000;
    }
    one.journal.close();
  });
});

describe('lockout at the door', () => {
  it('refuses a right password too, from anywhere, says how long, and then lets in', async () => {
    const { one, asha } = await desk();
    for (let n = 0; n < 5; n += 1) await signIn(one, 'asha', 'wrong');
    const locked = await signIn(one, 'Asha ', PASSWORD, ELSEWHERE);
    expect(locked).toMatchObject({
      refusal: { reason: 'locked-out', text: 'Too many wrong tries; wait 30 s.' },
    });
    expect(factsOf(one, 'locked-out')).toMatchObject([{ what: 'user', who: 'asha', failures: 5 }]);
    one.clock.nowMs += 30_000;
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    done(await second(one, ticket, codeNow(one, asha.secret)));
    for (let n = 0; n < 4; n += 1) expect(why(await signIn(one, 'asha', 'wrong'))).toBe('not-let-in');
    expect(why(await signIn(one, 'asha', PASSWORD))).toBe('done');
    one.journal.close();
  });

  it('holds against many tries at the same moment', async () => {
    const { one } = await desk();
    const tries = Array.from({ length: 12 }, (_, n) =>
      signIn(one, 'asha', n === 11 ? PASSWORD : `wrong ${n}`),
    );
    const answers = (await Promise.all(tries)).map(why);
    expect(answers.filter((answer) => answer === 'not-let-in')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 'locked-out')).toHaveLength(7);
    expect(answers.at(-1)).toBe('locked-out');
    one.journal.close();
  });

  it('survives a restart', async () => {
    const { one } = await desk();
    for (let n = 0; n < 5; n += 1) await signIn(one, 'asha', 'wrong');
    one.journal.close();
    const again = openAuthDesk(one.folder, one.clock);
    expect(why(await signIn(again, 'asha', PASSWORD))).toBe('locked-out');
    expect(again.auth.handlers.lockouts()).toEqual(one.auth.handlers.lockouts());
    again.journal.close();
  });

  it('never holds the last admin for more than a minute', async () => {
    const { one } = await desk();
    for (let n = 0; n < 14; n += 1) {
      await signIn(one, 'ravi', 'wrong', { wire: 'http', address: `10.1.0.${n}` });
      one.clock.nowMs += 60_000;
    }
    await signIn(one, 'ravi', 'wrong', ELSEWHERE);
    expect(why(await signIn(one, 'ravi', PASSWORD))).toBe('locked-out');
    one.clock.nowMs += 60_000;
    expect(why(await signIn(one, 'ravi', PASSWORD))).toBe('done');
    one.journal.close();
  });

  it('writes down ten refusals a minute of one origin and counts the others', async () => {
    const { one } = await desk();
    for (let n = 0; n < 25; n += 1) await signIn(one, `user${n % 9}`, 'wrong');
    expect(factsOf(one, 'sign-in-refused')).toHaveLength(10);
    one.clock.nowMs += 60_000;
    await signIn(one, 'asha', 'wrong');
    const facts = factsOf(one, 'sign-in-refused');
    expect(facts).toHaveLength(11);
    expect(facts.at(-1)?.more).toBe(15);
    one.journal.close();
  });

  it('is released by an admin', async () => {
    const { one } = await desk();
    for (let n = 0; n < 5; n += 1) await signIn(one, 'asha', 'wrong');
    const { release } = one.auth.handlers;
    expect(done(release({ what: 'user', who: 'asha' }, { by: 'ravi' }))).toEqual({ released: true });
    expect(done(release({ what: 'user', who: 'asha' }, { by: 'ravi' }))).toEqual({ released: false });
    expect(why(await signIn(one, 'asha', PASSWORD))).toBe('done');
    one.journal.close();
  });

  it('lets nobody try whose wrong tries can not be written down', async () => {
    const { one } = await desk();
    one.journal.append = () => ({ ok: false, refusal: { reason: 'journal-not-writable', text: 'full' } });
    expect(why(await signIn(one, 'asha', 'wrong'))).toBe('journal-not-writable');
    expect(why(await signIn(one, 'asha', PASSWORD))).toBe('journal-not-writable');
  });
});

describe('the second factor', () => {
  it('opens the session that the wire carries from then on', async () => {
    const { one, asha } = await desk();
    const wire = wireAt();
    const { ticket, step } = done(await signIn(one, 'asha', PASSWORD));
    expect(step).toBe('second-factor');
    expect(wire.secret).toBe(null);
    const opened = done(await second(one, ticket, nextCode(one, asha.secret), wire));
    expect(opened).toMatchObject({ by: 'asha', tokens: null, recoveryCodes: [] });
    expect(one.sessions.carried.get(wire.secret ?? '')?.id).toBe(opened.session);
    one.journal.close();
  });

  it('gives tokens to an API client, and carries nothing then', async () => {
    const { one, asha } = await desk();
    const wire = wireAt();
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    const input = { ticket, code: nextCode(one, asha.secret), as: 'tokens' } as const;
    const opened = done(await one.auth.handlers.secondFactor(input, wire));
    expect(opened.tokens?.accessToken).toBeTruthy();
    expect(wire.secret).toBe(null);
    one.journal.close();
  });

  it('takes a code once, and says so to whoever has a right one', async () => {
    const { one, asha } = await desk();
    const code = nextCode(one, asha.secret);
    done(await second(one, done(await signIn(one, 'asha', PASSWORD)).ticket, code));
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    expect(why(await second(one, ticket, code))).toBe('code-used');
    expect(why(await second(one, ticket, '000000'))).toBe('not-let-in');
    expect(factsOf(one, 'sign-in-refused').map(({ reason }) => reason)).toEqual(['code-used', 'wrong-code']);
    one.journal.close();
  });

  it('is not taken from another place than the password, and no ticket serves twice', async () => {
    const { one, asha } = await desk();
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    const code = nextCode(one, asha.secret);
    expect(why(await second(one, ticket, code, wireAt(ELSEWHERE)))).toBe('ticket-expired');
    expect(why(await second(one, ticket, code))).toBe('done');
    expect(why(await second(one, ticket, nextCode(one, asha.secret)))).toBe('ticket-expired');
    one.journal.close();
  });

  it('counts to the same lockout as the password', async () => {
    const { one } = await desk();
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    for (let n = 0; n < 4; n += 1) expect(why(await second(one, ticket, '000000'))).toBe('not-let-in');
    expect(why(await signIn(one, 'asha', 'wrong'))).toBe('not-let-in');
    expect(why(await second(one, ticket, '000000'))).toBe('locked-out');
    one.journal.close();
  });

  it('opens nothing for a person who was disabled in between', async () => {
    const { one, asha } = await desk();
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    disable(one, 'asha');
    expect(why(await second(one, ticket, nextCode(one, asha.secret)))).toBe('ticket-expired');
    one.journal.close();
  });

  it('can not be put over another one by a sign-in that was begun before', async () => {
    const one = openAuthDesk(scratchFolder().path);
    await withAdmin(one);
    await withDealer(one);
    const early = wireAt(ELSEWHERE);
    const { ticket } = done(await signIn(one, 'asha', PASSWORD, ELSEWHERE));
    const { secret } = done(one.auth.handlers.enrol({ ticket }, early));
    await enrolled(one, done(await signIn(one, 'asha', PASSWORD)).ticket);
    const input = { ticket, code: nextCode(one, secret), as: 'session' } as const;
    expect(why(await one.auth.handlers.confirmEnrolment(input, early))).toBe('ticket-expired');
    one.journal.close();
  });

  it('is in force only when it was confirmed', async () => {
    const one = openAuthDesk(scratchFolder().path);
    await withAdmin(one);
    await withDealer(one);
    const { ticket } = done(await signIn(one, 'asha', PASSWORD));
    done(one.auth.handlers.enrol({ ticket }, wireAt()));
    const input = { ticket, code: '000000', as: 'session' } as const;
    expect(why(await one.auth.handlers.confirmEnrolment(input, wireAt()))).toBe('not-let-in');
    expect(done(await signIn(one, 'asha', PASSWORD)).step).toBe('enrol');
    one.journal.close();
  });
});

describe('a password that was hashed with less', () => {
  it('is raised at the next sign-in, once', async () => {
    const { one } = await desk();
    const weak = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, salt: randomBytes(16) });
    one.journal.append([], (tx) => tx.run('UPDATE auth_passwords SET hash = ? WHERE user = ?', weak, 'asha'));
    for (let n = 0; n < 2; n += 1) done(await signIn(one, 'asha', PASSWORD));
    const raised = factsOf(one, 'password-set').filter((fact) => fact.why === 'parameters-raised');
    expect(raised).toMatchObject([{ user: 'asha' }]);
    const row = one.journal.reader.get('SELECT hash FROM auth_passwords WHERE user = ?', 'asha');
    expect(row?.['hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    one.journal.close();
  });
});
