import type { HandlerContext } from '#core/door.ts';
import type { AuthState } from './domain-state.ts';
import type { Tickets } from './domain-ticket.ts';
import type { AuthDeps } from './service-deps.ts';
import type { Factors } from './service-factors.ts';
import type { Gate } from './service-gate.ts';
import type { Hasher } from './service-hash.ts';
import type { Seal } from './service-seal.ts';

/** What the parts of authentication share. */
export interface AuthParts {
  readonly deps: AuthDeps;
  readonly state: AuthState;
  readonly tickets: Tickets;
  readonly seal: Seal;
  readonly hasher: Hasher;
  readonly gate: Gate;
  readonly factors: Factors;
}

/** A call before anybody is signed in. */
export type Stranger = Pick<HandlerContext, 'origin' | 'carry'>;
/** A call of a person in a session. */
export type Person = Pick<HandlerContext, 'by' | 'origin'> & {
  readonly actor: Pick<HandlerContext['actor'], 'user' | 'session' | 'role'>;
};
