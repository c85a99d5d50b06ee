import type { FactRow } from '#core/sync/messages.ts';
import { LAST_COMMIT, statement, type Database, type FactBatch, type SqlRow } from './database.ts';

/** The end of one epoch of a desk as it is stored: contiguous from its first row. */
export interface Tail {
  readonly epoch: number;
  readonly firstSeq: number;
  readonly seq: number;
  readonly hash: string;
  /** The last row under a good signed head; 0: none. */
  readonly signedSeq: number;
}

/** Main takes no row of this epoch from here on, until persons have looked. */
export interface Stop {
  readonly epoch: number;
  readonly seq: number;
  readonly reason: 'hash' | 'signature' | 'differs';
  readonly text: string;
}

export interface DeskRows {
  readonly desk: string;
  readonly epoch: number;
  readonly rows: number;
  readonly seq: number;
}

/** A fact as it was handed back, with whose it is. */
export interface HandedFact {
  readonly desk: string;
  readonly epoch: number;
  readonly seq: number;
  readonly body: string;
}

const TAILS = `SELECT t.epoch, t.first_seq, t.last_seq, l.hash,
    (SELECT max(h.seq) FROM heads h WHERE h.desk = $1 AND h.epoch = t.epoch) AS signed_seq
  FROM (SELECT epoch, min(seq) AS first_seq, max(seq) AS last_seq FROM facts WHERE desk = $1 GROUP BY epoch) t
  JOIN facts l ON l.desk = $1 AND l.epoch = t.epoch AND l.seq = t.last_seq ORDER BY t.epoch`;
const ROW = 'epoch, seq, at_ms, kind, version, body, hash';

export type LogStore = ReturnType<typeof storeOfLogs>;

/** The logs of the desks: what was taken, up to where, and where main stopped taking. */
export function storeOfLogs({ rows, commit, commitFacts }: Database) {
  return {
    /** Every row of it durable, or none; see `Database.commitFacts`. */
    commitFacts: (batch: FactBatch): Promise<void> => commitFacts(batch),
    /** The public key by which this desk is known; null: it never came. */
    async publicKeyOf(desk: string): Promise<string | null> {
      const row = (await rows('SELECT public_key FROM desks WHERE desk = $1', desk))[0];
      return row === undefined ? null : String(row['public_key']);
    },
    pin: (desk: string, publicKey: string): Promise<void> =>
      commit([statement('INSERT INTO desks VALUES ($1, $2) ON CONFLICT (desk) DO NOTHING', desk, publicKey)]),

    tails: async (desk: string): Promise<readonly Tail[]> => (await rows(TAILS, desk)).map(tailOf),
    /** Hashes of stored rows, by seq. */
    async hashes(
      desk: string,
      epoch: number,
      from: number,
      to: number,
    ): Promise<ReadonlyMap<number, string>> {
      const sql = 'SELECT seq, hash FROM facts WHERE desk = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4';
      const found = await rows(sql, desk, epoch, from, to);
      return new Map(found.map((row) => [Number(row['seq']), String(row['hash'])]));
    },
    async stops(desk: string): Promise<readonly Stop[]> {
      return (await rows('SELECT epoch, seq, reason, told FROM stops WHERE desk = $1', desk)).map(stopOf);
    },
    putStop: (desk: string, { epoch, seq, reason, text }: Stop): Promise<void> =>
      commit([
        statement(
          'INSERT INTO stops VALUES ($1, $2, $3, $4, $5) ON CONFLICT (desk, epoch) DO NOTHING',
          desk,
          epoch,
          seq,
          reason,
          text,
        ),
      ]),
    /** Persons have looked: what no good head covers is set aside, and the epoch goes on from there. */
    release: (desk: string, epoch: number, signedSeq: number): Promise<void> =>
      commit([
        statement(
          `INSERT INTO set_aside SELECT desk, ${ROW} FROM facts WHERE desk = $1 AND epoch = $2 AND seq > $3`,
          desk,
          epoch,
          signedSeq,
        ),
        statement('DELETE FROM facts WHERE desk = $1 AND epoch = $2 AND seq > $3', desk, epoch, signedSeq),
        statement('DELETE FROM stops WHERE desk = $1 AND epoch = $2', desk, epoch),
      ]),
  };
}

/** What is read back of the logs: by the judge, and to compute positions. */
export function storeOfFacts({ rows, commit }: Database) {
  return {
    /** Rows of an epoch in order, as they were handed back: what a judge compares with the desk's file. */
    async facts(desk: string, epoch: number, afterSeq: number, limit: number): Promise<readonly FactRow[]> {
      const sql = `SELECT ${ROW} FROM facts WHERE desk = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4`;
      return (await rows(sql, desk, epoch, afterSeq, limit)).map(factRowOf);
    },
    /** Facts of some kinds, of all desks, in the order desk, epoch, seq. */
    async factsOfKinds(kinds: readonly string[]): Promise<readonly HandedFact[]> {
      const list = kinds.map((_, index) => `$${index + 1}`).join(', ');
      const sql = `SELECT desk, epoch, seq, body FROM facts WHERE kind IN (${list}) ORDER BY desk, epoch, seq`;
      return (await rows(sql, ...kinds)).map((row) => ({
        desk: String(row['desk']),
        epoch: Number(row['epoch']),
        seq: Number(row['seq']),
        body: String(row['body']),
      }));
    },
    async counts(): Promise<readonly DeskRows[]> {
      const sql = `SELECT desk, epoch, count(*) AS n, max(seq) AS seq FROM facts GROUP BY desk, epoch ORDER BY desk, epoch`;
      return (await rows(sql)).map((row) => ({
        desk: String(row['desk']),
        epoch: Number(row['epoch']),
        rows: Number(row['n']),
        seq: Number(row['seq']),
      }));
    },
    /** Loses the last transactions of facts, as a store does that was put back from a copy. */
    async loseCommits(count: number): Promise<void> {
      const row = (await rows(LAST_COMMIT))[0];
      const from = Number(row?.['n']) - count;
      await commit([
        statement('DELETE FROM facts WHERE commit_no > $1', from),
        statement('DELETE FROM heads WHERE commit_no > $1', from),
      ]);
    },
  };
}

function tailOf(row: SqlRow): Tail {
  return {
    epoch: Number(row['epoch']),
    firstSeq: Number(row['first_seq']),
    seq: Number(row['last_seq']),
    hash: String(row['hash']),
    signedSeq: Number(row['signed_seq'] ?? 0),
  };
}

function stopOf(row: SqlRow): Stop {
  return {
    epoch: Number(row['epoch']),
    seq: Number(row['seq']),
    // Written by `putStop` and by nobody else.
    reason: String(row['reason']) as Stop['reason'],
    text: String(row['told']),
  };
}

function factRowOf(row: SqlRow): FactRow {
  return {
    epoch: Number(row['epoch']),
    seq: Number(row['seq']),
    atMs: Number(row['at_ms']),
    kind: String(row['kind']),
    version: Number(row['version']),
    body: String(row['body']),
    hash: String(row['hash']),
  };
}
