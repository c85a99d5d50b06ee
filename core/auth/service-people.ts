import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { isReservedName } from '#core/users/port.ts';
import type { UserRefusal } from '#core/users/port.ts';
import type { Step } from './contract.ts';
import { passwordProblem } from './domain-password.ts';
import { asSpelled, bytesFor, spelled } from './domain-spelling.ts';
import { originName } from './domain-state.ts';
import { dropTicketsOf } from './domain-ticket.ts';
import type { AuthRefusal } from './port.ts';
import { proved } from './service-gate.ts';
import type { AuthParts, Stranger } from './service-parts.ts';
import { sameBytes, sha256 } from './service-seal.ts';
import { giveTicket } from './service-ticket.ts';
import { passwordOf, putPassword } from './store.ts';

/** People who asked for an account and wait for an admin. */
export const ASKED_MAX = 100;
/** 100 bits. */
const SETUP_LETTERS = 20;
const SETUP_GROUP = 5;

const NOT_FIRST_RUN: AuthRefusal = {
  reason: 'not-first-run',
  text: 'This desk has its first admin already.',
};
const TAKEN: AuthRefusal = { reason: 'user-exists', text: 'This name can not be taken; choose another one.' };
const WRONG_SETUP_CODE: AuthRefusal = {
  reason: 'wrong-setup-code',
  text: 'This is not the setup code that the desk printed when it started.',
};
const TOO_MANY_ASKED: AuthRefusal = {
  reason: 'too-many-asked',
  text: `${ASKED_MAX} people wait for an admin already; tell one.`,
};

export interface NewPerson {
  readonly user: string;
  readonly name: string;
  readonly password: string;
}
interface Asking extends NewPerson {
  readonly email: string;
  readonly mobile: string;
  readonly branch: string;
}

/** The code that start prints; for the process that made it only. */
export function newSetupCode({ deps }: AuthParts): string {
  return spelled(deps.host.randomBytes(bytesFor(SETUP_LETTERS)), SETUP_LETTERS, SETUP_GROUP);
}

/**
 * Makes the first admin, while there is nobody. Whether there is still nobody, the
 * users service says again after the work. Refused: `not-first-run`, `wrong-setup-code`, `locked-out`, `password-too-weak`, `user-exists`, `busy`.
 */
export async function firstRun(
  parts: AuthParts,
  setupCode: () => string | null,
  input: NewPerson & { readonly setupCode: string },
  { origin }: Pick<Stranger, 'origin'>,
): Promise<Result<Step, AuthRefusal>> {
  const { deps, gate, hasher } = parts;
  const code = setupCode();
  if (code === null) return refuse(NOT_FIRST_RUN);
  const tried = { user: null, origin: originName(origin.address) };
  const locked = gate.refusal(tried);
  if (locked !== null) return refuse(locked);
  if (!sameBytes(sha256(asSpelled(input.setupCode)), sha256(asSpelled(code)))) {
    return refuse(gate.wrong(tried, 'wrong-setup-code', WRONG_SETUP_CODE));
  }
  const unfit = unfitness(input);
  if (unfit !== null) return refuse(unfit);
  const hashed = await hasher.hash(input.password);
  if (!hashed.ok) return hashed;
  const { user, name } = input;
  const admin = deps.firstAdmin(user, name);
  if (!admin.ok) return refuse(ofUsers(admin.refusal));
  const fact = { kind: 'password-set', v: 1, user, why: 'first-run', by: user } as const;
  const kept = proved(deps, [...admin.value, fact], (tx) => {
    putPassword(tx, user, { hash: hashed.value, mustChange: false, expiresAtMs: null });
  });
  return kept.ok ? giveTicket(parts, user, origin, 'enrol') : kept;
}

/**
 * Asks for an account. The answer and the work are the same whether the name is taken or not.
 * Refused: `locked-out`, `password-too-weak`, `too-many-asked`, `busy`.
 */
export async function register(
  parts: AuthParts,
  input: Asking,
  { origin }: Pick<Stranger, 'origin'>,
): Promise<Result<{ readonly asked: true }, AuthRefusal>> {
  const { deps, gate, hasher } = parts;
  const locked = gate.refusal({ user: null, origin: originName(origin.address) });
  if (locked !== null) return refuse(locked);
  const problem = passwordProblem(input.password, input);
  if (problem !== null) return refuse({ reason: 'password-too-weak', text: problem });
  if (waiting(parts) >= ASKED_MAX) return refuse(TOO_MANY_ASKED);
  const hashed = await hasher.hash(input.password);
  if (!hashed.ok) return hashed;
  if (waiting(parts) >= ASKED_MAX) return refuse(TOO_MANY_ASKED);
  const { user, name, email, mobile, branch } = input;
  if (isReservedName(user)) return ok({ asked: true as const });
  const asked = deps.asked({ user, name, email, mobile, branch });
  if (!asked.ok) {
    return asked.refusal.reason === 'user-exists'
      ? ok({ asked: true as const })
      : refuse(ofUsers(asked.refusal));
  }
  const fact = { kind: 'password-set', v: 1, user, why: 'registration', by: user } as const;
  const kept = proved(deps, [asked.value, fact], (tx) => {
    putPassword(tx, user, { hash: hashed.value, mustChange: false, expiresAtMs: null });
  });
  return kept.ok ? ok({ asked: true as const }) : kept;
}

function waiting({ deps }: AuthParts): number {
  let count = 0;
  for (const { status } of deps.users.all()) if (status === 'asked') count += 1;
  return count;
}

/**
 * Sets the password of a person for whom another service has vouched, as with a code of headquarters; the second
 * factor stays as it is. Refused: `unknown-user`, `password-too-weak`, `busy`.
 */
export async function setPassword(
  { deps, hasher, tickets }: AuthParts,
  user: string,
  password: string,
): Promise<Result<null, AuthRefusal>> {
  const person = deps.users.get(user);
  if (person === null) return refuse({ reason: 'unknown-user', text: `There is no person ${user}.` });
  const unfit = unfitness({ user, name: person.name, password });
  if (unfit !== null) return refuse(unfit);
  const hashed = await hasher.hash(password);
  if (!hashed.ok) return hashed;
  const why = passwordOf(deps.journal.reader, user) === null ? 'registration' : 'reset';
  const kept = proved(deps, [{ kind: 'password-set', v: 1, user, why, by: user }], (tx) => {
    putPassword(tx, user, { hash: hashed.value, mustChange: false, expiresAtMs: null });
  });
  if (kept.ok) dropTicketsOf(tickets, user);
  return kept;
}

function unfitness(person: NewPerson): AuthRefusal | null {
  if (isReservedName(person.user)) return TAKEN;
  const problem = passwordProblem(person.password, person);
  return problem === null ? null : { reason: 'password-too-weak', text: problem };
}

function ofUsers({ reason, text }: UserRefusal): AuthRefusal {
  if (reason === 'user-exists') return TAKEN;
  if (reason === 'not-first-run') return NOT_FIRST_RUN;
  return { reason: 'too-many-asked', text };
}
