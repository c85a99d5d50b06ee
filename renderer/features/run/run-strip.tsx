import { useEffect } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import { knownRun } from '#renderer/api/known-run.ts';
import { quantity } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { liveRun, useRuns } from './use-runs.ts';

/** Under the top bar while a run is on, whatever the screen shows: how far it is and when it is flat. */
export function RunStrip({ onOpen }: { readonly onOpen: () => void }) {
  const seen = useRuns();
  const keys = useKeymap();
  useEffect(() => {
    if (seen.state !== 'ready') return;
    const on = liveRun(seen.value);
    knownRun.set(
      on === null
        ? null
        : {
            state: on.state,
            rows: on.rows,
            over: on.flatRows + on.leftoverRows,
            flatByMs: on.flatByMs,
            atMs: seen.atMs,
          },
    );
  }, [seen]);
  if (!('value' in seen)) return <div />;
  const run = liveRun(seen.value);
  if (run === null) return <div />;
  const over = run.flatRows + run.leftoverRows;
  return (
    <div className={`run-strip${run.state === 'running' ? '' : ' paused'}`} role="status">
      <strong>{run.state === 'running' ? '▶ RUN' : `‖ RUN ${run.state.toUpperCase()}`}</strong>
      {seen.state === 'stale' ? <span className="bad">✖ OLD</span> : null}
      <progress value={over} max={run.rows} aria-label="rows that are over" />
      <span>
        {quantity(over)} of {quantity(run.rows)} rows over
      </span>
      <span>sent {quantity(run.sent)}</span>
      <span>working {quantity(run.working)}</span>
      <span className={run.inDoubt > 0 ? 'bad' : ''}>
        {run.inDoubt > 0 ? '? ' : ''}in doubt {quantity(run.inDoubt)}
      </span>
      <span className={run.leftoverRows > 0 ? 'warn' : ''}>leftover {quantity(run.leftoverRows)}</span>
      <strong>{run.flatByMs === null ? run.why : `flat by ${istTime(run.flatByMs)}`}</strong>
      <button type="button" onClick={onOpen}>
        Open <kbd>{keys.run}</kbd>
      </button>
    </div>
  );
}
