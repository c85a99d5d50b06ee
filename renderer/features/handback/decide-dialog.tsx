import { useState } from 'react';
import type { DifferenceShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { Repair } from '#renderer/api/shapes.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Figure } from '#renderer/look/figures.tsx';
import { signedQuantity, words } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { proposedOf, REPAIRS, type RepairSaid } from './repairs.ts';

const WHY_MIN = 5;
const WHY_MAX = 500;

/** An admin decides which side is right on one row, and says why. */
export function DecideDialog({
  row,
  onClose,
}: {
  readonly row: DifferenceShown;
  readonly onClose: () => void;
}) {
  const proposed = proposedOf(row);
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
          {REPAIRS.map((one) => (
            <Choice
              key={one.repair}
              said={one}
              known={one.side === null || row[one.side] !== null}
              chosen={repair === one.repair}
              proposed={one.repair === proposed}
              onChoose={() => setRepair(one.repair)}
            />
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

function Choice(props: {
  readonly said: RepairSaid;
  readonly known: boolean;
  readonly chosen: boolean;
  readonly proposed: boolean;
  readonly onChoose: () => void;
}) {
  const { said, known, chosen, proposed, onChoose } = props;
  return (
    <p>
      <label className={known ? '' : 'dim'}>
        <input type="radio" name="repair" checked={chosen} disabled={!known} onChange={onChoose} />{' '}
        {said.label} {known ? null : '(not known)'}
        {proposed ? <strong className="info">▸ proposed</strong> : null}
      </label>
    </p>
  );
}

function Side({ label, units }: { readonly label: string; readonly units: number | null }) {
  const unknown = units === null;
  return (
    <Figure
      label={label}
      value={unknown ? '? unknown' : signedQuantity(units)}
      tone={unknown ? 'warn' : ''}
    />
  );
}
