import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ELECTRON = join(import.meta.dirname, '..', 'node_modules', 'electron');

/** The installed Electron runtime, or null: the npm package alone carries none. */
function electronBinary(): string | null {
  const pathFile = join(ELECTRON, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const binary = join(ELECTRON, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

/** Opens the desk in Electron where its runtime is installed and there is a display. False when it is not. */
export function openElectron(data: string, withMain: boolean): boolean {
  const binary = electronBinary();
  if (binary === null || !hasDisplay()) return false;
  const child = spawn(binary, [join(import.meta.dirname, '..')], {
    stdio: 'inherit',
    env: { ...process.env, LIFEBOAT_DATA: data, ...(withMain ? { LIFEBOAT_WITH_MAIN: '1' } : {}) },
  });
  child.once('exit', (code) => process.exit(code ?? 0));
  return true;
}

/** Opens the system's browser where there is a display; the printed address is there in any case. */
export function openBrowser(address: string): void {
  if (!hasDisplay()) return;
  const [command, ...args] =
    process.platform === 'win32'
      ? ['cmd', '/c', 'start', '', address]
      : [process.platform === 'darwin' ? 'open' : 'xdg-open', address];
  const child = spawn(command ?? 'xdg-open', args, { stdio: 'ignore', detached: true });
  child.once('error', () => console.log('No browser could be opened; use the address above.'));
  child.unref();
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') !== '';
}
