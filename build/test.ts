/**
 * The test run: every static check, then every test, each with its time; the last line counts them.
 *
 *   npm test                          all of it
 *   npm test -- --only unit           one check (or several: --only lint,unit)
 *   npm test -- --only unit journal   and of its files those whose path has "journal"
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checks, type Check, type CheckContext } from './checks.ts';
import { lastLine, ONE_FAILED, sum, type Counts } from './counts.ts';

interface Done {
  readonly check: Check;
  readonly counts: Counts;
  readonly seconds: string;
}

const say = (line: string): void => {
  process.stdout.write(`${line.trimEnd()}\n`);
};

/** A check that throws has failed; the others still run. */
async function attempt(check: Check, context: CheckContext): Promise<Counts> {
  try {
    return await check.run(context);
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return ONE_FAILED;
  }
}

async function runAll(chosen: readonly Check[], context: CheckContext): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const [index, check] of chosen.entries()) {
    say(`\n[${index + 1}/${chosen.length}] ${check.name}: ${check.what}`);
    const startedMs = performance.now();
    const counts = await attempt(check, context);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    done.push({ check, counts, seconds });
    say(`${counts.failed === 0 ? 'ok' : 'FAILED'}  ${check.name}  ${lastLine(counts)}  ${seconds} s`);
  }
  return done;
}

const { values, positionals } = parseArgs({
  options: { only: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const wanted = (values.only ?? []).flatMap((names) => names.split(','));
const all = checks();
const unknown = wanted.filter((name) => !all.some((check) => check.name === name));
if (unknown.length > 0) {
  say(`no check is called ${unknown.join(', ')}; there are ${all.map((check) => check.name).join(', ')}`);
  process.exit(2);
}

const reports = mkdtempSync(join(tmpdir(), 'lifeboat-test-'));
try {
  const chosen = wanted.length === 0 ? all : all.filter((check) => wanted.includes(check.name));
  const done = await runAll(chosen, { reports, filters: positionals, say });
  say('');
  for (const { check, counts, seconds } of done) {
    say(`${check.name.padEnd(8)} ${seconds.padStart(7)} s  ${lastLine(counts)}`);
  }
  const total = sum(done.map(({ counts }) => counts));
  process.exitCode = total.failed === 0 ? 0 : 1;
  say(lastLine(total));
} finally {
  rmSync(reports, { recursive: true, force: true });
}
