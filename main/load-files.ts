import { basename } from 'node:path';
import type { App } from '#core/app.ts';
import { readImportFile } from '#core/lib/worker-file.ts';
import type { Files } from './world.ts';

type Calls = ReturnType<App['client']>;

/**
 * Hands a desk the files of the day through its own front door, in the order in which they lean on each other.
 * A file that was loaded before changes nothing.
 */
export async function loadFiles(calls: Calls, files: Files): Promise<void> {
  if (files.instruments !== undefined) {
    await calls.instruments.import({ ...text(files.instruments), format: 'lifeboat' });
  }
  if (files.accounts !== undefined) await calls.accounts.import(text(files.accounts));
  if (files.positions !== undefined) await calls.positions.import(text(files.positions));
  if (files.pendingOrders !== undefined) await calls.orders.importPending(text(files.pendingOrders));
}

/** Bounded: what is no text, or larger than an import may be, is refused before it is read whole. */
function text(path: string): { readonly source: string; readonly text: string } {
  const read = readImportFile(path);
  if (!read.ok) throw new Error(read.refusal.text);
  return { source: basename(path), text: read.value };
}
