import { oc as builder } from '@orpc/contract';
import { z } from 'zod';

/** What a call touches that belongs to a client, and so how the router checks it (docs/permissions.csv). */
export type AccountCheck<Input = never> =
  /** Nothing of a client: no account goes in, none comes out. */
  | 'none'
  /** The handler cuts its answer to `context.scope`. */
  | 'filtered'
  /** The input names accounts, orders or runs: each must be the caller's own, or nothing is done. */
  | ((input: Input) => Touched);

/** What an input names. */
export interface Touched {
  readonly accounts?: readonly string[];
  readonly orders?: readonly string[];
  readonly exchangeOrders?: readonly string[];
  readonly runs?: readonly string[];
  readonly plans?: readonly string[];
}

/** What a second person may have to agree to; how many persons it needs is policy per branch. */
export const Action = z.enum([
  'exit',
  'mode',
  'doubt',
  'gateway',
  'policy',
  'limits',
  'calendar',
  'users',
  'break-glass',
]);
export type Action = z.infer<typeof Action>;

/**
 * What a desk can be asked to do that not every mode allows. A call states which of it it is; which mode allows it is
 * the sync service's table.
 */
export type Doing = 'trade' | 'dry-run' | 'follow' | 'hand-back' | 'import';

/** What every call states about itself beside its shapes. */
export interface CallMeta extends Record<string, unknown> {
  /** `<service>.<verb>`, as `orders.read`: checked once, in the router (I10). */
  readonly permission: string;
  readonly accounts?: AccountCheck;
  /** Set where policy may ask for a further person. The approval binds the hash of the whole input. */
  readonly action?: Action;
  /** Checked once, in the router, before the input is read. Absent: every mode allows the call. */
  readonly doing?: Doing;
  /** The call works under a locked session, too. */
  readonly whenLocked?: boolean;
}

/** Nobody holds it: a call that forgets its permission can not be made. */
export const UNSTATED_PERMISSION = 'unstated';
/** Who has no session yet may make these calls: signing in, and no more. */
export const PUBLIC_PERMISSION = 'public';

/** A refusal on the wire: the reason from its service's closed union, and a sentence for a person. */
const RefusalData = z.object({ reason: z.string(), text: z.string() });

/**
 * The contract builder of the house. Use as
 * `oc.meta({ permission: 'orders.read', accounts: 'filtered' }).input(z.object({...})).output(z.object({...}))`.
 * The errors that any call may end with are stated here, once:
 * REFUSED is a decision of the product, INTERNAL is a bug of ours whose id is in the log.
 */
export const oc = builder.$meta<CallMeta>({ permission: UNSTATED_PERMISSION }).errors({
  UNAUTHORIZED: { status: 401, message: 'no live session', data: RefusalData },
  FORBIDDEN: { status: 403, message: 'permission missing', data: RefusalData },
  REFUSED: { status: 409, message: 'refused', data: RefusalData },
  INTERNAL: { status: 500, message: 'internal', data: z.object({ id: z.string() }) },
});

/** Names what a parsed input touches; the door hands it the input that it has parsed by the call's own schema. */
export function touches<Input>(of: (input: Input) => Touched): AccountCheck {
  return of as AccountCheck;
}
