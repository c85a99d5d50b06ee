import type { PositionShown } from '#core/positions/contract.ts';
import type { Selection } from '#renderer/look/selection.ts';

/** The rows of the desk, and those of them that pass the filter. */
export interface BookShown {
  readonly all: readonly PositionShown[];
  readonly shown: readonly PositionShown[];
}

/** What an exit of the selected takes, by name: the table may move under an open dialog. */
export interface Chosen {
  readonly rows: Selection;
  /** Nothing is selected: it is the row under the cursor. */
  readonly isCursor: boolean;
  /** Of the rows, those that no person sees now. */
  readonly hidden: number;
}

/** The name of a row in selections: account, contract, product. */
export function rowIdOf(row: Pick<PositionShown, 'account' | 'instrumentId' | 'product'>): string {
  return `${row.account}|${row.instrumentId}|${row.product}`;
}

/** The selected rows, seen or not; with none selected, the one under the cursor. Null: neither. */
export function chosenOf(book: BookShown, selection: Selection, active: PositionShown | null): Chosen | null {
  const selected = rowsOf(book.all, selection);
  if (selected.length > 0) {
    const shown = new Set(book.shown);
    return {
      rows: selection,
      isCursor: false,
      hidden: selected.filter((row) => !shown.has(row)).length,
    };
  }
  return active === null ? null : { rows: { [rowIdOf(active)]: true }, isCursor: true, hidden: 0 };
}

export function rowsOf(all: readonly PositionShown[], selection: Selection): readonly PositionShown[] {
  // Ten thousand rows, and mostly nothing is selected.
  if (Object.keys(selection).length === 0) return [];
  return all.filter((row) => selection[rowIdOf(row)] === true);
}
