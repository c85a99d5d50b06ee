import { join } from 'node:path';
import type { Entry, Fact } from '#core/events.ts';
import type { JournalFile } from './journal.ts';
import { openJournal } from './open.ts';
import type { JournalOptions } from './open.ts';
import { signerOf } from './signer.ts';
import { DeskId } from '#core/model/ids.ts';

/** Options of a journal in that folder; time goes on by one millisecond a question. */
export function scratchOptions(folder: string): JournalOptions {
  let nowMs = 1_795_000_000_000;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return {
    path: join(folder, 'desk.db'),
    desk: DeskId.parse('D1'),
    build: 'test',
    host: { now: () => ++nowMs, log },
    signer: signerOf(new Uint8Array(32).fill(7)),
    reserveBytes: 4096,
  };
}

/** Open, replayed and ready; throws when it is refused. */
export function openScratch(
  options: JournalOptions,
  memory: (entry: Entry) => void = () => undefined,
): JournalFile {
  const opened = openJournal(options);
  if (!opened.ok) throw new Error(`${opened.refusal.reason}: ${opened.refusal.text}`);
  const replayed = opened.value.replay([{ name: 'scratch', memory }]);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  return opened.value;
}

export function boundReached(bound: string): Fact {
  return { kind: 'bound-reached', v: 1, bound, limit: 1, outcome: 'nothing' };
}
