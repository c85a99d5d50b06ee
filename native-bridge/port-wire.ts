import { RPCHandler } from '@orpc/server/message-port';
import { boundWire } from '#core/door-bound.ts';
import type { Door } from '#core/router.ts';

type Port = Parameters<RPCHandler<Record<never, never>>['upgrade']>[0];

/**
 * Puts the router behind message ports. Each port starts without a session, carries what a sign-in on it gives, and
 * shares it with no other port.
 */
export function portWire(router: Door): (port: Port) => void {
  const handler = new RPCHandler(router);
  return (port) => handler.upgrade(port, { context: boundWire({ wire: 'port', address: '' }, null) });
}
