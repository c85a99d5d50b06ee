import { useState } from 'react';
import type { FactKind } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import { useCommand } from '#renderer/api/command.ts';
import { useQuery } from '#renderer/api/query.ts';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { duration, words } from '#renderer/look/format.ts';
import { Outcome, Trust } from '#renderer/look/said.tsx';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>(['mode-changed']);
const REASON_MIN = 5;

/** Where the desk stands towards main, and a person's word about it: main is lost, or main is back. */
export function ModeDialog({ onClose }: { readonly onClose: () => void }) {
  const seen = useQuery('mode', { ask: (calls) => calls.mode.get(), changedBy: CHANGED_BY, everyMs: 2_000 });
  if (!('value' in seen)) {
    return (
      <Dialog title="Mode" onClose={onClose}>
        <Trust seen={seen} what="the mode" />
      </Dialog>
    );
  }
  const { mode, main, outage, why, by, sinceMs, personsToDeclareLost } = seen.value;
  const declaring = mode === 'EMERGENCY' ? 'back' : 'lost';
  return (
    <Dialog title={declaring === 'lost' ? 'Declare main lost' : 'Declare main back'} grave onClose={onClose}>
      <Trust seen={seen} what="the mode" />
      <p>
        Now <strong>{mode}</strong> since {istTime(sinceMs)}: {why}
        {by.length > 0 ? ` (${by.join(', ')})` : ''}. Main: <strong>{words(main)}</strong>.
      </p>
      {outage === null ? null : (
        <p className={outage.reportable ? 'warn' : ''}>
          Outage for {duration(outage.lastsMs)} since {istTime(outage.startedAtMs)}.{' '}
          {outage.reportable
            ? `⚠ Reportable. The report is due by ${istTime(outage.reportDueAtMs)}${outage.reportOverdue ? ': OVERDUE' : ''}.`
            : `Reportable from ${istTime(outage.reportableAtMs)}.`}
        </p>
      )}
      <p>
        {declaring === 'lost'
          ? mode === 'SUSPECT'
            ? 'This starts the emergency: the desk may trade, only to close.'
            : 'Main is up or handing over. Your word makes the desk SUSPECT; a second declaration starts the emergency.'
          : 'This ends the emergency: runs pause, each working order is finished, cancelled or handed over.'}{' '}
        Persons needed: {personsToDeclareLost}.
      </p>
      <Declare declaring={declaring} onClose={onClose} />
    </Dialog>
  );
}

function Declare({
  declaring,
  onClose,
}: {
  readonly declaring: 'lost' | 'back';
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const { doing, run } = useCommand<unknown>();
  const wanted = declaring === 'lost' ? 'MAIN LOST' : 'MAIN BACK';
  const ready = reason.trim().length >= REASON_MIN && typed === wanted && doing.state !== 'asked';
  const declare = async (): Promise<void> => {
    const done = await run((calls) =>
      declaring === 'lost' ? calls.mode.declareLost({ reason }) : calls.mode.declareBack({ reason }),
    );
    if (done !== null) onClose();
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void declare();
      }}
    >
      <label className="field">
        <span>Reason, for the journal and the report (at least {REASON_MIN} characters)</span>
        <input
          data-first
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={500}
        />
      </label>
      <ReadBack wanted={wanted} value={typed} onChange={setTyped} />
      <Outcome doing={doing} />
      <button type="submit" className="grave" disabled={!ready}>
        Declare main {declaring} <kbd>Enter</kbd>
      </button>
    </form>
  );
}
