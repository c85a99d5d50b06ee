import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approvalText, challengeOf, truncated } from './domain-headquarters.ts';

const SUBJECT = '0123456789abcdef'.repeat(4);

describe('what headquarters and a desk agree on', () => {
  it('is one text', () => {
    expect(approvalText(SUBJECT)).toBe(`lifeboat approval ${SUBJECT}`);
  });

  it('refuses a subject that is no hash', () => {
    expect(() => approvalText('exit all')).toThrow('SHA-256');
    expect(() => challengeOf(SUBJECT.toUpperCase())).toThrow('SHA-256');
  });

  // RFC 6238 appendix B: TOTP of eight digits is HOTP over the number of half minutes.
  it.each([
    ['sha1', '12345678901234567890', 59, '94287082'],
    ['sha1', '12345678901234567890', 1_111_111_109, '07081804'],
    ['sha256', '12345678901234567890123456789012', 59, '46119246'],
    ['sha256', '12345678901234567890123456789012', 1_111_111_109, '68084774'],
    ['sha256', '12345678901234567890123456789012', 20_000_000_000, '77737706'],
  ])('truncates %s as the RFC does', (hash, secret, seconds, code) => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
    expect(truncated(createHmac(hash, secret).update(counter).digest())).toBe(code);
  });

  it('shows eight digits that change with the subject', () => {
    expect(challengeOf(SUBJECT)).toBe(String(0x0123456789abc % 100_000_000).padStart(8, '0'));
    expect(challengeOf('0'.repeat(64))).toBe('00000000');
    expect(challengeOf(`1${SUBJECT.slice(1)}`)).not.toBe(challengeOf(SUBJECT));
  });
});
