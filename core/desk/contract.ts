import { eventIterator } from '@orpc/contract';
import type { Entry } from '#core/events.ts';
import { LinkShown } from '#core/exchange/contract.ts';
import { oc } from '#core/lib/procedure.ts';
import { Exchange, Segment } from '#core/model/instrument.ts';
import { z } from 'zod';

/** Until when a part of the market may be traded, and what comes then. */
export const Countdown = z.object({
  exchange: Exchange,
  segment: Segment,
  /** `cash, F&O shares`, `currency`, ...: what of the segment it concerns. */
  label: z.string(),
  status: z.enum([
    'unknown',
    'pre-open',
    'open',
    'pre-close',
    'closing-auction',
    'halted',
    'closed',
    'risk-reduction',
  ]),
  /** Next change: epoch ms, 0 when there is none today. */
  nextAtMs: z.number(),
  /** `continuous trading ends`, `closes`, `MIS cut-off`: what happens then. */
  next: z.string(),
});
export type Countdown = z.infer<typeof Countdown>;

export const DeskStatus = z.object({
  desk: z.string(),
  build: z.string(),
  nowMs: z.number(),
  mode: z.enum(['STANDBY', 'SUSPECT', 'EMERGENCY', 'HANDBACK']),
  modeSinceMs: z.number(),
  modeWhy: z.string(),
  /** What the emergency covers, in words. */
  scope: z.string(),
  /** The link to the broker's main servers. */
  main: z.object({ state: z.enum(['never-seen', 'up', 'lost', 'declared-lost']), sinceMs: z.number() }),
  journal: z.object({ epoch: z.number(), seq: z.number(), hash: z.string(), writable: z.boolean() }),
  /** Facts main has not acknowledged. */
  factsNotHandedBack: z.number(),
  links: z.array(LinkShown),
  countdowns: z.array(Countdown),
});
export type DeskStatus = z.infer<typeof DeskStatus>;

/** Entries that one batch of the feed carries at most. */
export const FEED_BATCH_MAX = 500;

/** A fact as its writer made it; the journal is its check, so the door does not parse it again. */
const StoredEntry = z.custom<Entry>((value) => typeof value === 'object' && value !== null);

export const FeedBatch = z.object({
  entries: z.array(StoredEntry),
  /** Up to here the follower has seen everything: ask again from here after a break. */
  throughSeq: z.number(),
});
export type FeedBatch = z.infer<typeof FeedBatch>;

/** What a desk needs to take over: one line each, in the order in which it is mended. */
export const ReadinessCheck = z.object({
  check: z.enum([
    'journal',
    'main-link',
    'book',
    'contracts',
    'exchange-sessions',
    'drop-copy',
    'persons',
    'exchange-ids',
    'doubts',
    'not-handed-back',
  ]),
  ok: z.boolean(),
  text: z.string(),
});
export type ReadinessCheck = z.infer<typeof ReadinessCheck>;

export const Readiness = z.object({
  atMs: z.number(),
  /** Every check is ok: should main die now, the desk can take over. */
  ready: z.boolean(),
  /** It has to be ready now: a trading day, from the minute of the calendar to the last close, main not declared lost. */
  due: z.boolean(),
  checks: z.array(ReadinessCheck),
});
export type Readiness = z.infer<typeof Readiness>;

export const deskContract = {
  status: oc.meta({ permission: 'desk.read', accounts: 'none' }).output(DeskStatus),
  /** Whether this desk could take over now, check by check. */
  readiness: oc.meta({ permission: 'desk.read', accounts: 'none' }).output(Readiness),
  /**
   * Facts after a place of the journal, in order, each once, in batches; wire messages left out.
   * The first batch comes at once, even when it is empty.
   */
  follow: oc
    .meta({ permission: 'desk.read', accounts: 'filtered' })
    .input(z.object({ afterSeq: z.int().nonnegative() }))
    .output(eventIterator(FeedBatch)),
};
