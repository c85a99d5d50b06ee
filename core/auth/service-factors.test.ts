import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import {
  PASSWORD,
  codeNow,
  done,
  enrolled,
  factsOf,
  nextCode,
  openAuthDesk,
  personAt,
  wireAt,
  why,
  withAdmin,
  withDealer,
} from '#tests/auth-desk.ts';

/** `ravi`, an admin, and `asha`, a dealer, both enrolled. */
async function desk() {
  const one = openAuthDesk(scratchFolder().path);
  const ravi = await withAdmin(one);
  await withDealer(one);
  const { ticket } = done(await one.auth.handlers.signIn({ user: 'asha', password: PASSWORD }, wireAt()));
  return { one, ravi, asha: await enrolled(one, ticket) };
}

describe('proof again', () => {
  it('of password and code counts to lockout and spends the code', async () => {
    const { one, asha } = await desk();
    const { port } = one.auth;
    const code = nextCode(one, asha.secret);
    expect(why(await port.provePassword('asha', PASSWORD, ''))).toBe('done');
    expect(why(await port.proveBoth('asha', 'wrong', code, ''))).toBe('not-let-in');
    expect(why(await port.proveBoth('asha', PASSWORD, code, ''))).toBe('done');
    expect(why(await port.proveBoth('asha', PASSWORD, code, ''))).toBe('code-used');
    for (let n = 0; n < 3; n += 1) await port.provePassword('asha', 'wrong', '');
    expect(why(await port.provePassword('asha', PASSWORD, ''))).toBe('locked-out');
    one.journal.close();
  });

  it('opens a locked screen, for its own person only', async () => {
    const { one, asha, ravi } = await desk();
    const screen = personAt(one, asha.wire);
    const own = screen.actor.session?.id ?? '';
    one.sessions.lock(own, 'asked');
    const { unlock } = one.auth.handlers;
    expect(why(unlock({ code: nextCode(one, ravi.secret) }, screen))).toBe('not-let-in');
    expect(one.sessions.carried.get(asha.wire.secret ?? '')?.lockedAtMs).not.toBe(null);
    done(unlock({ code: codeNow(one, asha.secret) }, screen));
    expect(one.sessions.carried.get(asha.wire.secret ?? '')?.lockedAtMs).toBe(null);
    one.sessions.lock(own, 'asked');
    done(unlock({ code: asha.recoveryCodes[3]?.toUpperCase() ?? '' }, screen));
    expect(why(unlock({ code: asha.recoveryCodes[3] ?? '' }, screen))).toBe('not-let-in');
    expect(factsOf(one, 'recovery-code-used')).toMatchObject([{ user: 'asha', left: 9 }]);
    one.journal.close();
  });
});
