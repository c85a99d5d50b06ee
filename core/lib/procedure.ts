import { oc as builder } from '@orpc/contract';
import { z } from 'zod';

/** What every call states about itself beside its shapes. */
export interface CallMeta extends Record<string, unknown> {
  /** `<service>.<verb>`, as `orders.read`: checked once, in the router (I10). */
  readonly permission: string;
}

/** Nobody holds it: a call that forgets its permission can not be made. */
export const UNSTATED_PERMISSION = 'unstated';

/** A refusal on the wire: the reason from its service's closed union, and a sentence for a person. */
const RefusalData = z.object({ reason: z.string(), text: z.string() });

/**
 * The contract builder of the house. Use as
 * `oc.meta({ permission: 'orders.read' }).input(z.object({...})).output(z.object({...}))`.
 * The errors that any call may end with are stated here, once:
 * REFUSED is a decision of the product, INTERNAL is a bug of ours whose id is in the log.
 */
export const oc = builder.$meta<CallMeta>({ permission: UNSTATED_PERMISSION }).errors({
  UNAUTHORIZED: { status: 401, message: 'no live session', data: RefusalData },
  FORBIDDEN: { status: 403, message: 'permission missing', data: RefusalData },
  REFUSED: { status: 409, message: 'refused', data: RefusalData },
  INTERNAL: { status: 500, message: 'internal', data: z.object({ id: z.string() }) },
});
