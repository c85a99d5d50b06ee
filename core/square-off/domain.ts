import type { Entry, Fact } from '#core/events.ts';
import { present } from '#core/lib/assert.ts';
import type { ExchangeOrderId, OrderId, PlanId, RunId } from '#core/model/ids.ts';
import type { ApprovedRow, Hedge, Leftover, LeftoverSettled, RowKey, SquareOffFact } from './events.ts';
import { rowKey } from './plan-input.ts';

/** One approved row of a run, as the facts tell it. */
export interface RunRow {
  readonly runId: RunId;
  readonly key: string;
  readonly approved: ApprovedRow;
  readonly index: number;
  status: 'open' | 'flat' | 'left';
  /** Units of the row that went to the board or were closed by somebody else. */
  left: number;
  hedgeReleased: boolean;
}

export interface Run {
  readonly runId: RunId;
  readonly planId: PlanId;
  readonly planHash: string;
  readonly tradingDate: string;
  readonly by: readonly string[];
  readonly approvedAtMs: number;
  readonly rows: ReadonlyMap<string, RunRow>;
  readonly hedges: ReadonlyMap<string, Hedge>;
  readonly cancelOrders: readonly OrderId[];
  readonly cancelForeign: readonly ExchangeOrderId[];
  state: 'running' | 'paused' | 'stopping' | 'ended';
  why: string;
  /** When the run last got on: one that stood still for long asks for a new dry run. */
  lastAtMs: number;
  /**
   * The journal went on in a new epoch, or persons reset a session of orders: an exchange that is ahead of this file knows
   * orders of the run that the file does not.
   */
  mayBeForgotten: boolean;
  openRows: number;
  flatRows: number;
}

/** A part of a position that stayed open, until a person takes it on. */
export interface BoardItem extends Leftover {
  readonly runId: RunId;
  readonly atMs: number;
  settled: { readonly how: LeftoverSettled['how']; readonly by: string; readonly note: string } | null;
}

/** All that the square-off keeps of the log. Changed by `applyFact` only. */
export interface SquareOffState {
  readonly runs: Map<RunId, Run>;
  readonly board: Map<string, BoardItem[]>;
}

export function emptyState(): SquareOffState {
  return { runs: new Map(), board: new Map() };
}

/** `run|account|instrument|product`: where the leftovers of a row lie on the board. */
export function boardKey(runId: RunId, key: RowKey): string {
  return `${runId}|${rowKey(key)}`;
}

const OWN_KINDS: ReadonlySet<string> = new Set<SquareOffFact['kind']>([
  'plan-approved',
  'run-paused',
  'run-resumed',
  'run-stopped',
  'row-left-over',
  'row-flat',
  'hedge-released',
  'run-ended',
  'leftover-settled',
]);

function isOwn(fact: Fact): fact is SquareOffFact {
  return OWN_KINDS.has(fact.kind);
}

/** What one fact changes. Facts of other services change nothing here, but for those after which runs may be forgotten. */
export function applyFact(state: SquareOffState, { fact, atMs }: Entry): void {
  if (isOwn(fact)) applyOwn(state, fact, atMs);
  if (fact.kind === 'epoch-opened' || isOrdersReset(fact))
    for (const run of state.runs.values()) run.mayBeForgotten = true;
}

/** Persons began a session of orders anew, on both sides. */
export function isOrdersReset(fact: Fact): fact is Extract<Fact, { kind: 'session-reset' }> {
  return fact.kind === 'session-reset' && fact.session === 'orders';
}

function applyOwn(state: SquareOffState, fact: SquareOffFact, atMs: number): void {
  if (fact.kind === 'plan-approved') {
    const run = newRun(fact, atMs);
    state.runs.set(run.runId, run);
    for (const leftover of fact.leftovers) putOnBoard(state, run.runId, leftover, atMs);
    return;
  }
  const run = present(state.runs.get(fact.runId), `run ${fact.runId}`);
  // A pause is no progress: what stood still before it is not made young by it.
  if (fact.kind !== 'run-paused') run.lastAtMs = atMs;
  switch (fact.kind) {
    case 'run-paused':
      run.state = 'paused';
      run.why = fact.why;
      return;
    case 'run-resumed':
      run.state = 'running';
      run.why = '';
      return;
    case 'run-stopped':
      run.state = 'stopping';
      run.why = fact.why;
      return;
    case 'run-ended':
      run.state = 'ended';
      return;
    case 'row-flat':
      return endRow(run, rowOf(run, fact), 'flat', fact.closedElsewhere);
    case 'row-left-over':
      putOnBoard(state, run.runId, fact, atMs);
      return leaveOver(run, rowOf(run, fact), Math.abs(fact.quantity), fact.final);
    case 'hedge-released':
      return releaseHedge(state, run, rowOf(run, fact));
    case 'leftover-settled':
      for (const item of state.board.get(boardKey(run.runId, fact)) ?? []) {
        item.settled ??= { how: fact.how, by: fact.by, note: fact.note };
      }
  }
}

function newRun(fact: Extract<SquareOffFact, { kind: 'plan-approved' }>, atMs: number): Run {
  const rows = new Map<string, RunRow>();
  fact.rows.forEach((approved, index) => {
    const key = rowKey(approved);
    rows.set(key, { runId: fact.runId, key, approved, index, status: 'open', left: 0, hedgeReleased: false });
  });
  return {
    runId: fact.runId,
    planId: fact.planId,
    planHash: fact.planHash,
    tradingDate: fact.tradingDate,
    by: fact.by,
    approvedAtMs: atMs,
    rows,
    hedges: new Map(fact.hedges.map((hedge) => [hedge.group, hedge])),
    cancelOrders: fact.cancelOrders,
    cancelForeign: fact.cancelForeign,
    state: 'running',
    why: '',
    lastAtMs: atMs,
    mayBeForgotten: false,
    openRows: rows.size,
    flatRows: 0,
  };
}

function rowOf(run: Run, key: RowKey): RunRow {
  return present(run.rows.get(rowKey(key)), `row ${rowKey(key)} of run ${run.runId}`);
}

function leaveOver(run: Run, row: RunRow, quantity: number, final: boolean): void {
  row.left += quantity;
  if (final) endRow(run, row, 'left', 0);
}

function endRow(run: Run, row: RunRow, status: 'flat' | 'left', closedElsewhere: number): void {
  if (row.status === 'open') run.openRows -= 1;
  if (row.status === 'flat') run.flatRows -= 1;
  if (status === 'flat') run.flatRows += 1;
  row.status = status;
  row.left += closedElsewhere;
}

/** The held part comes off the board and the row goes on, even after the run's end. */
function releaseHedge(state: SquareOffState, run: Run, row: RunRow): void {
  row.hedgeReleased = true;
  const key = boardKey(run.runId, row.approved);
  const items = state.board.get(key) ?? [];
  const held = items.filter((item) => item.reason === 'hedge-held' && item.settled === null);
  if (held.length === 0) return;
  for (const item of held) row.left -= Math.abs(item.quantity);
  state.board.set(
    key,
    items.filter((item) => !held.includes(item)),
  );
  if (row.status !== 'open') {
    row.status = 'open';
    run.openRows += 1;
  }
  if (run.state === 'ended') run.state = 'running';
}

function putOnBoard(state: SquareOffState, runId: RunId, leftover: Leftover, atMs: number): void {
  const { account, instrumentId, product, quantity, reason, text } = leftover;
  const item: BoardItem = {
    runId,
    account,
    instrumentId,
    product,
    quantity,
    reason,
    text,
    atMs,
    settled: null,
  };
  const key = boardKey(runId, leftover);
  const items = state.board.get(key);
  if (items === undefined) state.board.set(key, [item]);
  else items.push(item);
}
