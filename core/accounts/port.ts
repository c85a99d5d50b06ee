import { AccountId } from '#core/model/ids.ts';
import { Segment } from '#core/model/instrument.ts';
import { z } from 'zod';

/** A client's trading account as this desk knows it. PAN and mobile never come in whole: I11. */
export const Account = z.object({
  account: AccountId,
  name: z.string(),
  /** The broker's own book, a client, an institution. */
  type: z.enum(['PRO', 'CLI', 'INST']),
  /** Custodial participant code; empty for most. */
  participant: z.string(),
  /** Last four characters. */
  panLast4: z.string(),
  /** Last four digits; empty when the file has none. */
  mobileLast4: z.string(),
  segments: z.array(Segment),
  status: z.enum(['active', 'suspended', 'closed']),
  branch: z.string(),
  /** The users who may act for it; empty: everyone of the branch. */
  dealers: z.array(z.string()),
});
export type Account = z.infer<typeof Account>;

export interface AccountsPort {
  get(account: AccountId): Account | null;
  /** The same by a text that may be no account at all. */
  find(account: string): Account | null;
  all(): Iterable<Account>;
  count(): number;
}
