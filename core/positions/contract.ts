import { oc } from '#core/lib/procedure.ts';
import { AccountId, InstrumentId } from '#core/model/ids.ts';
import { Exchange, Segment } from '#core/model/instrument.ts';
import { Product } from '#core/model/product.ts';
import { Side } from '#core/model/side.ts';
import { z } from 'zod';
import { Restriction, ShortfallRow } from './baseline.ts';

export const AssetClass = z.enum(['equity', 'fno', 'currency', 'commodity']);
export type AssetClass = z.infer<typeof AssetClass>;

const Warning = z.enum([
  'no-cut',
  'sign-in-doubt',
  'drop-copy-down',
  'no-drop-copy',
  'unattributed-fill',
  'fill-conflict',
  'sources-disagree',
  'overcommitted',
  'contract-changed',
  'unknown-instrument',
  'stale',
]);

/** Quantities in exchange units, money in ten-thousandths of a rupee. */
export const PositionShown = z.object({
  account: AccountId,
  instrumentId: InstrumentId,
  product: Product,
  /** Null where the contract is unknown: then there is no lot, no multiplier and no class. */
  contract: z
    .object({
      exchange: Exchange,
      segment: Segment,
      assetClass: AssetClass,
      symbol: z.string(),
      underlying: z.string(),
      expiry: z.string(),
      lotSize: z.number(),
    })
    .nullable(),
  /** Likely net; what may be closed follows from `netLow` and `netHigh`. */
  net: z.number(),
  netLow: z.number(),
  netHigh: z.number(),
  /** Net by main's book (or file) and by the exchange's own trades, where they differ; closable is by the smaller. */
  opinions: z.object({ book: z.number(), exchange: z.number() }).nullable(),
  carriedQuantity: z.number(),
  carriedValueE4: z.number(),
  /** Traded today. */
  dayQuantity: z.number(),
  boughtQuantity: z.number(),
  boughtValueE4: z.number(),
  soldQuantity: z.number(),
  soldValueE4: z.number(),
  realisedE4: z.number(),
  openCostE4: z.number(),
  /** Null when there is no price at all. */
  unrealisedE4: z.number().nullable(),
  price: z
    .object({
      priceE4: z.number(),
      source: z.enum(['live', 'file']),
      /** Null for a price of the contract file. */
      ageMs: z.number().nullable(),
    })
    .nullable(),
  closable: z.number(),
  /** Of it, what orders pin already: ours that are planned, work or are in doubt, and main's. An exit may use the rest. */
  reserved: z.number(),
  closingSide: Side.nullable(),
  proof: z.enum(['proven', 'unproven']),
  warnings: z.array(Warning),
  restriction: Restriction,
  /** Line of RMS's margin shortfall list that names the account. */
  shortfall: z.string().nullable(),
  source: z.string(),
  asOfMs: z.number(),
});
export type PositionShown = z.infer<typeof PositionShown>;

export const PositionFilter = z.object({
  account: AccountId.optional(),
  exchange: Exchange.optional(),
  assetClass: AssetClass.optional(),
  product: Product.optional(),
  proof: z.enum(['proven', 'unproven']).optional(),
  /** Leaves out rows that are certainly flat. */
  openOnly: z.boolean().optional(),
});
export type PositionFilter = z.infer<typeof PositionFilter>;

/** Book-wide totals, in ten-thousandths of a rupee. */
export const ClassProfit = z.object({
  assetClass: AssetClass,
  rows: z.number(),
  openRows: z.number(),
  unprovenRows: z.number(),
  /** Open rows without a price: not in `unrealisedE4`. */
  unpricedRows: z.number(),
  realisedE4: z.bigint(),
  unrealisedE4: z.bigint(),
});
export type ClassProfit = z.infer<typeof ClassProfit>;

/** Rows of which the contract is unknown are in no class: they are counted apart, never left out in silence. */
export const ProfitSummary = z.object({
  classes: z.array(ClassProfit),
  realisedE4: z.bigint(),
  unrealisedE4: z.bigint(),
  unknownRows: z.number(),
});
export type ProfitSummary = z.infer<typeof ProfitSummary>;

const AnyCut = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none-of-today') }),
  z.object({
    kind: z.literal('last-trade'),
    exchange: Exchange,
    segment: Segment,
    tradeNumber: z.int().nonnegative(),
  }),
  z.object({
    kind: z.literal('trades'),
    exchange: Exchange,
    segment: Segment,
    tradeNumbers: z.array(z.string().min(1).max(40)).max(1_000_000),
  }),
]);

/** Characters of one imported file. */
const FILE_TEXT_MAX = 64 * 1024 * 1024;

export const PositionFile = z.object({
  /** Name of the file, for the record. */
  source: z.string().min(1).max(200),
  text: z.string().max(FILE_TEXT_MAX),
  /** Our column by the file's, where the file's own names are not the documented ones. */
  columns: z.record(z.string(), z.string()).optional(),
  /** These three may stand at the head of the file instead (docs/imports.md); what the call says comes first. */
  asOfMs: z.int().nonnegative().optional(),
  tradingDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
  /** Which of today's trades the file holds; without it every row is an interval and stays unproven. */
  cuts: z.array(AnyCut).max(64).optional(),
  /** Take the good rows of a file that has bad ones. */
  partial: z.boolean().default(false),
});
export type PositionFile = z.infer<typeof PositionFile>;

export const PositionFileReport = z.object({
  sha256: z.string(),
  rows: z.number(),
  refused: z.number(),
  /** Rows of which this desk has a later word already: they are kept and count for nothing. */
  older: z.number(),
  /** True when these very bytes were imported before: nothing changed. */
  repeated: z.boolean(),
  problems: z.array(z.object({ line: z.number(), column: z.string(), reason: z.string() })),
});
export type PositionFileReport = z.infer<typeof PositionFileReport>;

const SHORTFALL_ROWS_MAX = 200_000;

export const ShortfallList = z.object({
  source: z.string().min(1).max(200),
  asOfMs: z.number(),
  rows: z.array(ShortfallRow).max(SHORTFALL_ROWS_MAX),
});
export type ShortfallList = z.infer<typeof ShortfallList>;

export const positionsContract = {
  list: oc
    .meta({ permission: 'positions.read', accounts: 'filtered' })
    .input(PositionFilter)
    .output(z.object({ rows: z.array(PositionShown), nowMs: z.number() })),
  summary: oc
    .meta({ permission: 'positions.read', accounts: 'filtered' })
    .input(PositionFilter)
    .output(ProfitSummary),
  import: oc
    .meta({ permission: 'positions.import', doing: 'import', accounts: 'none' })
    .input(PositionFile)
    .output(PositionFileReport),
  /** The list takes the place of the one before it. */
  importShortfall: oc
    .meta({ permission: 'positions.import', doing: 'import', accounts: 'none' })
    .input(ShortfallList)
    .output(z.object({ rows: z.number(), repeated: z.boolean() })),
};
