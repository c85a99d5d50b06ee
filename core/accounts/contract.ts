import { oc } from '#core/lib/procedure.ts';
import { z } from 'zod';
import { Account } from './port.ts';

/** Accounts that one list gives at most. */
const FOUND_MAX = 500;
/** Characters of one file of accounts. */
const ACCOUNT_TEXT_MAX = 64 * 1024 * 1024;

export const AccountFile = z.object({
  /** Name of the file, for the record and in refusals. */
  source: z.string().min(1).max(200),
  text: z.string().max(ACCOUNT_TEXT_MAX),
  /** Our column by the file's, where the file's own names are not the documented ones. */
  columns: z.record(z.string(), z.string()).optional(),
  /** Of when the file is; else its note `# as_of:` says so. */
  asOfMs: z.number().optional(),
  /** Take the good rows of a file that has bad ones. */
  partial: z.boolean().default(false),
});
export type AccountFile = z.infer<typeof AccountFile>;

export const AccountReport = z.object({
  sha256: z.string(),
  rows: z.number(),
  refused: z.number(),
  /** True when these very bytes were imported before: nothing changed. */
  repeated: z.boolean(),
  problems: z.array(z.object({ line: z.number(), column: z.string(), reason: z.string() })),
});
export type AccountReport = z.infer<typeof AccountReport>;

export const AccountQuestion = z.object({
  /** Part of the account, of the name, or the last four of PAN or mobile; without it all. */
  text: z.string().trim().max(60).optional(),
  branch: z.string().max(40).optional(),
  limit: z.int().min(1).max(FOUND_MAX).default(100),
});
export type AccountQuestion = z.infer<typeof AccountQuestion>;

export const accountsContract = {
  import: oc
    .meta({ permission: 'accounts.import', doing: 'import', accounts: 'none' })
    .input(AccountFile)
    .output(AccountReport),
  list: oc
    .meta({ permission: 'accounts.read', accounts: 'filtered' })
    .input(AccountQuestion)
    .output(z.object({ accounts: z.array(Account), total: z.number() })),
};
