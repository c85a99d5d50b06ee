import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure, Measure } from './figure.ts';

/**
 * `npm run bench -- [--only journal] [--facts 1000000] [--turns 300] [--json]`
 *
 * Each figure is a ratio to a limit measured in the same run, so that it says something on any machine. It
 * prints and judges nothing: a ratio that misses its target is marked, never an error.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    facts: { type: 'string', default: '1000000' },
    turns: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
});

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => values.only === undefined || file.startsWith(values.only))
  .toSorted();

const figures: Figure[] = [];
for (const name of names) {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-bench-'));
  try {
    const { measure } = (await import(`./${name}`)) as { readonly measure: Measure };
    const measured = await measure({ folder, facts: Number(values.facts), turns: Number(values.turns) });
    for (const figure of measured) process.stderr.write(`${line(figure)}\n`);
    figures.push(...measured);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);

function line(figure: Figure): string {
  const ratio = `${figure.ratio.toFixed(2)}x`.padStart(8);
  const target = figure.target === null ? '' : ` (target ${figure.target}x${missed(figure, figure.target)})`;
  return `${ratio}  ${figure.name}, against ${figure.limit}${target}: ${figure.seen}`;
}

function missed({ ratio, atLeast = false }: Figure, target: number): string {
  if (atLeast) return ratio < target ? ', UNDER' : '';
  return ratio > target ? ', OVER' : '';
}
