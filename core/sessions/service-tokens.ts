import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { assert } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import type { Session, SessionRefusal } from './port.ts';

/** An access token opens calls for so long, unless its session ends before. */
export const ACCESS_LIFE_MS = 10 * MINUTE_MS;
const ISSUER = 'lifeboat';
const ALGORITHM = 'EdDSA';
const SECOND_MS = 1000;
const SEED_BYTES = 32;
/** Ours have about 350 characters; what is far longer is not looked at. */
const TOKEN_MAX = 2_000;
/** RFC 8410: what stands before the bare seed in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface TokensDeps {
  readonly desk: string;
  /** Seed of an Ed25519 key. */
  readonly tokenKey: Uint8Array;
  readonly host: { readonly now: () => number };
}

/** Access tokens: JWT, EdDSA, of this desk and this key. What they say is checked against the live session after. */
export function createTokens({ desk, tokenKey, host }: TokensDeps) {
  assert(tokenKey.length === SEED_BYTES, `a token key has ${SEED_BYTES} bytes`);
  const der = Buffer.concat([PKCS8_PREFIX, tokenKey]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const kid = createHash('sha256').update(spki).digest('base64url');
  const options = {
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    audience: desk,
    typ: 'JWT',
    requiredClaims: ['sub', 'sid', 'iat', 'exp'],
  };

  return {
    /** A token of this live session, and when it ends: whole seconds, never after the session. */
    async sign(session: Session): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
      const nowMs = host.now();
      const endS = Math.floor(Math.min(nowMs + ACCESS_LIFE_MS, session.expiresAtMs) / SECOND_MS);
      const token = await new SignJWT({ sid: session.id })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(desk)
        .setSubject(session.user)
        .setIssuedAt(Math.floor(nowMs / SECOND_MS))
        .setExpirationTime(endS)
        .sign(privateKey);
      return { token, expiresAtMs: endS * SECOND_MS };
    },

    /** Session and person that a token of this desk names, while its ten minutes last. */
    async read(token: string): Promise<Result<Named, SessionRefusal>> {
      if (token.length > TOKEN_MAX) return refuse(INVALID);
      try {
        // jose wants its clock as a Date; the instant is the host's.
        // oxlint-disable-next-line no-restricted-globals
        const currentDate = new Date(host.now());
        const { payload } = await jwtVerify(token, keyOf, { ...options, currentDate });
        const { sub, sid } = payload as Readonly<Record<string, unknown>>;
        if (typeof sub !== 'string' || typeof sid !== 'string') return refuse(INVALID);
        return ok({ session: sid, user: sub });
      } catch (error) {
        if (error instanceof errors.JOSEError) return refuse(refusalOf(error));
        throw error;
      }
    },
  };

  /** The key is ours or nobody's: a header never chooses one. */
  function keyOf(header: { readonly kid?: string | undefined }) {
    if (header.kid !== undefined && header.kid !== kid) throw new errors.JWKSNoMatchingKey();
    return publicKey;
  }
}

interface Named {
  readonly session: string;
  readonly user: string;
}

const INVALID: SessionRefusal = { reason: 'token-invalid', text: 'This is no access token of this desk.' };
const EXPIRED: SessionRefusal = {
  reason: 'token-expired',
  text: 'The access token is past its ten minutes; get a new one with the refresh token.',
};
const ANOTHER_DESK: SessionRefusal = {
  reason: 'token-of-another-desk',
  text: 'This access token was issued by another desk.',
};

function refusalOf(error: errors.JOSEError): SessionRefusal {
  if (error instanceof errors.JWTExpired) return EXPIRED;
  if (error instanceof errors.JWKSNoMatchingKey) return ANOTHER_DESK;
  if (error instanceof errors.JWTClaimValidationFailed && (error.claim === 'aud' || error.claim === 'iss')) {
    return ANOTHER_DESK;
  }
  return INVALID;
}
