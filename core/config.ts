import { z } from 'zod';
import { VenueConfig } from './exchange/config.ts';
import { DeskId } from './model/ids.ts';

/** What a broker may change of the shipped policy of exits; see square-off/policy.ts for each. */
const PolicyConfig = z.object({
  misMayBeClosedBeforeCutOff: z.boolean().optional(),
  preferMarketOrders: z.boolean().optional(),
  liveMaxAgeMs: z.int().min(100).max(600_000).optional(),
  fileMaxAgeMs: z
    .int()
    .min(60_000)
    .max(7 * 86_400_000)
    .optional(),
  defaultFreezeLots: z.int().min(0).max(1000).optional(),
  requoteSteps: z.int().min(1).max(40).optional(),
  personsRequired: z.int().min(1).max(2).optional(),
  personsForUnproven: z.int().min(1).max(2).optional(),
  waits: z.record(z.string(), z.int().min(0).max(86_400_000)).optional(),
});

/** The configuration of one desk: `desk.json` in its data folder. */
export const DeskConfig = z.object({
  desk: DeskId,
  /** Name under which the one operator acts, until persons sign in. */
  operator: z.string().min(1).max(60).default('operator'),
  venues: z.array(VenueConfig).min(1).max(16),
  policy: PolicyConfig.default({}),
  /** Accounts that trade the firm's own money: last in every queue. */
  proprietaryAccounts: z.array(z.string().min(1).max(20)).max(1000).default([]),
  answerTimeoutMs: z.int().min(100).max(60_000).default(3000),
  personsForDoubt: z.int().min(1).max(2).default(2),
});
export type DeskConfig = z.infer<typeof DeskConfig>;
