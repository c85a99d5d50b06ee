import { z } from 'zod';
import { assert } from '#core/lib/assert.ts';
import { ownCertificate } from './certificate.ts';
import type { WebDeps } from './deps.ts';
import { hostsOf, type Place } from './guard-domain.ts';
import { createLimits } from './limits.ts';
import { createListener } from './listener.ts';
import { createSockets } from './sockets.ts';

const LOOPBACK = '127.0.0.1';
/** Addresses beyond loopback, and names for them. */
const PLACES_MAX = 16;

export interface WebOptions {
  /** 0 lets the system choose. The same on every address. */
  readonly port: number;
  /** Addresses beyond loopback, each a single one; HTTPS only. Off by default. */
  readonly listen?: readonly string[];
  /** DNS names by which others reach those addresses. */
  readonly names?: readonly string[];
}

/** A wildcard is no address: the desk must know by which names it may be called. */
const Beyond = z.object({
  listen: z
    .array(z.union([z.ipv4(), z.ipv6()], 'a single IP address'))
    .max(PLACES_MAX)
    .refine(
      (listen) => !listen.some((address) => /^[0:.]+$/.test(address)),
      'name each address, not 0.0.0.0',
    ),
  names: z.array(z.string().regex(/^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i, 'a DNS name')).max(PLACES_MAX),
});

export interface Web {
  readonly port: number;
  /** On loopback, without a slash at the end. */
  readonly url: string;
  /** Beyond loopback: one for each name and address. */
  readonly secureUrls: readonly string[];
  /** SHA-256 of the desk's certificate, for people to compare; null on loopback alone. */
  readonly fingerprint: string | null;
  close(): Promise<void>;
}

/**
 * Plain HTTP and WebSocket on loopback, and HTTPS with the desk's own certificate on each further address. Throws
 * when an address is none, or can not be listened on.
 */
export async function startWeb(deps: WebDeps, options: WebOptions): Promise<Web> {
  const { listen, names } = Beyond.parse({ listen: options.listen ?? [], names: options.names ?? [] });
  const beyond = [...new Set(listen)].filter((address) => address !== LOOPBACK);
  const limits = createLimits(() => deps.host.monotonicMs());
  const sockets = createSockets({ ...deps, limits });
  const closing: (() => Promise<unknown>)[] = [() => sockets.close()];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0)) await end();
  };
  let port = options.port;

  const open = async (address: string, certificate: Parameters<typeof createListener>[0]['certificate']) => {
    const place = (): Place =>
      certificate === null
        ? { scheme: 'http', port, hosts: hostsOf('http', [LOOPBACK, 'localhost'], port) }
        : { scheme: 'https', port, hosts: hostsOf('https', [...names, ...beyond], port) };
    const app = await createListener({ ...deps, limits, sockets, place, certificate });
    closing.push(() => app.close());
    await app.listen({ host: address, port });
    const bound = app.server.address();
    assert(typeof bound === 'object' && bound !== null, 'a listening server has an address');
    port = bound.port;
  };

  try {
    await open(LOOPBACK, null);
    const certificate = beyond.length === 0 ? null : await ownCertificate(deps, names, beyond);
    for (const address of beyond) await open(address, certificate);
    return {
      port,
      url: `http://${LOOPBACK}:${port}`,
      secureUrls: (certificate === null ? [] : [...names, ...beyond]).map(
        (name) => `https://${hostsOf('https', [name], port)[0] ?? name}`,
      ),
      fingerprint: certificate?.fingerprint ?? null,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
