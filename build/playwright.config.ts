import { defineConfig, devices } from '@playwright/test';
import { join } from 'node:path';
import { chromiumPath } from './needs.ts';
import { ROOT } from './tool.ts';

const executablePath = chromiumPath();

export default defineConfig({
  testDir: join(ROOT, 'tests', 'browser'),
  testMatch: '**/*.browser.ts',
  outputDir: join(ROOT, 'test-results'),
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    launchOptions: executablePath === null ? {} : { executablePath },
    trace: 'retain-on-failure',
  },
});
