/**
 * Who may talk to the web door at all, before any session is looked at. A page of another site, opened in the
 * same browser, must reach nothing: not by its own requests, not by a name that resolves to loopback.
 */
export interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly cookie?: string | undefined;
}

/** Why a request is turned away; null when it may go on. */
export function turnedAway(headers: Headers, port: number): string | null {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return 'host-not-loopback';
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) {
    return 'foreign-origin';
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'foreign-site';
  return null;
}

/** Cookies are shared by all ports of a host, so the port is part of the name. */
function cookieName(port: number): string {
  return `lifeboat_session_${port}`;
}

/** The session id that the cookie header carries; null when none. */
export function sessionIdOf(headers: Headers, port: number): string | null {
  const wanted = `${cookieName(port)}=`;
  for (const part of (headers.cookie ?? '').split(';')) {
    const pair = part.trim();
    if (pair.startsWith(wanted)) return pair.slice(wanted.length);
  }
  return null;
}

/** `Set-Cookie` that gives or, with a null id, takes the session. */
export function sessionCookie(id: string | null, port: number, lifeMs: number): string {
  const age = id === null ? 0 : Math.floor(lifeMs / 1000);
  return `${cookieName(port)}=${id ?? ''}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${age}`;
}

/** Headers of every answer. The screen is one script of our own; nothing else may run or be framed. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), payment=()',
};
