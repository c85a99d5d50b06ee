import { useState } from 'react';
import type { DifferenceShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { Repair } from '#renderer/api/shapes.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { signedQuantity, words } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

const WHY_MIN = 5;
const WHY_MAX = 500;

const REPAIRS: readonly (readonly [Repair, string])[] = [
  ['take-exchange', 'Take the exchange’s: desk and main are put right to it'],
  ['take-desk', 'Take the desk’s: main is put right to it'],
  ['take-main', 'Take main’s: the desk was wrong'],
  ['book-by-hand', 'Book by hand: somebody enters it in main'],
  ['open-as-leftover', 'Leave it open as a leftover: a person takes it on'],
];

/** An admin decides which side is right on one row, and says why. */
export function DecideDialog({
  row,
  onClose,
}: {
  readonly row: DifferenceShown;
  readonly onClose: () => void;
}) {
  const proposed = REPAIRS.find(([repair]) => repair === row.proposed)?.[0] ?? null;
  const [repair, setRepair] = useState<Repair | null>(proposed);
  const [why, setWhy] = useState('');
  const { doing, run } = useCommand<unknown>();
  const ready = repair !== null && why.trim().length >= WHY_MIN && doing.state !== 'asked';
  const decide = async (): Promise<void> => {
    if (repair === null) return;
    const { round, key } = row;
    if ((await run((calls) => calls.sync.decide({ round, key, repair, why }))) !== null) onClose();
  };
  return (
    <Dialog title={`${row.account} ${row.instrumentId} ${row.product}`} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void decide();
        }}
      >
        <div className="figures">
          <Side label="desk" units={row.desk} />
          <Side label="main" units={row.main} />
          <Side label="exchange" units={row.exchange} />
        </div>
        <p>
          <strong className="warn">⚠ {words(row.cause)}</strong>: {row.text}
        </p>
        {row.decided === null ? null : (
          <p>
            Decided before: <strong>{words(row.decided.repair)}</strong> by {row.decided.by.join(', ')},{' '}
            {row.decided.why}
          </p>
        )}
        <fieldset>
          <legend>Which is right</legend>
          {REPAIRS.map(([one, label]) => (
            <p key={one}>
              <label>
                <input type="radio" name="repair" checked={repair === one} onChange={() => setRepair(one)} />{' '}
                {label} {one === proposed ? <strong className="info">▸ proposed</strong> : null}
              </label>
            </p>
          ))}
        </fieldset>
        <TextField
          label={`Why: what you checked, with whom (at least ${WHY_MIN} characters)`}
          value={why}
          max={WHY_MAX}
          first
          onChange={setWhy}
        />
        <Outcome doing={doing} />
        <button type="submit" className="primary" disabled={!ready}>
          Decide <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}

function Side({ label, units }: { readonly label: string; readonly units: number | null }) {
  return (
    <div className={`figure ${units === null ? 'warn' : ''}`}>
      <b>{units === null ? '? unknown' : signedQuantity(units)}</b>
      <span>{label}</span>
    </div>
  );
}
