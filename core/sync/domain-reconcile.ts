import type { Entry } from '#core/events.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import type { Compared } from './domain-causes.ts';
import { agrees, differenceOf, isPossible, rowText, type RowKey } from './domain-causes.ts';
import type { Difference, DifferenceDecided, Reconciled, Repair } from './events.ts';
import type { LateOrder, NetRow } from './messages.ts';

/** Differences that one comparison names; beyond it main has another book, which no list repairs. */
export const DIFFERENCES_MAX = 10_000;

/** What this desk says of a row of its own. */
export type DeskRow = Omit<Compared, 'main' | 'exchange'>;

export interface Sides {
  readonly desk: Iterable<DeskRow>;
  /** Null: main is not asked (handback by file). A row that main does not list is flat there. */
  readonly main: Iterable<NetRow> | null;
  /** Rows that the exchange's word proves; the others it leaves open. */
  readonly exchange: Iterable<NetRow>;
}

export interface Comparison {
  readonly rows: number;
  readonly agree: number;
  readonly differences: readonly Difference[];
}

/** Compares row by row: every row that one of the three has. Rows that are flat for everybody count and agree. */
export function compare({ desk, main, exchange }: Sides): Comparison {
  const mains = main === null ? null : mainsOf(main);
  const exchanges = new Map(Array.from(exchange, (row) => [rowText(row), row]));
  const differences: Difference[] = [];
  let rows = 0;
  let agree = 0;
  const take = (row: Compared): void => {
    rows += 1;
    if (agrees(row)) agree += 1;
    else if (differences.length < DIFFERENCES_MAX) differences.push(differenceOf(row));
  };
  for (const row of desk) {
    const key = rowText(row);
    const mainRow = mains?.get(key);
    const known = exchanges.get(key);
    mains?.delete(key);
    exchanges.delete(key);
    const net = mainRow === undefined ? 0 : mainRow.net;
    const signs = net === null ? [...row.signs, 'main-twice' as const] : row.signs;
    take({ ...row, signs, main: mains === null ? null : net, exchange: known?.net ?? null });
  }
  for (const [key, row] of mains ?? []) {
    const known = exchanges.get(key);
    exchanges.delete(key);
    if (row.net !== 0 || (known?.net ?? 0) !== 0)
      take(strange(row, row.net, known?.net ?? null, row.net === null));
  }
  for (const row of exchanges.values())
    if (row.net !== 0) take(strange(row, main === null ? null : 0, row.net));
  return { rows, agree, differences };
}

function strange(row: RowKey, main: number | null, exchange: number | null, twice = false): Compared {
  const { account, instrumentId, product } = row;
  return { account, instrumentId, product, desk: null, main, exchange, signs: twice ? ['main-twice'] : [] };
}

/** Main's word on each row; null where it has two. */
function mainsOf(rows: Iterable<NetRow>): Map<string, RowKey & { readonly net: number | null }> {
  const mains = new Map<string, RowKey & { readonly net: number | null }>();
  for (const row of rows) {
    const key = rowText(row);
    mains.set(key, mains.has(key) ? { ...row, net: null } : row);
  }
  return mains;
}

export interface Decided {
  readonly repair: Repair;
  readonly by: readonly string[];
  readonly why: string;
}

export interface DecideRefusal {
  readonly reason: 'no-such-difference' | 'not-known-to-that-side';
  readonly text: string;
}

/** The newest comparison and what persons decided on it: a fold of the log. */
export class Rounds {
  newest: (Reconciled & { readonly seq: number }) | null = null;
  /** Number of the next comparison. */
  next = 1;
  #decided = new Map<string, Decided>();

  apply({ seq, fact }: Entry): void {
    if (fact.kind === 'reconciled') this.#take({ ...fact, seq });
    if (fact.kind === 'difference-decided' && fact.round === this.newest?.round) {
      const { key, repair, by, why } = fact;
      this.#decided.set(key, { repair, by, why });
    }
    // An emergency compares anew, also one that goes on: main was gone, and what it said then says nothing of now.
    if (fact.kind === 'mode-changed' && fact.to === 'EMERGENCY') {
      this.#decided.clear();
      this.newest = null;
    }
  }

  decision(key: string): Decided | null {
    return this.#decided.get(key) ?? null;
  }

  /** Differences without a decision, those beyond the bound among them. */
  undecided(): number {
    if (this.newest === null) return 0;
    const { rows, agree } = this.newest;
    return rows - agree - this.#decided.size;
  }

  late(): readonly LateOrder[] {
    return this.newest?.late ?? [];
  }

  decide(
    { round, key, repair, why }: Pick<DifferenceDecided, 'round' | 'key' | 'repair' | 'why'>,
    by: readonly string[],
  ): Result<DifferenceDecided, DecideRefusal> {
    const found = this.newest?.differences.find((difference) => difference.key === key);
    if (found === undefined || this.newest?.round !== round) {
      const text = `Comparison ${round} has no difference ${key}, or a newer comparison took its place.`;
      return refuse({ reason: 'no-such-difference', text });
    }
    if (!isPossible(found, repair)) {
      const text = `${repair}: that side does not know the quantity of ${key}.`;
      return refuse({ reason: 'not-known-to-that-side', text });
    }
    return ok({ kind: 'difference-decided', v: 1, round, key, repair, by, why });
  }

  /** A difference that is as it was keeps its decision. */
  #take(fact: Reconciled & { readonly seq: number }): void {
    const before = new Map(this.newest?.differences.map((one) => [one.key, one]));
    const kept = new Map<string, Decided>();
    for (const { key, desk, main, exchange } of fact.differences) {
      const old = before.get(key);
      const decision = this.#decided.get(key);
      if (decision === undefined || old === undefined) continue;
      if (old.desk === desk && old.main === main && old.exchange === exchange) kept.set(key, decision);
    }
    this.#decided = kept;
    this.newest = fact;
    this.next = fact.round + 1;
  }
}
