import { z } from 'zod';
import { VENUES_MAX, VenueConfig } from './exchange/config.ts';
import { Action } from './lib/procedure.ts';
import { DeskId } from './model/ids.ts';

/** What a broker may change of the shipped policy of exits; see square-off/policy.ts for each. */
export const PolicyConfig = z.object({
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
export type PolicyConfig = z.infer<typeof PolicyConfig>;

const Requirement = z.enum(['one', 'two', 'remote-signature', 'telephone-code']);

/** Who may be at the desk, and how long. */
const IdentityConfig = z.object({
  /** A screen without a touch for so long covers itself. */
  idleLockMs: z
    .int()
    .min(60_000)
    .max(8 * 3_600_000)
    .default(15 * 60_000),
  /** No session lives longer, whatever happens in it. */
  sessionLifeMs: z
    .int()
    .min(600_000)
    .max(24 * 3_600_000)
    .default(12 * 3_600_000),
  sessionsPerUser: z.int().min(1).max(16).default(4),
  /** Headquarters' Ed25519 public key (SPKI DER, hex): user sets, revocations, remote signatures. */
  headquartersKey: z
    .string()
    .regex(/^([0-9a-f]{2}){32,100}$/)
    .nullable()
    .default(null),
  /** Groups of desks whose user sets this desk takes. */
  deskGroup: z.string().max(40).default(''),
  /**
   * Who must agree, per action; by branch goes before. Not named here: exits and modes follow `personsRequired`, doubts
   * `personsForDoubt`, all else takes two since there were two admins.
   */
  approvals: z.partialRecord(Action, Requirement).default({}),
  approvalsByBranch: z.record(z.string(), z.partialRecord(Action, Requirement)).default({}),
  /** Off only in a rehearsal: orders need no exchange user id of the person who sends them. */
  exchangeUserNeeded: z.boolean().default(true),
});

/** Where the web door listens. Beyond loopback it speaks HTTPS only. */
const WebConfig = z.object({
  /** Addresses beside 127.0.0.1; none by default. */
  listen: z
    .array(
      z
        .union([z.ipv4(), z.ipv6()])
        .refine((ip) => ip !== '0.0.0.0' && ip !== '::', 'name the address, not all of them'),
    )
    .max(8)
    .default([]),
  port: z.int().min(0).max(65_535).default(0),
  /** Names under which others reach this desk, for its certificate and the check of the Host header. */
  names: z.array(z.string().min(1).max(100)).max(8).default([]),
});

/** The broker's main servers: followed in normal times, handed back to after an emergency (docs/main-protocol.md). */
const MainConfig = z.object({
  /** `wss:` anywhere, `ws:` to loopback only. The token lies in the host's secrets as `main-token`. */
  url: z.url({ protocol: /^wss?$/ }),
  /** Certificates that main's is checked against; empty: the system's. */
  caFile: z.string().default(''),
});

/** The configuration of one desk: `desk.json` in its data folder. */
export const DeskConfig = z.object({
  desk: DeskId,
  venues: z.array(VenueConfig).min(1).max(VENUES_MAX),
  policy: PolicyConfig.default({}),
  /** Accounts that trade the firm's own money: last in every queue. */
  proprietaryAccounts: z.array(z.string().min(1).max(20)).max(1000).default([]),
  answerTimeoutMs: z.int().min(100).max(60_000).default(3000),
  personsForDoubt: z.int().min(1).max(2).default(2),
  /** Null: a main that does not speak our protocol; the handback goes by file. */
  main: MainConfig.nullable().default(null),
  identity: IdentityConfig.default(IdentityConfig.parse({})),
  web: WebConfig.default(WebConfig.parse({})),
});
export type DeskConfig = z.infer<typeof DeskConfig>;
