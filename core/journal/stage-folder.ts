import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of one test, gone when the test is over. */
export function scratchFolder(): { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'lifeboat-test-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return { path };
}
