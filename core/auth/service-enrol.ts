import { present } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Step } from './contract.ts';
import { passwordProblem } from './domain-password.ts';
import { countWrongCode } from './domain-ticket.ts';
import type { AuthRefusal } from './port.ts';
import { proved } from './service-gate.ts';
import type { AuthParts, Stranger } from './service-parts.ts';
import { TICKET_EXPIRED, openEarned, stageAfterPassword, ticketFor, ticketKey } from './service-ticket.ts';
import type { As, Opening } from './service-ticket.ts';
import { checkTotp, newTotpSecret, totpShown } from './service-totp.ts';
import { passwordOf, putPassword, putRecovery, putTotp, totpOf } from './store.ts';

interface Shown {
  readonly secret: string;
  readonly uri: string;
  readonly expiresAtMs: number;
}

/** A fresh TOTP secret, sealed on the ticket; not in force before it is confirmed. Refused: `ticket-expired`. */
export function enrol(
  parts: AuthParts,
  input: { readonly ticket: string },
  { origin }: Pick<Stranger, 'origin'>,
): Result<Shown, AuthRefusal> {
  const { deps, tickets, seal } = parts;
  const key = ticketKey(input.ticket);
  const ticket = ticketFor(parts, key, origin, 'enrol');
  if (ticket === null) return refuse(TICKET_EXPIRED);
  const { user, expiresAtMs } = ticket;
  const secret = newTotpSecret((length) => deps.host.randomBytes(length));
  const shown = totpShown(secret, user, deps.desk);
  tickets.set(key, { ...ticket, enrolment: seal.seal(user, secret) });
  secret.fill(0);
  return ok({ ...shown, expiresAtMs });
}

/**
 * The authenticator gives right codes: the second factor is in force, ten recovery codes are shown this once, and the
 * session opens. Refused: `ticket-expired`, `locked-out`, `not-let-in`, and what sessions refuse.
 */
export async function confirmEnrolment(
  parts: AuthParts,
  input: { readonly ticket: string; readonly code: string; readonly as: As },
  context: Stranger,
): Promise<Opening> {
  const { deps, tickets, seal, gate, factors } = parts;
  const key = ticketKey(input.ticket);
  const ticket = ticketFor(parts, key, context.origin, 'enrol');
  const sealed = ticket?.enrolment ?? null;
  if (ticket === null || sealed === null || totpOf(deps.journal.reader, ticket.user) !== null) {
    return refuse(TICKET_EXPIRED);
  }
  const { user } = ticket;
  const tried = gate.tryOf(user, context.origin.address);
  const locked = gate.refusal(tried);
  if (locked !== null) return refuse(locked);
  const secret = present(seal.open(user, sealed), 'a secret that was sealed here');
  const checked = checkTotp(secret, input.code, -1, deps.host.now());
  secret.fill(0);
  if (checked.is !== 'right') {
    countWrongCode(tickets, key);
    return refuse(gate.wrong(tried, 'wrong-code'));
  }
  const { codes, hashes } = factors.newRecovery(user);
  const earned = {
    user,
    as: input.as,
    how: 'totp',
    facts: [
      { kind: 'second-factor-enrolled', v: 1, user },
      { kind: 'recovery-codes-made', v: 1, user, count: codes.length },
    ],
    tables: (tx: Parameters<typeof putTotp>[0]) => {
      putTotp(tx, user, { sealed, lastStep: checked.step });
      putRecovery(tx, user, hashes);
    },
    recoveryCodes: codes,
  } as const;
  return openEarned(parts, earned, context);
}

/** In place of a one-time password. Refused: `ticket-expired`, `password-too-weak`, `busy`. */
export async function newPassword(
  parts: AuthParts,
  input: { readonly ticket: string; readonly password: string },
  { origin }: Pick<Stranger, 'origin'>,
): Promise<Result<Step, AuthRefusal>> {
  const { deps, tickets, hasher } = parts;
  const key = ticketKey(input.ticket);
  const ticket = ticketFor(parts, key, origin, 'new-password');
  const row = ticket === null ? null : passwordOf(deps.journal.reader, ticket.user);
  if (ticket === null || row === null) return refuse(TICKET_EXPIRED);
  const { user, expiresAtMs } = ticket;
  const problem = passwordProblem(input.password, { user, name: deps.users.get(user)?.name ?? '' });
  if (problem !== null) return refuse({ reason: 'password-too-weak', text: problem });
  const same = await hasher.verify(row.hash, input.password);
  if (!same.ok) return same;
  if (same.value) return refuse(SAME_AGAIN);
  const hashed = await hasher.hash(input.password);
  if (!hashed.ok) return hashed;
  // The work took its time: the ticket may be over, or another one-time password in force.
  const there = ticketFor(parts, key, origin, 'new-password');
  if (there === null || passwordOf(deps.journal.reader, user)?.hash !== row.hash)
    return refuse(TICKET_EXPIRED);
  const fact = { kind: 'password-set', v: 1, user, why: 'changed', by: user } as const;
  const kept = proved(deps, [fact], (tx) => {
    putPassword(tx, user, { hash: hashed.value, mustChange: false, expiresAtMs: null });
  });
  if (!kept.ok) return kept;
  const stage = stageAfterPassword(parts, user);
  tickets.set(key, { ...there, stage });
  return ok({ step: stage, ticket: input.ticket, expiresAtMs });
}

const SAME_AGAIN: AuthRefusal = {
  reason: 'password-too-weak',
  text: 'The one-time password can not be kept: choose another one.',
};
