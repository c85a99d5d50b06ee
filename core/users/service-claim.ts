import type { HandlerContext } from '#core/door.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import { no } from './domain.ts';
import type { UsersPort } from './port.ts';
import type { UsersDeps, UsersInside, UsersRefusal } from './service-deps.ts';
import { isCode } from './service-set.ts';
import { openCode, spendCode } from './store.ts';

/** Wrong codes at the whole desk in one minute before every code is refused for the rest of it. */
export const WRONG_CODES_PER_MINUTE = 20;

interface Claiming {
  readonly user: string;
  readonly code: string;
  readonly password: string;
}

/**
 * A person of a user set chooses a password. The code is spent after the password is set, not before: a password that
 * is too weak must not cost the code. Should the desk die between the two, the same code sets the password once more.
 */
export function createClaim(deps: UsersDeps, inside: UsersInside, port: UsersPort) {
  let wrong = { minute: 0, count: 0 };

  const refused = (): Result<never, UsersRefusal> => {
    wrong.count++;
    if (wrong.count === WRONG_CODES_PER_MINUTE) {
      const bound = { bound: 'wrong enrolment codes a minute', limit: WRONG_CODES_PER_MINUTE } as const;
      const outcome = 'every enrolment code is refused for the rest of the minute';
      const kept = inside.commit([{ kind: 'bound-reached', v: 1, ...bound, outcome }], {
        by: deps.desk,
        why: '',
      });
      if (!kept.ok) return kept;
    }
    return no('wrong-enrolment-code', 'This name and code are not known here, or the code was used.');
  };

  return async (
    { user, code, password }: Claiming,
    { origin }: Pick<HandlerContext, 'origin'>,
  ): Promise<Result<{ readonly claimed: true }, UsersRefusal>> => {
    const minute = Math.floor(deps.now() / MINUTE_MS);
    if (minute !== wrong.minute) wrong = { minute, count: 0 };
    if (wrong.count >= WRONG_CODES_PER_MINUTE) {
      return no('too-many-attempts', 'Too many wrong codes at this desk; wait a minute.');
    }
    const right = isCode(code, openCode(deps.journal.reader, user));
    if (!right || port.active(user) === null) return refused();
    const set = await deps.setPassword(user, password);
    if (!set.ok) return set;
    const { address } = origin;
    const act = { by: user, why: `${user} chose a password` };
    const kept = inside.commit([{ kind: 'user-claimed', v: 1, user, address }], act, (tx) =>
      spendCode(tx, user),
    );
    if (!kept.ok) return kept;
    // Whoever was signed in under the password before is not signed in under this one.
    deps.endSessions(user, 'password-changed', user);
    return ok({ claimed: true });
  };
}
