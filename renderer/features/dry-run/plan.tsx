import { useState } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import type { DryRunShown } from '#renderer/api/shapes.ts';
import { useCommand } from '#renderer/api/command.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import { ReadBack } from '#renderer/look/dialog.tsx';
import { Figure } from '#renderer/look/figures.tsx';
import { countdown, quantity, roundMoney } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { useNow } from '#renderer/look/ticking.ts';
import { LEFTOVER_COLUMNS, PLAN_COLUMNS } from './columns.tsx';

/** The dry run as it is read before anything is sent, and its approval. */
export function Plan(props: {
  readonly dryRun: DryRunShown;
  readonly onAgain: () => void;
  readonly onApproved: (runId: string) => void;
}) {
  const { plan } = props.dryRun;
  const { totals } = plan;
  return (
    <>
      <div className="figures">
        <Figure label="rows to close" value={quantity(totals.rows)} />
        <Figure label="orders (slices)" value={quantity(totals.orders)} />
        <Figure label="notional" value={roundMoney(Number(totals.notionalE4))} />
        <Figure label="margin freed" value={roundMoney(Number(totals.marginFreedE4))} />
        <Figure label="all sent by" value={istTime(plan.flatByMs)} />
        <Figure
          label="miss their deadline"
          value={quantity(totals.missing)}
          tone={totals.missing > 0 ? 'bad' : 'good'}
        />
        <Figure
          label="will stay open"
          value={quantity(plan.leftovers.length)}
          tone={plan.leftovers.length > 0 ? 'warn' : 'good'}
        />
        <Figure
          label="unproven"
          value={quantity(totals.unproven)}
          tone={totals.unproven > 0 ? 'bad' : 'good'}
        />
      </div>
      <Steps dryRun={props.dryRun} />
      <DataGrid
        label="Rows of the plan"
        rows={plan.rows}
        columns={PLAN_COLUMNS}
        rowId={(row) => `${row.account}|${row.instrumentId}|${row.product}`}
        rowTone={(row) => (row.missesDeadline || row.unproven ? 'row-bad' : '')}
        empty="No row may be closed: see below why."
      />
      {plan.leftovers.length === 0 ? null : (
        <>
          <h3>Will not be closed by this exit, and why</h3>
          <DataGrid
            label="Rows that stay open"
            rows={plan.leftovers}
            columns={LEFTOVER_COLUMNS}
            rowId={(row) => `${row.account}|${row.instrumentId}|${row.product}|${row.reason}`}
            empty=""
          />
        </>
      )}
      {plan.totals.rows > 0 ? <Approve {...props} /> : <NothingToApprove onAgain={props.onAgain} />}
    </>
  );
}

/** What happens before the first slice: cancels, book conversions; and what another run already does. */
function Steps({ dryRun: { plan } }: { readonly dryRun: DryRunShown }) {
  const { orders, foreign, massCancelOffered } = plan.cancels;
  return (
    <>
      {orders.length + foreign.length > 0 ? (
        <p>
          Step one: cancel {orders.length} own and {foreign.length} of main’s resting orders.
          {massCancelOffered.length > 0
            ? ` A member-wide cancel is possible at ${massCancelOffered.join(', ')}.`
            : ''}
        </p>
      ) : null}
      {plan.conversions.length > 0 ? (
        <p className="warn">
          ⚠ {plan.conversions.length} opposite positions of one client in one contract: main must convert them
          in its book, no order is sent for that part.
        </p>
      ) : null}
      {plan.elsewhere.length > 0 ? (
        <p className="dim">{plan.elsewhere.length} rows are already closed by a live run.</p>
      ) : null}
    </>
  );
}

/** An empty plan can not be approved: nothing is to be typed for it. */
function NothingToApprove({ onAgain }: { readonly onAgain: () => void }) {
  return (
    <p className="approve">
      <strong className="warn">
        ⚠ Nothing to approve: this exit closes no row and sends nothing. Why stands beside each row.
      </strong>
      <button type="button" data-first onClick={onAgain}>
        New dry run
      </button>
    </p>
  );
}

function Approve(props: {
  readonly dryRun: DryRunShown;
  readonly onAgain: () => void;
  readonly onApproved: (runId: string) => void;
}) {
  const { planId, planHash, expiresAtMs, plan } = props.dryRun;
  const now = useNow();
  const [typed, setTyped] = useState('');
  const { doing, run } = useCommand<{ readonly runId: string }>();
  const wanted = `EXIT ${plan.totals.rows}`;
  const expired = now > expiresAtMs;
  const ready = typed === wanted && !expired && doing.state !== 'asked';
  const approve = async (): Promise<void> => {
    const done = await run((calls) => calls.squareOff.approve({ planId, planHash }));
    if (done !== null) props.onApproved(done.runId);
  };
  return (
    <form
      className="approve"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void approve();
      }}
    >
      <ReadBack wanted={wanted} value={typed} onChange={setTyped} first />
      <span className={expired ? 'bad' : 'dim'}>
        {expired ? '✖ too old: make a new dry run' : `valid ${countdown(expiresAtMs - now)}`} · plan{' '}
        {planHash.slice(0, 8)}
      </span>
      <button type="button" onClick={props.onAgain}>
        New dry run
      </button>
      <button type="submit" className="grave" disabled={!ready}>
        Approve and run <kbd>Enter</kbd>
      </button>
      <Outcome doing={doing} />
    </form>
  );
}
