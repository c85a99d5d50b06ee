import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import type { Contract } from '#core/contract.ts';

/** Everything a desk can be asked, over HTTP, as any outside program asks it. */
export type FrontDoor = ContractRouterClient<Contract>;

/** What a desk of a drill prints when it is ready. */
export const DeskReady = z.object({ url: z.string(), token: z.string() });
export type DeskReady = z.infer<typeof DeskReady>;

/** Exchanges the one-time token for a session and gives the calls under it. */
export async function signIn({ url, token }: DeskReady): Promise<FrontDoor> {
  const answer = await fetch(new URL('/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (!answer.ok || cookie === undefined) {
    throw new Error(`the desk does not let the dealer in: ${answer.status} ${await answer.text()}`);
  }
  return createORPCClient(new RPCLink({ url: new URL('/rpc', url).href, headers: { cookie } }));
}
