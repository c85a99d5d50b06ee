import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Where the built screen lies. */
export const SCREEN = join(ROOT, 'dist', 'renderer');
/** What the screen is made of: when any of it is newer, it is built again. */
const SOURCES = ['renderer', 'core', 'build/vite.config.ts', 'package-lock.json'];

/** Builds the screen when it is missing or older than its sources. A packaged desk ships it built. */
export function buildScreen(): void {
  const built = join(SCREEN, 'index.html');
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) return;
  const builtMs = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (SOURCES.every((source) => newestMs(join(ROOT, source)) <= builtMs)) return;
  console.log('Building the screen ...');
  const done = spawnSync(
    process.execPath,
    [vite, 'build', '--config', 'build/vite.config.ts', '--logLevel', 'warn'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (done.status !== 0) throw new Error('the screen could not be built');
}

function newestMs(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), 0);
}
