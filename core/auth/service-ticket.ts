import type { Fact } from '#core/events.ts';
import type { Tx } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Origin, SessionRefusal } from '#core/sessions/port.ts';
import type { Opened, Step } from './contract.ts';
import type { Stage, Ticket } from './domain-ticket.ts';
import { addTicket, dropTicketsOf, findTicket } from './domain-ticket.ts';
import type { AuthRefusal } from './port.ts';
import { proved } from './service-gate.ts';
import type { AuthParts, Stranger } from './service-parts.ts';
import { sha256 } from './service-seal.ts';
import { totpOf } from './store.ts';

const TICKET_BYTES = 32;

export const TICKET_EXPIRED: AuthRefusal = {
  reason: 'ticket-expired',
  text: 'This sign-in is over or belongs to another place; start again.',
};
const BUSY: AuthRefusal = { reason: 'busy', text: 'Too many sign-ins are going on; try again in a moment.' };

export type As = 'session' | 'tokens';
export type Opening = Result<Opened, AuthRefusal | SessionRefusal>;

/** A ticket for what comes next. Refused: `busy`. */
export function giveTicket(
  { deps, tickets }: Pick<AuthParts, 'deps' | 'tickets'>,
  user: string,
  origin: Origin,
  stage: Stage,
): Result<Step, AuthRefusal> {
  const ticket = Buffer.from(deps.host.randomBytes(TICKET_BYTES)).toString('base64url');
  const added = addTicket(tickets, ticketKey(ticket), { user, origin, stage }, deps.host.now());
  return added === null ? refuse(BUSY) : ok({ step: stage, ticket, expiresAtMs: added.expiresAtMs });
}

/** Tickets are kept by their hash: what lies in memory opens nothing. */
export function ticketKey(ticket: string): string {
  return Buffer.from(sha256(ticket)).toString('base64url');
}

/** The live ticket of this place and stage whose person may still sign in. */
export function ticketFor(
  { deps, tickets }: AuthParts,
  key: string,
  origin: Origin,
  stage: Stage,
): Ticket | null {
  const ticket = findTicket(tickets, key, { origin, stage }, deps.host.now());
  if (ticket === null || deps.users.active(ticket.user) !== null) return ticket;
  dropTicketsOf(tickets, ticket.user);
  return null;
}

export function stageAfterPassword({ deps }: AuthParts, user: string): Stage {
  return totpOf(deps.journal.reader, user) === null ? 'enrol' : 'second-factor';
}

export interface Earned {
  readonly user: string;
  readonly as: As;
  readonly how: 'totp' | 'recovery-code';
  readonly facts: readonly Fact[];
  readonly tables: (tx: Tx) => void;
  readonly recoveryCodes: readonly string[];
}

/**
 * Writes down that both factors were right, with what that has used up, ends the person's other half-done sign-ins
 * (none of them may put its own second factor over this one), opens the session and lets the wire carry it.
 */
export async function openEarned(parts: AuthParts, earned: Earned, context: Stranger): Promise<Opening> {
  const { user, how, facts, tables } = earned;
  const { wire, address } = context.origin;
  const signedIn: Fact = { kind: 'signed-in', v: 1, user, wire, address, secondFactor: how };
  const kept = proved(parts.deps, [...facts, signedIn], tables);
  if (!kept.ok) return kept;
  dropTicketsOf(parts.tickets, user);
  const { sessions, host } = parts.deps;
  const opened = await sessions.open(user, context.origin, earned.as === 'tokens' ? 'token' : 'session');
  if (!opened.ok) return opened;
  const { session, secret, tokens } = opened.value;
  if (secret !== null) context.carry(secret, session.expiresAtMs - host.now());
  const { id, expiresAtMs } = session;
  return ok({ by: user, session: id, expiresAtMs, tokens, recoveryCodes: [...earned.recoveryCodes] });
}
