import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Session } from './port.ts';
import {
  bearer,
  byTokens,
  CONFIG,
  cookie,
  keysOf,
  MINUTE,
  onScreen,
  ORIGIN,
  stageOf,
  START_MS,
  word,
} from './service-stage.ts';
import { ACCESS_LIFE_MS } from './service-tokens.ts';

const ANOTHER_SEED = new Uint8Array(32).fill(6);

describe('an access token', () => {
  it('says who, which session and which desk, for ten minutes, and no more', async () => {
    const stage = stageOf();
    const { session, tokens } = await byTokens(stage);
    const header = decodeProtectedHeader(tokens.accessToken);
    expect(header).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect(decodeJwt(tokens.accessToken)).toEqual({
      iss: 'lifeboat',
      aud: 'D1',
      sub: 'asha',
      sid: session.id,
      iat: START_MS / 1000,
      exp: START_MS / 1000 + 600,
    });
    expect(tokens.accessExpiresAtMs).toBe(START_MS + ACCESS_LIFE_MS);
    expect(tokens.refreshExpiresAtMs).toBe(session.expiresAtMs);
  });

  it('works until its end, on the host’s clock', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    stage.nowMs += ACCESS_LIFE_MS - 1;
    expect(await bearer(stage, tokens.accessToken)).toBe('ok');
    stage.nowMs += 1;
    expect(await bearer(stage, tokens.accessToken)).toBe('token-expired');
  });

  it('does not outlive its session', async () => {
    const stage = stageOf();
    const { session, tokens } = await byTokens(stage);
    stage.nowMs = session.expiresAtMs - MINUTE;
    const later = await stage.service.port.refresh(tokens.refreshToken, ORIGIN);
    expect(later.ok && later.value.accessExpiresAtMs).toBe(session.expiresAtMs);
  });

  it('is dead with its session, at once', async () => {
    const stage = stageOf();
    const { session, tokens } = await byTokens(stage);
    stage.service.port.end(session.id, 'revoked', 'head');
    expect(await bearer(stage, tokens.accessToken)).toBe('session-ended');
    expect(word(await stage.service.port.refresh(tokens.refreshToken, ORIGIN))).toBe('token-invalid');
  });

  it('of an idle client stays: there is no screen to cover', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    stage.nowMs += CONFIG.idleLockMs + 1;
    stage.service.tick();
    const fresh = await stage.service.port.refresh(tokens.refreshToken, ORIGIN);
    expect(await bearer(stage, fresh.ok ? fresh.value.accessToken : '')).toBe('ok');
  });
});

/** Tokens that somebody made who has no key of this desk, or the key of another one. */
const FORGED: readonly (readonly [
  name: string,
  wanted: string,
  forge: (real: string, session: Session) => Promise<string> | string,
])[] = [
  ['alg none', 'token-invalid', (real) => `${part({ alg: 'none', typ: 'JWT' })}.${body(real)}.`],
  [
    'alg none with our kid',
    'token-invalid',
    (real) => `${part({ ...header(real), alg: 'none' })}.${body(real)}.`,
  ],
  [
    'alg None with the real signature',
    'token-invalid',
    (real) => `${part({ ...header(real), alg: 'None' })}.${body(real)}.${real.split('.')[2]}`,
  ],
  [
    'HS256 with the public key (SPKI)',
    'token-invalid',
    (real) => hs256(real, keysOf().publicKey.export({ format: 'der', type: 'spki' })),
  ],
  [
    'HS256 with the public key (PEM)',
    'token-invalid',
    (real) => hs256(real, keysOf().publicKey.export({ format: 'pem', type: 'spki' })),
  ],
  [
    'HS256 with the public key (raw)',
    'token-invalid',
    (real) => hs256(real, keysOf().publicKey.export({ format: 'der', type: 'spki' }).subarray(12)),
  ],
  [
    'a key in the header',
    'token-invalid',
    (real) => ownKey(real, { jwk: keysOf(ANOTHER_SEED).publicKey.export({ format: 'jwk' }) }),
  ],
  ['our kid, another key', 'token-invalid', (real) => ownKey(real, {})],
  ['no kid, another key', 'token-invalid', (real) => ownKey(real, { kid: undefined })],
  ['another kid', 'token-of-another-desk', (real) => ownKey(real, { kid: 'x'.repeat(43) })],
  ['our key, another audience', 'token-of-another-desk', (real) => resigned(real, { aud: 'D2' })],
  ['our key, no audience', 'token-of-another-desk', (real) => resigned(real, { aud: undefined })],
  ['our key, another issuer', 'token-of-another-desk', (real) => resigned(real, { iss: 'main' })],
  ['our key, no end', 'token-invalid', (real) => resigned(real, { exp: undefined })],
  ['our key, past its end', 'token-expired', (real) => resigned(real, { exp: START_MS / 1000 })],
  ['our key, no session', 'token-invalid', (real) => resigned(real, { sid: undefined })],
  ['our key, a session that is no text', 'token-invalid', (real) => resigned(real, { sid: 5 })],
  ['our key, an unknown session', 'session-ended', (real) => resigned(real, { sid: 'never' })],
  ['our key, another person', 'token-invalid', (real) => resigned(real, { sub: 'head' })],
  ['truncated by one', 'token-invalid', (real) => real.slice(0, -1)],
  ['truncated to two parts', 'token-invalid', (real) => real.split('.').slice(0, 2).join('.')],
  [
    'another body under the signature',
    'token-invalid',
    (real) => {
      const [first, , last] = real.split('.');
      return `${first}.${part({ ...decodeJwt(real), sub: 'head' })}.${last}`;
    },
  ],
  ['empty', 'token-invalid', () => ''],
  ['very long', 'token-invalid', (real) => `${real}${'A'.repeat(1_000_000)}`],
  ['the session’s public id', 'token-invalid', (_real, { id }) => id],
];

describe('attack: a token that this desk did not give', () => {
  it.each(FORGED)('%s: %s', async (_name, wanted, forge) => {
    const stage = stageOf();
    const { session, tokens } = await byTokens(stage);
    expect(await bearer(stage, await forge(tokens.accessToken, session))).toBe(wanted);
    expect(await bearer(stage, tokens.accessToken)).toBe('ok');
  });

  it('a token of another desk, whose session and key are its own', async () => {
    const [here, there] = [stageOf(), stageOf('D2', ANOTHER_SEED)];
    const { tokens } = await byTokens(there);
    expect(await bearer(there, tokens.accessToken)).toBe('ok');
    expect(await bearer(here, tokens.accessToken)).toBe('token-of-another-desk');
  });

  it('a token of a copied desk that has our key', async () => {
    const [here, there] = [stageOf(), stageOf('D2')];
    const { tokens } = await byTokens(there);
    expect(await bearer(here, tokens.accessToken)).toBe('token-of-another-desk');
  });

  it('what carries one wire does not carry another', async () => {
    const stage = stageOf();
    const screen = await onScreen(stage);
    const { tokens } = await byTokens(stage);
    const forged = await resigned(tokens.accessToken, { sid: screen.session.id });
    expect(await bearer(stage, forged)).toBe('token-invalid');
    expect(await bearer(stage, screen.secret)).toBe('token-invalid');
    expect(await bearer(stage, tokens.refreshToken)).toBe('token-invalid');
    expect(await cookie(stage, tokens.refreshToken)).toBe('no-session');
    expect(await cookie(stage, tokens.accessToken)).toBe('no-session');
    expect(word(await stage.service.port.refresh(screen.secret, ORIGIN))).toBe('token-invalid');
    expect(word(await stage.service.port.refresh(tokens.accessToken, ORIGIN))).toBe('token-invalid');
  });

  it('whatever it is: a refusal, never an error', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    const parts = tokens.accessToken.split('.');
    const mangled = fc
      .tuple(fc.nat({ max: 2 }), fc.string({ unit: 'binary', maxLength: 60 }))
      .map(([at, text]) => parts.map((one, n) => (n === at ? text : one)).join('.'));
    const json = fc
      .json()
      .map((text) => `${Buffer.from(text).toString('base64url')}.${parts[1]}.${parts[2]}`);
    const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), mangled, json);
    await fc.assert(
      fc.asyncProperty(anything, async (token) => {
        expect(['token-invalid', 'token-of-another-desk']).toContain(await bearer(stage, token));
      }),
      { numRuns: 300 },
    );
  });
});

function header(token: string): object {
  return decodeProtectedHeader(token);
}

function body(token: string): string {
  return token.split('.')[1] ?? '';
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function hs256(real: string, secret: Buffer | string): string {
  const signed = `${part({ ...header(real), alg: 'HS256' })}.${body(real)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function ownKey(real: string, more: object): Promise<string> {
  return new SignJWT(decodeJwt(real))
    .setProtectedHeader({ ...header(real), alg: 'EdDSA', ...more })
    .sign(keysOf(ANOTHER_SEED).privateKey);
}

/** Claims changed and signed by the desk's own key: what a bug or a copied key could bring. */
function resigned(real: string, more: object): Promise<string> {
  return new SignJWT({ ...decodeJwt(real), ...more })
    .setProtectedHeader({ ...header(real), alg: 'EdDSA' })
    .sign(keysOf().privateKey);
}
