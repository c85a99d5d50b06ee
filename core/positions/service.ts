import { createHash } from 'node:crypto';
import type { Quote } from '#core/exchange/port.ts';
import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import type { InstrumentId } from '#core/model/ids.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { Side } from '#core/model/side.ts';
import type { RowKey } from '#core/square-off/events.ts';
import { contractOf, createBook, rowOf, type Book, type RowState } from './book.ts';
import type {
  PositionFile,
  PositionFileReport,
  PositionFilter,
  PositionShown,
  ProfitSummary,
  ShortfallList,
} from './contract.ts';
import { apply } from './domain.ts';
import { matches, shown, summarise, type Beside } from './grid.ts';
import type { InstrumentsPort, PositionRow, PositionsPort } from './port.ts';
import { closableOn, contractSpan, derive } from './row.ts';
import { segmentKey } from './snapshot.ts';
import { importedRows, writeRows } from './store.ts';

export interface PositionsRefusal {
  readonly reason:
    'file-not-read' | 'rows-refused' | 'account-twice' | 'no-importer' | JournalRefusal['reason'];
  readonly text: string;
}

/** What the importer can tell: the book knows what it made of the rows. */
export type FileTaken = Omit<PositionFileReport, 'older'>;

/** Reads a position file and appends its fact with the rows beside it. */
export type ImportPositions = (
  file: PositionFile,
  by: string,
) => Result<FileTaken, PositionsRefusal> | Promise<Result<FileTaken, PositionsRefusal>>;

export interface PositionsDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly instruments: InstrumentsPort;
  readonly quotes: (instrumentId: InstrumentId) => Quote | null;
  /** The orders service says so: more is reserved on the row than may be closed. */
  readonly overcommitted: (row: RowKey) => boolean;
  /** It says, too, what orders pin of the row on that side. */
  readonly reserved: (row: RowKey, side: Side) => number;
  readonly now: () => number;
  readonly importPositions?: ImportPositions | undefined;
}

interface Context {
  readonly by: string;
}
interface Scoped {
  readonly scope: AccountScope;
}

/** Positions: a book in memory that is the replay of the log, and what the screen asks of it. */
export function createPositions(deps: PositionsDeps) {
  const book = createBook(deps.instruments);
  const imported = importedRows(deps.journal.reader);

  const projection: Projection = {
    name: 'positions',
    memory: (entry) => {
      apply(book, entry, imported);
    },
  };

  const port = createPort(book, deps.overcommitted);

  function* asked(
    filter: PositionFilter,
    scope: AccountScope,
  ): Generator<readonly [PositionRow, Beside], void, void> {
    const nowMs = deps.now();
    const rows = filter.account === undefined ? port.rows() : port.rowsOf(filter.account);
    for (const row of rows) {
      const instrument = deps.instruments.get(row.instrumentId);
      if (!scope.has(row.account) || !matches(row, instrument, filter)) continue;
      const shortfall = book.shortfall.byAccount.get(row.account) ?? null;
      const reserved = row.closingSide === null ? 0 : deps.reserved(row, row.closingSide);
      yield [row, { instrument, quote: deps.quotes(row.instrumentId), shortfall, reserved, nowMs }];
    }
  }

  const handlers = {
    list: (filter: PositionFilter, { scope }: Scoped): { rows: readonly PositionShown[]; nowMs: number } => ({
      rows: Array.from(asked(filter, scope), ([row, beside]) => shown(row, beside)),
      nowMs: deps.now(),
    }),
    summary: (filter: PositionFilter, { scope }: Scoped): ProfitSummary => summarise(asked(filter, scope)),
    import: (file: PositionFile, context: Context) =>
      importFile(deps.importPositions, book, file, context.by),
    importShortfall: (list: ShortfallList, context: Context) =>
      importShortfall(deps.journal, list, context.by, book.shortfall.sha256),
  };

  return { port, projection, handlers };
}

function createPort(book: Book, overcommitted: PositionsDeps['overcommitted']): PositionsPort {
  const rowNow = (state: RowState): PositionRow => {
    const contract = contractOf(book, state.key.account, state.key.instrumentId);
    return derive(book, state, present(contract, 'the contract of a row')).row;
  };
  const withOvercommitment = (state: RowState): PositionRow => {
    const row = rowNow(state);
    return overcommitted(row) ? { ...row, warnings: [...row.warnings, 'overcommitted'] } : row;
  };

  return {
    row(key) {
      const state = rowOf(book, key);
      return state === null ? null : withOvercommitment(state);
    },
    *rows() {
      for (const state of book.rows.values()) yield withOvercommitment(state);
    },
    rowsOf: (account) => [...(book.accounts.get(account) ?? [])].map(withOvercommitment),
    closable(key, side) {
      const state = rowOf(book, key);
      if (state === null) return 0;
      const row = rowNow(state);
      return row.closingSide === side ? row.closable : 0;
    },
    closableOfContract(account, instrumentId, side) {
      const contract = contractOf(book, account, instrumentId);
      return contract === null ? 0 : closableOn(contractSpan(book, contract), side);
    },
    products: (account, instrumentId) => [...(contractOf(book, account, instrumentId)?.rows.keys() ?? [])],
    covered: (exchange, segment) => book.coverage.get(segmentKey({ exchange, segment })) ?? null,
    shortfall(account) {
      const reference = book.shortfall.byAccount.get(account);
      return reference === undefined ? null : { reference };
    },
  };
}

/** The report of the importer, and how many rows are older than what was here. */
async function importFile(
  importPositions: PositionsDeps['importPositions'],
  book: Book,
  file: PositionFile,
  by: string,
): Promise<Result<PositionFileReport, PositionsRefusal>> {
  const taken = await importPositions?.(file, by);
  if (taken === undefined) {
    return refuse({ reason: 'no-importer', text: 'This desk has no importer of position files.' });
  }
  if (!taken.ok) return taken;
  const { sha256, older } = book.lastFile;
  return ok({ ...taken.value, older: taken.value.sha256 === sha256 ? older : 0 });
}

/** One fact over the rows of the list; the same list again changes nothing. */
function importShortfall(
  journal: PositionsDeps['journal'],
  list: ShortfallList,
  by: string,
  presentSha256: string,
): Result<{ rows: number; repeated: boolean }, PositionsRefusal> {
  const { source, asOfMs, rows } = list;
  const accounts = new Set<string>();
  for (const row of rows) {
    if (accounts.has(row.account)) {
      return refuse({ reason: 'account-twice', text: `${source} names account ${row.account} twice.` });
    }
    accounts.add(row.account);
  }
  const sha256 = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  if (sha256 === presentSha256) return ok({ rows: rows.length, repeated: true });
  const appended = journal.append(
    [{ kind: 'shortfall-list-imported', v: 1, source, sha256, rows: rows.length, asOfMs, by }],
    (tx) => {
      writeRows(tx, sha256, rows);
    },
  );
  return appended.ok ? ok({ rows: rows.length, repeated: false }) : appended;
}
