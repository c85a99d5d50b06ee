import { useState } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { RunShown } from '#renderer/api/shapes.ts';
import { Figures, type FiguresShown } from '#renderer/look/figures.tsx';
import { quantity, words } from '#renderer/look/format.ts';
import { Outcome, Trust } from '#renderer/look/said.tsx';
import { OpenRows } from './open-rows.tsx';
import { useRuns } from './use-runs.ts';

/** A run while it runs: how far, what is sent, filled, in doubt and left over, and when it is flat. */
export function RunView({ chosen }: { readonly chosen: string | null }) {
  const seen = useRuns();
  const [picked, setPicked] = useState<string | null>(chosen);
  const runs = 'value' in seen ? seen.value : [];
  const run = runs.find((one) => one.runId === picked) ?? runs[0] ?? null;
  return (
    <section className="view" aria-label="Live run">
      <Trust seen={seen} what="the runs" />
      {runs.length > 1 ? (
        <label className="filter">
          Run
          <select value={run?.runId ?? ''} onChange={(event) => setPicked(event.target.value)}>
            {runs.map((one) => (
              <option key={one.runId} value={one.runId}>
                {istTime(one.approvedAtMs)} {one.state} {one.runId}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {run === null && 'value' in seen ? (
        <p className="dim">The desk answered: there was no run yet.</p>
      ) : null}
      {run === null ? null : <OneRun key={run.runId} run={run} />}
    </section>
  );
}

const SIGNS: Readonly<Record<RunShown['state'], string>> = {
  running: '▶',
  paused: '‖',
  stopping: '◼',
  ended: '◼',
};

function OneRun({ run }: { readonly run: RunShown }) {
  const over = run.flatRows + run.leftoverRows;
  const figures: FiguresShown = [
    [
      'rows flat',
      `${quantity(run.flatRows)} of ${quantity(run.rows)}`,
      run.flatRows === run.rows ? 'good' : '',
    ],
    ['rows open', quantity(run.openRows), ''],
    ['rows left over', quantity(run.leftoverRows), run.leftoverRows > 0 ? 'warn' : 'good'],
    ['orders waiting', quantity(run.planned), ''],
    ['orders sent', quantity(run.sent), ''],
    ['orders working', quantity(run.working), ''],
    ['orders in doubt', quantity(run.inDoubt), run.inDoubt > 0 ? 'bad' : 'good'],
    ['orders rejected', quantity(run.rejected), run.rejected > 0 ? 'bad' : 'good'],
    ['units filled', `${quantity(run.filled)} of ${quantity(run.quantity)}`, ''],
    ['flat by', run.flatByMs === null ? '–' : istTime(run.flatByMs), ''],
  ];
  return (
    <>
      <div className="view-bar">
        <h1 className={run.state === 'running' ? 'good' : 'warn'}>
          {SIGNS[run.state]} {run.state.toUpperCase()}
        </h1>
        <progress value={over} max={run.rows} aria-label="rows that are over" />
        <span>
          {quantity(over)} of {quantity(run.rows)} rows over {run.why === '' ? '' : `· ${run.why}`}
        </span>
        <span className="dim">
          approved {istTime(run.approvedAtMs)} by {run.by.join(', ')} · {run.runId}
        </span>
      </div>
      {run.state === 'ended' ? <Ended run={run} /> : null}
      <Figures figures={figures} />
      {run.state === 'ended' ? null : <Steer run={run} />}
      <OpenRows run={run} />
    </>
  );
}

/** Never a blanket "success": every row is flat, or it is counted here as left over. */
function Ended({ run }: { readonly run: RunShown }) {
  return run.leftoverRows === 0 ? (
    <p className="trust good">✓ Ended: all {quantity(run.rows)} rows are flat as far as they were asked.</p>
  ) : (
    <p className="trust stale">
      ⚠ Ended: {quantity(run.flatRows)} rows flat, {words('left-over')} {quantity(run.leftoverRows)}: see the
      leftovers board for each and why.
    </p>
  );
}

function Steer({ run }: { readonly run: RunShown }) {
  const [why, setWhy] = useState('');
  const { doing, run: ask } = useCommand<unknown>();
  const { runId } = run;
  const paused = run.state === 'paused';
  const said = why.trim() === '' ? 'by the dealer' : why.trim();
  return (
    <div className="view-bar">
      <label className="filter">
        Why
        <input
          value={why}
          maxLength={200}
          placeholder="by the dealer"
          onChange={(event) => setWhy(event.target.value)}
        />
      </label>
      {paused ? (
        <button
          type="button"
          className="primary"
          onClick={() => void ask((calls) => calls.squareOff.resume({ runId, why: said }))}
        >
          ▶ Resume
        </button>
      ) : (
        <button
          type="button"
          data-pause
          disabled={run.state !== 'running'}
          onClick={() => void ask((calls) => calls.squareOff.pause({ runId, why: said }))}
        >
          ‖ Pause: release nothing more
        </button>
      )}
      <button
        type="button"
        className="grave"
        disabled={why.trim() === ''}
        title="Cancels what works and puts the rest on the leftovers board. Needs a reason."
        onClick={() => void ask((calls) => calls.squareOff.stop({ runId, why: said }))}
      >
        ■ Stop for good
      </button>
      <Outcome doing={doing} />
    </div>
  );
}
