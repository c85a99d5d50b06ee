import type { Origin } from '#core/sessions/port.ts';

/** One sign-in between its steps. */
export const TICKET_LIFE_MS = 5 * 60_000;
export const TICKETS_MAX = 64;
/** Of one person; the oldest goes, so that nobody who knows a password fills the room of the others. */
const TICKETS_A_PERSON = 3;
export const WRONG_CODES_MAX = 5;

/** What must come next. */
export type Stage = 'second-factor' | 'enrol' | 'new-password';

export interface Ticket {
  readonly user: string;
  readonly origin: Origin;
  readonly stage: Stage;
  readonly expiresAtMs: number;
  readonly wrongCodes: number;
  /** The sealed TOTP secret that waits to be confirmed; null before `enrol`. */
  readonly enrolment: Uint8Array | null;
}

/** By the hash of what names them. In memory only: a restart ends every sign-in that is not yet done. */
export type Tickets = Map<string, Ticket>;

/** A fresh ticket under this key; null when all the room is taken by sign-ins that are going on. */
export function addTicket(
  tickets: Tickets,
  key: string,
  { user, origin, stage }: Pick<Ticket, 'user' | 'origin' | 'stage'>,
  nowMs: number,
): Ticket | null {
  pruneTickets(tickets, nowMs);
  const own = [...tickets].filter(([, ticket]) => ticket.user === user);
  for (const [oldest] of own.slice(0, Math.max(0, own.length - TICKETS_A_PERSON + 1))) tickets.delete(oldest);
  if (tickets.size >= TICKETS_MAX) return null;
  const expiresAtMs = nowMs + TICKET_LIFE_MS;
  const ticket = { user, origin, stage, expiresAtMs, wrongCodes: 0, enrolment: null };
  tickets.set(key, ticket);
  return ticket;
}

/** The live ticket, when it comes from where it was given out and waits for this stage. */
export function findTicket(
  tickets: Tickets,
  key: string,
  { origin, stage }: Pick<Ticket, 'origin' | 'stage'>,
  nowMs: number,
): Ticket | null {
  const ticket = tickets.get(key);
  if (ticket === undefined || ticket.expiresAtMs <= nowMs || ticket.stage !== stage) return null;
  return ticket.origin.wire === origin.wire && ticket.origin.address === origin.address ? ticket : null;
}

/** Counts a wrong code; the last one of them ends the ticket. */
export function countWrongCode(tickets: Tickets, key: string): void {
  const ticket = tickets.get(key);
  if (ticket === undefined) return;
  const wrongCodes = ticket.wrongCodes + 1;
  if (wrongCodes >= WRONG_CODES_MAX) tickets.delete(key);
  else tickets.set(key, { ...ticket, wrongCodes });
}

/** After a new password or an end: no half-done sign-in of before goes on. */
export function dropTicketsOf(tickets: Tickets, user: string): void {
  for (const [key, ticket] of tickets) if (ticket.user === user) tickets.delete(key);
}

export function pruneTickets(tickets: Tickets, nowMs: number): void {
  for (const [key, ticket] of tickets) if (ticket.expiresAtMs <= nowMs) tickets.delete(key);
}
