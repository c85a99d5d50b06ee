import { describe, expect, it } from 'vitest';
import {
  TICKETS_MAX,
  TICKET_LIFE_MS,
  WRONG_CODES_MAX,
  addTicket,
  countWrongCode,
  dropTicketsOf,
  findTicket,
  pruneTickets,
} from './domain-ticket.ts';
import type { Tickets } from './domain-ticket.ts';

const ORIGIN = { wire: 'http', address: '10.0.0.7' } as const;
const STAGE = { origin: ORIGIN, stage: 'second-factor' } as const;

function oneTicket(): Tickets {
  const tickets: Tickets = new Map();
  addTicket(tickets, 'k', { user: 'asha', ...STAGE }, 0);
  return tickets;
}

describe('a ticket', () => {
  it('lives five minutes and is then gone', () => {
    const tickets = oneTicket();
    expect(findTicket(tickets, 'k', STAGE, TICKET_LIFE_MS - 1)?.user).toBe('asha');
    expect(findTicket(tickets, 'k', STAGE, TICKET_LIFE_MS)).toBe(null);
    pruneTickets(tickets, TICKET_LIFE_MS);
    expect(tickets.size).toBe(0);
  });

  it.each([
    ['another address', { ...STAGE, origin: { wire: 'http', address: '10.0.0.8' } }],
    ['another wire', { ...STAGE, origin: { wire: 'ws', address: '10.0.0.7' } }],
    ['another stage', { ...STAGE, stage: 'enrol' }],
  ] as const)('is not there for %s', (_what, other) => {
    expect(findTicket(oneTicket(), 'k', other, 1)).toBe(null);
  });

  it('dies of the fifth wrong code', () => {
    const tickets = oneTicket();
    for (let n = 1; n < WRONG_CODES_MAX; n += 1) countWrongCode(tickets, 'k');
    expect(findTicket(tickets, 'k', STAGE, 1)).not.toBe(null);
    countWrongCode(tickets, 'k');
    expect(findTicket(tickets, 'k', STAGE, 1)).toBe(null);
  });

  it('finds no room beside 64 others, and some when they are over', () => {
    const tickets: Tickets = new Map();
    for (let n = 0; n < TICKETS_MAX; n += 1) addTicket(tickets, `k${n}`, { user: `u${n}`, ...STAGE }, 0);
    expect(addTicket(tickets, 'one more', { user: 'asha', ...STAGE }, 1)).toBe(null);
    expect(addTicket(tickets, 'one more', { user: 'asha', ...STAGE }, TICKET_LIFE_MS)).not.toBe(null);
  });

  it('of one person takes the place of their oldest, so that one person can not fill the room', () => {
    const tickets: Tickets = new Map();
    for (let n = 0; n < 10; n += 1) addTicket(tickets, `k${n}`, { user: 'asha', ...STAGE }, 0);
    expect([...tickets.keys()]).toEqual(['k7', 'k8', 'k9']);
    addTicket(tickets, 'other', { user: 'ravi', ...STAGE }, 0);
    dropTicketsOf(tickets, 'asha');
    expect([...tickets.keys()]).toEqual(['other']);
  });
});
