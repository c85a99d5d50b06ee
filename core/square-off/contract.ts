import { oc, touches, type Touched } from '#core/lib/procedure.ts';
import {
  AccountId,
  ExchangeOrderId,
  InstrumentId,
  OrderId,
  PlanId,
  RunId,
  VenueId,
} from '#core/model/ids.ts';
import { Product } from '#core/model/product.ts';
import { Side } from '#core/model/side.ts';
import { EvidenceGiven, TimeInForceName } from '#core/orders/contract.ts';
import { z } from 'zod';

/** Rows that one exit names at most. */
const NAMED_ROWS_MAX = 20_000;

const RowName = z.object({ account: AccountId, instrumentId: InstrumentId, product: Product });
const Why = z.string().trim().min(1).max(500);

const LeftoverReasonName = z.enum([
  'in-doubt',
  'main-order-pinned',
  'odd-lot',
  'freeze-unknown',
  'no-live-price',
  'no-authority',
  'not-in-exit-all',
  'unproven',
  'sign-in-doubt',
  'offset-by-product',
  'contract-changed',
  'unknown-instrument',
  'account-blocked',
  'not-at-home',
  'outside-scope',
  'hedge-held',
  'rejected',
  'no-liquidity',
  'circuit-locked',
  'halted',
  'market-closed',
  'let-expire',
  'deadline-missed',
  'busted',
  'fill-conflict',
  'overcommitted',
  'link-down',
  'stopped-by-dealer',
]);

/** What a dealer asks to be closed: quantities in units, prices in ten-thousandths of a rupee. */
export const ExitAsked = z.object({
  scope: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('all') }),
    z.object({
      kind: z.literal('rows'),
      rows: z
        .array(
          RowName.extend({
            /** Null for all of it. */
            quantity: z.int().positive().nullable(),
            /** Signed net as the dealer read it back; needed for an unproven row. */
            readBack: z.int().nullable(),
            evidence: EvidenceGiven.nullable(),
            limitE4: z.int().positive().nullable(),
          }),
        )
        .min(1)
        .max(NAMED_ROWS_MAX),
    }),
  ]),
  /** For every row that has no authority of its own; null: only cut-off and shortfall rows go. */
  evidence: EvidenceGiven.nullable(),
  /** A client's instruction speaks for that client only. */
  instructions: z.array(z.object({ account: AccountId, evidence: EvidenceGiven })).max(NAMED_ROWS_MAX),
});
export type ExitAsked = z.infer<typeof ExitAsked>;

const Leftover = RowName.extend({ quantity: z.number(), reason: LeftoverReasonName, text: z.string() });

const PlanRow = RowName.extend({
  side: Side,
  venue: VenueId,
  /** Signed net that is closed: +75 is sold, -75 bought back. */
  quantity: z.number(),
  lots: z.number(),
  slices: z.array(z.number()),
  leg: z.enum(['short-option', 'future', 'long-option', 'cash']),
  /** 0: market, or priced at release. */
  worstPriceE4: z.number(),
  priceE4: z.number().nullable(),
  timeInForce: TimeInForceName,
  reference: z
    .object({
      priceE4: z.number(),
      source: z.enum(['live', 'file', 'dealer']),
      ageMs: z.number(),
      cappedBy: z.enum(['market-protection', 'limit-price-protection', 'band', 'dealer', 'none']),
    })
    .nullable(),
  notionalE4: z.number(),
  bookSharePercent: z.number().nullable(),
  circuitLocked: z.boolean(),
  unproven: z.boolean(),
  marginFreedE4: z.number(),
  afterCancel: z.number(),
  deadlineMs: z.number(),
  deadlineCause: z.enum([
    'mis-cut-off',
    'closing-auction',
    'last-trading-time',
    'tender-start',
    'segment-close',
  ]),
  expectedMs: z.number(),
  missesDeadline: z.boolean(),
  ifLeftOpen: z.string(),
});

export const DryRunShown = z.object({
  planId: PlanId,
  planHash: z.string(),
  expiresAtMs: z.number(),
  plan: z.object({
    cancels: z.object({
      orders: z.array(OrderId),
      foreign: z.array(ExchangeOrderId),
      massCancelOffered: z.array(VenueId),
    }),
    conversions: z.array(
      z.object({
        account: AccountId,
        instrumentId: InstrumentId,
        from: Product,
        to: Product,
        quantity: z.number(),
      }),
    ),
    rows: z.array(PlanRow),
    leftovers: z.array(Leftover),
    elsewhere: z.array(RowName),
    totals: z.object({
      rows: z.number(),
      orders: z.number(),
      messages: z.number(),
      notionalE4: z.string(),
      marginFreedE4: z.string(),
      missing: z.number(),
      unproven: z.number(),
    }),
    flatByMs: z.number(),
  }),
});

export const RunShown = z.object({
  runId: RunId,
  planId: PlanId,
  state: z.enum(['running', 'paused', 'stopping', 'ended']),
  why: z.string(),
  approvedAtMs: z.number(),
  by: z.array(z.string()),
  rows: z.number(),
  flatRows: z.number(),
  leftoverRows: z.number(),
  openRows: z.number(),
  /** Orders: not yet sent, sent, at the exchange, without an answer, refused by it. */
  planned: z.number(),
  sent: z.number(),
  working: z.number(),
  inDoubt: z.number(),
  rejected: z.number(),
  /** Units to close and units filled. */
  quantity: z.number(),
  filled: z.number(),
  flatByMs: z.number().nullable(),
  /** Rows that are not over, the most urgent first, to a bound. */
  open: z.array(
    RowName.extend({
      quantity: z.number(),
      filled: z.number(),
      state: z.enum(['open', 'flat', 'left']),
      inDoubt: z.boolean(),
      waitsFor: z.string(),
      askHedge: z.boolean(),
    }),
  ),
});

const Settlement = z.enum(['retry', 'convert', 'let-expire', 'other-exchange', 'give-to-rms']);

export const BoardRow = Leftover.extend({
  runId: RunId,
  atMs: z.number(),
  settled: z.object({ how: Settlement, by: z.string(), note: z.string() }).nullable(),
});

const OfRun = z.object({ runId: RunId, why: Why });

const ofRun = (asked: { readonly runId: string }): Touched => ({ runs: [asked.runId] });
const ofPlan = (asked: { readonly planId: string }): Touched => ({ plans: [asked.planId] });
const ofRow = (asked: { readonly account: string }): Touched => ({ accounts: [asked.account] });
/** An exit of everything is cut to the caller's own rows. */
const ofExit = ({ scope, instructions }: ExitAsked): Touched => ({
  accounts: [...(scope.kind === 'rows' ? scope.rows : []), ...instructions].map(({ account }) => account),
});

export const squareOffContract = {
  /** Sends nothing. What it shows is what an approval binds. */
  dryRun: oc
    .meta({ permission: 'square-off.dry-run', doing: 'dry-run', accounts: touches(ofExit) })
    .input(ExitAsked)
    .output(DryRunShown),
  /** Policy may ask for a second person, who then approves this very plan. */
  approve: oc
    .meta({ permission: 'square-off.approve', doing: 'trade', accounts: touches(ofPlan), action: 'exit' })
    .input(
      z.object({
        planId: PlanId,
        planHash: z.string(),
      }),
    )
    .output(z.object({ runId: RunId, shrunkRows: z.number() })),
  status: oc
    .meta({ permission: 'square-off.read', accounts: touches(ofRun) })
    .input(z.object({ runId: RunId }))
    .output(RunShown),
  runs: oc.meta({ permission: 'square-off.read', accounts: 'filtered' }).output(z.array(RunShown)),
  pause: oc
    .meta({ permission: 'square-off.steer', accounts: touches(ofRun) })
    .input(OfRun)
    .output(z.null()),
  resume: oc
    .meta({ permission: 'square-off.steer', doing: 'trade', accounts: touches(ofRun) })
    .input(OfRun)
    .output(z.null()),
  stop: oc
    .meta({ permission: 'square-off.steer', accounts: touches(ofRun) })
    .input(OfRun)
    .output(z.null()),
  releaseHedge: oc
    .meta({ permission: 'square-off.release-hedge', accounts: touches(ofRow) })
    .input(RowName.extend({ runId: RunId, reason: z.string().trim().min(5).max(500) }))
    .output(z.null()),
  leftovers: {
    list: oc.meta({ permission: 'square-off.read', accounts: 'filtered' }).output(z.array(BoardRow)),
    settle: oc
      .meta({ permission: 'square-off.settle', accounts: touches(ofRow) })
      .input(RowName.extend({ runId: RunId, how: Settlement, note: Why }))
      .output(z.null()),
  },
};
