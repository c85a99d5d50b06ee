import { createORPCClient } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
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

/** The message that carries the one port which the preload hands to the page. */
const PORT_MESSAGE = 'lifeboat-port';

/** In Electron the page has a scheme of its own and its wire is a message port; in a browser it is a WebSocket. */
const inElectron = location.protocol === 'lifeboat:';

/** Only an answer over HTTP can give the browser its cookie, and take it away. */
const overHttp: DeskClient = createORPCClient(new HttpLink({ url: `${location.origin}/rpc` }));

/**
 * The calls by which a session begins, is opened again and ends: over HTTP in a browser, whose answers carry the
 * cookie; in Electron over the port, which carries the session itself.
 */
export async function door(): Promise<DeskClient> {
  return inElectron ? (await onePort()).client : overHttp;
}

/** Opens the wire on which the desk is followed; null when nobody answers. `lost` is called once when it breaks. */
export async function openWire(lost: () => void): Promise<Wire | null> {
  if (!inElectron) return openSocket(lost);
  const { client } = await onePort();
  portLost = lost;
  // The session is bound to the port: it stays open from one person to the next.
  return { client, close: () => (portLost = () => undefined) };
}

function openSocket(lost: () => void): Promise<Wire | null> {
  return new Promise((resolve) => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/ws`);
    socket.addEventListener('close', () => {
      resolve(null);
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

let port: Promise<Wire> | null = null;
let portLost: () => void = () => undefined;

function onePort(): Promise<Wire> {
  port ??= openPort(() => {
    port = null;
    portLost();
  });
  return port;
}

function openPort(lost: () => void): Promise<Wire> {
  return new Promise((resolve) => {
    const take = (event: MessageEvent<unknown>): void => {
      const given = event.ports[0];
      if (event.source !== window || event.data !== PORT_MESSAGE || given === undefined) return;
      window.removeEventListener('message', take);
      given.addEventListener('close', lost);
      given.start();
      resolve({ client: createORPCClient(new PortLink({ port: given })), close: () => given.close() });
    };
    window.addEventListener('message', take);
    window.postMessage('lifeboat-ready', '*');
  });
}
