import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Credential } from '#core/sessions/port.ts';
import type { WebReason } from './refusal-domain.ts';

/**
 * Who may talk to the web door at all, before any session is looked at. A page of another site, opened in the
 * same browser, must reach nothing: not by its own requests, not by a name that resolves to the desk's address.
 */
export interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly 'x-lifeboat'?: string | string[] | undefined;
  readonly cookie?: string | undefined;
  readonly authorization?: string | undefined;
  readonly 'x-api-key'?: string | string[] | undefined;
}

/** Where one server listens: plain on loopback, TLS beyond it. */
export interface Place {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** What may stand in `Host`, lower case. */
  readonly hosts: readonly string[];
}

/** Longest credential that is looked at, characters: a JWT of ours has less than half of it. */
const CREDENTIAL_MAX = 2_000;
const API_KEY_PREFIX = 'lb_';
/** Percent-encoding within percent-encoding is looked through so often. */
const DECODINGS_MAX = 4;

/** `Host` values under which a place answers, for names and addresses as `listen` and `names` write them. */
export function hostsOf(scheme: Place['scheme'], names: readonly string[], port: number): readonly string[] {
  const standard = port === (scheme === 'https' ? 443 : 80);
  return names.flatMap((name) => {
    const host = (name.includes(':') ? `[${name}]` : name).toLowerCase();
    return standard ? [host, `${host}:${port}`] : [`${host}:${port}`];
  });
}

/** Why a request is turned away; null when it may go on. `changes`: it may do more than read. */
export function turnedAway(headers: Headers, place: Place, changes: boolean): WebReason | null {
  if (!place.hosts.includes(headers.host?.toLowerCase() ?? '')) return 'host-not-ours';
  const origin = headers.origin?.toLowerCase();
  if (origin !== undefined && !place.hosts.some((host) => origin === `${place.scheme}://${host}`)) {
    return 'foreign-origin';
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'foreign-site';
  // Every browser says where a change comes from; what says nothing and has a cookie is not trusted with it.
  const silent = origin === undefined && site === undefined && headers['x-lifeboat'] === undefined;
  return changes && silent && cookiesOf(headers, place).length > 0 ? 'no-origin' : null;
}

/** True when a path leads out of its folder, however it is written. `url`: as it came, undecoded. */
export function climbs(url: string): boolean {
  let path = url.split(/[?#]/, 1)[0] ?? '';
  for (let n = 0; n < DECODINGS_MAX; n += 1) {
    if (/[\0\\]/.test(path) || path.split('/').includes('..')) return true;
    if (!path.includes('%')) return false;
    try {
      path = decodeURIComponent(path);
    } catch {
      // Broken encoding names no file of ours.
      return true;
    }
  }
  return true;
}

/**
 * The one credential of a request: session cookie, `Authorization: Bearer` with a token or an API key, or
 * `X-API-Key`. None is an answer, two are a refusal: nobody has to guess which one counted.
 */
export function credentialOf(headers: Headers, place: Place): Result<Credential | null, WebReason> {
  const found: Credential[] = cookiesOf(headers, place).map((secret) => ({ kind: 'session', secret }));
  if (headers.authorization !== undefined) {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization)?.[1];
    if (bearer === undefined) return refuse('credential-unreadable');
    found.push(
      bearer.startsWith(API_KEY_PREFIX)
        ? { kind: 'api-key', key: bearer }
        : { kind: 'bearer', token: bearer },
    );
  }
  const key = headers['x-api-key'];
  if (key !== undefined) found.push({ kind: 'api-key', key: String(key) });
  const [first = null, ...more] = found;
  if (more.length > 0) return refuse('two-credentials');
  return first !== null && lengthOf(first) > CREDENTIAL_MAX ? refuse('credential-unreadable') : ok(first);
}

function lengthOf(credential: Credential): number {
  if (credential.kind === 'session') return credential.secret.length;
  return credential.kind === 'bearer' ? credential.token.length : credential.key.length;
}

/**
 * Cookies are shared by all ports of a host, so the port is part of the name. Over TLS the prefix lets no other
 * name of the domain and no plain page set it.
 */
export function cookieName({ scheme, port }: Place): string {
  return `${scheme === 'https' ? '__Host-' : ''}lifeboat_session_${port}`;
}

/** Every session cookie of ours that the header has: another page of the host may have slipped one in. */
function cookiesOf(headers: Headers, place: Place): readonly string[] {
  const wanted = `${cookieName(place)}=`;
  return (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((pair) => pair.startsWith(wanted) && pair.length > wanted.length)
    .map((pair) => pair.slice(wanted.length));
}

/** `Set-Cookie` that gives or, with a null secret, takes the session. */
export function sessionCookie(secret: string | null, place: Place, lifeMs: number): string {
  const age = secret === null ? 0 : Math.max(0, Math.floor(lifeMs / 1000));
  const secure = place.scheme === 'https' ? '; Secure' : '';
  return `${cookieName(place)}=${secret ?? ''}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${age}${secure}`;
}
