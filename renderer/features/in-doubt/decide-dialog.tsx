import { useState } from 'react';
import type { OrderShown } from '#core/orders/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';

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
  const [second, setSecond] = useState('');
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
    const others = second.trim() === '' ? [] : [second.trim()];
    const done = await run((calls) =>
      calls.orders.decideDoubt({ orderId: order.orderId, outcome, cumQuantity, with: others, reason }),
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
        <fieldset className="actions">
          {OUTCOMES.map(({ id, label }) => (
            <label key={id}>
              <input type="radio" name="outcome" checked={outcome === id} onChange={() => setOutcome(id)} />{' '}
              {label}
            </label>
          ))}
        </fieldset>
        {outcome === 'canceled' ? (
          <label className="field">
            <span>Filled in all, units</span>
            <input inputMode="numeric" value={filled} onChange={(event) => setFilled(event.target.value)} />
          </label>
        ) : null}
        <label className="field">
          <span>Second person</span>
          <input value={second} maxLength={60} onChange={(event) => setSecond(event.target.value)} />
        </label>
        <label className="field">
          <span>How it is known: whom you asked, what they read out</span>
          <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </label>
        {outcome === null ? null : <ReadBack wanted={wanted} value={typed} onChange={setTyped} />}
        <Outcome doing={doing} />
        <button type="submit" className="grave" disabled={!ready}>
          Decide <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}
