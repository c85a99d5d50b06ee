import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type SortingState,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type Dispatch,
  type KeyboardEvent,
  type RefObject,
  type SetStateAction,
} from 'react';
import { GridRow, HeadCell, shapeOf, TICK_WIDTH, type Column } from './data-row.tsx';
import { useCursor } from './cursor.ts';
import { fitting } from './fitting.ts';
import { allOf, allOrNone, NO_SELECTION, toggled, type Selection } from './selection.ts';

export interface DataGridProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  readonly empty: string;
  readonly selection?: Selection;
  readonly onSelection?: Dispatch<SetStateAction<Selection>>;
  readonly onOpen?: (row: Row) => void;
  readonly onActive?: (row: Row | null) => void;
  readonly rowTone?: (row: Row) => string;
  readonly firstSort?: SortingState;
}

const ROW_HEIGHT = 26;
const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const NO_SORT: SortingState = [];

/**
 * A table of any length: only what is seen is drawn, and only the columns that have room for their text. By keyboard:
 * arrows, Page, Home and End move, Space selects, Ctrl+A selects all that are shown and nothing else, Escape selects
 * none, Enter opens.
 */
export function DataGrid<Row extends object>(given: DataGridProps<Row>) {
  const { onActive } = given;
  const [sorting, setSorting] = useState<SortingState>(given.firstSort ?? NO_SORT);
  const table = useTable({
    features,
    data: given.rows as Row[],
    columns: useMemo(() => columnsOf(given.columns), [given.columns]),
    getRowId: given.rowId,
    state: { sorting },
    onSortingChange: setSorting,
  });
  const ordered = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  const props = useFitting(given, scroller);
  const grid = useFocusedAtFirst();
  const virtualizer = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const { at, setActive } = useCursor(ordered);
  const activeRow = ordered[at]?.original ?? null;
  useEffect(() => onActive?.(activeRow), [activeRow, onActive]);
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(ordered.length - 1, to));
    setActive(next);
    virtualizer.scrollToIndex(next);
  };
  const selectAll = (): void => props.onSelection?.(() => allOf(ordered));
  return (
    <div
      ref={grid}
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={ordered.length}
      aria-activedescendant={ordered[at] === undefined ? undefined : `row-${ordered[at].id}`}
      tabIndex={0}
      onKeyDown={(event) => {
        const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
        if (press(event, { props, ordered, at, page, move, selectAll })) event.preventDefault();
      }}
    >
      <div className="grid-scroll" ref={scroller}>
        <Head
          {...props}
          sorting={sorting}
          onSorting={setSorting}
          onSelectAll={() => props.onSelection?.((before) => allOrNone(ordered, before))}
        />
        <div className="grid-body" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = ordered[index];
            return row === undefined ? null : (
              <Line
                key={row.id}
                {...{ props, row, index, start }}
                active={index === at}
                onActive={setActive}
              />
            );
          })}
        </div>
        {ordered.length === 0 ? <p className="grid-empty">{props.empty}</p> : null}
      </div>
    </div>
  );
}

interface OrderedRow<Row> {
  readonly id: string;
  readonly original: Row;
}

/** The table with the columns that its width has room for. */
function useFitting<Row>(
  given: DataGridProps<Row>,
  scroller: RefObject<HTMLDivElement | null>,
): DataGridProps<Row> {
  const [width, setWidth] = useState<number | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, [scroller]);
  const ticks = given.onSelection === undefined ? 0 : TICK_WIDTH;
  const columns = useMemo(
    () => fitting(given.columns, width === null ? null : width - ticks),
    [given.columns, width, ticks],
  );
  return { ...given, columns };
}

/** Gives the keyboard to the table of the view, where it has one. */
export function focusGrid(): void {
  document.querySelector<HTMLElement>('main [role="grid"]')?.focus();
}

/** A screen opened by key is ready for the next key. */
function useFocusedAtFirst() {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) grid.current?.focus();
  }, []);
  return grid;
}

interface Pressed<Row> {
  readonly props: DataGridProps<Row>;
  readonly ordered: readonly OrderedRow<Row>[];
  readonly at: number;
  readonly page: number;
  readonly move: (to: number) => void;
  readonly selectAll: () => void;
}

/** True when the key meant something here. */
function press<Row>(
  event: KeyboardEvent,
  { props, ordered, at, page, move, selectAll }: Pressed<Row>,
): boolean {
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
    props.onSelection?.((before) => toggled(before, row.id));
    move(at + 1);
  } else if (event.key === 'Enter' && row !== undefined) props.onOpen?.(row.original);
  else if (event.key.toLowerCase() === 'a' && event.ctrlKey) selectAll();
  else if (event.key === 'Escape' && props.onSelection !== undefined) props.onSelection(() => NO_SELECTION);
  else return false;
  return true;
}

function Line<Row extends object>(line: {
  readonly props: DataGridProps<Row>;
  readonly row: OrderedRow<Row>;
  readonly index: number;
  readonly start: number;
  readonly active: boolean;
  readonly onActive: (index: number) => void;
}) {
  const { props, row, index } = line;
  const selectable = props.onSelection !== undefined;
  return (
    <GridRow
      id={row.id}
      row={row.original}
      index={index}
      top={line.start}
      shape={shapeOf(props.columns, selectable)}
      columns={props.columns as readonly Column<object>[]}
      selected={props.selection?.[row.id] === true}
      selectable={selectable}
      active={line.active}
      tone={props.rowTone?.(row.original) ?? ''}
      onPress={(select) => {
        line.onActive(index);
        if (select) props.onSelection?.((before) => toggled(before, row.id));
      }}
      onOpen={() => props.onOpen?.(row.original)}
    />
  );
}

function Head<Row>(
  props: DataGridProps<Row> & {
    readonly sorting: SortingState;
    readonly onSorting: (next: SortingState) => void;
    readonly onSelectAll: () => void;
  },
) {
  const { columns, sorting } = props;
  return (
    <div className="grid-head" role="row" style={shapeOf(columns, props.onSelection !== undefined)}>
      {props.onSelection === undefined ? null : (
        <button
          type="button"
          className="cell head"
          title="Select all that are shown (Ctrl+A), or none (Esc)"
          onClick={props.onSelectAll}
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
          onSort={() => props.onSorting(nextSort(sorting, column.id))}
        />
      ))}
    </div>
  );
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

/** Made once: making it is what costs. */
const inOrder = new Intl.Collator('en', { numeric: true });

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return inOrder.compare(String(one), String(other));
}

function nextSort(sorting: SortingState, id: string): SortingState {
  const now = sorting.find((sort) => sort.id === id);
  if (now === undefined) return [{ id, desc: false }];
  return now.desc ? [] : [{ id, desc: true }];
}
