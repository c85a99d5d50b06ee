import { readFileSync } from 'node:fs';
import type { DeskConfig } from './config.ts';
import type { Endpoint } from './exchange/config.ts';
import type { Host } from './host.ts';
import { SIGNING_SEED_BYTES } from './journal/signer.ts';

/** Secrets and certificates of a desk: what the composer needs of the host before it can build. */

/** The seed of the journal's signing key, made at the first start. */
export async function signingSeed(host: Host): Promise<Uint8Array> {
  const kept = await host.secrets.get('journal-signing-seed');
  if (kept !== null) return kept;
  const fresh = host.randomBytes(SIGNING_SEED_BYTES);
  await host.secrets.set('journal-signing-seed', fresh);
  return fresh;
}

/** Logon passwords of the venues by user name. */
export async function venuePasswords(host: Host, config: DeskConfig): Promise<ReadonlyMap<string, string>> {
  const passwords = new Map<string, string>();
  for (const { orders, dropCopy, marketData } of config.venues) {
    for (const endpoint of [orders, dropCopy, marketData]) {
      if (endpoint === null || endpoint.username === '') continue;
      const password = await host.secrets.get(`venue-password:${endpoint.username}`);
      if (password !== null) passwords.set(endpoint.username, Buffer.from(password).toString('utf8'));
    }
  }
  return passwords;
}

export function credentialsOf(endpoint: Endpoint, passwords: ReadonlyMap<string, string>) {
  const password = passwords.get(endpoint.username);
  return password === undefined ? null : { username: endpoint.username, password };
}

/** Certificates are read at each dial, so that a renewed one counts without a restart. */
export async function dialOptions({ host, port, tls }: Endpoint) {
  if (tls === null) return { host, port };
  const read = (path: string): string | undefined => (path === '' ? undefined : readFileSync(path, 'utf8'));
  const [ca, cert, key] = [read(tls.caFile), read(tls.certFile), read(tls.keyFile)];
  return {
    host,
    port,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tls.servername === '' ? {} : { servername: tls.servername }),
    },
  };
}
