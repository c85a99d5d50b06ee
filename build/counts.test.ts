import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countPlaywright, countVitest, lastLine, sum } from './counts.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeboat-counts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function report(content: unknown): string {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const vitestReport = (passed: number, failed: number, unloaded: number) =>
  report({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: Array.from({ length: unloaded }, () => ({ status: 'failed', assertionResults: [] })),
  });

describe('the counts of a run', () => {
  it.each([
    { what: 'all passed', passed: 3, failed: 0, unloaded: 0, status: 0, line: '3 passed, 0 failed' },
    { what: 'one failed', passed: 2, failed: 1, unloaded: 0, status: 1, line: '2 passed, 1 failed' },
    { what: 'a file did not load', passed: 2, failed: 0, unloaded: 1, status: 1, line: '2 passed, 1 failed' },
    {
      what: 'ended badly after passing',
      passed: 2,
      failed: 0,
      unloaded: 0,
      status: 1,
      line: '2 passed, 1 failed',
    },
  ])('vitest, $what: $line', ({ passed, failed, unloaded, status, line }) => {
    expect(lastLine(countVitest(vitestReport(passed, failed, unloaded), status))).toBe(line);
  });

  it('a runner without a report has failed, even with status 0', () => {
    expect(lastLine(countVitest(join(folder, 'absent.json'), 0))).toBe('0 passed, 1 failed');
    expect(lastLine(countPlaywright(join(folder, 'absent.json'), 0))).toBe('0 passed, 1 failed');
  });

  it('a browser test that passed on a second try has failed', () => {
    const file = report({ stats: { expected: 4, unexpected: 0, flaky: 1, skipped: 2 } });
    expect(lastLine(countPlaywright(file, 0))).toBe('4 passed, 1 failed, 2 skipped');
  });

  it('adds up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(lastLine(sum([one, one]))).toBe('2 passed, 4 failed, 6 skipped');
  });
});
