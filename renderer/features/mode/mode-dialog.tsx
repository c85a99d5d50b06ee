import { useState } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import type { ModeShown } from '#core/sync/contract.ts';
import { useMode } from '#renderer/api/sync.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { duration, quantity, words } from '#renderer/look/format.ts';
import { Trust } from '#renderer/look/said.tsx';
import { scopeWords } from '#renderer/look/scope-words.ts';
import { DeclareForm, type Declaring } from './declare-form.tsx';

/** Where the desk stands towards main, and a person's word about it: main is lost, or main is back. */
export function ModeDialog({ onClose }: { readonly onClose: () => void }) {
  const seen = useMode();
  const [chosen, setChosen] = useState<Declaring>('lost');
  if (!('value' in seen)) {
    return (
      <Dialog title="Mode" onClose={onClose}>
        <Trust seen={seen} what="the mode" />
      </Dialog>
    );
  }
  const { mode, alive } = seen.value;
  const declaring = mode === 'EMERGENCY' ? 'back' : mode === 'SUSPECT' ? chosen : 'lost';
  return (
    <Dialog title={declaring === 'lost' ? 'Declare main lost' : 'Declare main back'} grave onClose={onClose}>
      <Trust seen={seen} what="the mode" />
      <Stands shown={seen.value} />
      {declaring === 'back' && !seen.value.mainIsBack ? (
        <p className="trust stale">
          ⚠ This desk does not hear main on its link: be sure by other means that it is back.
        </p>
      ) : null}
      <SignsOfLife alive={alive} declaring={declaring} />
      {mode === 'SUSPECT' ? (
        <div className="choices" role="group" aria-label="What is declared">
          <Choice of="lost" now={chosen} label="Main is lost" onChoose={setChosen} />
          <Choice of="back" now={chosen} label="Main is back after all" onChoose={setChosen} />
        </div>
      ) : null}
      <p>
        {MEANS[declaring][mode]} Persons needed: {seen.value.personsToDeclareLost}.
      </p>
      <DeclareForm key={declaring} declaring={declaring} alive={alive} onClose={onClose} />
    </Dialog>
  );
}

const DOUBTED =
  'Main is up or taking over. Your word makes the desk SUSPECT; a second declaration starts the emergency.';
const HANDS_OVER =
  'This ends the emergency: runs pause, each working order is finished, cancelled or handed over.';
const MEANS: Readonly<Record<Declaring, Readonly<Record<ModeShown['mode'], string>>>> = {
  lost: {
    STANDBY: DOUBTED,
    SUSPECT: 'This starts the emergency: the desk may trade, only to close.',
    EMERGENCY: 'The emergency is on already.',
    HANDBACK: 'The handback stops where it is, and the emergency goes on. What main has acknowledged stays.',
  },
  back: {
    STANDBY: 'Main is up already.',
    SUSPECT: 'This ends the suspicion: the desk follows main again and does not trade.',
    EMERGENCY: HANDS_OVER,
    HANDBACK: 'The handback is on already.',
  },
};

function Choice(props: {
  readonly of: Declaring;
  readonly now: Declaring;
  readonly label: string;
  readonly onChoose: (next: Declaring) => void;
}) {
  const chosen = props.of === props.now;
  return (
    <button type="button" className="toggle" aria-pressed={chosen} onClick={() => props.onChoose(props.of)}>
      {chosen ? '◉' : '○'} {props.label}
    </button>
  );
}

function Stands({ shown: { mode, main, outage, why, by, sinceMs, scope } }: { readonly shown: ModeShown }) {
  return (
    <>
      <p>
        Now <strong>{mode}</strong> since {istTime(sinceMs)}: {why}
        {by.length > 0 ? ` (${by.join(', ')})` : ''}. Main: <strong>{words(main)}</strong>.
        {mode === 'EMERGENCY' || mode === 'HANDBACK' ? ` Covers ${scopeWords(scope)}.` : ''}
      </p>
      {outage === null ? null : (
        <p className={outage.reportable ? 'warn' : ''}>
          Outage for {duration(outage.lastsMs)} since {istTime(outage.startedAtMs)}.{' '}
          {outage.reportable
            ? `⚠ Reportable. The report is due by ${istTime(outage.reportDueAtMs)}${outage.reportOverdue ? ': OVERDUE' : ''}.`
            : `Reportable from ${istTime(outage.reportableAtMs)}.`}
        </p>
      )}
    </>
  );
}

/** Main may trade the same book: who declares it lost must have seen this. */
function SignsOfLife({
  alive,
  declaring,
}: {
  readonly alive: readonly string[];
  readonly declaring: Declaring;
}) {
  if (alive.length === 0) {
    return declaring === 'lost' ? (
      <p className="dim">No sign of life from main: not on its link, no new order of its on drop copy.</p>
    ) : null;
  }
  return (
    <div className={declaring === 'lost' ? 'band bad' : 'band'} role="alert">
      <strong>
        {declaring === 'lost' ? '✖ MAIN SHOWS SIGNS OF LIFE' : '● Signs of life from main'}
        {alive.length > 1 ? `: ${quantity(alive.length)}` : ''}
      </strong>
      <div className="band-rows">
        <ul>
          {alive.map((sign) => (
            <li key={sign}>{sign}</li>
          ))}
        </ul>
      </div>
      {declaring === 'lost' ? (
        <p>
          Two systems would close the same rows. The desk refuses the emergency without a code that
          headquarters signed.
        </p>
      ) : null}
    </div>
  );
}
