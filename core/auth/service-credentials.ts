import type { Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { SessionRefusal } from '#core/sessions/port.ts';
import { passwordProblem } from './domain-password.ts';
import { bytesFor, spelled } from './domain-spelling.ts';
import { dropTicketsOf } from './domain-ticket.ts';
import type { AuthRefusal } from './port.ts';
import { proved } from './service-gate.ts';
import type { AuthParts, Person } from './service-parts.ts';
import { dropSecondFactor, putPassword, putRecovery } from './store.ts';

/** 80 bits, good for one sign-in within a day. */
const ONE_TIME_LETTERS = 16;
const ONE_TIME_GROUP = 4;
export const ONE_TIME_LIFE_MS = 24 * 3_600_000;

const NOBODY: AuthRefusal = { reason: 'unknown-user', text: 'This is for a person who is signed in.' };
const NOT_YOURSELF: AuthRefusal = {
  reason: 'wrong-proof',
  text: 'Nobody resets themself: change the password with the present one, or ask another admin.',
};

/** Opens a locked screen by a code of its own person. Refused: `locked-out`, `not-let-in`, `code-used`. */
export function unlock(
  { deps, factors }: AuthParts,
  input: { readonly code: string },
  { actor, origin }: Person,
): Result<{ readonly unlocked: true }, AuthRefusal | SessionRefusal> {
  if (actor.session === null) return refuse(NOBODY);
  const spent = factors.spendCode(actor.session.user, input.code, origin.address);
  if (!spent.ok) return spent;
  const done = deps.sessions.unlock(actor.session.id);
  return done.ok ? ok({ unlocked: true as const }) : done;
}

/**
 * A new password for both factors; ends all other sessions of the person and every sign-in that is half done.
 * Refused: `not-let-in`, `code-used`, `locked-out`, `password-too-weak`, `busy`.
 */
export async function changePassword(
  parts: AuthParts,
  input: { readonly current: string; readonly next: string; readonly code: string },
  { actor, origin }: Person,
): Promise<Result<{ readonly changed: true }, AuthRefusal>> {
  const { deps, tickets, factors, hasher } = parts;
  if (actor.user === null || actor.session === null) return refuse(NOBODY);
  const { user, name } = actor.user;
  const problem = passwordProblem(input.next, { user, name });
  if (problem !== null) return refuse({ reason: 'password-too-weak', text: problem });
  const right = await factors.provePassword(user, input.current, origin.address);
  if (!right.ok) return right;
  const spent = factors.spendCode(user, input.code, origin.address);
  if (!spent.ok) return spent;
  const hashed = await hasher.hash(input.next);
  if (!hashed.ok) return hashed;
  const fact: Fact = { kind: 'password-set', v: 1, user, why: 'changed', by: user };
  const kept = proved(deps, [fact], (tx) => {
    putPassword(tx, user, { hash: hashed.value, mustChange: false, expiresAtMs: null });
  });
  if (!kept.ok) return kept;
  dropTicketsOf(tickets, user);
  const own = actor.session.id;
  for (const { id, user: whose } of deps.sessions.live()) {
    if (whose === user && id !== own) deps.sessions.end(id, 'password-changed', user);
  }
  return ok({ changed: true as const });
}

/** Ten new recovery codes for both factors; the old ones are dead. Refused as `changePassword`. */
export async function newRecoveryCodes(
  { deps, factors }: AuthParts,
  input: { readonly password: string; readonly code: string },
  { actor, origin }: Person,
): Promise<Result<{ readonly recoveryCodes: string[] }, AuthRefusal>> {
  if (actor.user === null || actor.session === null) return refuse(NOBODY);
  const { user } = actor.user;
  const right = await factors.provePassword(user, input.password, origin.address);
  if (!right.ok) return right;
  const spent = factors.spendCode(user, input.code, origin.address);
  if (!spent.ok) return spent;
  const { codes, hashes } = factors.newRecovery(user);
  const fact: Fact = { kind: 'recovery-codes-made', v: 1, user, count: codes.length };
  const kept = proved(deps, [fact], (tx) => {
    putRecovery(tx, user, hashes);
  });
  return kept.ok ? ok({ recoveryCodes: [...codes] }) : kept;
}

/**
 * A one-time password for another person, shown once to the admin, good for a day and for nothing but choosing a new
 * one; forgives the person's wrong tries and ends their sessions. Refused: `unknown-user`, `wrong-proof`, `busy`.
 */
export async function reset(
  parts: AuthParts,
  input: { readonly user: string; readonly secondFactor: boolean; readonly why: string },
  { by, persons }: { readonly by: string; readonly persons: readonly string[] },
): Promise<Result<{ readonly oneTimePassword: string }, AuthRefusal>> {
  const { deps, state, tickets, hasher } = parts;
  const { user, secondFactor, why } = input;
  if (persons.includes(user) || by === user) return refuse(NOT_YOURSELF);
  const oneTimePassword = spelled(
    deps.host.randomBytes(bytesFor(ONE_TIME_LETTERS)),
    ONE_TIME_LETTERS,
    ONE_TIME_GROUP,
  );
  const hashed = await hasher.hash(oneTimePassword);
  if (!hashed.ok) return hashed;
  if (deps.users.active(user) === null) {
    return refuse({ reason: 'unknown-user', text: `There is no active person ${user}.` });
  }
  const released: readonly Fact[] = state.lockouts.user.has(user)
    ? [{ kind: 'lockout-released', v: 1, what: 'user', who: user, by }]
    : [];
  const facts: readonly Fact[] = [
    { kind: 'password-reset', v: 1, user, secondFactor, by: persons, why },
    { kind: 'password-set', v: 1, user, why: 'reset', by },
    ...released,
  ];
  const expiresAtMs = deps.host.now() + ONE_TIME_LIFE_MS;
  const kept = proved(deps, facts, (tx) => {
    putPassword(tx, user, { hash: hashed.value, mustChange: true, expiresAtMs });
    if (secondFactor) dropSecondFactor(tx, user);
  });
  if (!kept.ok) return kept;
  dropTicketsOf(tickets, user);
  deps.sessions.endAllOf(user, 'password-changed', by);
  return ok({ oneTimePassword });
}

/** Ends a lockout before its time. False: there was none. */
export function release(
  { deps, state }: AuthParts,
  { what, who }: { readonly what: 'user' | 'origin'; readonly who: string },
  { by }: { readonly by: string },
): Result<{ readonly released: boolean }, AuthRefusal> {
  if (!state.lockouts[what].has(who)) return ok({ released: false });
  const kept = proved(deps, [{ kind: 'lockout-released', v: 1, what, who, by }], () => undefined);
  return kept.ok ? ok({ released: true }) : kept;
}
