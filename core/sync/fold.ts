import type { Entry, Fact, FactKind } from '#core/events.ts';

/** What each fact changes; facts that change nothing are absent. */
export type Fold = {
  readonly [Kind in FactKind]?: (fact: Extract<Fact, { kind: Kind }>, entry: Entry) => void;
};

export function foldOne(fold: Fold, entry: Entry): void {
  // The member of a kind takes the fact of that kind.
  const on = fold[entry.fact.kind] as ((fact: Fact, entry: Entry) => void) | undefined;
  on?.(entry.fact, entry);
}
