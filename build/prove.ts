/**
 * The long runs: tests/prove, by seed. `npm run prove -- kill` runs those whose path has "kill".
 * The last line counts them, as in the test run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countVitest, lastLine } from './counts.ts';
import { provideNeeds } from './needs.ts';
import { runTool } from './tool.ts';

const lack = await provideNeeds((line) => process.stdout.write(`${line}\n`));
if (lack !== null) {
  process.stdout.write(`${lack}\n`);
  process.exit(1);
}

const reports = mkdtempSync(join(tmpdir(), 'lifeboat-prove-'));
try {
  const file = join(reports, 'prove.json');
  const end = await runTool(
    { package: 'vitest', command: 'vitest' },
    [
      'run',
      '--config',
      'build/prove.config.ts',
      '--reporter=verbose',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...process.argv.slice(2),
    ],
    { show: true, limitMs: null },
  );
  const counts = countVitest(file, end.status);
  process.exitCode = counts.failed === 0 ? 0 : 1;
  process.stdout.write(`${lastLine(counts)}\n`);
} finally {
  rmSync(reports, { recursive: true, force: true });
}
