import type { Fact } from '#core/events.ts';
import { hexOf } from '#core/journal/chain.ts';
import type { Projection } from '#core/journal/port.ts';
import type { FactRow, SignedHead } from '#core/sync/messages.ts';
import type { Mode } from '#core/sync/events.ts';
import { lifeOf, readyJournal } from './desk-journal.ts';

/** Orders of one burst, which is one append: so a head is signed about every thousand rows, as on a desk. */
const BURST = 100;
const LIFE = 4;
const READ_BATCH = 5_000;

/** What a journal holds, as it is said to main. */
export interface LogRows {
  readonly desk: string;
  readonly rows: readonly FactRow[];
  readonly heads: readonly SignedHead[];
}

/** The journal of an emergency that goes over to handing back: lives of orders, about so many facts. */
export function writeLog(data: string, facts: number): void {
  const journal = readyJournal(data);
  const append = (some: readonly Fact[]): void => {
    const appended = journal.append(some);
    if (!appended.ok) throw new Error(appended.refusal.text);
  };
  append([moved('SUSPECT', 'EMERGENCY')]);
  for (let n = 0; n * LIFE < facts; n += BURST) {
    append(Array.from({ length: BURST }, (_, place) => lifeOf(n + place)).flat());
  }
  append([moved('EMERGENCY', 'HANDBACK')]);
  journal.close();
}

/** Every row and head of that journal. A desk that opens it says so in one more row: it is the one that hands over. */
export function rowsOf(data: string, projections: readonly Projection[] = []): LogRows {
  const journal = readyJournal(data, projections);
  const rows: FactRow[] = [];
  const heads: SignedHead[] = [];
  for (;;) {
    const stored = journal.stored(rows.length, READ_BATCH);
    if (stored.rows.length === 0) break;
    for (const row of stored.rows) rows.push({ ...row, hash: hexOf(row.hash) });
    for (const { epoch, seq, hash, signature, publicKey } of stored.heads) {
      heads.push({
        epoch,
        seq,
        hash: hexOf(hash),
        signature: hexOf(signature),
        publicKey: hexOf(publicKey),
      });
    }
  }
  const { desk } = journal;
  journal.close();
  return { desk, rows, heads };
}

function moved(from: Mode, to: Mode): Fact {
  return { kind: 'mode-changed', v: 1, from, to, by: ['asha', 'ravi'], why: 'a measurement' };
}
