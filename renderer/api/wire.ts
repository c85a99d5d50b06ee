import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '#core/contract.ts';

/** Every call of the desk, typed by its contract. */
export type DeskClient = ContractRouterClient<Contract>;

/** One open wire to the desk. */
export interface Wire {
  readonly client: DeskClient;
  close(): void;
}

/** Why no wire could be opened. */
export type NoWire = 'signed-out' | 'unreachable';

/** The message that carries the one port which the preload hands to the page. */
const PORT_MESSAGE = 'lifeboat-port';

/** In Electron the page has a scheme of its own and its wire is a message port; in a browser it is a WebSocket. */
const inElectron = location.protocol === 'lifeboat:';

/** Opens a wire; `lost` is called once when it breaks. */
export async function openWire(lost: () => void): Promise<Wire | NoWire> {
  if (inElectron) return openPort(lost);
  const signedIn = await isSignedIn();
  return signedIn === 'yes' ? openSocket(lost) : signedIn;
}

async function isSignedIn(): Promise<'yes' | NoWire> {
  try {
    const answer = await fetch('/rpc/sessions/who', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    if (answer.status === 401) return 'signed-out';
    return answer.ok ? 'yes' : 'unreachable';
  } catch {
    // The browser tells no more than that nobody answered.
    return 'unreachable';
  }
}

function openSocket(lost: () => void): Promise<Wire | NoWire> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    socket.addEventListener('close', () => {
      resolve('unreachable');
      lost();
    });
    socket.addEventListener('open', () => {
      resolve({
        client: createORPCClient(new SocketLink({ websocket: socket })),
        close: () => socket.close(),
      });
    });
  });
}

function openPort(lost: () => void): Promise<Wire> {
  return new Promise((resolve) => {
    const take = (event: MessageEvent<unknown>): void => {
      const port = event.ports[0];
      if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
      window.removeEventListener('message', take);
      port.addEventListener('close', lost);
      port.start();
      resolve({ client: createORPCClient(new PortLink({ port })), close: () => port.close() });
    };
    window.addEventListener('message', take);
    window.postMessage('lifeboat-ready', '*');
  });
}

/** Exchanges the one-time token for a session; null when it worked, else the reason in words. */
export async function signIn(token: string): Promise<string | null> {
  try {
    const answer = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) return null;
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'text' in body
      ? String(body.text)
      : 'The token was refused.';
  } catch {
    return 'The desk does not answer.';
  }
}

export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE' });
}
