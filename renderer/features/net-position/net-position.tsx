import { useEffect, useMemo, useState, type Dispatch, type SetStateAction } from 'react';
import type { FactKind } from '#core/events.ts';
import { InstrumentId } from '#core/model/ids.ts';
import type { ClassProfit, PositionShown, ProfitSummary } from '#core/positions/contract.ts';
import { createKeeper } from '#renderer/api/keeper.ts';
import { useQuery, type Seen } from '#renderer/api/query.ts';
import { DataGrid, focusGrid } from '#renderer/look/data-grid.tsx';
import type { Selection } from '#renderer/look/selection.ts';
import { signedMoney } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { Trust } from '#renderer/look/said.tsx';
import { chosenOf, rowIdOf, rowsOf, type BookShown } from './chosen.ts';
import { COLUMNS } from './columns.tsx';
import { followQuotes } from '#renderer/api/quotes.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>([
  'positions-imported',
  'instruments-imported',
  'shortfall-list-imported',
  'coverage-changed',
  'order-planned',
  'order-withdrawn',
  'order-released',
  'order-filled',
  'fill-busted',
  'fill-corrected',
  'fill-conflicted',
  'order-replaced',
  'order-not-delivered',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-in-doubt',
  'order-confirmed',
  'order-decided-by-persons',
  'foreign-fill-seen',
  'foreign-fill-busted',
  'foreign-order-seen',
  'foreign-order-ended',
]);

/** Marked-to-market figures move without a fact. */
const EVERY_MS = 3_000;

const BY_ACCOUNT = [{ id: 'account', desc: false }];

const CHIPS = [
  { id: 'open', label: 'Open only', keeps: (row: PositionShown) => row.netLow !== 0 || row.netHigh !== 0 },
  { id: 'mis', label: 'MIS', keeps: (row: PositionShown) => row.product === 'MIS' },
  { id: 'short', label: 'Short', keeps: (row: PositionShown) => row.netLow < 0 },
  { id: 'unproven', label: 'Unproven', keeps: (row: PositionShown) => row.proof === 'unproven' },
  { id: 'warned', label: 'Warned', keeps: (row: PositionShown) => row.warnings.length > 0 },
] as const;
type ChipId = (typeof CHIPS)[number]['id'];

/** Where the sources themselves are at odds, the row is red. */
const BAD: ReadonlySet<PositionShown['warnings'][number]> = new Set([
  'sign-in-doubt',
  'sources-disagree',
  'overcommitted',
] as const);

const NO_ROWS: readonly PositionShown[] = [];
const keep = createKeeper<PositionShown>(rowIdOf);

export interface NetPositionProps {
  readonly selection: Selection;
  readonly onSelection: Dispatch<SetStateAction<Selection>>;
  /** The rows and the one under the cursor, for tickets and dry runs. */
  readonly onBook: (book: BookShown) => void;
  readonly onActive: (row: PositionShown | null) => void;
  readonly onOpen: (row: PositionShown) => void;
}

/** What clients hold, with how sure it is. */
export function NetPosition(props: NetPositionProps) {
  const { onBook, selection } = props;
  const seen = useQuery('positions', {
    ask: async (calls) => keep((await calls.positions.list({})).rows),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const profit = useQuery('profit', {
    ask: (calls) => calls.positions.summary({}),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const fetched = 'value' in seen ? seen.value : null;
  const rows = fetched ?? NO_ROWS;
  const [text, setText] = useState('');
  const [chips, setChips] = useState<ReadonlySet<ChipId>>(new Set(['open']));
  const kept = useMemo(() => filtered(rows, text, chips), [rows, text, chips]);
  const book = useMemo(() => ({ all: rows, shown: kept }), [rows, kept]);
  useEffect(() => onBook(book), [book, onBook]);
  useLiveQuotes(rows);
  const toggle = (id: ChipId): void => {
    setChips(new Set(chips.has(id) ? [...chips].filter((one) => one !== id) : [...chips, id]));
  };

  return (
    <section className="view" aria-label="Net position">
      <Trust seen={seen} what="positions" />
      <div className="view-bar">
        <Filter text={text} onText={setText} />
        {CHIPS.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            className="toggle"
            aria-pressed={chips.has(id)}
            onClick={() => toggle(id)}
          >
            {chips.has(id) ? '☑' : '☐'} {label}
          </button>
        ))}
        <span className="dim">
          {fetched === null ? 'unknown' : `${kept.length} of ${rows.length} rows`} ·{' '}
          <Selected book={book} selection={selection} />
        </span>
        <Profits seen={profit} />
      </div>
      {fetched === null ? null : (
        <DataGrid
          label="Net position"
          rows={kept}
          columns={COLUMNS}
          rowId={rowIdOf}
          firstSort={BY_ACCOUNT}
          selection={selection}
          onSelection={props.onSelection}
          onActive={props.onActive}
          onOpen={props.onOpen}
          rowTone={toneOf}
          empty={emptyText(rows, text)}
        />
      )}
    </section>
  );
}

/** How much of the book an exit would take; what the filter hides goes along, so it is counted beside it. */
function Selected({ book, selection }: { readonly book: BookShown; readonly selection: Selection }) {
  const chosen = useMemo(() => chosenOf(book, selection, null), [book, selection]);
  const count = chosen === null ? 0 : rowsOf(book.all, chosen.rows).length;
  return (
    <>
      {count} selected
      {chosen !== null && chosen.hidden > 0 ? (
        <strong className="warn"> ⚠ {chosen.hidden} of these are hidden by the filter</strong>
      ) : null}
    </>
  );
}

function Filter({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const keys = useKeymap();
  return (
    <label className="filter">
      <kbd>{keys.filter}</kbd>
      <input
        data-filter
        placeholder="account, contract, product …"
        value={text}
        spellCheck={false}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          const leaves = event.key === 'Enter' || event.key === 'ArrowDown';
          if (leaves || (event.key === 'Escape' && text === '')) {
            event.preventDefault();
            focusGrid();
          } else if (event.key === 'Escape') onText('');
        }}
      />
    </label>
  );
}

function Profits({ seen }: { readonly seen: Seen<ProfitSummary> }) {
  if (!('value' in seen)) return <span className="profits dim">P&amp;L unknown</span>;
  const { realisedE4, unrealisedE4, classes, unknownRows } = seen.value;
  const unpriced = classes.reduce((sum, one) => sum + one.unpricedRows, 0);
  return (
    <span className="profits" title={classes.map(profitText).join('\n')}>
      Realised <Money e4={realisedE4} /> Unrealised <Money e4={unrealisedE4} />
      {unpriced + unknownRows > 0 ? (
        <span className="warn"> ⚠ without {unpriced + unknownRows} rows</span>
      ) : null}
    </span>
  );
}

function Money({ e4 }: { readonly e4: bigint }) {
  return (
    <strong className={e4 > 0n ? 'profit mono' : e4 < 0n ? 'loss mono' : 'mono'}>{signedMoney(e4)}</strong>
  );
}

function profitText(one: ClassProfit): string {
  return `${one.assetClass}: ${one.openRows} open, realised ${signedMoney(one.realisedE4)}, unrealised ${signedMoney(one.unrealisedE4)}`;
}

/** Says "flat" only of rows that the desk told and that are flat for certain. */
function emptyText(rows: readonly PositionShown[], text: string): string {
  if (rows.length === 0) return 'The desk answered: it holds no positions.';
  const flat = rows.every((row) => row.netLow === 0 && row.netHigh === 0);
  return flat && text === ''
    ? `✓ The desk answered: all ${rows.length} rows are flat.`
    : 'No row passes the filter.';
}

function toneOf(row: PositionShown): string {
  if (row.warnings.some((warning) => BAD.has(warning))) return 'row-bad';
  return row.net === 0 && row.netLow === row.netHigh ? 'row-flat' : '';
}

function filtered(
  rows: readonly PositionShown[],
  text: string,
  chips: ReadonlySet<ChipId>,
): readonly PositionShown[] {
  const wanted = text.toUpperCase().split(/\s+/).filter(Boolean);
  const tests = CHIPS.filter(({ id }) => chips.has(id));
  if (wanted.length === 0 && tests.length === 0) return rows;
  return rows.filter((row) => {
    if (!tests.every(({ keeps }) => keeps(row))) return false;
    const hay =
      `${row.account} ${row.instrumentId} ${row.product} ${row.contract?.underlying ?? ''}`.toUpperCase();
    return wanted.every((word) => hay.includes(word));
  });
}

/** Live prices of these contracts while the grid is shown. */
function useLiveQuotes(rows: readonly PositionShown[]): void {
  const key = useMemo(() => [...new Set(rows.map((row) => row.instrumentId))].sort().join(' '), [rows]);
  useEffect(() => followQuotes(key === '' ? [] : key.split(' ').map((id) => InstrumentId.parse(id))), [key]);
}
