import type { Place } from './guard-domain.ts';

/**
 * Headers of every answer. The screen is one script of our own; nothing else may run or be framed, and no header
 * lets another origin read. In `connect-src`, 'self' stands for the WebSocket of the same origin, too (CSP 3).
 */
const EVERYWHERE: Readonly<Record<string, string>> = {
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

const OVER_TLS: Readonly<Record<string, string>> = {
  ...EVERYWHERE,
  'strict-transport-security': 'max-age=31536000',
};

export function securityHeaders(scheme: Place['scheme']): Readonly<Record<string, string>> {
  return scheme === 'https' ? OVER_TLS : EVERYWHERE;
}
