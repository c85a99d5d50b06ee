import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSeal, sameBytes, sha256 } from './service-seal.ts';
import { checkTotp, newTotpSecret, totpShown } from './service-totp.ts';

/** RFC 6238, appendix B: the SHA-1 secret and its rows; six digits are the last six of the eight there. */
const RFC_SECRET = new TextEncoder().encode('12345678901234567890');
const RFC_ROWS = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
] as const;

describe('codes of an authenticator', () => {
  it.each(RFC_ROWS)('are those of RFC 6238 at %d s', (seconds, eight) => {
    const step = Math.floor(seconds / 30);
    expect(checkTotp(RFC_SECRET, eight.slice(2), -1, seconds * 1_000)).toEqual({ is: 'right', step });
  });

  it.each([
    ['two steps late', 60, 'wrong'],
    ['one step late', 30, 'right'],
    ['late in the next step', 59, 'right'],
    ['now', 0, 'right'],
    ['one step early', -30, 'right'],
    ['two steps early', -60, 'wrong'],
  ])('that come %s are %s', (_what, laterS, is) => {
    const atS = 1_111_111_110 + laterS;
    expect(checkTotp(RFC_SECRET, '050471', -1, atS * 1_000).is).toBe(is);
  });

  it('work once: none of the same or an earlier step comes after', () => {
    const atMs = 1_111_111_111_000;
    const step = 37_037_037;
    expect(checkTotp(RFC_SECRET, '050471', step - 1, atMs)).toEqual({ is: 'right', step });
    expect(checkTotp(RFC_SECRET, '050471', step, atMs)).toEqual({ is: 'used' });
    expect(checkTotp(RFC_SECRET, '050471', step + 1, atMs)).toEqual({ is: 'used' });
    // A clock that was set back by a year opens no old code again.
    expect(checkTotp(RFC_SECRET, '050471', step + 1_000_000, atMs)).toEqual({ is: 'used' });
    expect(checkTotp(RFC_SECRET, '050472', step, atMs)).toEqual({ is: 'wrong' });
  });

  it.each(['', '05047', '0504711', '05047x', '-50471', '٠٥٠٤٧١'])('are six digits, not %j', (typed) => {
    expect(checkTotp(RFC_SECRET, typed, -1, 1_111_111_111_000)).toEqual({ is: 'wrong' });
  });

  it('may be typed with a blank', () => {
    expect(checkTotp(RFC_SECRET, ' 050 471 ', -1, 1_111_111_111_000).is).toBe('right');
  });

  it('come of 160 bits, which the screen shows as text and as URI', () => {
    expect(newTotpSecret(randomBytes)).toHaveLength(20);
    const { secret, uri } = totpShown(RFC_SECRET, 'asha', 'D1');
    expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const url = new URL(uri);
    expect(`${url.protocol}//${url.host}${decodeURIComponent(url.pathname)}`).toBe(
      'otpauth://totp/Lifeboat D1:asha',
    );
    expect(url.searchParams.get('secret')).toBe(secret);
    expect(url.searchParams.get('issuer')).toBe('Lifeboat D1');
  });
});

describe('sealed secrets', () => {
  const key = new Uint8Array(32).fill(1);
  const seal = createSeal(key, randomBytes);

  it('open for their own person under their own key, and nowhere else', () => {
    const sealed = seal.seal('asha', RFC_SECRET);
    expect(Buffer.from(seal.open('asha', sealed) ?? [])).toEqual(Buffer.from(RFC_SECRET));
    expect(seal.open('ravi', sealed)).toBe(null);
    expect(createSeal(new Uint8Array(32).fill(2), randomBytes).open('asha', sealed)).toBe(null);
    expect(Buffer.from(sealed).includes(Buffer.from(RFC_SECRET))).toBe(false);
    expect(seal.seal('asha', RFC_SECRET)).not.toEqual(sealed);
  });

  it('do not open when a bit was changed or the end is missing', () => {
    const sealed = seal.seal('asha', RFC_SECRET);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(seal.open('asha', changed)).toBe(null);
      expect(seal.open('asha', sealed.subarray(0, at))).toBe(null);
    }
  });

  it('are marked for one purpose under one key', () => {
    const mark = seal.mark('a', 'x');
    expect(sameBytes(mark, seal.mark('a', 'x'))).toBe(true);
    expect(sameBytes(mark, seal.mark('b', 'x'))).toBe(false);
    expect(sameBytes(mark, createSeal(new Uint8Array(32), randomBytes).mark('a', 'x'))).toBe(false);
    expect(sameBytes(mark, sha256('x').subarray(1))).toBe(false);
  });
});
