import { oc } from '#core/lib/procedure.ts';
import { Instrument } from '#core/model/instrument.ts';
import { z } from 'zod';

/** Characters of one contract file in one call. */
const CONTRACT_TEXT_MAX = 128 * 1024 * 1024;
/** Contracts that one search gives at most. */
const FOUND_MAX = 200;

export const ContractFormat = z.enum(['kite', 'angel', 'udiff', 'lifeboat']);
export type ContractFormat = z.infer<typeof ContractFormat>;

export const ContractFile = z.object({
  /** Name of the file, for the record and in refusals. */
  source: z.string().min(1).max(200),
  format: ContractFormat,
  text: z.string().max(CONTRACT_TEXT_MAX),
  /** The trading date for which the file is; today's when nothing is said. */
  tradingDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
  /** Take the good rows of a file that has bad ones. */
  partial: z.boolean().default(false),
});
export type ContractFile = z.infer<typeof ContractFile>;

/** What was wrong with one row: counted lines from 1, the column by its name in the file. */
const BadRow = z.object({ line: z.number(), column: z.string(), reason: z.string() });

export const ContractReport = z.object({
  sha256: z.string(),
  rows: z.number(),
  refused: z.number(),
  /** Rows that are no contract by their nature: indices, spot prices, deleted ones. */
  skipped: z.number(),
  bad: z.array(BadRow),
  /** True when these very bytes were imported before: nothing changed. */
  repeated: z.boolean(),
});
export type ContractReport = z.infer<typeof ContractReport>;

export const LimitsFile = ContractFile.omit({ format: true }).extend({
  what: z.enum(['freeze-quantities', 'price-bands']),
});
export type LimitsFile = z.infer<typeof LimitsFile>;

export const instrumentsContract = {
  import: oc
    .meta({ permission: 'instruments.import', doing: 'import', accounts: 'none' })
    .input(ContractFile)
    .output(ContractReport),
  importLimits: oc
    .meta({ permission: 'instruments.import', doing: 'import', accounts: 'none' })
    .input(LimitsFile)
    .output(ContractReport),
  search: oc
    .meta({ permission: 'instruments.read', accounts: 'none' })
    .input(
      z.object({ text: z.string().trim().min(1).max(60), limit: z.int().min(1).max(FOUND_MAX).default(50) }),
    )
    .output(z.array(Instrument)),
};
