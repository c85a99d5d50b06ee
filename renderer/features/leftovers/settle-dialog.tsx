import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import type { LeftoverShown, Settlement } from '#renderer/api/shapes.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { signedQuantity, words } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';

const WAYS: readonly (readonly [Settlement, string])[] = [
  ['retry', 'Retry: I make a new dry run for it'],
  ['convert', 'Convert: main changes its product'],
  ['let-expire', 'Let expire: worthless, it ends by itself'],
  ['other-exchange', 'Other exchange: the same ISIN is closed there'],
  ['give-to-rms', 'Give to RMS: they decide'],
];

/** A person takes a leftover on, and says how. */
export function SettleDialog({
  row,
  onClose,
}: {
  readonly row: LeftoverShown;
  readonly onClose: () => void;
}) {
  const [how, setHow] = useState<Settlement | null>(null);
  const [note, setNote] = useState('');
  const { doing, run } = useCommand<unknown>();
  const settle = async (): Promise<void> => {
    if (how === null) return;
    const { runId, account, instrumentId, product } = row;
    const done = await run((calls) =>
      calls.squareOff.leftovers.settle({ runId, account, instrumentId, product, how, note }),
    );
    if (done !== null) onClose();
  };
  return (
    <Dialog title={`${row.account} ${row.instrumentId} ${signedQuantity(row.quantity)}`} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          void settle();
        }}
      >
        <p>
          <strong className="warn">⚠ {words(row.reason)}</strong>: {row.text}
        </p>
        <fieldset>
          {WAYS.map(([way, label], index) => (
            <p key={way}>
              <label>
                <input
                  type="radio"
                  name="how"
                  data-first={index === 0 ? true : undefined}
                  checked={how === way}
                  onChange={() => setHow(way)}
                />{' '}
                {label}
              </label>
            </p>
          ))}
        </fieldset>
        <label className="field">
          <span>Note: whom you told, what was agreed</span>
          <input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </label>
        <Outcome doing={doing} />
        <button
          type="submit"
          className="primary"
          disabled={how === null || note.trim() === '' || doing.state === 'asked'}
        >
          Take it on <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}
