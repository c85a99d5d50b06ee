import { defineConfig } from 'vitest/config';
import { ROOT } from './tool.ts';

/** The long runs; each states its own limit, as they differ by orders of magnitude. */
export default defineConfig({
  root: ROOT,
  test: {
    include: ['tests/prove/**/*.prove.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60 * 60_000,
    hookTimeout: 5 * 60_000,
  },
});
