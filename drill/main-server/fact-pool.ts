import type { FactRow, SignedHead } from '#core/sync/messages.ts';

/** Rows and heads of one epoch that came and are not stored yet, in whatever order and however often they came. */
export class FactPool {
  /** Two different rows under one number came: the seq of the first such. */
  conflict: number | null = null;
  readonly #rows = new Map<number, FactRow>();
  readonly #heads = new Map<number, SignedHead>();

  get rows(): number {
    return this.#rows.size;
  }
  get isEmpty(): boolean {
    return this.#rows.size === 0 && this.#heads.size === 0;
  }

  /** True when the row was here already. */
  addRow(row: FactRow): boolean {
    const known = this.#rows.get(row.seq);
    if (known !== undefined && known.hash !== row.hash) this.conflict ??= row.seq;
    this.#rows.set(row.seq, known ?? row);
    return known !== undefined;
  }
  addHead(head: SignedHead): void {
    this.#heads.set(head.seq, head);
  }

  first(): FactRow | null {
    let first: FactRow | null = null;
    for (const row of this.#rows.values()) if (first === null || row.seq < first.seq) first = row;
    return first;
  }
  head(seq: number): SignedHead | undefined {
    return this.#heads.get(seq);
  }
  get heads(): ReadonlyMap<number, SignedHead> {
    return this.#heads;
  }

  /** Rows in order from this one on, up to the first gap. */
  runFrom(seq: number, limit: number): readonly FactRow[] {
    const run: FactRow[] = [];
    for (
      let row = this.#rows.get(seq);
      row !== undefined && run.length < limit;
      row = this.#rows.get(row.seq + 1)
    ) {
      run.push(row);
    }
    return run;
  }

  /** Takes out the rows and heads up to this seq. */
  upTo(seq: number): { readonly rows: readonly FactRow[]; readonly heads: readonly SignedHead[] } {
    const rows = [...this.#rows.values()].filter((row) => row.seq <= seq);
    const heads = [...this.#heads.values()].filter((head) => head.seq <= seq);
    this.drop(rows, heads);
    return { rows, heads };
  }
  /** Only these: others may have come meanwhile, and are still to be looked at. */
  drop(rows: readonly FactRow[], heads: readonly SignedHead[]): void {
    for (const { seq } of rows) this.#rows.delete(seq);
    for (const head of heads) if (this.#heads.get(head.seq) === head) this.#heads.delete(head.seq);
  }
  clear(): void {
    this.#rows.clear();
    this.#heads.clear();
    this.conflict = null;
  }
}

/** The pools of all epochs of a desk. */
export class FactPools {
  readonly #pools = new Map<number, FactPool>();

  of(epoch: number): FactPool {
    const known = this.#pools.get(epoch) ?? new FactPool();
    this.#pools.set(epoch, known);
    return known;
  }
  epochs(): readonly number[] {
    return [...this.#pools.keys()].toSorted((one, other) => one - other);
  }
  get rows(): number {
    let rows = 0;
    for (const pool of this.#pools.values()) rows += pool.rows;
    return rows;
  }
  clear(): void {
    for (const pool of this.#pools.values()) pool.clear();
  }
}
