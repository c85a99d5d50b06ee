import type { RunId } from '#core/model/ids.ts';
import { istDate } from '#core/model/market-clock.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { boardKey } from './domain.ts';
import type { Run } from './domain.ts';
import { mayNotResume } from './domain-restart.ts';
import type { LeftoverSettled, RowKey, SquareOffFact } from './events.ts';
import { rowKey } from './plan-input.ts';
import type { SquareOffRefusal } from './refusal.ts';
import { restartView } from './service-restart.ts';
import type { Lifecycle } from './service-restart.ts';

type Answer<Value> = Result<Value, SquareOffRefusal>;

interface Caller {
  readonly by: string;
}
interface RunCall {
  readonly runId: RunId;
  readonly why: string;
}
interface Settling extends RowKey {
  readonly runId: RunId;
  readonly how: LeftoverSettled['how'];
  readonly note: string;
}

/** What persons do to a run after its approval, and to what it left on the board. */
export function createRunCalls(deps: Lifecycle) {
  const { state, append } = deps;

  function runOf(runId: RunId): Answer<Run> {
    const run = state.runs.get(runId);
    return run === undefined ? refuse({ reason: 'unknown-run', text: `no run ${runId}` }) : ok(run);
  }

  function pause(asked: RunCall, { by }: Caller): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    if (run.value.state !== 'running')
      return refuse({ reason: 'not-running', text: `the run is ${run.value.state}` });
    return append([{ kind: 'run-paused', v: 1, runId: asked.runId, why: asked.why, by }]);
  }

  function resume(asked: RunCall, { by }: Caller): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    if (run.value.state !== 'paused')
      return refuse({ reason: 'not-paused', text: `the run is ${run.value.state}` });
    const why = mayNotResume(run.value, restartView(deps, run.value));
    if (why !== null) return refuse({ reason: 'needs-new-dry-run', text: why });
    return append([{ kind: 'run-resumed', v: 1, runId: asked.runId, by, why: asked.why }]);
  }

  function stop(asked: RunCall, { by }: Caller): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    if (run.value.state === 'ended') return refuse({ reason: 'run-ended', text: 'the run has ended' });
    const { runId, why } = asked;
    const { flatRows, rows, tradingDate } = run.value;
    // Nothing works on a run of another day: it has no word to wait for.
    const over: SquareOffFact[] =
      tradingDate === istDate(deps.now())
        ? []
        : [{ kind: 'run-ended', v: 1, runId, flatRows, leftoverRows: rows.size - flatRows }];
    return append([{ kind: 'run-stopped', v: 1, runId, by, why }, ...over]);
  }

  function releaseHedge(
    asked: RowKey & { readonly runId: RunId; readonly reason: string },
    { by }: Caller,
  ): Answer<null> {
    const run = runOf(asked.runId);
    if (!run.ok) return run;
    const row = run.value.rows.get(rowKey(asked));
    if (row === undefined) return refuse({ reason: 'unknown-row', text: 'the run has no such row' });
    const { runId, reason, account, instrumentId, product } = asked;
    const held = (state.board.get(boardKey(runId, asked)) ?? []).some(
      (item) => item.reason === 'hedge-held' && item.settled === null,
    );
    if (row.approved.leg !== 'long-option' || row.hedgeReleased || (row.status !== 'open' && !held)) {
      return refuse({ reason: 'no-held-hedge', text: 'nothing of this row is held for its short' });
    }
    return append([{ kind: 'hedge-released', v: 1, runId, account, instrumentId, product, by, reason }]);
  }

  function settle(asked: Settling, { by }: Caller): Answer<null> {
    const items = state.board.get(boardKey(asked.runId, asked));
    if (items === undefined)
      return refuse({ reason: 'unknown-leftover', text: 'no such row is on the board' });
    if (items.every((item) => item.settled !== null))
      return refuse({ reason: 'already-settled', text: 'somebody took it on' });
    const { runId, account, instrumentId, product, how, note } = asked;
    return append([{ kind: 'leftover-settled', v: 1, runId, account, instrumentId, product, how, by, note }]);
  }

  return { runOf, pause, resume, stop, releaseHedge, settle };
}
