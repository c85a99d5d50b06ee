import { Exchange, Segment } from '#core/model/instrument.ts';
import { VenueId } from '#core/model/ids.ts';
import { z } from 'zod';

/** Exchange connections of one desk. */
export const VENUES_MAX = 16;

/** Which venue a desk talks to and how. Protocol numbers move by circular: all of it is configuration. */
const Endpoint = z.object({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  senderCompId: z.string().min(1).max(20),
  targetCompId: z.string().min(1).max(20),
  heartbeatSeconds: z.int().min(1).max(300).default(30),
  /** Logon user name (553); the password comes from the host's secrets as `venue-password:<username>`. */
  username: z.string().max(40).default(''),
  tls: z
    .object({
      caFile: z.string().default(''),
      certFile: z.string().default(''),
      keyFile: z.string().default(''),
      servername: z.string().default(''),
    })
    .nullable()
    .default(null),
});
export type Endpoint = z.infer<typeof Endpoint>;

const CapabilitiesConfig = z.object({
  marketOrders: z.boolean().default(false),
  immediateOrCancel: z.boolean().default(true),
  replace: z.boolean().default(true),
  massCancel: z.boolean().default(false),
  cancelOthers: z.enum(['none', 'branch', 'member']).default('none'),
  listOthers: z.boolean().default(false),
  orderStatus: z.boolean().default(true),
  massStatus: z.boolean().default(false),
  tradingSession: z.boolean().default(false),
});

const FieldMapping = z.object({
  /** How a contract is named: by token (48 with 22) and symbol, or by symbol (55) alone. */
  instrument: z.enum(['token', 'symbol']).default('token'),
  /** Where a trade number is looked for, best first. */
  tradeIdTags: z.array(z.int().positive()).min(1).max(5).default([880, 527, 1003, 17]),
  /** Fixed fields added to each order, replace and cancel: the dealer's NNF id, location, algo tag. */
  extraFields: z
    .array(z.tuple([z.int().positive(), z.string().min(1).max(60)]))
    .max(20)
    .default([]),
  /** Send PositionEffect (77) = C on derivatives. */
  positionEffect: z.boolean().default(true),
});

export const VenueConfig = z.object({
  venue: VenueId,
  protocol: z.literal('fix').default('fix'),
  version: z.enum(['4.2', '4.4']),
  orders: Endpoint,
  dropCopy: Endpoint.nullable().default(null),
  marketData: Endpoint.nullable().default(null),
  trades: z
    .array(z.object({ exchange: Exchange, segment: Segment }))
    .min(1)
    .max(20),
  capabilities: CapabilitiesConfig.default(() => CapabilitiesConfig.parse({})),
  mapping: FieldMapping.default(() => FieldMapping.parse({})),
  /** Messages a sliding second that this login has subscribed; null is unlimited. */
  ratePerSecond: z.int().min(1).max(100_000).nullable(),
  /** How far the exchange's SendingTime (52) may be from our clock; a rehearsal lives at another time of day. */
  clockToleranceMs: z
    .int()
    .min(1_000)
    .max(366 * 86_400_000)
    .default(120_000),
  burstMax: z.int().min(1).max(1000).default(100),
  /** Say NextExpectedMsgSeqNum (789) at logon; FIX 4.4 only. */
  nextExpected: z.boolean().default(false),
});
export type VenueConfig = z.infer<typeof VenueConfig>;
