import {
  createColumnHelper,
  createSortedRowModel,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type RowSelectionState,
  type SortingState,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** Least width in pixels. */
  readonly width: number;
  /** Share of the room that is left over; none when absent. */
  readonly grow?: number;
  readonly numeric?: boolean;
  /** What sorting compares. */
  readonly value: (row: Row) => string | number;
  readonly cell?: (row: Row) => ReactNode;
  /** Longer words under the pointer and for a reader. */
  readonly title?: string;
}

export interface DataGridProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  readonly empty: string;
  readonly selection?: RowSelectionState;
  readonly onSelection?: (next: RowSelectionState) => void;
  readonly onOpen?: (row: Row) => void;
  readonly onActive?: (row: Row | null) => void;
  readonly rowTone?: (row: Row) => string;
  readonly firstSort?: SortingState;
}

const ROW_HEIGHT = 26;
const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  sortedRowModel: createSortedRowModel(),
});
const NO_SELECTION: RowSelectionState = {};
const NO_SORT: SortingState = [];

/**
 * A table of any length: only what is seen is drawn. By keyboard: arrows, Page, Home and End move, Space
 * selects, Ctrl+A selects all, Enter opens.
 */
export function DataGrid<Row extends object>(props: DataGridProps<Row>) {
  const { rows, columns, rowId, selection = NO_SELECTION, onActive } = props;
  const [sorting, setSorting] = useState<SortingState>(props.firstSort ?? NO_SORT);
  const table = useTable({
    features,
    data: rows as Row[],
    columns: useMemo(() => columnsOf(columns), [columns]),
    getRowId: rowId,
    state: { sorting, rowSelection: selection },
    onSortingChange: setSorting,
  });
  const ordered = table.getRowModel().rows;
  const [active, setActive] = useState(0);
  const at = Math.min(active, ordered.length - 1);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const shape = shapeOf(columns, props.onSelection !== undefined);
  const activeRow = ordered[at]?.original ?? null;
  useEffect(() => onActive?.(activeRow), [activeRow, onActive]);

  const move = (to: number): void => {
    const next = Math.max(0, Math.min(ordered.length - 1, to));
    setActive(next);
    virtualizer.scrollToIndex(next);
  };
  // Rows are not drawn again for a changed selection elsewhere, so they must not hold an old one.
  const latest = useRef(props);
  latest.current = props;
  const toggle = (id: string): void => {
    const { selection: now = NO_SELECTION, onSelection } = latest.current;
    const { [id]: was, ...rest } = now;
    onSelection?.(was === true ? rest : { ...now, [id]: true });
  };
  const selectAll = (): void => {
    const all = ordered.length > 0 && ordered.every((row) => selection[row.id] === true);
    props.onSelection?.(all ? {} : Object.fromEntries(ordered.map((row) => [row.id, true as const])));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: ordered.length - 1,
    };
    const to = steps[event.key];
    const row = ordered[at];
    if (to !== undefined) move(to);
    else if (event.key === ' ' && row !== undefined) {
      toggle(row.id);
      move(at + 1);
    } else if (event.key === 'Enter' && row !== undefined) props.onOpen?.(row.original);
    else if (event.key.toLowerCase() === 'a' && event.ctrlKey) selectAll();
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={ordered.length}
      aria-activedescendant={ordered[at] === undefined ? undefined : `row-${ordered[at].id}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="grid-scroll" ref={scroller}>
        <div className="grid-head" role="row" style={shape}>
          {props.onSelection === undefined ? null : (
            <button
              type="button"
              className="cell head"
              title="Select all (Ctrl+A)"
              onClick={selectAll}
              tabIndex={-1}
            >
              ☑
            </button>
          )}
          {columns.map((column) => (
            <HeadCell
              key={column.id}
              column={column}
              sorting={sorting}
              onSort={() => setSorting(nextSort(sorting, column.id))}
            />
          ))}
        </div>
        <div className="grid-body" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = ordered[item.index];
            return row === undefined ? null : (
              <GridRow
                key={row.id}
                id={row.id}
                row={row.original}
                index={item.index}
                top={item.start}
                shape={shape}
                columns={columns as readonly Column<object>[]}
                selected={selection[row.id] === true}
                selectable={props.onSelection !== undefined}
                active={item.index === at}
                tone={props.rowTone?.(row.original) ?? ''}
                onPress={(select) => {
                  setActive(item.index);
                  if (select) toggle(row.id);
                }}
                onOpen={() => props.onOpen?.(row.original)}
              />
            );
          })}
        </div>
        {ordered.length === 0 ? <p className="grid-empty">{props.empty}</p> : null}
      </div>
    </div>
  );
}

function HeadCell<Row>(props: {
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

const GridRow = memo(
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

const TICK_WIDTH = 30;

/** The same tracks for the head and for every row, whatever is in their cells. */
function shapeOf<Row>(columns: readonly Column<Row>[], selectable: boolean): Shape {
  const tracks = columns.map(({ width, grow }) =>
    grow === undefined ? `${width}px` : `minmax(${width}px, ${grow}fr)`,
  );
  return {
    gridTemplateColumns: [...(selectable ? [`${TICK_WIDTH}px`] : []), ...tracks].join(' '),
    minWidth: columns.reduce((sum, column) => sum + column.width, selectable ? TICK_WIDTH : 0),
  };
}

function columnsOf<Row extends object>(columns: readonly Column<Row>[]) {
  const helper = createColumnHelper<typeof features, Row>();
  return helper.columns(
    columns.map((column) =>
      helper.accessor((row) => column.value(row), {
        id: column.id,
        header: column.header,
        sortFn: (one, other, id) => compare(one.getValue(id), other.getValue(id)),
      }),
    ),
  );
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), 'en', { numeric: true });
}

function nextSort(sorting: SortingState, id: string): SortingState {
  const now = sorting.find((sort) => sort.id === id);
  if (now === undefined) return [{ id, desc: false }];
  return now.desc ? [] : [{ id, desc: true }];
}
