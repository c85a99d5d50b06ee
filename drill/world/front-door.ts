import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import type { Contract } from '#core/contract.ts';

/** Everything a desk can be asked, over HTTP, as any outside program asks it. */
export type FrontDoor = ContractRouterClient<Contract>;

/** Where a desk of a simulated world is, and the one-time code of its first run while nobody may sign in. */
export const DeskReady = z.object({ url: z.string(), setupCode: z.string().nullable() });
export type DeskReady = z.infer<typeof DeskReady>;

/** Calls to the desk at this address, under the token that is good at each call, or under none. */
export function openDoor(url: string, accessToken: () => Promise<string | null>): FrontDoor {
  const headers = async (): Promise<Record<string, string>> => {
    const token = await accessToken();
    return token === null ? {} : { authorization: `Bearer ${token}` };
  };
  return createORPCClient(new RPCLink({ url: new URL('/rpc', url).href, headers, fetch: patiently }));
}

const TOO_MANY = 429;
const AGAIN_MS = 250;
const TRIES_MAX = 240;

/** A desk that says "wait a little" has done nothing: the same is asked again a little later, as any program should. */
async function patiently(request: Request, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(request.clone(), init);
    if (response.status !== TOO_MANY || tries === TRIES_MAX) return response;
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
