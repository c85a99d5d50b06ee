/**
 * Keeps the object of each row that did not change since the answer before, and the list when none did, so that
 * only what changed is sorted and drawn again.
 */
export function createKeeper<Row extends object>(
  idOf: (row: Row) => string,
): (fetched: readonly Row[]) => readonly Row[] {
  let rows: readonly Row[] = [];
  let byId = new Map<string, Row>();
  return (fetched) => {
    const next = new Map<string, Row>();
    const kept = fetched.map((row) => {
      const id = idOf(row);
      const before = byId.get(id);
      const one = before !== undefined && same(before, row) ? before : row;
      next.set(id, one);
      return one;
    });
    const unchanged = kept.length === rows.length && kept.every((row, index) => row === rows[index]);
    byId = next;
    rows = unchanged ? rows : kept;
    return rows;
  };
}

/** Equal as JSON values are: plain fields, and objects and lists of such. */
function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const fields = Object.entries(one);
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every(([name, value]) => same(value, Reflect.get(other, name)));
}
