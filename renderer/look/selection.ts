/** Names of the rows that are selected, seen or not. */
export type Selection = Readonly<Record<string, true>>;

export const NO_SELECTION: Selection = {};

export function toggled(before: Selection, id: string): Selection {
  const { [id]: was, ...rest } = before;
  return was === true ? rest : { ...before, [id]: true };
}

export function allOrNone(rows: readonly { readonly id: string }[], before: Selection): Selection {
  const all = rows.length > 0 && rows.every((row) => before[row.id] === true);
  return all ? NO_SELECTION : allOf(rows);
}

export function allOf(rows: readonly { readonly id: string }[]): Selection {
  return Object.fromEntries(rows.map((row) => [row.id, true as const]));
}
