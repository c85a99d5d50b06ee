import { defineConfig } from 'vitest/config';

const limits = { pool: 'forks', testTimeout: 20_000, hookTimeout: 20_000 } as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Whole drills go on side by side in one file: they wait more than they work.
    maxConcurrency: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,main,native-bridge,renderer,drill,build}/**/*.test.{ts,tsx}'],
          ...limits,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/browser/**', 'tests/prove/**'],
          ...limits,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
