import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** What a check found. A static check counts as one test. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };
export const ONE_PASSED: Counts = { ...NONE, passed: 1 };
export const ONE_FAILED: Counts = { ...NONE, failed: 1 };

export function sum(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (total, next) => ({
      passed: total.passed + next.passed,
      failed: total.failed + next.failed,
      skipped: total.skipped + next.skipped,
    }),
    NONE,
  );
}

/** A runner that ends badly has failed, whatever its report says: a file that does not load has no tests to count. */
function honest(counts: Counts, status: number): Counts {
  if (status !== 0 && counts.failed === 0) return { ...counts, failed: 1 };
  return counts;
}

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** Counts from vitest's JSON report; files that failed to load count as one failed test each. */
export function countVitest(file: string, status: number): Counts {
  if (!existsSync(file)) return honest(NONE, status === 0 ? 1 : status);
  const report = VitestReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  const unloaded = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  );
  return honest(
    {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded.length,
      skipped: report.numPendingTests + report.numTodoTests,
    },
    status,
  );
}

const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

/** Counts from Playwright's JSON report; a test that passed only on a second try has failed. */
export function countPlaywright(file: string, status: number): Counts {
  if (!existsSync(file)) return honest(NONE, status === 0 ? 1 : status);
  const { stats } = PlaywrightReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  return honest(
    { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped },
    status,
  );
}

/** The last line of a run. */
export function lastLine(counts: Counts): string {
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
