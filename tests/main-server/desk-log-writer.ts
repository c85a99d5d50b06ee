import { GENESIS, headMessage, hexOf, rowHash } from '#core/journal/chain.ts';
import { signerOf, type Signer } from '#core/journal/signer.ts';
import type { Place, FactRow, SignedHead } from '#core/sync/messages.ts';

/** A desk's log in memory: rows chained and heads signed as core/journal does it. */
export class LogWriter {
  readonly rows: FactRow[] = [];
  readonly heads: SignedHead[] = [];
  readonly desk: string;
  readonly signer: Signer;
  readonly #headEvery: number;
  #epoch = 1;
  #hash: Uint8Array = GENESIS;
  #seq = 0;

  constructor(desk: string, options: { readonly headEvery?: number; readonly seed?: number } = {}) {
    this.desk = desk;
    this.signer = signerOf(new Uint8Array(32).fill(options.seed ?? 7));
    this.#headEvery = options.headEvery ?? 100;
    this.append({ kind: 'epoch-opened', v: 1, why: 'first', after: null, by: [] });
  }

  get epoch(): number {
    return this.#epoch;
  }
  get head(): Place {
    return { epoch: this.#epoch, seq: this.#seq };
  }
  get publicKey(): string {
    return hexOf(this.signer.publicKey);
  }

  append(fact: { readonly kind: string; readonly v: number; readonly [member: string]: unknown }): void {
    this.#seq += 1;
    const row = {
      epoch: this.#epoch,
      seq: this.#seq,
      atMs: 1_795_000_000_000 + this.#seq + 0.25,
      kind: fact.kind,
      version: fact.v,
      body: JSON.stringify(fact),
    };
    this.#hash = rowHash(this.#hash, this.desk, row);
    this.rows.push({ ...row, hash: hexOf(this.#hash) });
    if (this.#seq % this.#headEvery === 0 || fact.kind === 'epoch-opened') this.sign();
  }

  /** Facts that mean nothing. */
  fill(count: number): this {
    for (let n = 0; n < count; n += 1) {
      this.append({ kind: 'bound-reached', v: 1, bound: `₹ ${this.#seq}`, limit: n, outcome: 'nothing' });
    }
    return this;
  }

  /** The head as it is now, signed: as at the end of a run. */
  sign(): this {
    const message = headMessage(this.desk, this.#epoch, this.#seq, this.#hash);
    const signature = hexOf(this.signer.sign(message));
    const [epoch, seq, hash] = [this.#epoch, this.#seq, hexOf(this.#hash)];
    this.heads.push({ epoch, seq, hash, signature, publicKey: this.publicKey });
    return this;
  }

  /** What a copy of the file put back after `seq` rows goes on with: a new epoch, named by two persons. */
  restoredAt(seq: number): LogWriter {
    const copy = new LogWriter(this.desk, { headEvery: this.#headEvery });
    copy.rows.splice(0, copy.rows.length, ...this.rows.filter((row) => row.seq <= seq));
    copy.heads.splice(0, copy.heads.length, ...this.heads.filter((head) => head.seq <= seq));
    const after = copy.rows.at(-1);
    if (after === undefined) throw new Error('a copy holds rows');
    copy.#epoch = this.#epoch + 1;
    copy.#seq = seq;
    copy.#hash = Buffer.from(after.hash, 'hex');
    const place = { epoch: after.epoch, seq, hash: after.hash };
    copy.append({ kind: 'epoch-opened', v: 1, why: 'restored-copy', after: place, by: ['asha', 'ravi'] });
    return copy;
  }

  /** The same log after somebody changed one row and hashed everything after it again; the heads are those of before. */
  tamperedAt(seq: number): { readonly rows: readonly FactRow[]; readonly heads: readonly SignedHead[] } {
    let hash: Uint8Array = GENESIS;
    const rows = this.rows.map((row) => {
      const body = row.seq === seq ? row.body.replace('nothing', 'anything') : row.body;
      const changed = { ...row, body };
      hash = rowHash(hash, this.desk, changed);
      return { ...changed, hash: hexOf(hash) };
    });
    return { rows, heads: this.heads };
  }
}

/** Rows in messages as a desk sends them, each with the heads of its rows. */
export function messagesOf(
  { rows, heads }: { readonly rows: readonly FactRow[]; readonly heads: readonly SignedHead[] },
  after: number,
  size = 100,
) {
  const due = rows.filter(({ seq }) => seq > after);
  return Array.from({ length: Math.ceil(due.length / size) }, (_, index) => {
    const some = due.slice(index * size, (index + 1) * size);
    const keys = new Set(some.map(({ epoch, seq }) => `${epoch}/${seq}`));
    const mine = heads.filter(({ epoch, seq }) => keys.has(`${epoch}/${seq}`));
    return { type: 'facts' as const, rows: some, heads: mine };
  });
}
