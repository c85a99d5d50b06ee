import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScureBase32Plugin } from 'otplib';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import type { Handlers } from '#core/router.ts';
import type { authContract } from './contract.ts';
import { ONE_TIME_LIFE_MS } from './service-credentials.ts';
import { ASKED_MAX } from './service-people.ts';
import {
  PASSWORD,
  codeNow,
  done,
  enrolled,
  nextCode,
  openAuthDesk,
  personAt,
  wireAt,
  why,
  withAdmin,
  withDealer,
} from '#tests/auth-desk.ts';
import type { AuthDesk } from '#tests/auth-desk.ts';

const NEXT = 'seven kettles by the river';
const ASKING = { name: 'Somebody', email: '', mobile: '', branch: '', password: PASSWORD };
const PROOF = { name: 'Meera Iyer', why: 'all admins are cut off' };

const signIn = (desk: AuthDesk, user: string, password: string, wire = wireAt()) =>
  desk.auth.handlers.signIn({ user, password }, wire);

/** Signs in with a code; the wire carries the session then. */
async function signedIn(desk: AuthDesk, user: string, password: string, secret: string) {
  const wire = wireAt();
  const { ticket } = done(await signIn(desk, user, password, wire));
  const input = { ticket, code: nextCode(desk, secret), as: 'session' } as const;
  done(await desk.auth.handlers.secondFactor(input, wire));
  return wire;
}

/** A line for each step of the life of credentials; nothing else is written. */
const TRANSCRIPT = [
  ['epoch-opened', 'desk-started'],
  ['user-asked', 'user-approved', 'password-set'],
  ['second-factor-enrolled', 'recovery-codes-made', 'signed-in'],
  ['user-asked', 'password-set', 'user-approved'],
  ['second-factor-enrolled', 'recovery-codes-made', 'signed-in'],
  ['signed-in'],
  ['recovery-code-used', 'signed-in', 'sign-in-refused'],
  ['password-set', 'sign-in-refused'],
  ['recovery-codes-made'],
  ['api-key-made'],
  ['password-reset', 'password-set', 'lockout-released'],
  ['password-set', 'second-factor-enrolled', 'recovery-codes-made', 'signed-in'],
  ['break-glass-sealed'],
  ['break-glass-used', 'signed-in', 'sign-in-refused'],
  [...Array<string>(5).fill('sign-in-refused'), 'locked-out'],
].flat();

/** What a desk can be asked about its authentication, all of which follows from the log and its tables. */
function stateOf(desk: AuthDesk): unknown {
  const { state, lockouts, keys } = desk.auth.handlers;
  const admin = {
    by: 'ravi',
    actor: { role: 'admin', user: null, session: null },
    origin: wireAt().origin,
  } as const;
  return { state: state(), lockouts: lockouts(), keys: keys.list(null, admin) };
}

describe('the life of credentials', () => {
  it('goes from the first run over recovery and reset to the envelope, the same after a replay, no secret in it', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const { handlers } = desk.auth;
    // A handler for each call of the contract, in its shape: this does not compile otherwise.
    const calls: Handlers<typeof authContract> = handlers;
    expect(calls.state).toBe(handlers.state);
    const setupCode = desk.auth.setupCode() ?? '';
    const ravi = await withAdmin(desk);
    await withDealer(desk);
    const enrolment = await enrolled(desk, done(await signIn(desk, 'asha', PASSWORD)).ticket);
    const first = await signedIn(desk, 'asha', PASSWORD, enrolment.secret);

    const recovered = wireAt();
    const { ticket } = done(await signIn(desk, 'asha', PASSWORD, recovered));
    const recoveryCode = enrolment.recoveryCodes[0] ?? '';
    done(await handlers.recover({ ticket, recoveryCode, as: 'session' }, recovered));
    const again = done(await signIn(desk, 'asha', PASSWORD)).ticket;
    expect(why(await handlers.recover({ ticket: again, recoveryCode, as: 'session' }, wireAt()))).toBe(
      'not-let-in',
    );

    const screen = personAt(desk, recovered);
    const change = { current: PASSWORD, next: NEXT, code: nextCode(desk, enrolment.secret) };
    done(await handlers.changePassword(change, screen));
    expect(desk.sessions.carried.has(recovered.secret ?? '')).toBe(true);
    expect(desk.sessions.carried.has(first.secret ?? '')).toBe(false);
    expect(why(await signIn(desk, 'asha', PASSWORD))).toBe('not-let-in');

    const asked = { password: NEXT, code: nextCode(desk, enrolment.secret) };
    const { recoveryCodes } = done(await handlers.newRecoveryCodes(asked, screen));
    const { key } = done(
      handlers.keys.make({ name: 'k', calls: ['positions.list'], days: 1, algoId: null }, screen),
    );

    const admin = personAt(desk, ravi.wire);
    const { oneTimePassword } = done(
      await handlers.reset({ user: 'asha', secondFactor: true, why: 'lost her telephone' }, admin),
    );
    expect(desk.sessions.carried.has(recovered.secret ?? '')).toBe(false);
    const reset = done(await signIn(desk, 'asha', oneTimePassword));
    expect(reset.step).toBe('new-password');
    const fresh = done(await handlers.newPassword({ ticket: reset.ticket, password: NEXT }, wireAt()));
    expect(fresh.step).toBe('enrol');
    const second = await enrolled(desk, fresh.ticket);

    const { credential } = done(handlers.sealBreakGlass(null, admin));
    const glass = wireAt();
    done(await handlers.breakGlass({ credential: credential.toUpperCase(), ...PROOF }, glass));
    expect(personAt(desk, glass)).toMatchObject({ by: 'break-glass', actor: { role: 'admin' } });
    expect(why(await handlers.breakGlass({ credential, ...PROOF }, wireAt()))).toBe('no-break-glass');
    for (let n = 0; n < 5; n += 1) await signIn(desk, 'asha', 'wrong');

    expect(desk.journal.read(0, 1_000).map(({ fact }) => fact.kind)).toEqual(TRANSCRIPT);
    const live = stateOf(desk);
    desk.journal.close();
    const file = readFileSync(join(desk.folder, 'desk.db'));
    expect(file.includes('ravi')).toBe(true);
    for (const secret of [ravi.secret, second.secret, enrolment.secret]) {
      expect(file.includes(Buffer.from(new ScureBase32Plugin().decode(secret)))).toBe(false);
      expect(file.includes(secret)).toBe(false);
    }
    const texts = [PASSWORD, NEXT, oneTimePassword, setupCode, credential, key, key.slice(12), recoveryCode];
    for (const secret of [...texts, ...enrolment.recoveryCodes, ...recoveryCodes]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(file.includes(secret)).toBe(false);
      expect(file.includes(secret.replaceAll('-', ''))).toBe(false);
    }
    const replayed = openAuthDesk(desk.folder, desk.clock);
    expect(stateOf(replayed)).toEqual(live);
    desk.clock.nowMs += 60_000;
    await signedIn(replayed, 'asha', NEXT, second.secret);
    replayed.journal.close();
  });
});

describe('the first run', () => {
  it('is open while nobody was let in, for whoever has the code, and never again', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const { handlers, setupCode } = desk.auth;
    const code = setupCode() ?? '';
    expect(code.replaceAll('-', '')).toHaveLength(20);
    const person = { user: 'ravi', name: 'Ravi Menon', password: PASSWORD };
    const wrong = { ...person, setupCode: '00000-00000-00000-00000' };
    expect(why(await handlers.firstRun(wrong, wireAt()))).toBe('wrong-setup-code');
    expect(why(await handlers.firstRun({ ...person, password: 'ravi', setupCode: code }, wireAt()))).toBe(
      'password-too-weak',
    );
    expect(why(await handlers.firstRun({ ...person, user: 'break-glass', setupCode: code }, wireAt()))).toBe(
      'user-exists',
    );
    expect(handlers.state()).toMatchObject({ firstRun: true });
    const both = await Promise.all([
      handlers.firstRun({ ...person, setupCode: ` ${code.toUpperCase()} ` }, wireAt()),
      handlers.firstRun({ ...person, user: 'mallory', setupCode: code }, wireAt()),
    ]);
    expect(both.map(why).toSorted()).toEqual(['done', 'not-first-run']);
    expect(setupCode()).toBe(null);
    expect(handlers.state()).toMatchObject({ firstRun: false });
    expect([...desk.users.port.all()].map(({ role, status }) => [role, status])).toEqual([
      ['admin', 'active'],
    ]);
    desk.journal.close();
    const again = openAuthDesk(desk.folder, desk.clock);
    expect(again.auth.setupCode()).toBe(null);
    expect(why(await again.auth.handlers.firstRun({ ...person, setupCode: code }, wireAt()))).toBe(
      'not-first-run',
    );
    again.journal.close();
  });

  it('counts wrong codes to the lockout of their origin', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const person = { user: 'ravi', name: 'Ravi Menon', password: PASSWORD };
    const wrong = { ...person, setupCode: '00000-00000-00000-00000' };
    const answers: string[] = [];
    for (let n = 0; n < 12; n += 1) answers.push(why(await desk.auth.handlers.firstRun(wrong, wireAt())));
    expect(answers.slice(9)).toEqual(['wrong-setup-code', 'locked-out', 'locked-out']);
    const right = { ...person, setupCode: desk.auth.setupCode() ?? '' };
    expect(why(await desk.auth.handlers.firstRun(right, wireAt()))).toBe('locked-out');
    desk.journal.close();
  });
});

describe('a registration', () => {
  it('says the same whether the name is taken or not, and changes nothing of who has it', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    await withAdmin(desk);
    await withDealer(desk);
    const { register } = desk.auth.handlers;
    const before = desk.journal.head();
    const hash = () => desk.journal.reader.get('SELECT hash FROM auth_passwords WHERE user = ?', 'asha');
    const was = hash();
    const answers = [
      await register({ ...ASKING, user: 'asha', password: NEXT }, wireAt()),
      await register({ ...ASKING, user: 'break-glass' }, wireAt()),
    ];
    expect(desk.journal.head()).toEqual(before);
    answers.push(await register({ ...ASKING, user: 'fresh' }, wireAt()));
    expect(answers).toEqual(answers.map(() => ({ ok: true, value: { asked: true } })));
    expect(hash()).toEqual(was);
    expect(desk.users.port.get('fresh')?.status).toBe('asked');
    expect(why(await register({ ...ASKING, user: 'weak', password: 'short' }, wireAt()))).toBe(
      'password-too-weak',
    );
    desk.journal.close();
  });

  it('finds no room behind a hundred that wait', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    await withAdmin(desk);
    desk.journal.append(
      Array.from({ length: ASKED_MAX - 1 }, (_, n) => {
        const about = { name: 'W', email: '', mobile: '', branch: '' };
        return { kind: 'user-asked', v: 1, user: `waiting${n}`, ...about } as const;
      }),
    );
    const { register } = desk.auth.handlers;
    const answers = await Promise.all(['one', 'two'].map((user) => register({ ...ASKING, user }, wireAt())));
    expect(answers.map(why).toSorted()).toEqual(['done', 'too-many-asked']);
    expect(why(await register({ ...ASKING, user: 'asha' }, wireAt()))).toBe('too-many-asked');
    desk.journal.close();
  });
});

describe('a reset', () => {
  it('is for others only, runs out in a day, and its password can not be kept', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const admin = personAt(desk, (await withAdmin(desk)).wire);
    await withDealer(desk);
    const { reset, newPassword } = desk.auth.handlers;
    const input = { secondFactor: false, why: 'forgotten' };
    expect(why(await reset({ ...input, user: 'ravi' }, admin))).toBe('wrong-proof');
    expect(why(await reset({ ...input, user: 'nobody.here' }, admin))).toBe('unknown-user');
    for (let n = 0; n < 5; n += 1) await signIn(desk, 'asha', 'wrong');
    const { oneTimePassword } = done(await reset({ ...input, user: 'asha' }, admin));
    const { ticket } = done(await signIn(desk, 'asha', oneTimePassword));
    const kept = await newPassword({ ticket, password: oneTimePassword }, wireAt());
    expect(why(kept)).toBe('password-too-weak');
    expect(why(await signIn(desk, 'asha', PASSWORD))).toBe('not-let-in');
    desk.clock.nowMs += ONE_TIME_LIFE_MS;
    expect(why(await signIn(desk, 'asha', oneTimePassword))).toBe('not-let-in');
    expect(why(await newPassword({ ticket, password: NEXT }, wireAt()))).toBe('ticket-expired');
    desk.journal.close();
  });

  it('ends a sign-in that is half done, and leaves the second factor unless it is asked for', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const admin = personAt(desk, (await withAdmin(desk)).wire);
    await withDealer(desk);
    const { secret } = await enrolled(desk, done(await signIn(desk, 'asha', PASSWORD)).ticket);
    const { ticket } = done(await signIn(desk, 'asha', PASSWORD));
    const input = { user: 'asha', secondFactor: false, why: 'forgotten' };
    const { oneTimePassword } = done(await desk.auth.handlers.reset(input, admin));
    const late = { ticket, code: nextCode(desk, secret), as: 'session' } as const;
    expect(why(await desk.auth.handlers.secondFactor(late, wireAt()))).toBe('ticket-expired');
    const fresh = done(await signIn(desk, 'asha', oneTimePassword));
    const chosen = await desk.auth.handlers.newPassword({ ticket: fresh.ticket, password: NEXT }, wireAt());
    expect(done(chosen).step).toBe('second-factor');
    const code = { ticket: fresh.ticket, code: codeNow(desk, secret), as: 'session' } as const;
    expect(why(await desk.auth.handlers.secondFactor(code, wireAt()))).toBe('done');
    desk.journal.close();
  });
});

describe('a person whom headquarters has vouched for', () => {
  it('chooses a password under the policy, and enrols as everybody', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    await withAdmin(desk);
    await withDealer(desk);
    expect(why(await desk.auth.setPassword('asha', 'short'))).toBe('password-too-weak');
    expect(why(await desk.auth.setPassword('nobody.here', NEXT))).toBe('unknown-user');
    done(await desk.auth.setPassword('asha', NEXT));
    expect(done(await signIn(desk, 'asha', NEXT)).step).toBe('enrol');
    desk.journal.close();
  });
});
