import { eventIterator } from '@orpc/contract';
import { oc } from '#core/lib/procedure.ts';
import { InstrumentId, VenueId } from '#core/model/ids.ts';
import { z } from 'zod';

const SessionRoleName = z.enum(['orders', 'drop-copy', 'market-data']);

/** One session to a venue, as the top bar shows it. */
export const LinkShown = z.object({
  venue: VenueId,
  session: SessionRoleName,
  state: z.enum(['down', 'connecting', 'recovering', 'up', 'stopped']),
  sinceMs: z.number(),
  nextIn: z.number(),
  nextOut: z.number(),
  why: z.string(),
});
export type LinkShown = z.infer<typeof LinkShown>;

/** Prices in ten-thousandths of a rupee, quantities in units; 0 when that side of the book is empty. */
export const QuoteShown = z.object({
  instrumentId: InstrumentId,
  bidE4: z.number(),
  bidQuantity: z.number(),
  askE4: z.number(),
  askQuantity: z.number(),
  lastE4: z.number(),
  atMs: z.number(),
});
export type QuoteShown = z.infer<typeof QuoteShown>;

/** Contracts that one screen may watch. */
const WATCHED_MAX = 10_000;

export const exchangeContract = {
  links: oc.meta({ permission: 'exchange.read', accounts: 'none' }).output(z.array(LinkShown)),
  /** Sequence numbers start again at 1 on both sides. What was unanswered stays in doubt. */
  resetSession: oc
    .meta({ permission: 'exchange.reset-session', accounts: 'none', action: 'gateway' })
    .input(z.object({ venue: VenueId, session: SessionRoleName, reason: z.string().trim().min(5).max(500) }))
    .output(z.object({ reset: z.boolean() })),
  /** Latest quotes of these contracts now, then only those that changed, in batches. */
  quotes: oc
    .meta({ permission: 'exchange.read', accounts: 'none' })
    .input(z.object({ instrumentIds: z.array(InstrumentId).max(WATCHED_MAX) }))
    .output(eventIterator(z.array(QuoteShown))),
};
