import { GENESIS, headMessage, hexOf, rowHash } from '#core/journal/chain.ts';
import { assert, present } from '#core/lib/assert.ts';
import { isSignedBy } from '#core/journal/signer.ts';
import type { FactRow, Place, SignedHead } from '#core/sync/messages.ts';
import type { Stop, Tail } from './store-facts.ts';

/** Rows that may wait for their signed head: a desk signs one in a thousand, and the last row of every larger append. */
const UNSIGNED_ROWS_MAX = 50_000;

/** Rows of one epoch, in order, without a gap, and the heads that came for them. */
export interface Run {
  readonly desk: string;
  /** Hex of the key by which this desk is known. */
  readonly publicKey: string;
  readonly epoch: number;
  /** Hash that the first row is chained to. */
  readonly previous: Uint8Array;
  /** Last row under a good head before the run; for an epoch that begins here, the seq before its first row. */
  readonly signedSeq: number;
  readonly rows: readonly FactRow[];
  readonly heads: ReadonlyMap<number, SignedHead>;
}

export interface Checked {
  /** How many rows of the run, from its first, may be stored. */
  readonly good: number;
  readonly heads: readonly SignedHead[];
  readonly signedSeq: number;
  readonly stop: Stop | null;
}

/** Chain and signatures of a run. What is wrong is named by the first row that main can not stand for. */
export function checkRun(run: Run): Checked {
  const heads: SignedHead[] = [];
  let { previous, signedSeq } = run;
  const firstSeq = run.rows[0]?.seq ?? 0;
  for (const [index, row] of run.rows.entries()) {
    const hash = isText(row.body) ? rowHash(previous, run.desk, row) : null;
    if (hash === null || hexOf(hash) !== row.hash) {
      return { good: index, heads, signedSeq, stop: changedRow(run.epoch, row.seq) };
    }
    previous = hash;
    const head = run.heads.get(row.seq);
    const wrong = head === undefined ? null : wrongHead(run, head, row.hash);
    if (wrong !== null || row.seq - signedSeq > UNSIGNED_ROWS_MAX) {
      const why = wrong ?? `no signed head came for more than ${UNSIGNED_ROWS_MAX} rows`;
      const stop = uncovered(run.epoch, signedSeq + 1, row.seq, why);
      return { good: Math.max(0, signedSeq + 1 - firstSeq), heads, signedSeq, stop };
    }
    if (head === undefined) continue;
    heads.push(head);
    signedSeq = row.seq;
  }
  return { good: run.rows.length, heads, signedSeq, stop: null };
}

/** Rows and heads that came again, or heads that came late, against what is stored; null: they do no harm. */
export function repeatObjection(
  desk: Pick<Run, 'desk' | 'publicKey'>,
  { epoch, signedSeq }: Tail,
  came: {
    readonly rows: readonly FactRow[];
    readonly heads: readonly SignedHead[];
    readonly hashes: ReadonlyMap<number, string>;
  },
): Stop | null {
  const other = came.rows.find((row) => came.hashes.get(row.seq) !== row.hash);
  if (other !== undefined) {
    const text = `epoch ${epoch}, row ${other.seq} is stored here with another hash`;
    return { epoch, seq: other.seq, reason: 'differs', text };
  }
  for (const head of came.heads) {
    const why = wrongHead(desk, head, came.hashes.get(head.seq));
    if (why !== null) return uncovered(epoch, Math.min(signedSeq + 1, head.seq), head.seq, why);
  }
  return null;
}

/** Why a head is none of this desk for the row with this hash; null when it is a good one. */
function wrongHead(
  { desk, publicKey }: Pick<Run, 'desk' | 'publicKey'>,
  head: SignedHead,
  hash: string | undefined,
): string | null {
  const { epoch, seq } = head;
  if (head.publicKey !== publicKey) return `the head of row ${seq} is signed by a key that is not the desk's`;
  const signed = headMessage(desk, epoch, seq, Buffer.from(head.hash, 'hex'));
  if (!isSignedBy(Buffer.from(publicKey, 'hex'), signed, Buffer.from(head.signature, 'hex'))) {
    return `the signature of the head of row ${seq} is not valid`;
  }
  return head.hash === hash ? null : `the desk signed another row ${seq} than this`;
}

/** Where the epoch ends once these rows and heads are stored. They go on right where what is known to be stored ends. */
export function tailAfter(
  tail: Tail | undefined,
  epoch: number,
  rows: readonly FactRow[],
  heads: readonly SignedHead[],
): Tail {
  const [first] = rows;
  const follows = tail === undefined ? first?.kind === 'epoch-opened' : first?.seq === tail.seq + 1;
  assert(
    first === undefined || follows,
    'rows are stored right after the last one that is known to be stored',
  );
  const { seq, hash } = present(rows.at(-1) ?? tail, 'a row, stored or to be stored');
  const firstSeq = tail?.firstSeq ?? first?.seq ?? seq;
  return {
    epoch,
    firstSeq,
    seq,
    hash,
    signedSeq: Math.max(tail?.signedSeq ?? 0, ...heads.map((head) => head.seq)),
  };
}

/** Rows that hang together but that no good head stands for: which of them was changed, nobody can tell. */
function uncovered(epoch: number, from: number, to: number, why: string): Stop {
  const text = `epoch ${epoch}, rows ${from} to ${to} are under no good head: ${why}`;
  return { epoch, seq: from, reason: 'signature', text };
}

/** What the first row of an epoch follows; undefined when it does not say. */
export function opensAfter(row: FactRow): (Place & { readonly hash: string }) | null | undefined {
  const fact = parsed(row.body);
  if (row.kind !== 'epoch-opened' || fact?.['kind'] !== 'epoch-opened') return undefined;
  const after = fact['after'];
  if (after === null) return null;
  if (typeof after !== 'object') return undefined;
  const { epoch, seq, hash } = after as Record<string, unknown>;
  if (typeof epoch !== 'number' || typeof seq !== 'number' || typeof hash !== 'string') return undefined;
  return { epoch, seq, hash };
}

/** The hash that the first row of an epoch is chained to. */
export function openingHash(after: { readonly hash: string } | null): Uint8Array {
  return after === null ? GENESIS : Buffer.from(after.hash, 'hex');
}

function changedRow(epoch: number, seq: number): Stop {
  const text = `epoch ${epoch}, row ${seq} is not the one that was hashed after row ${seq - 1}`;
  return { epoch, seq, reason: 'hash', text };
}

/** No zero character and no half of a surrogate pair: such a body has no UTF-8 bytes that were hashed. */
function isText(body: string): boolean {
  return !body.includes('\0') && body.isWellFormed();
}

function parsed(body: string): Record<string, unknown> | null {
  try {
    return JSON.parse(body) as Record<string, unknown> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
