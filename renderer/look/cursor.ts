import { useState } from 'react';

/** The row that a person went to: it stays theirs when the rows around it come, go or are sorted. */
interface Cursor {
  /** Null: nobody moved yet, and it is the first row. */
  readonly id: string | null;
  readonly index: number;
}

/** The place of the cursor among the rows, and how to move it. */
export function useCursor(ordered: readonly { readonly id: string }[]) {
  const [cursor, setCursor] = useState<Cursor>({ id: null, index: 0 });
  return {
    at: placeOf(cursor, ordered),
    setActive: (index: number): void => setCursor({ id: ordered[index]?.id ?? null, index }),
  };
}

/** Where that row stands now; of one that is gone, what stands in its place. */
function placeOf({ id, index }: Cursor, ordered: readonly { readonly id: string }[]): number {
  const still = id === null || ordered[index]?.id === id;
  const found = still ? index : ordered.findIndex((row) => row.id === id);
  return Math.min(found === -1 ? index : found, ordered.length - 1);
}
