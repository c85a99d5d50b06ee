interface Wide {
  readonly width: number;
  readonly givesWay?: number;
}

/**
 * The columns that have room for their whole text. Where a table is too narrow for all, whole columns are left out,
 * those that give way soonest first: half a number reads like another number. Null: the room is not known yet.
 */
export function fitting<Column extends Wide>(
  columns: readonly Column[],
  room: number | null,
): readonly Column[] {
  if (room === null) return columns;
  const kept = new Set(columns);
  let wanted = columns.reduce((sum, { width }) => sum + width, 0);
  const leaving = columns.filter(({ givesWay }) => givesWay !== undefined).toSorted(soonest);
  for (const column of leaving) {
    if (wanted <= room) break;
    kept.delete(column);
    wanted -= column.width;
  }
  return kept.size === columns.length ? columns : columns.filter((column) => kept.has(column));
}

function soonest(one: Wide, other: Wide): number {
  return (other.givesWay ?? 0) - (one.givesWay ?? 0);
}
