import { useState } from 'react';
import { useCommand } from '#renderer/api/command.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { ShownOnce } from '#renderer/look/shown-once.tsx';
import { TextField } from '#renderer/look/text-field.tsx';

/** Calls that only read: what monitoring and reports need. Others are named by their path. */
const READING = [
  'desk.status',
  'desk.follow',
  'mode.get',
  'exchange.links',
  'positions.list',
  'positions.summary',
  'orders.list',
  'orders.foreign',
  'trades.history',
  'squareOff.runs',
  'squareOff.leftovers.list',
  'accounts.list',
  'instruments.search',
] as const;
const DAYS_MAX = 366;
const DAYS = '90';

/** A new key: for which calls, for how long. It is shown once. */
export function MakeKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [others, setOthers] = useState('');
  const [days, setDays] = useState(DAYS);
  const [algoId, setAlgoId] = useState('');
  const { doing, run } = useCommand<{ readonly key: string }>();
  const calls = [...new Set([...ticked, ...others.split(/[\s,]+/).filter((call) => call !== '')])];
  const forDays = Number(days);
  const daysFit = Number.isInteger(forDays) && forDays >= 1 && forDays <= DAYS_MAX;
  const ready = name.trim() !== '' && calls.length > 0 && daysFit && doing.state !== 'asked';
  if (doing.state === 'done') {
    return (
      <Dialog title={`Key ${name}`} onClose={onClose}>
        <ShownOnce what={`API key ${name}`} secrets={[doing.value.key]} done="Done" onDone={onClose}>
          For {calls.join(', ')}. A program sends it as <span className="mono">X-API-Key</span>;{' '}
          <span className="mono">npm run desk</span> takes it from{' '}
          <span className="mono">LIFEBOAT_API_KEY</span>.
        </ShownOnce>
      </Dialog>
    );
  }
  return (
    <Dialog title="Make an API key" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          const asked = { name, calls, days: forDays, algoId: algoId.trim() === '' ? null : algoId };
          if (ready) void run((desk) => desk.auth.keys.make(asked));
        }}
      >
        <div className="row-of-fields">
          <TextField label="Name: what uses it" value={name} max={60} first onChange={setName} />
          <TextField
            label={`Days (1 to ${DAYS_MAX})`}
            value={days}
            max={3}
            wrong={!daysFit}
            onChange={setDays}
          />
        </div>
        <Reading ticked={ticked} onTicked={setTicked} />
        <TextField label="Other calls, by their path" value={others} max={2000} onChange={setOthers} />
        <TextField
          label="Registered algo id (without one the key can not trade)"
          value={algoId}
          max={40}
          onChange={setAlgoId}
        />
        <p className="dim">{calls.length} calls. The key’s accounts are yours.</p>
        <Outcome doing={doing} />
        <button type="submit" className="primary" disabled={!ready}>
          Make the key <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}

function Reading(props: {
  readonly ticked: ReadonlySet<string>;
  readonly onTicked: (next: ReadonlySet<string>) => void;
}) {
  const { ticked, onTicked } = props;
  return (
    <fieldset className="ticks">
      <legend className="dim">Calls that only read</legend>
      {READING.map((call) => (
        <label key={call} className="mono">
          <input
            type="checkbox"
            checked={ticked.has(call)}
            onChange={(event) => {
              const next = new Set(ticked);
              if (event.target.checked) next.add(call);
              else next.delete(call);
              onTicked(next);
            }}
          />{' '}
          {call}
        </label>
      ))}
    </fieldset>
  );
}
