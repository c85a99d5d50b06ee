import type { SortingState } from '@tanstack/react-table';
import { memo, type ReactNode } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** Least width in pixels. */
  readonly width: number;
  /** Share of the room that is left over; none when absent. */
  readonly grow?: number;
  /** In a table that is too narrow for all: the highest is left out first; what has none always stays. */
  readonly givesWay?: number;
  readonly numeric?: boolean;
  /** What sorting compares. */
  readonly value: (row: Row) => string | number;
  readonly cell?: (row: Row) => ReactNode;
  /** Longer words under the pointer and for a reader. */
  readonly title?: string;
}

export function HeadCell<Row>(props: {
  readonly column: Column<Row>;
  readonly sorting: SortingState;
  readonly onSort: () => void;
}) {
  const { column } = props;
  const sorted = props.sorting.find((sort) => sort.id === column.id);
  const mark = sorted === undefined ? '' : sorted.desc ? ' ▼' : ' ▲';
  return (
    <button
      type="button"
      role="columnheader"
      className={`cell head${column.numeric === true ? ' numeric' : ''}`}
      title={column.title}
      aria-sort={sorted === undefined ? 'none' : sorted.desc ? 'descending' : 'ascending'}
      onClick={props.onSort}
      tabIndex={-1}
    >
      {column.header}
      {mark}
    </button>
  );
}

interface GridRowProps {
  readonly id: string;
  readonly row: object;
  readonly index: number;
  readonly top: number;
  readonly shape: Shape;
  readonly columns: readonly Column<object>[];
  readonly selected: boolean;
  readonly selectable: boolean;
  readonly active: boolean;
  readonly tone: string;
  readonly onPress: (select: boolean) => void;
  readonly onOpen: () => void;
}

export const GridRow = memo(
  function GridRow(props: GridRowProps) {
    const { row, selected, active } = props;
    return (
      <div
        id={`row-${props.id}`}
        role="row"
        aria-rowindex={props.index + 1}
        aria-selected={props.selectable ? selected : undefined}
        className={`grid-row ${props.tone}${selected ? ' selected' : ''}${active ? ' active' : ''}`}
        style={{ ...props.shape, transform: `translateY(${props.top}px)` }}
        onClick={(event) => props.onPress(event.ctrlKey || event.metaKey)}
        onDoubleClick={props.onOpen}
      >
        {props.selectable ? (
          <span
            className="cell tick"
            role="gridcell"
            onClick={(event) => {
              event.stopPropagation();
              props.onPress(true);
            }}
          >
            {selected ? '☑' : '☐'}
          </span>
        ) : null}
        {props.columns.map((column) => (
          <span
            key={column.id}
            role="gridcell"
            className={`cell${column.numeric === true ? ' numeric' : ''}`}
            title={column.cell === undefined ? String(column.value(row)) : undefined}
          >
            {column.cell === undefined ? column.value(row) : column.cell(row)}
          </span>
        ))}
      </div>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.top === after.top &&
    before.selected === after.selected &&
    before.active === after.active &&
    before.tone === after.tone &&
    before.columns === after.columns &&
    before.shape.gridTemplateColumns === after.shape.gridTemplateColumns,
);

interface Shape {
  readonly gridTemplateColumns: string;
  readonly minWidth: number;
}

export const TICK_WIDTH = 30;

/** The same tracks for the head and for every row, whatever is in their cells. */
export function shapeOf<Row>(columns: readonly Column<Row>[], selectable: boolean): Shape {
  const tracks = columns.map(({ width, grow }) =>
    grow === undefined ? `${width}px` : `minmax(${width}px, ${grow}fr)`,
  );
  return {
    gridTemplateColumns: [...(selectable ? [`${TICK_WIDTH}px`] : []), ...tracks].join(' '),
    minWidth: columns.reduce((sum, column) => sum + column.width, selectable ? TICK_WIDTH : 0),
  };
}
