import { useState } from 'react';
import type { OrderShown } from '#core/orders/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

const OUTCOMES = [
  { id: 'never-reached', label: 'It never reached the exchange' },
  { id: 'canceled', label: 'It is gone; part of it may be filled' },
  { id: 'filled', label: 'It is filled' },
] as const;
type OutcomeId = (typeof OUTCOMES)[number]['id'];

const REASON_MIN = 5;

/** Persons say what became of an order, after they asked the exchange by another way. It can not be taken back. */
export function DecideDialog({
  order,
  onClose,
}: {
  readonly order: OrderShown;
  readonly onClose: () => void;
}) {
  const [outcome, setOutcome] = useState<OutcomeId | null>(null);
  const [filled, setFilled] = useState(String(order.filledQuantity));
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const { doing, run } = useCommand<unknown>();
  const cumQuantity =
    outcome === 'filled' ? order.quantity : outcome === 'never-reached' ? 0 : Number(filled);
  const wanted = outcome === null ? '' : `${outcome.toUpperCase()} ${cumQuantity}`;
  const ready =
    outcome !== null &&
    typed === wanted &&
    reason.trim().length >= REASON_MIN &&
    Number.isInteger(cumQuantity) &&
    cumQuantity >= order.filledQuantity &&
    cumQuantity <= order.quantity &&
    doing.state !== 'asked';
  const decide = async (): Promise<void> => {
    if (outcome === null) return;
    const done = await run((calls) =>
      calls.orders.decideDoubt({ orderId: order.orderId, outcome, cumQuantity, reason }),
    );
    if (done !== null) onClose();
  };
  return (
    <Dialog
      title={`Decide: ${order.side.toUpperCase()} ${quantity(order.quantity)} ${order.instrumentId}`}
      grave
      onClose={onClose}
    >
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void decide();
        }}
      >
        <p>
          {quantity(order.filledQuantity)} of {quantity(order.quantity)} are known to be filled. Ask the
          exchange’s help desk, or read its terminal, before you decide.
        </p>
        <Outcomes chosen={outcome} onChoose={setOutcome} />
        {outcome === 'canceled' ? (
          <TextField label="Filled in all, units" value={filled} max={12} onChange={setFilled} />
        ) : null}
        <TextField
          label="How it is known: whom you asked, what they read out"
          value={reason}
          max={500}
          onChange={setReason}
        />
        {outcome === null ? null : <ReadBack wanted={wanted} value={typed} onChange={setTyped} />}
        <Outcome doing={doing} />
        <button type="submit" className="grave" disabled={!ready}>
          Decide <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}

function Outcomes(props: { readonly chosen: OutcomeId | null; readonly onChoose: (id: OutcomeId) => void }) {
  return (
    <fieldset className="actions">
      {OUTCOMES.map(({ id, label }) => (
        <label key={id}>
          <input
            type="radio"
            name="outcome"
            checked={props.chosen === id}
            onChange={() => props.onChoose(id)}
          />{' '}
          {label}
        </label>
      ))}
    </fieldset>
  );
}
