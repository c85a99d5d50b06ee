import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  codeOf,
  enrolmentStep,
  freshPersons,
  nextStep,
  readPersons,
  STEP_MS,
  writePersons,
} from './persons.ts';

/** The secret of RFC 6238's own table, in Base32. */
const totpSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a code', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [20_000_000_000, '353130'],
  ])('at second %i is that of RFC 6238', (second, code) => {
    expect(codeOf({ totpSecret }, Math.floor(second / 30))).toBe(code);
  });

  it.each([
    ['nobody used one', 0, 10],
    ['the one before was used', 9, 10],
    ['the one of now was used', 10, 11],
    ['the next one was used: it is waited for', 11, 12],
  ])('is handed out once: %s', (_when, usedStep, step) => {
    expect(nextStep({ usedStep }, 10 * STEP_MS + 7)).toBe(step);
  });

  it('that enrols leaves the one of now to who signs in, unless it would come too late', () => {
    expect(enrolmentStep(10 * STEP_MS)).toBe(9);
    expect(enrolmentStep(11 * STEP_MS - 1)).toBe(10);
  });
});

describe('the persons of a world', () => {
  it('are kept in a file that only this user can read, with passwords of their own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'persons-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'persons.json');
    expect(readPersons(path)).toBeNull();
    const persons = freshPersons();
    writePersons(path, persons);
    expect(readPersons(path)).toEqual(persons);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const passwords = [...persons, ...freshPersons()].map(({ password }) => password);
    expect(new Set(passwords).size).toBe(4);
  });
});
