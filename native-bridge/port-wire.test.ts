import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { webDoor, type webCalls } from '#tests/web-desk.ts';
import { portWire } from './port-wire.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  while (ports.length > 0) ports.pop()?.close();
});

function bridge() {
  const sessions = new Map<string, string>();
  const serve = portWire(webDoor(sessions).router);
  const open = (): ContractRouterClient<typeof webCalls> => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    serve(port1);
    port1.start();
    const client = createORPCClient<ContractRouterClient<typeof webCalls>>(new RPCLink({ port: port2 }));
    port2.start();
    return client;
  };
  return { sessions, open };
}

const NO_SESSION = { status: 401, data: { reason: 'no-session' } };

describe('the port', () => {
  it('starts without a session, carries the one of a sign-in on it, and drops it at the end', async () => {
    const client = bridge().open();
    await expect(client.sums.who()).rejects.toMatchObject(NO_SESSION);
    await client.auth.signIn({ user: 'dealer-9' });
    expect(await client.sums.who()).toEqual({ by: 'dealer-9' });
    const counted: number[] = [];
    for await (const n of await client.sums.count({ to: 3 })) counted.push(n);
    expect(counted).toEqual([1, 2, 3]);
    await client.sessions.end();
    await expect(client.sums.who()).rejects.toMatchObject(NO_SESSION);
  });

  it('shares its session with no other port: a page that is loaded again signs in again', async () => {
    const { open } = bridge();
    await open().auth.signIn({ user: 'dealer-9' });
    await expect(open().sums.who()).rejects.toMatchObject(NO_SESSION);
  });

  it('refuses by name when its session was ended elsewhere', async () => {
    const { open, sessions } = bridge();
    const client = open();
    await client.auth.signIn({ user: 'dealer-9' });
    sessions.clear();
    await expect(client.sums.who()).rejects.toMatchObject({ data: { reason: 'session-ended' } });
  });
});
