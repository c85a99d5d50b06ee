import type { Entry } from '#core/events.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import type { Cause, Difference, DifferenceDecided, Reconciled, Repair } from './events.ts';
import type { LateOrder, NetRow } from './messages.ts';

/** Differences that one comparison names; beyond it main has another book, which no list repairs. */
export const DIFFERENCES_MAX = 10_000;

/** One row as three see it. Signed units; null: that side does not know. */
export interface Compared {
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string;
  readonly desk: number | null;
  readonly main: number | null;
  readonly exchange: number | null;
  /** What this desk knows of the row that may explain a difference. */
  readonly signs: readonly Hint[];
  /** Why main did not take a row of a file, in its own words. */
  readonly mainSaid?: string;
}

/**
 * `in-doubt`: an order of ours is. `bust`: a trade was annulled, corrected or has two contents. `main-traded`: main has,
 * or had, an order of its own there. `old`: the start of our row is old or an interval. `foreign`: a trade of nobody
 * knows whom. `refused`: main did not take a row of a file. `main-twice`: main named the row more than once.
 */
export type Hint = 'in-doubt' | 'bust' | 'main-traded' | 'old' | 'foreign' | 'refused' | 'main-twice';

interface Case {
  readonly cause: Cause;
  readonly when: (row: Compared) => boolean;
  /** The first that names a known side is proposed; the last one always can be. */
  readonly repairs: readonly Repair[];
  readonly text: string;
}

const has =
  (hint: Hint) =>
  ({ signs }: Compared): boolean =>
    signs.includes(hint);

/** In this order: the first that fits is the cause. */
const CASES: readonly Case[] = [
  {
    cause: 'in-doubt',
    when: has('in-doubt'),
    repairs: ['take-exchange', 'open-as-leftover'],
    text: 'An order of this desk is in doubt here: neither side can know.',
  },
  {
    cause: 'fact-not-known-to-main',
    when: has('refused'),
    repairs: ['book-by-hand'],
    text: 'Main did not take trades of this row from a file.',
  },
  {
    cause: 'main-differs',
    when: has('main-twice'),
    repairs: ['take-exchange', 'open-as-leftover'],
    text: 'Main lists this row more than once: which quantity is its own nobody can say.',
  },
  {
    cause: 'bust',
    when: has('bust'),
    repairs: ['take-exchange', 'book-by-hand'],
    text: 'A trade of this row was annulled, corrected or told in two ways.',
  },
  {
    cause: 'not-known-here',
    when: ({ desk, signs }) => desk === null && signs.length === 0,
    repairs: ['take-exchange', 'take-main', 'book-by-hand'],
    text: 'This desk never had the row.',
  },
  {
    cause: 'main-traded',
    when: (row) => has('main-traded')(row) && row.main !== row.desk,
    // Main did it: entered there by hand it would count twice.
    repairs: ['take-exchange', 'take-main', 'open-as-leftover'],
    text: 'Main has, or had, an order of its own on this row.',
  },
  {
    // Every fact was durable at main before it was asked: what it lacks or has too much is no fact of this desk.
    cause: 'main-differs',
    when: ({ desk, main, exchange }) => desk !== null && desk === exchange && main !== desk,
    repairs: ['take-exchange'],
    text: 'Exchange and desk agree. Main has every fact of this desk, and another quantity: it does not count one, or has a trade that nobody else knows.',
  },
  {
    cause: 'manual-trade',
    when: ({ desk, signs }) => desk === null && signs.includes('foreign'),
    repairs: ['take-exchange', 'take-main', 'open-as-leftover'],
    text: 'Somebody else traded this row, and this desk can not say what it holds now.',
  },
  {
    cause: 'manual-trade',
    when: ({ desk, main, exchange, signs }) =>
      signs.includes('foreign') ||
      (exchange !== null && desk !== exchange && (main === exchange || main === desk)),
    // It may be main's own, which main has booked: entered there by hand it would count twice.
    repairs: ['take-exchange', 'open-as-leftover'],
    text: 'Somebody else traded this row.',
  },
  {
    cause: 'snapshot-old',
    when: has('old'),
    repairs: ['take-exchange', 'take-main', 'book-by-hand'],
    text: 'The start of this row at the desk is old or has no cut.',
  },
  {
    cause: 'unexplained',
    when: () => true,
    repairs: ['open-as-leftover'],
    text: 'Nothing that this desk knows explains or confirms it.',
  },
];

const NEVER_AGREES: ReadonlySet<Hint> = new Set<Hint>(['in-doubt', 'refused', 'main-twice']);

/** Rows agree when every side that knows says the same, and somebody beside the desk knows. */
export function agrees({ desk, main, exchange, signs }: Compared): boolean {
  if (desk === null || signs.some((sign) => NEVER_AGREES.has(sign))) return false;
  if (main === null && exchange === null) return false;
  return (main === null || main === desk) && (exchange === null || exchange === desk);
}

/** Cause and proposed repair of a row that does not agree. */
export function differenceOf(row: Compared): Difference {
  const found = CASES.find(({ when }) => when(row)) ?? CASES[CASES.length - 1];
  const { cause = 'unexplained', repairs = [], text = '' } = found ?? {};
  const proposed = repairs.find((repair) => isPossible(row, repair)) ?? 'open-as-leftover';
  const { account, instrumentId, product, desk, main, exchange } = row;
  const key = rowText(row);
  const said = row.mainSaid === undefined ? text : `${text} It says: ${row.mainSaid}`;
  return { key, account, instrumentId, product, desk, main, exchange, cause, proposed, text: said };
}

/** Nobody's quantity can be taken that nobody knows. */
function isPossible(row: Pick<Compared, 'desk' | 'main' | 'exchange'>, repair: Repair): boolean {
  if (repair === 'take-desk') return row.desk !== null;
  if (repair === 'take-main') return row.main !== null;
  if (repair === 'take-exchange') return row.exchange !== null;
  return true;
}

export function rowText(row: RowKey): string {
  return `${row.account}|${row.instrumentId}|${row.product}`;
}

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

type RowKey = Pick<NetRow, 'account' | 'instrumentId' | 'product'>;

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
