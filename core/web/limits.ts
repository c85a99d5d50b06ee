import { traverseContractProcedures } from '@orpc/server';
import { PUBLIC_PERMISSION, type CallMeta } from '#core/lib/procedure.ts';
import type { Door } from '#core/router.ts';
import type { Origin } from '#core/sessions/port.ts';
import { createRate, rateKey } from './rate-domain.ts';

/** Requests and messages of one address: so many at once, and as many again in each second. */
export const CALLS_PER_SECOND = 600;
/**
 * Public calls that take something in, and so can guess: so many at once from one address, then one every two
 * seconds. Lockout by user and origin is authentication's own and comes on top.
 */
export const GUESSES_PER_MINUTE = 30;
/** Largest body of a call, bytes. */
export const BODY_MAX = 1024 * 1024;
/** The same for `import...` in a live session: a contract master fits. */
const IMPORT_BODY_MAX = 160 * 1024 * 1024;

/** What a wire has to know of a call before it is made. */
export interface KnownCall {
  /** As `auth.signIn`. */
  readonly call: string;
  /** Who has no session may make it. */
  readonly open: boolean;
  /** It is open and takes something in. */
  readonly guess: boolean;
  readonly bodyMax: number;
}

/** Every call of a router. */
export function callsOf(router: Door): readonly KnownCall[] {
  const found: KnownCall[] = [];
  traverseContractProcedures({ router, path: [] }, ({ contract, path }) => {
    const about: { readonly meta: unknown; readonly inputSchema?: unknown } = contract['~orpc'];
    const open = (about.meta as CallMeta).permission === PUBLIC_PERMISSION;
    const bodyMax = path.at(-1)?.startsWith('import') === true ? IMPORT_BODY_MAX : BODY_MAX;
    found.push({ call: path.join('.'), open, guess: open && about.inputSchema !== undefined, bodyMax });
  });
  return found;
}

/** One count per address over all wires. Each answers how many milliseconds to wait; 0 when the call may go on. */
export function createLimits(monotonicMs: () => number) {
  const calls = createRate(CALLS_PER_SECOND, 1_000);
  const guesses = createRate(GUESSES_PER_MINUTE, 60_000);
  return {
    call: ({ address }: Origin): number => calls.take(rateKey(address), monotonicMs()),
    guess: ({ address }: Origin): number => guesses.take(rateKey(address), monotonicMs()),
  };
}
export type Limits = ReturnType<typeof createLimits>;
