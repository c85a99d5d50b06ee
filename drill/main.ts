import { randomInt } from 'node:crypto';
import { SingleBar } from 'cli-progress';
import { parseOptions, USAGE, type DrillOptions } from './options.ts';
import { rehearse } from './rehearsal/rehearsal.ts';
import { textOf } from './rehearsal/report.ts';

/**
 * `npm run drill`: the whole emergency against a simulated exchange, without a screen, to the end. Exit status: 0
 * clean; 1 not, or it could not be carried through; 2 the command line is wrong; 130 stopped by Ctrl-C. See docs/drill.md.
 */
const SEEDS = 2 ** 31;

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, randomInt(SEEDS));
  if (!parsed.ok) {
    process.stderr.write(`${parsed.refusal}\n${USAGE}\n`);
    return 2;
  }
  const options = parsed.value;
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopped.abort(new Error(signal)));
  const bar = createBar(options);
  try {
    const { report, complaints } = await rehearse({
      ...options,
      progress: bar.show,
      signal: stopped.signal,
      say,
    });
    bar.stop();
    if (options.json) {
      for (const complaint of complaints) say(complaint);
      process.stdout.write(`${JSON.stringify(report)}\n`);
    } else process.stdout.write(`${textOf(report, complaints, options.seed)}\n`);
    return complaints.length === 0 ? 0 : 1;
  } catch (error) {
    bar.stop();
    say(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    say(`seed ${options.seed}`);
    return stopped.signal.aborted ? 130 : 1;
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function createBar({ json, positions }: DrillOptions) {
  if (json || !process.stderr.isTTY) return { show: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: 'rows {bar} {value}/{total}  {duration_formatted}',
    stream: process.stderr,
  });
  bar.start(positions, 0);
  return {
    show: (done: number, total: number): void => {
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

process.exitCode = await main(process.argv.slice(2));
