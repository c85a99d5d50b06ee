import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Result } from './result.ts';
import { ok } from './result.ts';
import type { FileRefusal, Table, TableRow } from './table.ts';
import { runAside } from './worker-aside.ts';
import { readTable } from './worker-csv.ts';

interface Asked {
  readonly source: string;
  readonly text: string;
}

type Message =
  | { readonly kind: 'rows'; readonly rows: readonly TableRow[] }
  | { readonly kind: 'end'; readonly end: Result<Omit<Table, 'rows'>, FileRefusal> };

/** Characters up to which a thread of its own costs more than it saves. */
const SMALL_TEXT = 128 * 1024;
const ROWS_A_MESSAGE = 500;

/** `readTable`, for a large text in a worker thread. */
export async function readTableAside(source: string, text: string): Promise<Result<Table, FileRefusal>> {
  if (text.length < SMALL_TEXT) return readTable(source, text);
  const rows: TableRow[] = [];
  const ends: Result<Omit<Table, 'rows'>, FileRefusal>[] = [];
  await runAside<Message>(new URL(import.meta.url), { table: { source, text } }, (message) => {
    if (message.kind === 'rows') rows.push(...message.rows);
    else ends.push(message.end);
  });
  const [end] = ends;
  if (end === undefined) throw new Error('the reader of a table ended without a word');
  return end.ok ? ok({ ...end.value, rows }) : end;
}

function read({ source, text }: Asked, post: (message: Message) => void): void {
  const table = readTable(source, text);
  if (!table.ok) {
    post({ kind: 'end', end: table });
    return;
  }
  const { rows, ...rest } = table.value;
  for (let start = 0; start < rows.length; start += ROWS_A_MESSAGE) {
    post({ kind: 'rows', rows: rows.slice(start, start + ROWS_A_MESSAGE) });
  }
  post({ kind: 'end', end: ok(rest) });
}

const asked = isMainThread ? null : (workerData as { readonly table?: Asked } | null);
if (asked?.table !== undefined && parentPort !== null) {
  const port = parentPort;
  read(asked.table, (message) => {
    port.postMessage(message);
  });
}
