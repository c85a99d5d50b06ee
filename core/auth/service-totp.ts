import { ScureBase32Plugin, generateURI, verifySync } from 'otplib';

/** RFC 4226 asks for 128 bits and recommends 160. */
const SECRET_BYTES = 20;
const STEP_S = 30;
/** One step of drift to either side. */
const DRIFT_S = STEP_S;
const CODE = /^\d{6}$/;
const base32 = new ScureBase32Plugin();

/** What a code is: right (and of which time step), right once but not again, or wrong. */
export type CodeChecked =
  { readonly is: 'right'; readonly step: number } | { readonly is: 'used' } | { readonly is: 'wrong' };

export function newTotpSecret(randomBytes: (length: number) => Uint8Array): Uint8Array {
  return randomBytes(SECRET_BYTES);
}

/** The secret as an authenticator takes it: base 32, and the URI that the screen shows as a QR code. */
export function totpShown(secret: Uint8Array, user: string, desk: string) {
  const text = base32.encode(secret, { padding: false });
  const uri = generateURI({ issuer: `Lifeboat ${desk}`, label: user, secret: text });
  return { secret: text, uri };
}

/**
 * TOTP (RFC 6238): SHA-1, six digits, 30 s, one step of drift. No code of `lastStep` or an earlier step works, so each
 * works once. Compared in constant time by the library.
 */
export function checkTotp(secret: Uint8Array, typed: string, lastStep: number, nowMs: number): CodeChecked {
  const token = typed.replaceAll(/\s/g, '');
  if (!CODE.test(token)) return { is: 'wrong' };
  const epoch = Math.floor(nowMs / 1_000);
  const asked = { secret, token, epoch, epochTolerance: DRIFT_S, period: STEP_S } as const;
  // The library refuses a last step that lies ahead, as after a clock was set back: then no code is fresh.
  const newestStep = Math.floor((epoch + DRIFT_S) / STEP_S);
  if (lastStep < newestStep) {
    const fresh = verifySync({ ...asked, ...(lastStep < 0 ? {} : { afterTimeStep: lastStep }) });
    if (fresh.valid && 'timeStep' in fresh) return { is: 'right', step: fresh.timeStep };
  }
  return verifySync(asked).valid ? { is: 'used' } : { is: 'wrong' };
}
