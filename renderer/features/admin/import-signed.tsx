import { useState } from 'react';
import { istTimestamp } from '#core/model/market-clock.ts';
import { useCommand } from '#renderer/api/command.ts';
import { Outcome } from '#renderer/look/said.tsx';

const WAYS = [
  {
    way: 'set',
    title: 'User set of headquarters',
    tells: 'Who may work at desks of this group. Whoever is no longer in it is disabled.',
  },
  {
    way: 'revocations',
    title: 'Revocation list of headquarters',
    tells: 'These persons may not work from now on; their sessions end at once.',
  },
] as const;

/** Files that headquarters signed, for a desk that is offline. Their signature, age and desk are checked. */
export function ImportSigned() {
  return (
    <div className="list narrow">
      {WAYS.map((one) => (
        <ImportOne key={one.way} {...one} />
      ))}
    </div>
  );
}

function ImportOne({ way, title, tells }: (typeof WAYS)[number]) {
  const [file, setFile] = useState<File | null>(null);
  const { doing, run } = useCommand<string>();
  const take = async (chosen: File): Promise<void> => {
    const text = await chosen.text();
    await run(async (calls) => {
      if (way === 'revocations') {
        const { issue, revoked, repeated } = await calls.users.importRevocations({ text });
        return `List ${issue}: ${revoked} revoked${repeated ? '; it was known already' : ''}.`;
      }
      const { set, issue, users, validUntilMs, repeated } = await calls.users.importSet({ text });
      const until = istTimestamp(validUntilMs).slice(0, 16).replace('T', ' ');
      return `Set ${set}, issue ${issue}: ${users} users, valid until ${until}${repeated ? '; it was known already' : ''}.`;
    });
  };
  return (
    <form
      className="card dialog-body"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== null && doing.state !== 'asked') void take(file);
      }}
    >
      <h2>{title}</h2>
      <p className="dim">{tells}</p>
      <input
        type="file"
        aria-label={`File: ${title}`}
        onChange={(event) => setFile(event.target.files?.[0] ?? null)}
      />
      <Outcome doing={doing} done={doing.state === 'done' ? doing.value : ''} />
      <button type="submit" className="primary" disabled={file === null || doing.state === 'asked'}>
        Take it in <kbd>Enter</kbd>
      </button>
    </form>
  );
}
