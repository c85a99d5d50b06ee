import { createHash } from 'node:crypto';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Result } from '#core/lib/result.ts';
import type { BadRow, FileRefusal } from '#core/lib/table.ts';
import { NAMED_MAX } from '#core/lib/table.ts';
import { readTable } from '#core/lib/worker-csv.ts';
import { runAside } from '#core/lib/worker-aside.ts';
import { ok } from '#core/lib/result.ts';
import type { ContractFile } from './contract.ts';
import { parseContracts } from './parse.ts';
import { CONTRACTS_A_ROW, encodeContracts } from './store.ts';

/** A contract file as it will be stored; the bad rows are named up to a bound and all counted. */
export interface ReadContracts {
  readonly bodies: readonly string[];
  readonly rows: number;
  readonly bad: readonly BadRow[];
  readonly refused: number;
  readonly skipped: number;
}

/** Characters up to which a thread of its own costs more than it saves. */
const SMALL_TEXT = 256 * 1024;

type Message =
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'end'; readonly end: Result<Omit<ReadContracts, 'bodies'>, FileRefusal> };

type Asked = Pick<ContractFile, 'source' | 'format' | 'text'>;

/** Reads the file: a large one in a worker thread, so that nobody waits for it. */
export async function readContracts(file: Asked): Promise<Result<ReadContracts, FileRefusal>> {
  const bodies: string[] = [];
  let end: Result<Omit<ReadContracts, 'bodies'>, FileRefusal> | null = null;
  const receive = (message: Message): void => {
    if (message.kind === 'body') bodies.push(message.body);
    else end = message.end;
  };
  if (file.text.length < SMALL_TEXT) {
    read(file, receive);
  } else {
    const { source, format, text } = file;
    await runAside<Message>(new URL(import.meta.url), { parse: { source, format, text } }, receive);
  }
  const ended = end as Result<Omit<ReadContracts, 'bodies'>, FileRefusal> | null;
  if (ended === null) throw new Error('the parser ended without a word');
  return ended.ok ? ok({ ...ended.value, bodies }) : ended;
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function read(file: Asked, post: (message: Message) => void): void {
  const parsed = parseContracts(file.format, file.source, file.text, readTable);
  if (!parsed.ok) {
    post({ kind: 'end', end: parsed });
    return;
  }
  const { rows, bad, skipped } = parsed.value;
  for (let start = 0; start < rows.length; start += CONTRACTS_A_ROW) {
    post({ kind: 'body', body: encodeContracts(rows.slice(start, start + CONTRACTS_A_ROW)) });
  }
  const named = bad.slice(0, NAMED_MAX);
  post({ kind: 'end', end: ok({ rows: rows.length, bad: named, refused: bad.length, skipped }) });
}

const asked = isMainThread ? null : (workerData as { readonly parse?: Asked } | null);
if (asked?.parse !== undefined && parentPort !== null) {
  const port = parentPort;
  read(asked.parse, (message) => {
    port.postMessage(message);
  });
}
