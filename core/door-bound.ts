import type { CallContext } from './door.ts';
import type { Credential, Origin } from './sessions/port.ts';

/**
 * What a wire that lasts hands to the door: a WebSocket or Electron's port. It starts with what it brought along
 * (nothing on a port) and carries what a sign-in on it gives, until that is taken away. `changed` hears of both.
 * How long a session lives is the session's own affair here: there is no cookie to expire.
 */
export function boundWire(
  origin: Origin,
  first: Credential | null,
  changed: (signedIn: boolean) => void = () => undefined,
): CallContext {
  let held = first;
  return {
    origin,
    credential: () => held,
    carry(secret) {
      held = secret === null ? null : { kind: 'session', secret };
      changed(held !== null);
    },
  };
}
