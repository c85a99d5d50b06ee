import { describe, expect, it } from 'vitest';
import { asSpelled, bytesFor, spelled } from './domain-spelling.ts';

describe('spelled secrets', () => {
  it('use every bit once, five to a letter', () => {
    expect(bytesFor(32)).toBe(20);
    expect(spelled(new Uint8Array([0b00000_000, 0b01_00010_0, 0b0011_0010, 0b0]), 4, 4)).toBe('0123');
    expect(spelled(new Uint8Array(20).fill(255), 32, 4)).toBe(Array(8).fill('zzzz').join('-'));
  });

  it('are read as they were meant', () => {
    expect(asSpelled(' 0A1B-2C3D ')).toBe('0a1b2c3d');
    expect(asSpelled('oaib-lc3d')).toBe('0a1b1c3d');
  });
});
