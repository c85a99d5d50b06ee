import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copyTree } from '#tests/fence/planted-tree.ts';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** A file with one fault, and the rules that must speak about it: these and no others. */
const PLANTS: readonly { readonly file: string; readonly text: string; readonly rules: readonly string[] }[] =
  [
    {
      file: 'core/planted/clock.ts',
      text: 'export const now = () => Date.now();',
      rules: ['no-restricted-globals'],
    },
    {
      file: 'core/planted/timer.ts',
      text: 'export const now = () => performance.now();',
      rules: ['no-restricted-globals'],
    },
    {
      file: 'core/planted/chance.ts',
      text: 'export const dice = () => Math.random();',
      rules: ['no-restricted-properties'],
    },
    { file: 'drill/planted-clock.ts', text: 'export const now = () => Date.now();', rules: [] },
    {
      file: 'core/planted/host.ts',
      text: "import { app } from 'electron';\nexport const host = app;",
      rules: ['no-restricted-imports'],
    },
    {
      file: 'core/planted/climbs.ts',
      text: "export type { Host } from '../host.ts';",
      rules: ['no-restricted-imports'],
    },
    {
      file: 'drill/planted/climbs.ts',
      text: "export * from '../planted-clock.ts';",
      rules: ['no-restricted-imports'],
    },
    {
      file: 'core/planted/missing-case.ts',
      text: [
        "export function sign(side: 'buy' | 'sell' | 'short'): number {",
        "  switch (side) {\n    case 'buy':\n      return 1;\n    case 'sell':\n      return -1;\n  }\n  return 0;\n}",
      ].join('\n'),
      rules: ['switch-exhaustiveness-check'],
    },
    {
      file: 'core/planted/floating.ts',
      text: 'const later = async () => {\n  await Promise.resolve();\n};\nexport function start(): void {\n  later();\n}',
      rules: ['no-floating-promises'],
    },
    {
      file: 'core/planted/swallowed.ts',
      text: 'export function quiet(run: () => void): void {\n  try {\n    run();\n  } catch {}\n}',
      rules: ['no-empty'],
    },
    { file: 'core/planted/anything.ts', text: 'export type Anything = any;', rules: ['no-explicit-any'] },
    {
      file: 'core/planted/certain.ts',
      text: 'export const first = (list: readonly number[]): number => list[0]!;',
      rules: ['no-non-null-assertion'],
    },
    {
      file: 'core/planted/hushed.ts',
      text: '// @ts-ignore\nexport const hushed: number = 1;',
      rules: ['ban-ts-comment'],
    },
    { file: 'core/planted/default.ts', text: 'export default 1;', rules: ['no-default-export'] },
    { file: 'core/planted/notYet.ts', text: 'export const one = 1;', rules: ['filename-case'] },
    {
      file: 'core/planted/later.ts',
      text: `// ${'TO'}DO\nexport const one = 1;`,
      rules: ['no-warning-comments'],
    },
    {
      file: 'core/planted/long-file.ts',
      text: lines(301, (index) => `export const n${index} = ${index};`),
      rules: ['max-lines'],
    },
    {
      file: 'core/planted/long-function.ts',
      text: `export function long(): number {\n  let n = 0;\n${lines(70, () => '  n += 1;')}\n  return n;\n}`,
      rules: ['max-lines-per-function'],
    },
  ];

const Report = z.object({ diagnostics: z.array(z.object({ filename: z.string(), code: z.string() })) });

describe('the lint', () => {
  const tree = copyTree();
  const spoken = new Map<string, Set<string>>();

  beforeAll(async () => {
    for (const { file, text } of PLANTS) tree.plant(file, `${text}\n`);
    const files = PLANTS.map(({ file }) => file);
    const output = await tree.run('oxlint/bin/oxlint', ['--type-aware', '--format', 'json', ...files]);
    for (const { filename, code } of Report.parse(JSON.parse(output)).diagnostics) {
      const rule = code.replace(/^.*\((.*)\)$/, '$1');
      spoken.set(filename, (spoken.get(filename) ?? new Set()).add(rule));
    }
  });
  afterAll(() => tree.remove());

  it.each(PLANTS)('$file: $rules', ({ file, rules }) => {
    expect([...(spoken.get(file) ?? [])]).toEqual(rules);
  });
});
