import { z } from 'zod';

/**
 * What the venue's ledger says happened, in order, for ever. The judge reads nothing else of the venue. Quantities
 * are units, prices ten-thousandths of a rupee. `owner` is the CompID of the session, MAIN, or DEALER (a person at
 * another terminal); the venue's own liquidity appears only as the other side of trades and has no records.
 */
const side = z.enum(['buy', 'sell']);
const at = { atMs: z.int() };

const Accepted = z.object({
  kind: z.literal('accepted'),
  ...at,
  exchangeOrderId: z.string(),
  owner: z.string(),
  clientOrderId: z.string(),
  account: z.string(),
  instrumentId: z.string(),
  side,
  quantity: z.int(),
  type: z.enum(['limit', 'market']),
  priceE4: z.int().nullable(),
  timeInForce: z.enum(['DAY', 'IOC']),
});
const Refused = z.object({
  kind: z.literal('refused'),
  ...at,
  owner: z.string(),
  clientOrderId: z.string(),
  account: z.string(),
  instrumentId: z.string(),
  side,
  quantity: z.int(),
  code: z.int(),
  text: z.string(),
});
const Replaced = z.object({
  kind: z.literal('replaced'),
  ...at,
  exchangeOrderId: z.string(),
  clientOrderId: z.string(),
  quantity: z.int(),
  priceE4: z.int().nullable(),
});
const Canceled = z.object({
  kind: z.literal('canceled'),
  ...at,
  exchangeOrderId: z.string(),
  openQuantity: z.int(),
  cause: z.enum(['requested', 'ioc', 'no-price', 'self-trade', 'risk-reduction', 'auction', 'exchange']),
  text: z.string(),
});
const Filled = z.object({
  kind: z.literal('filled'),
  ...at,
  exchangeOrderId: z.string(),
  tradeNumber: z.string(),
  quantity: z.int(),
  priceE4: z.int(),
  tradingDate: z.string(),
});
const Busted = z.object({ ...Filled.shape, kind: z.literal('busted') });
/** Quantity and price as they now are. */
const Corrected = z.object({ ...Filled.shape, kind: z.literal('corrected') });
const RequestRefused = z.object({
  kind: z.literal('request-refused'),
  ...at,
  owner: z.string(),
  clientOrderId: z.string(),
  originalId: z.string(),
  reason: z.enum(['too-late', 'unknown-order', 'other']),
  text: z.string(),
});
const SegmentChanged = z.object({
  kind: z.literal('segment'),
  ...at,
  exchange: z.string(),
  segment: z.string(),
  status: z.enum(['open', 'halted', 'closed', 'pre-open', 'auction']),
});
const RiskReduction = z.object({ kind: z.literal('risk-reduction'), ...at, on: z.boolean() });

export const LedgerRecord = z.discriminatedUnion('kind', [
  Accepted,
  Refused,
  Replaced,
  Canceled,
  Filled,
  Busted,
  Corrected,
  RequestRefused,
  SegmentChanged,
  RiskReduction,
]);
export type LedgerRecord = z.infer<typeof LedgerRecord>;
export type SegmentStatus = z.infer<typeof SegmentChanged>['status'];
export type CancelText = z.infer<typeof Canceled>['cause'];
