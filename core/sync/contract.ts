import { oc } from '#core/lib/procedure.ts';
import { z } from 'zod';

const ModeName = z.enum(['STANDBY', 'SUSPECT', 'EMERGENCY', 'HANDBACK']);

const OutageShown = z.object({
  startedAtMs: z.number(),
  lastsMs: z.number(),
  /** Five minutes without a break. */
  reportable: z.boolean(),
  reportableAtMs: z.number(),
  reportDueAtMs: z.number(),
  reportOverdue: z.boolean(),
});

/** What an emergency covers; empty lists: everything that this desk has. */
const ScopeAsked = z.object({
  segments: z
    .array(z.string().regex(/^[A-Z]+:[A-Z]+$/))
    .max(20)
    .default([]),
  accounts: z.array(z.string().min(1).max(20)).max(20_000).default([]),
});

export const ModeShown = z.object({
  mode: ModeName,
  sinceMs: z.number(),
  why: z.string(),
  by: z.array(z.string()),
  main: z.enum(['never-seen', 'up', 'lost', 'declared-lost']),
  mayTrade: z.boolean(),
  scope: ScopeAsked,
  /** Signs that main lives; its link among them where a declaration would start trading. Empty: none. */
  alive: z.array(z.string()),
  /** Its link has been steady again: a person may declare it back. */
  mainIsBack: z.boolean().default(false),
  personsToDeclareLost: z.number(),
  /** Null while main is up. */
  outage: OutageShown.nullable(),
});
export type ModeShown = z.infer<typeof ModeShown>;

export const Declaration = z.object({
  reason: z.string().trim().min(5).max(500),
  scope: ScopeAsked.default({ segments: [], accounts: [] }),
  /** Headquarters' word that main is to be taken for lost although it shows life: signature over the desk and the scope. */
  scopeCode: z.string().max(200).default(''),
});
export type Declaration = z.infer<typeof Declaration>;

export const modeContract = {
  get: oc.meta({ permission: 'mode.read', accounts: 'none' }).output(ModeShown),
  /** In STANDBY and HANDBACK a person's word that main is lost; in SUSPECT the confirmation that starts the emergency. */
  declareLost: oc
    .meta({ permission: 'mode.declare', accounts: 'none', action: 'mode' })
    .input(Declaration)
    .output(ModeShown),
  /** Main is back and a person accepts it: an emergency goes over to handback, a suspicion ends. */
  declareBack: oc
    .meta({ permission: 'mode.declare', accounts: 'none', action: 'mode' })
    .input(Declaration)
    .output(ModeShown),
};

const Place = z.object({ epoch: z.number(), seq: z.number() });
const LateOrder = z.object({
  exchangeOrderId: z.string(),
  account: z.string(),
  instrumentId: z.string(),
  product: z.string(),
  side: z.enum(['buy', 'sell']),
  openQuantity: z.number(),
  cause: z.string(),
});
export const DifferenceShown = z.object({
  round: z.number(),
  key: z.string(),
  account: z.string(),
  instrumentId: z.string(),
  product: z.string(),
  desk: z.number().nullable(),
  main: z.number().nullable(),
  exchange: z.number().nullable(),
  cause: z.string(),
  proposed: z.string(),
  text: z.string(),
  decided: z.object({ repair: z.string(), by: z.array(z.string()), why: z.string() }).nullable(),
});
export type DifferenceShown = z.infer<typeof DifferenceShown>;

/** Where following and handing back stand. */
export const SyncShown = z.object({
  /** `off`: this desk has no main configured; it hands back by file. */
  link: z.enum(['off', 'connecting', 'up', 'down']),
  linkSinceMs: z.number(),
  linkText: z.string(),
  main: z.string(),
  book: z
    .object({
      book: z.string(),
      version: z.number(),
      asOfMs: z.number(),
      stale: z.boolean(),
      text: z.string(),
    })
    .nullable(),
  handback: z.object({
    head: Place,
    acked: Place,
    waiting: z.number(),
    perSecond: z.number(),
    /** Null when nothing moves. */
    etaMs: z.number().nullable(),
    notTaken: z.object({ at: Place, reason: z.string(), text: z.string() }).nullable(),
    /** Why nothing is sent, or what main lost; empty when all is well. */
    text: z.string(),
    /** Main has more of this desk than this file: nothing is handed over until two persons open a new epoch. */
    oldCopy: z.boolean().default(false),
  }),
  fence: z
    .object({ fence: z.string(), obeyed: z.boolean().nullable(), late: z.array(LateOrder), text: z.string() })
    .nullable(),
  doubleCloses: z.array(
    z.object({
      account: z.string(),
      instrumentId: z.string(),
      /** Null: nobody said which product main traded. */
      product: z.string().nullable(),
      /** What main did; `quantity` has no sign. 0: it rests at the exchange. */
      side: z.enum(['buy', 'sell']),
      quantity: z.number(),
      exchangeOrderId: z.string(),
    }),
  ),
  reconciled: z
    .object({
      round: z.number(),
      through: Place,
      rows: z.number(),
      agree: z.number(),
      differences: z.number(),
      undecided: z.number(),
    })
    .nullable(),
  /** Own orders with which main goes on by their numbers at the exchange: our ids. */
  handedOver: z.array(z.string()).default([]),
  /** Why no certificate can be signed now, in words; empty: it can. */
  notYet: z.array(z.string()),
  certificates: z.array(
    z.object({
      id: z.string(),
      supplementOf: z.string().nullable(),
      closing: Place,
      atMs: z.number(),
      by: z.array(z.string()),
    }),
  ),
});
export type SyncShown = z.infer<typeof SyncShown>;

const Why = z.string().trim().min(5).max(500);
/** Characters of one acknowledgement file. */
const ACK_TEXT_MAX = 4 * 1024 * 1024;

export const syncContract = {
  status: oc.meta({ permission: 'sync.read', accounts: 'filtered' }).output(SyncShown),
  /** Asks main to hold its own orders, auto square-off, GTT and AMO for the accounts of this desk. */
  fence: oc
    .meta({ permission: 'sync.hand-back', accounts: 'none' })
    .input(z.object({ why: Why }))
    .output(SyncShown),
  /** A working order goes on under main, by its number at the exchange. */
  handOver: oc
    .meta({ permission: 'sync.hand-back', accounts: 'none', action: 'mode' })
    .input(z.object({ orderId: z.string().max(40) }))
    .output(SyncShown),
  /** Compares desk, main and exchange row by row. */
  reconcile: oc
    .meta({ permission: 'sync.hand-back', doing: 'hand-back', accounts: 'none' })
    .output(SyncShown),
  differences: oc
    .meta({ permission: 'sync.read-all', accounts: 'none' })
    .output(z.object({ differences: z.array(DifferenceShown) })),
  decide: oc
    .meta({ permission: 'sync.hand-back', doing: 'hand-back', accounts: 'none' })
    .input(
      z.object({
        round: z.int(),
        key: z.string().max(200),
        repair: z.enum(['take-exchange', 'take-desk', 'take-main', 'book-by-hand', 'open-as-leftover']),
        why: Why,
      }),
    )
    .output(SyncShown),
  /** Signs the certificate, or its supplement, and ends the handback. */
  sign: oc
    .meta({ permission: 'sync.hand-back', doing: 'hand-back', accounts: 'none', action: 'mode' })
    .output(SyncShown),
  certificate: oc
    .meta({ permission: 'sync.read-all', accounts: 'none' })
    .input(z.object({ id: z.string().max(60) }))
    .output(z.object({ json: z.string(), page: z.string(), signature: z.string(), publicKey: z.string() })),
  /** The next numbered files of facts for a main that does not speak our protocol. */
  writeFiles: oc.meta({ permission: 'sync.hand-back', doing: 'hand-back', accounts: 'none' }).output(
    z.object({
      files: z.array(z.object({ name: z.string(), number: z.number(), rows: z.number(), text: z.string() })),
    }),
  ),
  /** Main's word on a file: what it took. */
  readAck: oc
    .meta({ permission: 'sync.hand-back', accounts: 'none' })
    .input(z.object({ text: z.string().max(ACK_TEXT_MAX) }))
    .output(SyncShown),
  /** What RMS has to hold, to be printed: auto square-off, GTT and AMO, logins. */
  fenceList: oc
    .meta({ permission: 'sync.read-all', accounts: 'none' })
    .output(z.object({ page: z.string(), csv: z.string() })),
};
