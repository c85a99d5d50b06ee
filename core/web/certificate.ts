import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Secrets } from '#core/host.ts';

/** The key's name in the host's secrets. */
const KEY_NAME = 'web-tls-key';
/** With less than this left, a certificate is made anew at the start. */
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;

export interface OwnCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS 8. Secret. */
  readonly key: string;
  /** SHA-256 of the certificate, as browsers show it: a person compares it before trusting it. */
  readonly fingerprint: string;
}

export interface CertificateDeps {
  readonly host: Pick<Host, 'now' | 'paths'> & { readonly secrets: Pick<Secrets, 'get' | 'set'> };
  /** The desk's id: its common name. */
  readonly desk: string;
}

/**
 * The desk's own certificate for these DNS names and addresses: the one that is kept, or a new one (ECDSA P-256,
 * one year) when there is none, it ends within 30 days, or it is for other names. The certificate lies in
 * `web/cert.pem` of the data folder, for clients to trust; its key is a secret of the host.
 */
export async function ownCertificate(
  deps: CertificateDeps,
  names: readonly string[],
  addresses: readonly string[],
): Promise<OwnCertificate> {
  const folder = join(deps.host.paths.data, 'web');
  const path = join(folder, 'cert.pem');
  const kept = await readKept(deps.host, path);
  if (kept !== null && isGood(kept, names, addresses, deps.host.now())) return described(kept);
  const made = await make(deps.desk, names, addresses);
  // The key first: a certificate without its key is seen at the next start and made anew.
  await deps.host.secrets.set(KEY_NAME, Buffer.from(made.key));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, made.cert, { mode: 0o644, flush: true });
  renameSync(`${path}.new`, path);
  return described(made);
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

async function readKept(host: CertificateDeps['host'], path: string): Promise<Pair | null> {
  const key = await host.secrets.get(KEY_NAME);
  if (key === null) return null;
  try {
    return { cert: readFileSync(path, 'utf8'), key: Buffer.from(key).toString('utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function isGood(
  { cert, key }: Pair,
  names: readonly string[],
  addresses: readonly string[],
  nowMs: number,
): boolean {
  try {
    const kept = new X509Certificate(cert);
    const subjects = (kept.subjectAltName ?? '').split(', ');
    return (
      kept.checkPrivateKey(createPrivateKey(key)) &&
      kept.validToDate.getTime() - nowMs >= RENEW_BEFORE_MS &&
      subjects.length === names.length + addresses.length &&
      names.every((name) => kept.checkHost(name) !== undefined) &&
      addresses.every((address) => kept.checkIP(address) !== undefined)
    );
  } catch {
    // A damaged certificate or key is as good as none.
    return false;
  }
}

async function make(desk: string, names: readonly string[], addresses: readonly string[]): Promise<Pair> {
  // Loaded only by a desk that listens beyond loopback. It dates the certificate by the machine's clock, as those
  // who check it do; a drill's clock may stand elsewhere.
  const { generate } = await import('selfsigned');
  const commonName = `Lifeboat desk ${desk.replaceAll(/[^\w .-]/g, '-')}`;
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

function described(pair: Pair): OwnCertificate {
  return { ...pair, fingerprint: new X509Certificate(pair.cert).fingerprint256 };
}
