import type { Cause, Difference, Repair } from './events.ts';
import type { NetRow } from './messages.ts';

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
 * knows whom. `refused`: main did not take a row of a file. `left`: a trade of ours was left with a broken
 * epoch, so main never gets it from us. `main-twice`: main named the row more than once.
 */
export type Hint =
  'in-doubt' | 'bust' | 'main-traded' | 'old' | 'foreign' | 'refused' | 'left' | 'main-twice';

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
    cause: 'fact-not-known-to-main',
    when: (row) => has('left')(row) && row.main === null,
    repairs: ['book-by-hand'],
    text: 'Trades of this row were left with a broken epoch: they are in no file, and main never gets them.',
  },
  {
    cause: 'fact-not-known-to-main',
    when: has('left'),
    repairs: ['take-exchange', 'open-as-leftover'],
    text: 'Trades of this row were left with a broken epoch: main never gets them from this desk.',
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
  if (main === null && (exchange === null || signs.includes('left'))) return false;
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
export function isPossible(row: Pick<Compared, 'desk' | 'main' | 'exchange'>, repair: Repair): boolean {
  if (repair === 'take-desk') return row.desk !== null;
  if (repair === 'take-main') return row.main !== null;
  if (repair === 'take-exchange') return row.exchange !== null;
  return true;
}

export type RowKey = Pick<NetRow, 'account' | 'instrumentId' | 'product'>;

export function rowText(row: RowKey): string {
  return `${row.account}|${row.instrumentId}|${row.product}`;
}
