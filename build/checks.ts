import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countPlaywright, countVitest, ONE_FAILED, ONE_PASSED, type Counts } from './counts.ts';
import { chromiumPath, provideNeeds } from './needs.ts';
import { ROOT, run, runTool } from './tool.ts';

/** What a check may use. */
export interface CheckContext {
  /** An empty folder for reports, removed after the run. */
  readonly reports: string;
  /** What the caller gave after the options: file filters for the runners of tests. */
  readonly filters: readonly string[];
  say(line: string): void;
}

/** One step of the test run. */
export interface Check {
  readonly name: string;
  readonly what: string;
  run(context: CheckContext): Promise<Counts>;
}

/** Folders with source; one that is not there has nothing to check. */
const SOURCE = ['core', 'main', 'native-bridge', 'renderer', 'drill', 'tests', 'build', 'bench'];

const inTree = (path: string): boolean => existsSync(join(ROOT, path));

/** A check that passes or fails as a whole, silent unless it fails. */
function whole(
  name: string,
  what: string,
  tool: { package: string; command: string },
  args: readonly string[],
): Check {
  return {
    name,
    what,
    async run(context) {
      const end = await runTool(tool, args, { show: false });
      if (end.status !== 0) context.say(end.output);
      return end.status === 0 ? ONE_PASSED : ONE_FAILED;
    },
  };
}

/** `workers`: files at a time. */
function vitest(name: string, what: string, workers: number): Check {
  return {
    name,
    what,
    async run(context) {
      const file = join(context.reports, `${name}.json`);
      const narrowed = context.filters.length === 0 ? [] : ['--passWithNoTests', ...context.filters];
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const end = await runTool(
        { package: 'vitest', command: 'vitest' },
        ['run', '--project', name, `--maxWorkers=${workers}`, ...reporters, ...narrowed],
        { show: true },
      );
      return countVitest(file, end.status);
    },
  };
}

const types: Check = {
  name: 'types',
  what: 'each host compiles with its own globals',
  async run(context) {
    const end = await run(process.execPath, [join(ROOT, 'build', 'typecheck.ts')], { show: false });
    if (end.status !== 0) context.say(end.output);
    return end.status === 0 ? ONE_PASSED : ONE_FAILED;
  },
};

const needs: Check = {
  name: 'needs',
  what: 'what the tests need beyond npm',
  async run(context) {
    const lack = await provideNeeds((line) => context.say(line));
    if (lack !== null) context.say(lack);
    return lack === null ? ONE_PASSED : ONE_FAILED;
  },
};

const browser: Check = {
  name: 'browser',
  what: 'the screen in Chromium',
  async run(context) {
    const file = join(context.reports, 'browser.json');
    const end = await runTool(
      { package: '@playwright/test', command: 'playwright' },
      ['test', '--config', 'build/playwright.config.ts', '--reporter=list,json', ...context.filters],
      {
        show: true,
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file, LIFEBOAT_CHROMIUM: chromiumPath() ?? '' },
      },
    );
    return countPlaywright(file, end.status);
  },
};

/** The test run, in order: what is cheap and says most comes first. */
export function checks(): readonly Check[] {
  const list: Check[] = [
    types,
    whole('lint', 'oxlint, type-aware', { package: 'oxlint', command: 'oxlint' }, ['--type-aware']),
    whole('format', 'prettier', { package: 'prettier', command: 'prettier' }, [
      '--check',
      '--log-level',
      'warn',
      '.',
    ]),
    whole('fence', 'who may import whom', { package: 'dependency-cruiser', command: 'depcruise' }, [
      '--config',
      '.dependency-cruiser.mjs',
      ...SOURCE.filter(inTree),
    ]),
    whole('unused', 'no dead file, export or dependency', { package: 'knip', command: 'knip' }, []),
  ];
  if (inTree('renderer/index.html')) {
    list.push(
      whole('build', 'the screen is bundled', { package: 'vite', command: 'vite' }, [
        'build',
        '--config',
        'build/vite.config.ts',
        '--logLevel',
        'warn',
      ]),
    );
  }
  // Two cores. Whole-system tests wait for other processes more than they work.
  list.push(needs, vitest('unit', 'tests beside their files', 2), vitest('system', 'whole-system tests', 3));
  if (inTree('tests/browser')) list.push(browser);
  return list;
}
