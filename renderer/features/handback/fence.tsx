import { useState } from 'react';
import type { ModeShown, SyncShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { quantity, words } from '#renderer/look/format.ts';
import { ContractName, Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

const WHY_MIN = 5;
const WHY_MAX = 500;

type FenceShown = NonNullable<SyncShown['fence']>;

/** Main is asked to hold its own orders, and what it answered. */
export function Fence(props: {
  readonly shown: SyncShown;
  readonly mode: ModeShown['mode'] | null;
  readonly acts: boolean;
}) {
  const { shown, mode, acts } = props;
  if (mode === 'STANDBY' || mode === 'SUSPECT') {
    return (
      <section className="half" aria-label="Fence">
        <h3>Main’s own orders</h3>
        <p className="dim">
          The desk is in {mode}: main may trade its own book. It is asked to hold its orders in EMERGENCY and
          HANDBACK.
        </p>
      </section>
    );
  }
  return (
    <section className="half" aria-label="Fence">
      <h3>Main’s own orders</h3>
      <p className="dim">Resting orders, auto square-off, GTT and AMO for the accounts of this desk.</p>
      {shown.link === 'off' ? (
        <p className="trust stale">
          ⚠ No link to main: it can not be asked. RMS holds them by hand: the fence list is under “By file”
          (5).
        </p>
      ) : shown.fence === null ? (
        <p className="trust stale">⚠ Not asked yet. Until then main may close the same rows.</p>
      ) : (
        <Answer fence={shown.fence} />
      )}
      {acts && shown.link !== 'off' ? <Ask again={shown.fence !== null} /> : null}
    </section>
  );
}

function Answer({ fence: { obeyed, text, late, fence } }: { readonly fence: FenceShown }) {
  const said =
    obeyed === null
      ? (['loading', '⋯ Asked. Main has not answered: it may still trade.'] as const)
      : obeyed
        ? (['good', '✓ MAIN OBEYS: it holds its own orders.'] as const)
        : ([
            'error',
            '✖ MAIN DOES NOT OBEY. It may close the same rows: let RMS hold them by hand.',
          ] as const);
  return (
    <>
      <p className={`trust ${said[0]}`} role={obeyed === false ? 'alert' : 'status'}>
        <strong>{said[1]}</strong> {text} <span className="dim mono">{fence}</span>
      </p>
      {late.length === 0 ? null : (
        <>
          <p className="warn">
            ⚠ {quantity(late.length)} of main’s orders {late.length === 1 ? 'is' : 'are'} at the exchange
            already:
          </p>
          <LateOrders late={late} />
        </>
      )}
    </>
  );
}

function LateOrders({ late }: { readonly late: FenceShown['late'] }) {
  return (
    <div className="band-rows">
      <table className="plain" aria-label="Main’s late orders">
        <thead>
          <tr>
            <th>Order at the exchange</th>
            <th>Account</th>
            <th>Contract</th>
            <th>Prod</th>
            <th className="numeric">Open</th>
            <th>Cause</th>
          </tr>
        </thead>
        <tbody>
          {late.map((order) => (
            <tr key={order.exchangeOrderId}>
              <td className="mono">{order.exchangeOrderId}</td>
              <td>{order.account}</td>
              <td>
                <ContractName id={order.instrumentId} />
              </td>
              <td>{order.product}</td>
              <td className={`numeric ${order.side}`}>
                {order.side.toUpperCase()} {quantity(order.openQuantity)}
              </td>
              <td>{words(order.cause)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ask({ again }: { readonly again: boolean }) {
  const [why, setWhy] = useState('');
  const { doing, run } = useCommand<unknown>();
  const ready = why.trim().length >= WHY_MIN && doing.state !== 'asked';
  return (
    <form
      className="dialog-body flat"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void run((calls) => calls.sync.fence({ why })).then((done) => done === null || setWhy(''));
      }}
    >
      <TextField
        label={`Why, for main and the journal (at least ${WHY_MIN} characters)`}
        value={why}
        max={WHY_MAX}
        onChange={setWhy}
      />
      <button type="submit" className="primary" disabled={!ready}>
        {again ? 'Ask main again' : 'Ask main to hold its orders'} <kbd>Enter</kbd>
      </button>
      <Outcome doing={doing} />
    </form>
  );
}
