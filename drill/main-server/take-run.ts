import { setImmediate as turn } from 'node:timers/promises';
import type { FactRow, SignedHead } from '#core/sync/messages.ts';
import { checkRun, type Run } from './chain-check.ts';
import type { FactPool } from './fact-pool.ts';
import type { Stop } from './store-facts.ts';

/** Rows that are hashed in one go: about a millisecond. */
const CHECK_ROWS = 200;
/** Rows of one transaction: what was checked while the one before was committed goes together. */
export const COMMIT_ROWS_MAX = 5_000;

/** Where the next row of an epoch goes on from. */
export type Start = Pick<Run, 'previous' | 'signedSeq'> & { readonly seq: number };

export interface Taking extends Pick<Run, 'desk' | 'publicKey' | 'epoch'> {
  readonly pool: FactPool;
  /**
   * Makes rows and heads durable, and says so. Called again only after the call before is known to have done it: once it
   * has failed, no row after it is handed over in this run.
   */
  readonly commit: (rows: readonly FactRow[], heads: readonly SignedHead[]) => Promise<void>;
}

/**
 * Takes rows from the pool as long as they follow each other, also those that come meanwhile. One transaction is on its
 * way while the next rows are checked. Answers what it stopped at; everything before that is durable. Throws what the
 * transaction threw that failed.
 */
export async function takeRun(
  taking: Taking,
  from: Start,
  late: readonly SignedHead[],
): Promise<Stop | null> {
  const { pool, commit, desk, publicKey, epoch } = taking;
  let start = from;
  let stop: Stop | null = null;
  let batch: { rows: FactRow[]; heads: SignedHead[] } = { rows: [], heads: [...late] };
  let isFlying = false;
  let flight: Promise<void> = Promise.resolve();
  const launch = async (): Promise<void> => {
    // Also one that is over: had it failed unseen, the rows after it would be stored, and acknowledged, over a hole.
    await flight;
    const { rows, heads } = batch;
    batch = { rows: [], heads: [] };
    isFlying = true;
    flight = commit(rows, heads).finally(() => {
      isFlying = false;
    });
    // Who waits for it is told; that may be after it has failed.
    flight.catch(() => undefined);
  };
  for (;;) {
    const rows = stop === null ? pool.runFrom(start.seq, CHECK_ROWS) : [];
    const last = rows.at(-1);
    if (last === undefined) {
      await flight;
      if (batch.rows.length + batch.heads.length === 0) return stop;
      await launch();
      continue;
    }
    const checked = checkRun({ desk, publicKey, epoch, ...start, rows, heads: pool.heads });
    stop = checked.stop;
    batch.rows.push(...rows.slice(0, checked.good));
    batch.heads.push(...checked.heads);
    // Rows of before that were waiting for the head which now turns out to be none.
    if (stop !== null) batch.rows = batch.rows.filter(({ seq }) => seq < (checked.stop?.seq ?? 0));
    start = { seq: last.seq + 1, previous: Buffer.from(last.hash, 'hex'), signedSeq: checked.signedSeq };
    if (batch.rows.length >= COMMIT_ROWS_MAX) await flight;
    if (!isFlying && stop === null) await launch();
    await turn();
  }
}
