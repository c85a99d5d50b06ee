import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the desk's data lies: LIFEBOAT_DATA, else the system's place for application data. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>, platform: string): string {
  const asked = env['LIFEBOAT_DATA'];
  if (asked !== undefined && asked !== '') return resolve(asked);
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Lifeboat');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Lifeboat');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'lifeboat');
}
