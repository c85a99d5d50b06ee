import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeskConfig } from './config.ts';
import type { Endpoint } from './exchange/config.ts';
import type { Host } from './host.ts';
import { DATABASE_KEY, DATABASE_KEY_BYTES, fittingKey } from './journal/rotate.ts';
import { SIGNING_SEED_BYTES } from './journal/signer.ts';

/** Secrets and certificates of a desk: what the composer needs of the host before it can build. */

/** What keys are made and found with. */
type KeyHost = Pick<Host, 'secrets' | 'randomBytes'>;

const KEY_BYTES = 32;
export const TOKEN_KEY = 'token-signing-key';

/** The seed of the journal's signing key, made at the first start. */
export function signingSeed(host: KeyHost): Promise<Uint8Array> {
  return host.secrets.make('journal-signing-seed', () => host.randomBytes(SIGNING_SEED_BYTES));
}

/** The key of the encrypted journal, made at the first start; after a rotation cut short, the one that fits. */
export async function databaseKey(host: KeyHost & Pick<Host, 'paths'>): Promise<Uint8Array> {
  const made = await host.secrets.make(DATABASE_KEY, () => host.randomBytes(DATABASE_KEY_BYTES));
  return (await fittingKey(host.secrets, join(host.paths.data, 'desk.db'))) ?? made;
}

/** The Ed25519 seed that signs the tokens of clients, made at the first start. Another one ends all of them. */
export function tokenKey(host: KeyHost): Promise<Uint8Array> {
  return host.secrets.make(TOKEN_KEY, () => host.randomBytes(KEY_BYTES));
}

/** The key that seals second factors (AES-256-GCM), made at the first start. */
export function sealingKey(host: KeyHost): Promise<Uint8Array> {
  return host.secrets.make('sealing-key', () => host.randomBytes(KEY_BYTES));
}

/** What opens main's door to this desk; null when nobody gave it one. */
export async function mainToken({ secrets }: Pick<Host, 'secrets'>): Promise<string | null> {
  const token = await secrets.get('main-token');
  return token === null ? null : Buffer.from(token).toString('utf8');
}

/** The key that headquarters shares with this desk for codes read over the telephone; null when it gave none. */
export function telephoneKey(host: Pick<Host, 'secrets'>): Promise<Uint8Array | null> {
  return host.secrets.get('telephone-key');
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
