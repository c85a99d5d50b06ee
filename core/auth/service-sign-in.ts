import type { Fact } from '#core/events.ts';
import { refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Step } from './contract.ts';
import { countWrongCode } from './domain-ticket.ts';
import type { AuthRefusal } from './port.ts';
import { wrongCode } from './service-factors.ts';
import type { AuthParts, Stranger } from './service-parts.ts';
import {
  TICKET_EXPIRED,
  giveTicket,
  openEarned,
  stageAfterPassword,
  ticketFor,
  ticketKey,
} from './service-ticket.ts';
import type { As, Opening } from './service-ticket.ts';
import { passwordOf, putPassword } from './store.ts';

/**
 * Name and password. What comes next is a ticket's: a session opens behind the second factor only.
 * Refused: `not-let-in` whatever was wrong, `locked-out`, `busy`.
 */
export async function signIn(
  parts: AuthParts,
  input: { readonly user: string; readonly password: string },
  { origin }: Pick<Stranger, 'origin'>,
): Promise<Result<Step, AuthRefusal>> {
  const { deps, gate, factors } = parts;
  const user = input.user.trim().toLowerCase();
  const tried = gate.tryOf(user, origin.address);
  const locked = gate.refusal(tried);
  if (locked !== null) return refuse(locked);
  const checked = await factors.password(user, input.password);
  if (!checked.ok) return checked;
  // Others may have tried meanwhile: a right password during a lockout opens nothing.
  const lockedNow = gate.refusal(tried);
  if (lockedNow !== null) return refuse(lockedNow);
  const row = checked.value;
  if (row === null) return refuse(gate.wrong(tried, 'wrong-password'));
  if (deps.users.active(user) === null) return refuse(gate.wrong(tried, 'not-active'));
  if (row.mustChange) return giveTicket(parts, user, origin, 'new-password');
  await raiseParameters(parts, user, row.hash, input.password);
  return giveTicket(parts, user, origin, stageAfterPassword(parts, user));
}

/** A password that was hashed with less than today's parameters is hashed again while it is at hand. */
async function raiseParameters(
  { deps, hasher }: AuthParts,
  user: string,
  old: string,
  password: string,
): Promise<void> {
  if (!hasher.isWeak(old)) return;
  const hashed = await hasher.hash(password);
  const row = passwordOf(deps.journal.reader, user);
  // Not now is soon enough: the next sign-in raises it.
  if (!hashed.ok || row?.hash !== old) return;
  const fact: Fact = { kind: 'password-set', v: 1, user, why: 'parameters-raised', by: user };
  deps.journal.append([fact], (tx) => {
    putPassword(tx, user, { ...row, hash: hashed.value });
  });
}

/**
 * The second factor of a person who has one: a code of their authenticator, or one of the recovery codes.
 * Refused: `ticket-expired`, `locked-out`, `not-let-in`, `code-used`, and what sessions refuse.
 */
export async function secondFactor(
  parts: AuthParts,
  input: { readonly ticket: string; readonly code: string; readonly as: As },
  which: 'totp' | 'recovery-code',
  context: Stranger,
): Promise<Opening> {
  const { tickets, gate, factors } = parts;
  const key = ticketKey(input.ticket);
  const ticket = ticketFor(parts, key, context.origin, 'second-factor');
  if (ticket === null) return refuse(TICKET_EXPIRED);
  const { user } = ticket;
  const tried = gate.tryOf(user, context.origin.address);
  const locked = gate.refusal(tried);
  if (locked !== null) return refuse(locked);
  const checked = factors.code(user, input.code, which);
  if (typeof checked === 'string') {
    countWrongCode(tickets, key);
    return refuse(wrongCode(gate, tried, checked));
  }
  return openEarned(parts, { ...checked, user, as: input.as, recoveryCodes: [] }, context);
}
