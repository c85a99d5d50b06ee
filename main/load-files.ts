import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { App } from '#core/app.ts';
import type { Files } from './world.ts';

type Calls = ReturnType<App['client']>;

/**
 * Hands a desk the files of the day through its own front door, in the order in which they lean on each other.
 * A file that was loaded before changes nothing.
 */
export async function loadFiles(calls: Calls, files: Files): Promise<void> {
  const text = (path: string) => ({ source: basename(path), text: readFileSync(path, 'utf8') });
  if (files.instruments !== undefined) {
    await calls.instruments.import({ ...text(files.instruments), format: 'lifeboat' });
  }
  if (files.positions !== undefined) await calls.positions.import(text(files.positions));
}
